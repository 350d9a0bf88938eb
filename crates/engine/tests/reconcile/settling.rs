//! What a person does about a difference: the books are put right once, and by what they say now.

use std::{sync::Arc, time::Duration};

use engine::{
    cases::CaseKind,
    db::Tx,
    orders::{AmendError, Begun, Call, Resolved},
    reconcile::{self, Remedy, SettleError},
};
use model::{Elsewhere, Outcome, RecordState, Rejection};
use testkit::{refused, usd};

use crate::{Story, delivered, kinds};

/// Says that it was not delivered, and that somebody else may be asked.
fn try_others() -> Outcome {
    let Outcome::Rejected(rejection) = refused() else {
        panic!("a refusal")
    };
    Outcome::Rejected(Rejection {
        elsewhere: Elsewhere::May,
        ..rejection
    })
}

#[tokio::test]
async fn another_cost_is_adjusted_once_in_either_direction() {
    for more in [37, -37] {
        let story = Story::new().await;
        let (_, mut record) = story.attempt(1, delivered()).await;
        let theirs = record.cost.unwrap().checked_add(usd(more)).unwrap();
        record.cost = Some(theirs);
        assert_eq!(
            kinds(&story.reconcile(std::slice::from_ref(&record)).await),
            [CaseKind::OtherAmount]
        );
        let case = story.settle(Some(Remedy::AdjustCost)).await.unwrap();
        assert_eq!(story.owed().await, theirs.minor());
        assert!(
            story.reconcile(&[record]).await.is_clean(),
            "the books say the same now"
        );
        let (context, id) = (Arc::clone(&story.world.context), case.id);
        let closed = case.closed.unwrap();
        let again = move |tx: &mut Tx<'_>| reconcile::settle(tx, &context, id, (Some(Remedy::AdjustCost), &closed));
        assert!(matches!(
            story.world.db.write_with(again).await,
            Err(SettleError::Close(_))
        ));
        assert_eq!(story.owed().await, theirs.minor());
    }
}

#[tokio::test]
async fn what_was_delivered_after_its_refund_is_owed_and_the_account_keeps_its_money() {
    let story = Story::new().await;
    let (key, mut record) = story.attempt(1, refused()).await;
    record.state = RecordState::Delivered;
    let before = story.world.balance(story.account).await;
    assert_eq!(
        kinds(&story.reconcile(std::slice::from_ref(&record)).await),
        [CaseKind::OtherState]
    );
    assert_eq!(story.owed().await, 0, "nothing is changed silently");
    story.settle(Some(Remedy::BookCost)).await.unwrap();
    assert_eq!(story.owed().await, record.cost.unwrap().minor());
    assert_eq!(story.world.balance(story.account).await, before);
    let late = story.world.resolve(key, 1, Call::Find, delivered()).await;
    assert_eq!(late, Resolved::Stale, "their late answer books it no second time");
    assert!(story.reconcile(&[record]).await.is_clean());
    story.world.check_books().await;
}

#[tokio::test]
async fn what_was_delivered_while_its_order_waits_for_another_attempt_is_not_sent_again() {
    let story = Story::new().await;
    let before = story.world.balance(story.account).await;
    let (key, mut record) = story.attempt(1, try_others()).await;
    assert_eq!(story.world.find(key).await.status.as_str(), "waiting");
    record.state = RecordState::Delivered;
    record.cost = Some(usd(2_222));
    story.reconcile(std::slice::from_ref(&record)).await;
    story.settle(Some(Remedy::BookCost)).await.unwrap();
    story.world.clock.advance(Duration::from_hours(1));
    assert_eq!(story.world.begin(key).await, Begun::Nothing, "the phone has it");
    let order = story.world.find(key).await;
    assert_eq!(order.status.as_str(), "delivered");
    assert_eq!(story.owed().await, 2_222, "as they charge it");
    let left = before - order.price.minor();
    assert_eq!(story.world.balance(story.account).await, left);
    assert!(story.reconcile(&[record]).await.is_clean());
}

