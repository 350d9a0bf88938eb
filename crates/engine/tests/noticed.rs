//! What comes to light after an order has ended: it is put before a person, and no money moves by itself.

#![allow(clippy::unwrap_used, reason = "these are tests all through")]

use std::time::Duration;

use engine::{
    Settings,
    cases::{self, Case, CaseFilter, CaseKind},
    ledger,
    orders::{Begun, Call, OrderKey, OrderStatus, Resolved},
};
use model::{AttemptId, Elsewhere, Fault, Outcome, Receipt, Rejection};
use testkit::{World, database, usd};

const FUNDED: i64 = 10_000;
const PRICE: i64 = 2_600;

async fn begun(world: &World) -> OrderKey {
    let account = world.account(FUNDED).await;
    let key = world.order(account.id, "+15551234567").await;
    assert!(matches!(world.begin(key).await, Begun::Submit(_)));
    key
}

fn refused(elsewhere: Elsewhere) -> Outcome {
    Outcome::Rejected(Rejection {
        fault: Fault::Operator,
        elsewhere,
        code: "refused".to_owned(),
        message: "it says no".to_owned(),
        again_after_s: None,
    })
}

fn delivered(cents: i64) -> Outcome {
    Outcome::Delivered(Receipt {
        delivered: Some(usd(cents)),
        cost: Some(usd(2_400)),
        ..Receipt::default()
    })
}

async fn cases(world: &World) -> Vec<Case> {
    let all = |tx: &mut engine::db::Tx<'_>| cases::list(tx, &CaseFilter::default(), 10);
    world.db.read(all).await.unwrap()
}

