//! Pushes of suppliers: an order is asked about sooner, and nothing else ever changes.

#![allow(clippy::unwrap_used, reason = "these are tests all through")]

use std::time::Duration;

use engine::{
    Settings,
    orders::{self, Begun, Call, Hinted, OrderKey, Resolved},
};
use model::{AttemptId, Cause, Clock, Outcome, Receipt, SupplierName, Timestamp};
use testkit::World;

/// An order whose submission was not answered.
async fn unanswered(world: &World) -> (OrderKey, AttemptId) {
    let account = world.account(10_000).await;
    let key = world.order(account.id, "+15551234567").await;
    let Begun::Submit(submission) = world.begin(key).await else {
        panic!("it is begun")
    };
    (key, submission.topup.attempt)
}

async fn hint(world: &World, supplier: &str, attempt: AttemptId) -> Hinted {
    let (supplier, now): (SupplierName, _) = (supplier.parse().unwrap(), world.clock.now());
    let hinted = world
        .db
        .write_with(move |tx| orders::hint(tx, &supplier, attempt, now))
        .await;
    hinted.unwrap()
}

async fn due_at(world: &World, key: OrderKey) -> Timestamp {
    world.find(key).await.status.due_at().unwrap()
}

#[tokio::test]
async fn a_push_has_an_order_asked_about_at_once() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let (key, attempt) = unanswered(&world).await;
    for _ in 0..6 {
        world
            .resolve(key, 1, Call::Find, Outcome::Unknown(Cause::Timeout))
            .await;
    }
    world.clock.advance(Duration::from_secs(10));
    assert!(
        due_at(&world, key).await > world.clock.now(),
        "it would be asked much later"
    );
    let now = world.clock.now();
    assert_eq!(hint(&world, "sandbox", attempt).await, Hinted::AskedAt(key, now));
    let due = world.db.read(move |tx| orders::due(tx, now, 10)).await.unwrap();
    assert_eq!(due, [key]);
    assert_eq!(hint(&world, "sandbox", attempt).await, Hinted::LeftAlone, "it is due");
    assert!(matches!(world.begin(key).await, Begun::Ask(_)));
}

#[tokio::test]
async fn questions_stay_spaced_however_many_pushes_come() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let (key, attempt) = unanswered(&world).await;
    for _ in 0..6 {
        world
            .resolve(key, 1, Call::Find, Outcome::Unknown(Cause::NoRecord))
            .await;
    }
    let Hinted::AskedAt(_, at) = hint(&world, "sandbox", attempt).await else {
        panic!("it was to be asked much later")
    };
    assert_eq!(at, world.clock.now() + Duration::from_secs(5));
    assert_eq!(hint(&world, "sandbox", attempt).await, Hinted::LeftAlone);
    assert_eq!(due_at(&world, key).await, at);
}

#[tokio::test]
async fn a_push_before_the_answer_leaves_the_order_alone() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let (key, attempt) = unanswered(&world).await;
    let before = world.find(key).await;
    assert_eq!(hint(&world, "sandbox", attempt).await, Hinted::LeftAlone);
    assert_eq!(world.find(key).await, before);
    let delivered = Outcome::Delivered(Receipt::default());
    assert_eq!(
        world.resolve(key, 1, Call::Submit, delivered).await,
        Resolved::Delivered
    );
}

#[tokio::test]
async fn a_push_about_what_is_over_or_nobodys_changes_nothing() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let (key, attempt) = unanswered(&world).await;
    assert_eq!(hint(&world, "another", attempt).await, Hinted::Unknown);
    let second = AttemptId { number: 2, ..attempt };
    assert_eq!(hint(&world, "sandbox", second).await, Hinted::Unknown);
    world
        .resolve(key, 1, Call::Submit, Outcome::Delivered(Receipt::default()))
        .await;
    let before = world.find(key).await;
    assert_eq!(hint(&world, "sandbox", attempt).await, Hinted::Over);
    assert_eq!(world.find(key).await, before);
    world.check_books().await;
}
