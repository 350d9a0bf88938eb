//! Stories of orders: what every answer of a supplier means for the phone and the money.

use std::time::Duration;

use engine::{
    Settings,
    orders::{self, Begun, Call, Order, OrderKey, Recipe, Resolved, Search, newest, search},
};
use model::{Absence, Cause, Clock, Elsewhere, Fault, Outcome, Receipt, Rejection};
use testkit::World;

const NUMBER: &str = "+15551234567";
const FUNDED: i64 = 100_000;
const PRICE: i64 = 2_600;

fn rejected(elsewhere: Elsewhere) -> Outcome {
    let (code, message) = ("refused".to_owned(), "refused".to_owned());
    Outcome::Rejected(Rejection {
        fault: Fault::Operator,
        elsewhere,
        code,
        message,
        again_after_s: None,
    })
}

fn delivered() -> Outcome {
    Outcome::Delivered(Receipt {
        supplier_reference: Some("S1".to_owned()),
        ..Receipt::default()
    })
}

async fn a_world() -> World {
    World::new(testkit::database(), 1, Settings::default()).await
}

#[tokio::test]
async fn a_lease_holds_other_workers_off_until_it_ends() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    let due = async || {
        let now = world.clock.now();
        world.db.read(move |tx| orders::due(tx, now, 10)).await.unwrap()
    };
    assert_eq!(due().await, [key]);
    world.begin(key).await;
    assert_eq!(due().await, [], "its worker has it");
    world.clock.advance(Settings::default().lease);
    assert_eq!(due().await, [key], "its worker is taken for dead");
    assert!(matches!(world.begin(key).await, Begun::Ask(_)));
    assert_eq!(due().await, [], "another one asks");
    world.resolve(key, 1, Call::Find, delivered()).await;
    world.clock.advance(Settings::default().lease);
    assert_eq!(due().await, [], "nothing is left to do");
}

#[tokio::test]
async fn a_delivered_order_costs_its_price_once() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    assert_eq!(
        world.balance(account).await,
        FUNDED - PRICE,
        "the money is held when the order is placed"
    );
    assert!(matches!(world.begin(key).await, Begun::Submit(_)));
    assert_eq!(
        world.begin(key).await,
        Begun::Nothing,
        "a second worker finds nothing to do"
    );
    assert_eq!(
        world.resolve(key, 1, Call::Submit, delivered()).await,
        Resolved::Delivered
    );
    assert_eq!(
        world.resolve(key, 1, Call::Find, delivered()).await,
        Resolved::Stale,
        "an answer twice moves nothing"
    );
    assert_eq!(world.balance(account).await, FUNDED - PRICE);
    world.check_books().await;
}

#[tokio::test]
async fn a_refused_order_is_refunded_in_the_transaction_that_ends_it() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    let resolved = world.resolve(key, 1, Call::Submit, rejected(Elsewhere::MustNot)).await;
    assert_eq!(resolved, Resolved::Refunded);
    assert_eq!(world.balance(account).await, FUNDED);
    assert_eq!(world.find(key).await.status.shown(), "refunded");
    world.check_books().await;
}

#[tokio::test]
async fn a_retriable_refusal_is_tried_again_and_then_refunded() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    for attempt in 1..=3 {
        assert!(matches!(world.begin(key).await, Begun::Submit(_)), "attempt {attempt}");
        let resolved = world
            .resolve(key, attempt, Call::Submit, rejected(Elsewhere::May))
            .await;
        assert_eq!(
            attempt == 3,
            resolved == Resolved::Refunded,
            "attempt {attempt}: {resolved:?}"
        );
        assert_eq!(world.begin(key).await, Begun::Nothing, "not before its pause is over");
        world.clock.advance(Duration::from_mins(1));
    }
    assert_eq!(world.balance(account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_about_and_not_sent_again() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    let resolved = world
        .resolve(key, 1, Call::Submit, Outcome::Unknown(Cause::Timeout))
        .await;
    assert!(matches!(resolved, Resolved::Confirming { .. }));
    assert_eq!(world.balance(account).await, FUNDED - PRICE, "unknown is not failed");
    world.clock.advance(Duration::from_secs(3));
    assert!(matches!(world.begin(key).await, Begun::Ask(_)));
    assert_eq!(
        world.resolve(key, 1, Call::Find, delivered()).await,
        Resolved::Delivered
    );
    world.check_books().await;
}

#[tokio::test]
async fn a_worker_that_died_over_its_call_is_asked_after() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    assert!(matches!(world.begin(key).await, Begun::Submit(_)));
    world.clock.advance(Duration::from_secs(61));
    assert!(
        matches!(world.begin(key).await, Begun::Ask(_)),
        "the lease is over: ask, never send"
    );
    assert_eq!(
        world.resolve(key, 1, Call::Submit, delivered()).await,
        Resolved::Delivered,
        "the dead worker's answer"
    );
    assert_eq!(world.find(key).await.attempts, 1);
    world.check_books().await;
}

