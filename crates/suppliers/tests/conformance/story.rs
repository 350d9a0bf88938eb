//! The story of one attempt at any supplier: it is submitted once and asked about until it is known what became of it;
//! then what the connector says has to agree with the supplier's own books. Whoever has a supplier plays it.

use std::time::Duration;

use async_trait::async_trait;
use model::{Absence, AttemptId, AttemptRef, Cause, Clock, Evidence, Outcome, RecordState, Supplier, Timestamp, TopUp};
use rust_decimal::Decimal;

/// How far apart questions about one attempt are.
const ASKED_EVERY: Duration = Duration::from_secs(20);
/// So many of them are asked at most: more than an hour's worth, and longer than any proof takes.
const QUESTIONS_MAX: u32 = 200;
/// Later than lists of late changes are kept, and than anything that is taken back.
const LATER: Duration = Duration::from_mins(20);
const MOMENT: Duration = Duration::from_secs(1);
/// A statement's times may be in another zone.
const ZONES: Duration = Duration::from_hours(14);

/// The supplier's own side.
#[async_trait]
pub(crate) trait Books: Sync {
    /// Lets so much time pass, and happen what is due.
    async fn pass(&self, by: Duration);

    /// What was really done with an attempt.
    async fn truth(&self, attempt: AttemptId) -> Truth;
}

/// What a supplier has really done with an attempt.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// How often it was sent there.
    pub(crate) sent: usize,
    /// How often it was refused before it was looked at, so that it could be sent on.
    pub(crate) refused_unread: usize,
    /// How often it was delivered.
    pub(crate) delivered: usize,
    /// How many deliveries were not taken back.
    pub(crate) kept: usize,
    /// Whether money is held or paid for something that is not delivered.
    pub(crate) owed: bool,
    /// What it cost, what arrived and what it is called, as far as the supplier tells.
    pub(crate) cost: Option<Decimal>,
    pub(crate) received: Option<Decimal>,
    pub(crate) called: Option<String>,
}

/// Who plays: a connector, the clock that both sides go by, and the other side.
#[derive(Clone, Copy)]
pub(crate) struct Player<'a> {
    pub(crate) supplier: &'a dyn Supplier,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) books: &'a dyn Books,
}

/// What became of an attempt.
#[derive(Debug)]
pub(crate) struct Story {
    /// The submission's own answer.
    pub(crate) first: Outcome,
    /// What was known in the end, or after an hour of asking.
    pub(crate) last: Ending,
    pub(crate) reference: AttemptRef,
}

/// What is known of an attempt.
#[derive(Debug)]
pub(crate) enum Ending {
    Said(Outcome),
    /// "No record", so late and so often that it is proof.
    Absent,
}

