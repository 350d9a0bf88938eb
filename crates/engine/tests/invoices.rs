//! Stories of invoices: created whole or not at all, paid once, never below zero.

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    accounts::{self, AccountError, AccountStatus, Limits, Terms},
    idempotency::IdempotencyKey,
    invoices::{self, EndError, Invoice, InvoiceFilter, PayError, Payment, PlaceError, Placed, Repeats},
    orders::{self, OrderFilter},
    page::PageRequest,
};
use model::{AccountId, Clock};
use testkit::{World, usd};

const PRICE: i64 = 2_600;

async fn a_world() -> World {
    World::new(testkit::database(), 1, Settings::default()).await
}

fn number(last: u32) -> String {
    format!("+1555123{last:04}")
}

async fn count(world: &World, account: AccountId) -> usize {
    let page = PageRequest { start: 0, limit: 50 };
    let filter = InvoiceFilter::default();
    let listed = world.db.read(move |tx| invoices::list(tx, account, filter, page)).await;
    listed.expect("the database works").entries.len()
}

#[tokio::test]
async fn an_invoice_that_cannot_be_paid_for_leaves_nothing_behind() {
    let world = a_world().await;
    let account = world.account(PRICE * 2).await.id;
    let lines = (0..3).map(|last| world.line(&number(last))).collect();
    let refused = world.place(world.request(account, lines)).await.unwrap_err();
    assert!(matches!(refused, PlaceError::BalanceTooLow(short) if short.needed == usd(PRICE * 3)));
    assert_eq!(count(&world, account).await, 0);
    assert_eq!(world.balance(account).await, PRICE * 2);
    world.check_books().await;
}

#[tokio::test]
async fn a_crowd_cannot_spend_more_than_there_is() {
    let world = a_world().await;
    let account = world.account(PRICE * 10).await.id;
    let place = |last| {
        let (db, request) = (
            world.db.clone(),
            world.request(account, vec![world.line(&number(last))]),
        );
        tokio::spawn(async move { db.write(request).await })
    };
    let placing: Vec<_> = (0..40).map(place).collect();
    let mut placed = 0;
    for placing in placing {
        placed += usize::from(placing.await.unwrap().unwrap().is_ok());
    }
    assert_eq!(placed, 10);
    assert_eq!(world.balance(account).await, 0);
    world.check_books().await;
}

#[tokio::test]
async fn the_same_number_and_value_needs_consent_for_a_while() {
    let world = a_world().await;
    let account = world.account(PRICE * 100).await.id;
    let twice = vec![world.line(&number(1)), world.line(&number(1))];
    let first = world
        .place(world.request(account, twice))
        .await
        .expect("two units are no repetition");
    let again = || world.request(account, vec![world.line(&number(1))]);
    let refused = world.place(again()).await.unwrap_err();
    let PlaceError::DuplicateTopup { earlier, line: 0 } = refused else {
        panic!("{refused}")
    };
    assert!(first.orders.iter().any(|order| order.id == earlier));
    let mut meant = again();
    meant.repeats = Repeats::Allow;
    world.place(meant).await.expect("it is meant");
    world.clock.advance(Duration::from_secs(301));
    world.place(again()).await.expect("the window is over");
}

#[tokio::test]
async fn one_key_makes_one_invoice() {
    let world = a_world().await;
    let account = world.account(PRICE * 10).await.id;
    let keyed = |last, body: &[u8]| {
        let mut request = world.request(account, vec![world.line(&number(last))]);
        request.idempotency = Some(IdempotencyKey::new("k1", "/invoices", body));
        request
    };
    let (one, other) = (keyed(1, b"{}"), keyed(1, b"{}"));
    let (first, second) = tokio::join!(world.db.write(one), world.db.write(other));
    let (Placed::New(invoice), Placed::Again(answer)) = (first.unwrap().unwrap(), second.unwrap().unwrap()) else {
        panic!("one is new, the other the same again")
    };
    assert_eq!(answer, invoice.id.to_string());
    assert_eq!(
        world.db.write(keyed(1, b"{}")).await.unwrap(),
        Ok(Placed::Again(answer))
    );
    let reused = world.db.write(keyed(2, b"[]")).await.unwrap();
    assert_eq!(reused, Err(PlaceError::IdempotencyKeyReused));
    assert_eq!(count(&world, account).await, 1);
}

async fn unpaid(world: &World, account: AccountId) -> Invoice {
    let mut request = world.request(account, vec![world.line(&number(7)), world.line(&number(8))]);
    request.payment = Payment::Later;
    world.place(request).await.expect("an unpaid invoice needs no balance")
}

async fn pay(world: &World, invoice: &Invoice) -> Result<invoices::Paid, PayError> {
    let (key, now) = ((invoice.account, invoice.id), world.clock.now());
    world.db.write_with(move |tx| invoices::pay(tx, key, None, now)).await
}

#[tokio::test]
async fn an_unpaid_invoice_is_paid_once() {
    let world = a_world().await;
    let account = world.account(PRICE).await.id;
    let invoice = unpaid(&world, account).await;
    assert_eq!(invoice.shown_status(), "unpaid");
    assert!(matches!(pay(&world, &invoice).await, Err(PayError::BalanceTooLow(_))));
    let (context, now) = (Arc::clone(&world.context), world.clock.now());
    let fund =
        move |tx: &mut engine::db::Tx<'_>| accounts::fund(tx, &context.ids, account, (usd(PRICE * 5), "more"), now);
    world.db.write_with(fund).await.unwrap();
    let paid = pay(&world, &invoice).await.unwrap();
    assert!(matches!(&paid, invoices::Paid::Now(invoice) if invoice.shown_status() == "payment_confirmed"));
    assert!(matches!(
        pay(&world, &invoice).await.unwrap(),
        invoices::Paid::Before(_)
    ));
    assert_eq!(world.balance(account).await, PRICE * 4);
    let now = world.clock.now();
    let due = world.db.read(move |tx| orders::due(tx, now, 10)).await.unwrap();
    assert_eq!(due.len(), 2, "its orders are due");
    world.check_books().await;
}