#[tokio::test]
async fn a_delivery_after_the_refund_is_a_case_and_the_account_keeps_its_refund() {
    let world = World::new(database(), 1, Settings::default()).await;
    let key = begun(&world).await;
    let refunded = world.resolve(key, 1, Call::Submit, refused(Elsewhere::MustNot)).await;
    assert_eq!(refunded, Resolved::Refunded);
    for resolved in [Resolved::DeliveredLate, Resolved::Stale] {
        assert_eq!(world.resolve(key, 1, Call::Find, delivered(2_500)).await, resolved);
    }
    let cases = cases(&world).await;
    let [case] = &cases[..] else { panic!("{cases:?}") };
    assert_eq!(case.found.kind, CaseKind::DeliveredLate);
    let facts = &case.found.facts;
    assert_eq!(facts["order"], key.order.to_string());
    assert_eq!(facts["ours"]["order_status"], "refunded");
    assert!(facts["refused_by"].as_str().unwrap().contains("refused"), "{facts}");
    assert_eq!(world.find(key).await.status.as_str(), "refunded");
    assert_eq!(world.balance(key.account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn what_turns_out_delivered_before_it_is_sent_elsewhere_is_not_sent_elsewhere() {
    let world = World::new(database(), 1, Settings::default()).await;
    let key = begun(&world).await;
    let again = world.resolve(key, 1, Call::Submit, refused(Elsewhere::May)).await;
    assert!(matches!(again, Resolved::Again { .. }), "{again:?}");
    let found = world.resolve(key, 1, Call::Find, delivered(2_500)).await;
    assert_eq!(found, Resolved::Delivered);
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(world.begin(key).await, Begun::Nothing);
    assert_eq!(world.balance(key.account).await, FUNDED - PRICE);
    assert_eq!(cases(&world).await, []);
    world.check_books().await;
}

#[tokio::test]
async fn a_phone_that_received_less_than_was_bought_is_a_case() {
    let world = World::new(database(), 1, Settings::default()).await;
    let key = begun(&world).await;
    let resolved = world.resolve(key, 1, Call::Submit, delivered(2_250)).await;
    assert_eq!(resolved, Resolved::Delivered);
    let cases = cases(&world).await;
    let [case] = &cases[..] else { panic!("{cases:?}") };
    assert_eq!(case.found.kind, CaseKind::ShortDelivery);
    assert_eq!(case.found.facts["missing"], serde_json::json!(usd(250)));
    assert_eq!(world.balance(key.account).await, FUNDED - PRICE);
    world.check_books().await;
}

/// An order whose first attempt was refused, and whose second one is under way.
async fn under_way_again(world: &World) -> OrderKey {
    let key = begun(world).await;
    world.resolve(key, 1, Call::Submit, refused(Elsewhere::May)).await;
    world.clock.advance(Duration::from_hours(1));
    assert!(matches!(world.begin(key).await, Begun::Submit(_)));
    key
}

fn reversed() -> Outcome {
    Outcome::Reversed {
        message: "taken back".to_owned(),
    }
}

/// What the supplier is owed for an order by all of its attempts, in cents.
async fn owed(world: &World, key: OrderKey) -> i64 {
    let supplier = "sandbox".parse().unwrap();
    let read = move |tx: &mut engine::db::Tx<'_>| {
        let mut owed = 0;
        for number in 1..=3 {
            let attempt = AttemptId {
                order: key.order,
                number,
            };
            let booked = ledger::booked(tx, key.account, (attempt, &supplier))?;
            owed += booked.iter().map(|booked| booked.minor()).sum::<i64>();
        }
        Ok::<_, engine::Error>(owed)
    };
    world.db.read(read).await.unwrap()
}

#[tokio::test]
async fn an_earlier_attempt_that_turns_out_delivered_ends_an_order_that_waits() {
    let world = World::new(database(), 1, Settings::default()).await;
    let key = under_way_again(&world).await;
    let again = world.resolve(key, 2, Call::Submit, refused(Elsewhere::May)).await;
    assert!(matches!(again, Resolved::Again { .. }), "{again:?}");
    let found = world.resolve(key, 1, Call::Find, delivered(2_500)).await;
    assert_eq!(found, Resolved::Delivered);
    let status = world.find(key).await.status;
    assert!(
        matches!(status, OrderStatus::Delivered { attempt: 1, .. }),
        "{status:?}"
    );
    world.clock.advance(Duration::from_hours(1));
    assert_eq!(world.begin(key).await, Begun::Nothing, "no third attempt is sent");
    assert_eq!(cases(&world).await, []);
    assert_eq!(owed(&world, key).await, 2_400);
    assert_eq!(world.balance(key.account).await, FUNDED - PRICE);
    assert_eq!(world.resolve(key, 2, Call::Find, reversed()).await, Resolved::Stale);
    assert_eq!(world.resolve(key, 1, Call::Find, reversed()).await, Resolved::Reversed);
    assert_eq!((world.balance(key.account).await, owed(&world, key).await), (FUNDED, 0));
    world.check_books().await;
}

#[tokio::test]
async fn an_order_ends_as_delivered_by_an_earlier_attempt_when_the_one_under_way_fails() {
    for end in [refused(Elsewhere::May), refused(Elsewhere::MustNot), reversed()] {
        let world = World::new(database(), 1, Settings::default()).await;
        let key = under_way_again(&world).await;
        let late = world.resolve(key, 1, Call::Find, delivered(2_500)).await;
        assert_eq!(late, Resolved::DeliveredLate, "the second may have been sent");
        let cases = cases(&world).await;
        let why = cases[0].found.facts["why"].as_str().unwrap();
        assert!(why.contains("attempt 2 may have been sent already"), "{why}");
        assert_eq!(world.find(key).await.status.as_str(), "delivering");
        let resolved = world.resolve(key, 2, Call::Submit, end.clone()).await;
        assert_eq!(resolved, Resolved::Delivered, "{end:?}");
        world.clock.advance(Duration::from_hours(1));
        assert_eq!(world.begin(key).await, Begun::Nothing, "no third attempt is sent");
        let order = world.find(key).await;
        assert!(
            matches!(order.status, OrderStatus::Delivered { attempt: 1, .. }),
            "{order:?}"
        );
        assert_eq!(order.receipt.unwrap().cost, Some(usd(2_400)));
        assert_eq!(owed(&world, key).await, 2_400, "its cost is booked once");
        assert_eq!(world.balance(key.account).await, FUNDED - PRICE);
        world.check_books().await;
    }
}

#[tokio::test]
async fn an_order_that_was_delivered_twice_stays_delivered_when_one_is_taken_back() {
    for (first, other) in [(1, 2), (2, 1)] {
        let world = World::new(database(), 1, Settings::default()).await;
        let key = under_way_again(&world).await;
        world.resolve(key, 1, Call::Find, delivered(2_500)).await;
        let ended = world.resolve(key, 2, Call::Submit, delivered(2_500)).await;
        assert_eq!(ended, Resolved::Delivered);
        assert_eq!(owed(&world, key).await, 4_800, "both were delivered");
        let gone = world.resolve(key, first, Call::Find, reversed()).await;
        assert_eq!(gone, Resolved::TakenBackLate);
        let status = world.find(key).await.status;
        assert!(
            matches!(status, OrderStatus::Delivered { attempt, .. } if attempt == other),
            "{status:?}"
        );
        assert_eq!(owed(&world, key).await, 2_400);
        let gone = world.resolve(key, other, Call::Find, reversed()).await;
        assert_eq!(gone, Resolved::Reversed, "now nothing is left of it");
        assert_eq!((world.balance(key.account).await, owed(&world, key).await), (FUNDED, 0));
        world.check_books().await;
    }
}

#[tokio::test]
async fn a_delivery_that_came_late_and_is_taken_back_costs_nothing() {
    let world = World::new(database(), 1, Settings::default()).await;
    let key = begun(&world).await;
    world.resolve(key, 1, Call::Submit, refused(Elsewhere::MustNot)).await;
    world.resolve(key, 1, Call::Find, delivered(2_500)).await;
    assert_eq!(owed(&world, key).await, 2_400);
    for resolved in [Resolved::TakenBackLate, Resolved::Stale] {
        assert_eq!(world.resolve(key, 1, Call::Find, reversed()).await, resolved);
    }
    assert_eq!((world.balance(key.account).await, owed(&world, key).await), (FUNDED, 0));
    world.check_books().await;
}
