//! What comes to light after an order has ended: it is put before a person, and no money moves by itself.

#![allow(clippy::unwrap_used, reason = "these are tests all through")]

use engine::{
    Settings,
    cases::{self, Case, CaseFilter, CaseKind},
    orders::{Begun, Call, OrderKey, Resolved},
};
use model::{Elsewhere, Fault, Outcome, Receipt, Rejection};
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
    world.clock.advance(std::time::Duration::from_hours(1));
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
