//! A day at a supplier: every kind of difference is found once, proposed, and put right by a person.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod settling;

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    cases::{self, Case, CaseFilter, CaseKind, Closed},
    db::Tx,
    floats::{self, Deposit, FloatPolicy},
    ledger,
    orders::{Begun, Call, OrderKey},
    reconcile::{self, Day, Remedy, Report, SettleError},
};
use model::{AccountId, AttemptId, CaseId, Clock, Outcome, Receipt, Record, RecordState, SupplierName};
use testkit::{World, database, refused, usd};

struct Story {
    world: World,
    account: AccountId,
}

fn sandbox() -> SupplierName {
    "sandbox".parse().unwrap()
}

fn delivered() -> Outcome {
    Outcome::Delivered(Receipt::default())
}

impl Story {
    async fn new() -> Self {
        let world = World::new(database(), 1, Settings::default()).await;
        let account = world.account(1_000_000).await.id;
        Self { world, account }
    }

    /// An order that ended so, and its attempt as the supplier records it at the cost that was told.
    async fn attempt(&self, last: u32, outcome: Outcome) -> (OrderKey, Record) {
        let key = self.world.order(self.account, &format!("+1555123{last:04}")).await;
        let Begun::Submit(submission) = self.world.begin(key).await else {
            panic!("it is due")
        };
        let state = match outcome {
            Outcome::Delivered(_) => RecordState::Delivered,
            _ => RecordState::Rejected,
        };
        self.world.resolve(key, 1, Call::Submit, outcome).await;
        let topup = submission.topup;
        let record = Record {
            supplier_reference: format!("S{last}"),
            reference: Some(topup.attempt.to_string()),
            recipient: Some(topup.recipient),
            state,
            cost: Some(topup.cost),
            made_at: self.world.clock.now(),
        };
        (key, record)
    }

    fn day(&self) -> Day {
        Day::of(self.world.clock.now())
    }

    async fn reconcile(&self, theirs: &[Record]) -> Report {
        let (context, day, theirs) = (Arc::clone(&self.world.context), self.day(), theirs.to_vec());
        let now = day.asked_until();
        let run = move |tx: &mut Tx<'_>| reconcile::reconcile(tx, &context, &sandbox(), (day, &theirs), now);
        self.world.db.write_with(run).await.unwrap()
    }

    async fn cases(&self) -> Vec<Case> {
        self.world
            .db
            .read(|tx| cases::list(tx, &CaseFilter::default(), 100))
            .await
            .unwrap()
    }

    /// Closes the first open case with a remedy, and checks the books.
    async fn settle(&self, remedy: Option<Remedy>) -> Result<Case, SettleError> {
        let first = self.cases().await[0].id;
        self.settle_one(first, remedy).await
    }

    async fn settle_one(&self, id: CaseId, remedy: Option<Remedy>) -> Result<Case, SettleError> {
        let context = Arc::clone(&self.world.context);
        let closed = Closed {
            at: self.world.clock.now(),
            by: "Ada".to_owned(),
            resolution: "asked them".to_owned(),
        };
        let settle = move |tx: &mut Tx<'_>| reconcile::settle(tx, &context, id, (remedy, &closed));
        let settled = self.world.db.write_with(settle).await;
        self.world.check_books().await;
        settled
    }

    /// What the books say is owed for an attempt: its own movements and those of cases.
    async fn owed(&self) -> i64 {
        let span = (self.day().begins(), self.day().asked_until());
        let sums = self
            .world
            .db
            .read(move |tx| ledger::owed_to_supplier(tx, &sandbox(), span))
            .await
            .unwrap();
        sums.iter().map(|sum| sum.owed.minor()).sum()
    }
}

fn kinds(report: &Report) -> Vec<CaseKind> {
    report.differences.iter().map(reconcile::Difference::kind).collect()
}

#[tokio::test]
async fn a_day_on_which_both_agree_opens_no_case() {
    let story = Story::new().await;
    let (_, first) = story.attempt(1, delivered()).await;
    let (_, second) = story.attempt(2, refused()).await;
    story.attempt(3, refused()).await;
    story
        .attempt(
            4,
            Outcome::Pending {
                supplier_reference: None,
            },
        )
        .await;
    let cost = first.cost.unwrap();
    let report = story.reconcile(&[first, second]).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.same, report.open), (3, 1));
    assert_eq!(
        (&report.our_costs[..], &report.their_costs[..]),
        (&[cost][..], &[cost][..])
    );
    assert_eq!(story.cases().await, []);
}