impl Player<'_> {
    pub(crate) fn reference_of(self, topup: &TopUp) -> AttemptRef {
        AttemptRef {
            attempt: topup.attempt,
            recipient: topup.recipient,
            sku: topup.sku.clone(),
            submitted_at: self.clock.now(),
            supplier_reference: None,
        }
    }

    /// Submits once and asks until it is known what became of it, as a worker does.
    pub(crate) async fn play(self, topup: &TopUp) -> Story {
        let mut reference = self.reference_of(topup);
        let first = self.supplier.submit(topup, &Evidence::new()).await;
        let last = self.ask(&mut reference, first.clone()).await;
        Story { first, last, reference }
    }

    /// Asks until it is known.
    pub(crate) async fn ask(self, reference: &mut AttemptRef, first: Outcome) -> Ending {
        let (mut outcome, mut absences) = (first, 0);
        for _ in 0..QUESTIONS_MAX {
            match &outcome {
                Outcome::Delivered(_) | Outcome::Rejected(_) | Outcome::Reversed { .. } => break,
                Outcome::Pending { supplier_reference } => {
                    reference.supplier_reference = supplier_reference.clone().or(reference.supplier_reference.take());
                }
                Outcome::Unknown(_) => {}
            }
            self.books.pass(ASKED_EVERY).await;
            let asked_at = self.clock.now();
            outcome = self.supplier.find(reference, &Evidence::new()).await;
            if let Absence::Proof { after, queries } = self.supplier.capabilities().absence {
                let none = matches!(outcome, Outcome::Unknown(Cause::NoRecord));
                let late = asked_at >= reference.submitted_at + after;
                absences = if none { absences + u32::from(late) } else { 0 };
                if absences >= queries {
                    return Ending::Absent;
                }
            }
        }
        Ending::Said(outcome)
    }

    /// What the connector says agrees with what the supplier did, and so does its statement.
    pub(crate) async fn agree(self, story: &Story) {
        let truth = self.books.truth(story.reference.attempt).await;
        assert!(truth.delivered <= 1, "it was delivered twice: {truth:?}");
        assert!(
            (1..=1 + truth.refused_unread).contains(&truth.sent),
            "it is sent once: {truth:?}"
        );
        match &story.last {
            Ending::Said(Outcome::Delivered(receipt)) => {
                assert_eq!(truth.kept, 1, "{story:?}");
                // What an order in the operator's currency cost isn't told everywhere.
                let cost = receipt.cost.map(model::Money::major);
                assert!(cost.is_none_or(|cost| Some(cost) == truth.cost), "{story:?}, {truth:?}");
                let received = receipt.delivered.map(model::Money::major);
                assert_eq!((received, &receipt.supplier_reference), (truth.received, &truth.called));
            }
            Ending::Said(Outcome::Rejected(_)) | Ending::Absent => {
                assert_eq!(truth.kept, 0, "{story:?}");
                assert!(!truth.owed, "nothing is owed: {story:?}");
            }
            Ending::Said(Outcome::Reversed { .. }) => {
                assert_eq!((truth.kept, truth.delivered), (0, 1), "{story:?}");
            }
            // It goes on to be asked about, and to a person.
            Ending::Said(Outcome::Pending { .. } | Outcome::Unknown(_)) => {}
        }
        self.state(story, truth.kept).await;
    }

    /// Its statement has what was delivered, which reconciliation goes by.
    async fn state(self, story: &Story, kept: usize) {
        if !self.supplier.capabilities().statement {
            return;
        }
        // What has no time of its own yet isn't stated by all.
        self.books.pass(MOMENT).await;
        let from: Timestamp = story.reference.submitted_at.minus(ZONES);
        let stated = self.supplier.statement(from, self.clock.now() + ZONES).await;
        let own = Some(story.reference.attempt.to_string());
        let stated = stated.expect("it states its records");
        let delivered = stated
            .iter()
            .filter(|record| record.reference == own && record.state == RecordState::Delivered);
        assert_eq!(delivered.count(), kept, "{story:?} and {stated:?}");
    }

    /// What is heard of an attempt after its end: none if nothing is.
    pub(crate) async fn later(self, story: &Story) -> Option<Outcome> {
        let since = story.reference.submitted_at;
        self.supplier.late_changes(since).await.expect("it tells late changes");
        self.books.pass(LATER).await;
        let changed = self.supplier.late_changes(since).await;
        let changed = changed.expect("it tells late changes");
        if !changed.contains(&story.reference.attempt) {
            return None;
        }
        Some(self.supplier.find(&story.reference, &Evidence::new()).await)
    }

    /// Plays a story, and tells it in words once both sides agree.
    pub(crate) async fn tell(self, topup: &TopUp) -> String {
        let story = self.play(topup).await;
        self.agree(&story).await;
        let last = match &story.last {
            Ending::Said(outcome) => word(outcome),
            Ending::Absent => "absent".to_owned(),
        };
        let told = format!("{} -> {last}", word(&story.first));
        if !matches!(story.last, Ending::Said(Outcome::Delivered(_))) {
            return told;
        }
        match self.later(&story).await {
            Some(heard) => {
                let last = Ending::Said(heard.clone());
                self.agree(&Story { last, ..story }).await;
                format!("{told}, later {}", word(&heard))
            }
            None => told,
        }
    }
}

/// An outcome's word.
pub(crate) fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered(_) => "delivered".into(),
        Outcome::Rejected(no) => format!("rejected ({}, {:?}, {:?})", no.code, no.fault, no.elsewhere),
        Outcome::Pending { .. } => "pending".into(),
        Outcome::Unknown(_) => "unknown".into(),
        Outcome::Reversed { .. } => "reversed".into(),
    }
}
