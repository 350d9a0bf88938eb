//! What every supplier must do, whoever it is: its own tests name the submissions, this asks the questions.

use std::collections::HashSet;

use model::{Absence, AttemptRef, Cause, Evidence, Outcome, Supplier, Terms, Timestamp, TopUp};

/// The submissions that a supplier, or what stands in for it, is known to treat so.
pub(crate) struct Subject {
    /// One that is delivered, at once or after `wait`.
    pub(crate) delivered: TopUp,
    /// One that is refused.
    pub(crate) refused: TopUp,
    /// A reference that it never heard of.
    pub(crate) unheard: AttemptRef,
    /// The moment it is.
    pub(crate) now: Timestamp,
}

/// Asks a supplier everything and checks what must always hold.
pub(crate) async fn behaves(supplier: &dyn Supplier, subject: &Subject) {
    promises_what_can_be_kept(supplier);
    sells_each_thing_once(supplier).await;
    finds_what_it_delivered(supplier, subject).await;
    refuses_and_stays_by_it(supplier, subject).await;
    never_rejects_what_it_never_heard_of(supplier, subject).await;
    answers_questions(supplier, subject).await;
}

fn promises_what_can_be_kept(supplier: &dyn Supplier) {
    let capabilities = supplier.capabilities();
    assert!(!capabilities.call_timeout.is_zero());
    if let Absence::Proof { after, queries } = capabilities.absence {
        assert!(queries > 0, "no question proves nothing");
        assert!(
            after >= capabilities.call_timeout,
            "an unanswered call may still execute"
        );
    }
}

async fn sells_each_thing_once(supplier: &dyn Supplier) {
    let offers = supplier.offers().await.unwrap();
    assert!(!offers.is_empty());
    let mut seen = HashSet::new();
    for offer in &offers {
        let sold = match &offer.terms {
            Terms::Fixed { value, cost } => {
                assert!(cost.is_positive(), "{offer:?}");
                Some(value)
            }
            Terms::Ranged { range, cost_rate, .. } => {
                assert!(cost_rate.is_sign_positive() && !cost_rate.is_zero(), "{offer:?}");
                assert!(range.min.is_positive() && range.step.is_positive() && range.contains(range.min));
                None
            }
        };
        assert!(
            seen.insert((&offer.product, sold, &offer.sku)),
            "{offer:?} is there twice"
        );
    }
}

async fn finds_what_it_delivered(supplier: &dyn Supplier, subject: &Subject) {
    let answered = supplier.submit(&subject.delivered, &Evidence::new()).await;
    let (Outcome::Delivered(receipt), found) = (
        &answered,
        supplier
            .find(&refer(&subject.delivered, subject), &Evidence::new())
            .await,
    ) else {
        panic!("expected a delivery, got {answered:?}");
    };
    let Outcome::Delivered(found) = found else {
        panic!("what was delivered must be found, got {found:?}");
    };
    assert_eq!(found.supplier_reference, receipt.supplier_reference);
}

async fn refuses_and_stays_by_it(supplier: &dyn Supplier, subject: &Subject) {
    let answered = supplier.submit(&subject.refused, &Evidence::new()).await;
    let Outcome::Rejected(rejection) = &answered else {
        panic!("expected a refusal, got {answered:?}");
    };
    assert!(!rejection.code.is_empty() && !rejection.message.is_empty());
    let found = supplier.find(&refer(&subject.refused, subject), &Evidence::new()).await;
    let no_record = Outcome::Unknown(Cause::NoRecord);
    assert!(found == answered || found == no_record, "refused, then {found:?}");
}

async fn never_rejects_what_it_never_heard_of(supplier: &dyn Supplier, subject: &Subject) {
    let found = supplier.find(&subject.unheard, &Evidence::new()).await;
    assert!(matches!(found, Outcome::Unknown(_)), "{found:?}");
    if let Absence::Proof { .. } = supplier.capabilities().absence {
        assert_eq!(found, Outcome::Unknown(Cause::NoRecord));
    }
}

async fn answers_questions(supplier: &dyn Supplier, subject: &Subject) {
    supplier.float().await.unwrap();
    supplier.late_changes(subject.now).await.unwrap();
    let guesses = supplier.lookup(subject.delivered.recipient).await.unwrap();
    assert!(supplier.capabilities().lookup || guesses.is_empty());
}

fn refer(topup: &TopUp, subject: &Subject) -> AttemptRef {
    AttemptRef {
        attempt: topup.attempt,
        recipient: topup.recipient,
        sku: topup.sku.clone(),
        submitted_at: subject.now,
        supplier_reference: None,
    }
}