#[tokio::test]
async fn what_is_found_twice_is_one_case_and_what_has_gone_is_closed() {
    let story = Story::new().await;
    let (_, record) = story.attempt(1, delivered()).await;
    assert_eq!(kinds(&story.reconcile(&[]).await), [CaseKind::OursOnly]);
    let again = story.reconcile(&[]).await;
    assert_eq!((again.opened, story.cases().await.len()), (0, 1));
    let report = story.reconcile(std::slice::from_ref(&record)).await;
    assert_eq!((report.is_clean(), report.settled), (true, 1), "their list was late");
    assert_eq!(story.cases().await, []);
    assert_eq!(story.reconcile(&[]).await.opened, 1, "it differs again");
    let report = story.reconcile(&[record]).await;
    let found = story.world.db.read({
        let day = story.day();
        move |tx| reconcile::find(tx, &sandbox(), day)
    });
    assert_eq!(found.await.unwrap().unwrap().1, report);
}

#[tokio::test]
async fn what_only_they_have_is_a_case_without_a_remedy() {
    let story = Story::new().await;
    let (_, ours) = story.attempt(1, delivered()).await;
    let strange = Record {
        supplier_reference: "X".to_owned(),
        reference: Some("another shop".to_owned()),
        ..ours.clone()
    };
    let harmless = Record {
        supplier_reference: "Y".to_owned(),
        state: RecordState::Rejected,
        ..strange.clone()
    };
    let report = story.reconcile(&[ours, strange, harmless]).await;
    assert_eq!(kinds(&report), [CaseKind::TheirsOnly]);
    let refused = story.settle(Some(Remedy::BookCost)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "book-cost is no remedy for this case: close it without one"
    );
    assert_eq!(story.cases().await.len(), 1, "it is still open");
    story.settle(None).await.unwrap();
    assert_eq!(story.cases().await, []);
}

#[tokio::test]
async fn a_case_that_is_found_again_says_what_both_sides_say_now() {
    let story = Story::new().await;
    let (_, mut record) = story.attempt(1, delivered()).await;
    let cost = record.cost.unwrap();
    for more in [37, 41] {
        record.cost = Some(cost.checked_add(usd(more)).unwrap());
        story.reconcile(std::slice::from_ref(&record)).await;
    }
    story.settle(Some(Remedy::AdjustCost)).await.unwrap();
    assert_eq!(story.owed().await, cost.minor() + 41);
}

#[tokio::test]
async fn a_reference_that_was_delivered_twice_is_found() {
    let story = Story::new().await;
    let (_, record) = story.attempt(1, delivered()).await;
    let second = Record {
        supplier_reference: "S1b".to_owned(),
        ..record.clone()
    };
    let report = story.reconcile(&[record.clone(), second]).await;
    assert_eq!(kinds(&report), [CaseKind::DeliveredTwice]);
    story.settle(Some(Remedy::AdjustCost)).await.unwrap();
    assert_eq!(story.owed().await, record.cost.unwrap().minor() * 2);
}

#[tokio::test]
async fn a_balance_that_moved_otherwise_is_a_case_until_the_deposit_is_noted() {
    let story = Story::new().await;
    let (_, record) = story.attempt(1, delivered()).await;
    let cost = record.cost.unwrap().minor();
    let (begins, ends) = (story.day().begins(), story.day().ends());
    let policy = FloatPolicy {
        kept: Duration::from_hours(999),
        warn_within: Duration::ZERO,
    };
    for (moment, cents) in [(begins, 100_000), (ends, 150_000 - cost)] {
        let context = Arc::clone(&story.world.context);
        let watch = move |tx: &mut Tx<'_>| floats::watch(tx, &context, &sandbox(), usd(cents), (policy, moment));
        story.world.db.write_with(watch).await.unwrap();
    }
    let report = story.reconcile(std::slice::from_ref(&record)).await;
    assert_eq!(report.balance.as_ref().unwrap().difference, usd(-50_000));
    assert_eq!(story.cases().await[0].found.kind, CaseKind::Balance);
    let deposit = Deposit {
        made_at: begins + Duration::from_hours(9),
        amount: usd(50_000),
        note: String::new(),
    };
    let note = move |tx: &mut Tx<'_>| floats::add_deposit(tx, &sandbox(), &deposit);
    story.world.db.write_with(note).await.unwrap();
    let report = story.reconcile(&[record]).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(story.cases().await, []);
}

#[tokio::test]
async fn records_of_other_days_belong_to_their_days() {
    let story = Story::new().await;
    let (_, record) = story.attempt(1, delivered()).await;
    let reference = record.reference.clone().unwrap().parse::<AttemptId>().unwrap();
    let tomorrow = Record {
        supplier_reference: "T".to_owned(),
        reference: None,
        made_at: story.day().ends() + Duration::from_mins(5),
        ..record.clone()
    };
    let report = story.reconcile(&[record, tomorrow]).await;
    assert!(report.is_clean(), "{reference}: {report:?}");
    let (context, day) = (Arc::clone(&story.world.context), story.day().before());
    let now = day.asked_until();
    let run = move |tx: &mut Tx<'_>| reconcile::reconcile(tx, &context, &sandbox(), (day, &[]), now);
    let report = story.world.db.write_with(run).await.unwrap();
    assert_eq!((report.same, report.differences.len()), (0, 0));
}