#[tokio::test]
async fn what_was_cancelled_or_has_expired_cannot_be_paid() {
    let world = a_world().await;
    let account = world.account(PRICE * 10).await.id;
    let cancelled = unpaid(&world, account).await;
    let cancel = |invoice: &Invoice| {
        let (context, key, now) = (Arc::clone(&world.context), (account, invoice.id), world.clock.now());
        world.db.write_with(move |tx| invoices::cancel(tx, &context, key, now))
    };
    let ended = cancel(&cancelled).await.unwrap();
    assert!(ended.orders.iter().all(|order| order.status.shown() == "cancelled"));
    assert!(matches!(cancel(&cancelled).await, Err(EndError::NotPossible(_))));
    assert!(matches!(
        pay(&world, &cancelled).await,
        Err(PayError::NotPayable("cancelled"))
    ));
    let late = unpaid(&world, account).await;
    world.clock.advance(Duration::from_mins(181));
    assert!(
        matches!(pay(&world, &late).await, Err(PayError::NotPayable("expired"))),
        "even before the sweep"
    );
    let (context, now) = (Arc::clone(&world.context), world.clock.now());
    let expire = move |tx: &mut engine::db::Tx<'_>| invoices::expire(tx, &context, now, 10);
    assert_eq!(world.db.write_with(expire).await.unwrap(), 1);
    assert_eq!(world.balance(account).await, PRICE * 10);
    world.check_books().await;
}

#[tokio::test]
async fn limits_hold_and_a_refund_gives_room_again() {
    let world = a_world().await;
    let account = world.account(PRICE * 100).await.id;
    let limits = Limits {
        order_max: Some(usd(PRICE)),
        day_max: Some(usd(PRICE * 3)),
        recipient_day_max: Some(usd(PRICE * 2)),
    };
    world
        .db
        .write_with(move |tx| {
            accounts::set_terms(tx, account, |found| {
                Ok::<_, AccountError>(Terms {
                    limits,
                    ..found.terms()
                })
            })
        })
        .await
        .unwrap();
    let mut dear = world.line(&number(1));
    dear.price = usd(PRICE + 1);
    assert!(matches!(
        world.place(world.request(account, vec![dear])).await,
        Err(PlaceError::LimitExceeded(_))
    ));
    let three = vec![world.line(&number(1)), world.line(&number(1)), world.line(&number(1))];
    let refused = world.place(world.request(account, three)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "orders for one number on one day (UTC) may cost 52.00 USD at most"
    );
    for last in 1..4 {
        world.order(account, &number(last)).await;
    }
    let over = || world.request(account, vec![world.line(&number(9))]);
    let refused = world.place(over()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "orders of one day (UTC) may cost 78.00 USD at most"
    );
    world.clock.advance(Duration::from_hours(24));
    world.place(over()).await.expect("another day");
}

#[tokio::test]
async fn a_suspended_account_may_not_buy() {
    let world = a_world().await;
    let account = world.account(PRICE * 10).await.id;
    let invoice = unpaid(&world, account).await;
    let suspend = move |tx: &mut engine::db::Tx<'_>| accounts::set_status(tx, account, AccountStatus::Suspended);
    world.db.write_with(suspend).await.unwrap();
    let refused = world
        .place(world.request(account, vec![world.line(&number(1))]))
        .await
        .unwrap_err();
    assert_eq!(refused, PlaceError::AccountSuspended);
    assert!(matches!(pay(&world, &invoice).await, Err(PayError::AccountSuspended)));
}

#[tokio::test]
async fn pages_begin_at_a_number_and_miss_nothing() {
    let world = a_world().await;
    let (account, other) = (
        world.account(PRICE * 1_000).await.id,
        world.account(PRICE * 10).await.id,
    );
    let began = world.clock.now();
    for last in 0..130 {
        world.clock.advance(Duration::from_millis(10));
        world.order(account, &number(last)).await;
        if last % 40 == 0 {
            world.order(other, &number(last)).await;
        }
    }
    let list = |filter: OrderFilter, start| {
        let page = PageRequest { start, limit: 50 };
        world.db.read(move |tx| orders::list(tx, account, &filter, page))
    };
    let mut seen = Vec::new();
    for (start, more) in [(0, true), (50, true), (100, false)] {
        let page = list(OrderFilter::default(), start).await.unwrap();
        assert_eq!(page.more, more);
        seen.extend(page.entries.into_iter().map(|order| order.number));
    }
    assert_eq!(seen, (1..=130).rev().collect::<Vec<_>>());
    let (after, before) = (
        Some(began + Duration::from_millis(200)),
        Some(began + Duration::from_millis(300)),
    );
    let span = list(
        OrderFilter {
            after,
            before,
            ..OrderFilter::default()
        },
        0,
    )
    .await
    .unwrap();
    assert_eq!(span.entries.len(), 10, "after is inclusive, before is not");
    let phone_number = Some(number(5).parse().unwrap());
    let one = list(
        OrderFilter {
            phone_number,
            ..OrderFilter::default()
        },
        0,
    )
    .await
    .unwrap();
    assert_eq!(one.entries.len(), 1);
    for (status, expected) in [("pending", 50), ("delivered", 0), ("refunded", 0)] {
        let filter = OrderFilter {
            status: Some(status.to_owned()),
            ..OrderFilter::default()
        };
        assert_eq!(list(filter, 0).await.unwrap().entries.len(), expected, "{status}");
    }
}