#[tokio::test]
async fn a_missing_record_is_proof_only_late_and_often_enough() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    world
        .resolve(key, 1, Call::Submit, Outcome::Unknown(Cause::Timeout))
        .await;
    let absent = || Outcome::Unknown(Cause::NoRecord);
    // It may execute within 10 s, and its worker may have been held up, or be ahead of time, by 5 s each.
    for (after_s, proved) in [(3, false), (4, false), (6, false), (6, false), (2, false), (2, true)] {
        world.clock.advance(Duration::from_secs(after_s));
        let resolved = world.resolve(key, 1, Call::Find, absent()).await;
        assert_eq!(matches!(resolved, Resolved::Again { .. }), proved, "{resolved:?}");
    }
    world.check_books().await;
}

#[tokio::test]
async fn a_supplier_without_a_record_is_asked_as_soon_as_that_proves_something() {
    let mut world = a_world().await;
    let (after, queries) = (Duration::from_mins(10), 3);
    world.recipe = Recipe::new(Absence::Proof { after, queries });
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    let begun_at = world.clock.now();
    let mut resolved = world
        .resolve(key, 1, Call::Submit, Outcome::Unknown(Cause::Timeout))
        .await;
    while let Resolved::Confirming { ask_at } = resolved {
        world.clock.advance(ask_at.since(world.clock.now()));
        assert!(matches!(world.begin(key).await, Begun::Ask(_)));
        resolved = world
            .resolve(key, 1, Call::Find, Outcome::Unknown(Cause::NoRecord))
            .await;
    }
    assert!(matches!(resolved, Resolved::Again { .. }), "{resolved:?}");
    let took = world.clock.now().since(begun_at);
    assert!(took >= after && took < after + Duration::from_mins(3), "{took:?}");
}

#[tokio::test]
async fn a_missing_record_counts_by_when_it_was_asked_for() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    world
        .resolve(key, 1, Call::Submit, Outcome::Unknown(Cause::Timeout))
        .await;
    let absent = || Outcome::Unknown(Cause::NoRecord);
    let asked_early = world.clock.now() + Duration::from_secs(8);
    world.clock.advance(Duration::from_mins(1));
    let asked_in_time = world.clock.now();
    let late_answers = [asked_in_time, asked_in_time, asked_early];
    for called_at in late_answers {
        world.clock.advance(Duration::from_secs(1));
        let resolved = world.resolve_late(key, (1, Call::Find, called_at), absent()).await;
        assert!(
            matches!(resolved, Resolved::Confirming { .. }),
            "on its way for long, or a copy: {resolved:?}"
        );
    }
    let asked_again = world.clock.now() + Duration::from_secs(1);
    world.clock.advance(Duration::from_secs(2));
    let resolved = world.resolve_late(key, (1, Call::Find, asked_again), absent()).await;
    assert!(matches!(resolved, Resolved::Again { .. }), "{resolved:?}");
}

#[tokio::test]
async fn a_reversal_gives_the_price_back_and_the_cost() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    world.resolve(key, 1, Call::Submit, delivered()).await;
    let reversed = || Outcome::Reversed {
        message: "taken back".to_owned(),
    };
    assert_eq!(world.resolve(key, 1, Call::Find, reversed()).await, Resolved::Reversed);
    assert_eq!(world.resolve(key, 1, Call::Find, reversed()).await, Resolved::Stale);
    assert_eq!(world.balance(account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn a_delivery_after_the_refund_is_our_loss_and_not_the_accounts() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    world.resolve(key, 1, Call::Submit, rejected(Elsewhere::MustNot)).await;
    assert_eq!(
        world.resolve(key, 1, Call::Find, delivered()).await,
        Resolved::DeliveredLate
    );
    assert_eq!(
        world.resolve(key, 1, Call::Find, delivered()).await,
        Resolved::Stale,
        "its cost is booked once"
    );
    assert_eq!(world.balance(account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn whoever_runs_it_finds_an_order_by_whatever_is_known_of_it() {
    let world = a_world().await;
    let mut keys = Vec::new();
    for number in [NUMBER, "+15551234568", NUMBER] {
        let account = world.account(FUNDED).await.id;
        keys.push(world.order(account, number).await);
    }
    let order = world.find(keys[1]).await;
    let attempt = format!("att_{}_1", order.id.to_string().trim_start_matches("ord_"));
    for known in [
        order.id.to_string(),
        order.invoice.to_string(),
        attempt,
        "001 555 123 4568".to_owned(),
    ] {
        assert_eq!(found(&world, &known).await, [keys[1]], "{known}");
    }
    assert_eq!(found(&world, NUMBER).await, [keys[2], keys[0]], "the newest first");
    assert_eq!(found(&world, "nobody's").await, []);
    let newest = world.db.read(|tx| newest(tx, 2)).await.unwrap();
    assert_eq!(newest.iter().map(Order::key).collect::<Vec<_>>(), [keys[2], keys[1]]);
}

async fn found(world: &World, known: &str) -> Vec<OrderKey> {
    let wanted = Search::read(known).expect("something is known");
    let found = world
        .db
        .read(move |tx| search(tx, &wanted, 10))
        .await
        .expect("a database");
    found.iter().map(Order::key).collect()
}