#[tokio::test]
async fn a_person_whose_word_ended_an_order_is_not_booked_a_second_time() {
    let story = Story::new().await;
    let (key, mut record) = story.attempt(1, try_others()).await;
    record.state = RecordState::Delivered;
    story.reconcile(std::slice::from_ref(&record)).await;
    let found = story.world.resolve(key, 1, Call::Find, delivered()).await;
    assert_eq!(found, Resolved::Delivered, "their word comes before the person's");
    let late = story.settle(Some(Remedy::BookCost)).await.unwrap_err();
    assert!(
        matches!(late, SettleError::Amend(AmendError::Changed("delivered"))),
        "{late}"
    );
    assert_eq!(story.owed().await, record.cost.unwrap().minor());
    assert_eq!(story.cases().await.len(), 1, "it is still open");
}

#[tokio::test]
async fn a_cost_that_has_moved_since_the_case_was_found_is_not_adjusted_by_its_old_facts() {
    let story = Story::new().await;
    let (key, mut record) = story.attempt(1, delivered()).await;
    record.cost = Some(record.cost.unwrap().checked_add(usd(37)).unwrap());
    story.reconcile(std::slice::from_ref(&record)).await;
    let message = "taken back".to_owned();
    story
        .world
        .resolve(key, 1, Call::Find, Outcome::Reversed { message })
        .await;
    let refused = story.settle(Some(Remedy::AdjustCost)).await.unwrap_err();
    assert!(matches!(refused, SettleError::BookedSince { .. }), "{refused}");
    assert_eq!((story.owed().await, story.cases().await.len()), (0, 1));
    record.state = RecordState::Reversed;
    assert!(story.reconcile(&[record]).await.is_clean());
    assert_eq!(story.cases().await, []);
}

#[tokio::test]
async fn what_is_taken_back_after_it_was_adjusted_costs_nothing() {
    let story = Story::new().await;
    let (key, mut record) = story.attempt(1, delivered()).await;
    record.cost = Some(record.cost.unwrap().checked_add(usd(37)).unwrap());
    story.reconcile(std::slice::from_ref(&record)).await;
    story.settle(Some(Remedy::AdjustCost)).await.unwrap();
    let message = "taken back".to_owned();
    let reversed = story
        .world
        .resolve(key, 1, Call::Find, Outcome::Reversed { message })
        .await;
    assert_eq!((reversed, story.owed().await), (Resolved::Reversed, 0));
    record.state = RecordState::Reversed;
    assert!(story.reconcile(&[record]).await.is_clean());
    story.world.check_books().await;
}

#[tokio::test]
async fn a_late_delivery_that_was_none_only_loses_its_cost() {
    for theirs in [Some(RecordState::Rejected), None] {
        let story = Story::new().await;
        let (key, mut record) = story.attempt(1, refused()).await;
        let late = story.world.resolve(key, 1, Call::Find, delivered()).await;
        assert_eq!(late, Resolved::DeliveredLate);
        let before = story.world.balance(story.account).await;
        let records: Vec<_> = theirs
            .map(|state| {
                record.state = state;
                record
            })
            .into_iter()
            .collect();
        story.reconcile(&records).await;
        let cases = story.cases().await;
        let differs = cases
            .iter()
            .find(|case| case.found.kind != CaseKind::DeliveredLate)
            .unwrap();
        assert_eq!(differs.found.facts["remedies"], serde_json::json!(["adjust-cost"]));
        story.settle_one(differs.id, Some(Remedy::AdjustCost)).await.unwrap();
        assert_eq!(
            (story.owed().await, story.world.balance(story.account).await),
            (0, before)
        );
    }
}

#[tokio::test]
async fn what_was_never_delivered_is_taken_back_and_refunded() {
    let story = Story::new().await;
    let before = story.world.balance(story.account).await;
    let (key, mut record) = story.attempt(1, delivered()).await;
    record.state = RecordState::Rejected;
    assert_eq!(
        kinds(&story.reconcile(std::slice::from_ref(&record)).await),
        [CaseKind::OtherState]
    );
    story.settle(Some(Remedy::ReverseOrder)).await.unwrap();
    assert_eq!(story.world.find(key).await.status.as_str(), "reversed");
    assert_eq!(
        (story.world.balance(story.account).await, story.owed().await),
        (before, 0)
    );
    assert!(story.reconcile(&[record]).await.is_clean());
}
