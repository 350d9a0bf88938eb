//! Paying money into an account and out of it: once, by two people where it is much, and never what isn't there.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    audit::Actor,
    fundings::{self, Direction, Funding, FundingError, NewFunding, Status},
    ledger,
};
use model::{AccountId, Clock, DepositId, Money};
use testkit::{World, database, usd};

/// What one person may pay alone in these stories.
const ALONE: i64 = 10_000;

async fn world() -> World {
    World::new(database(), 1, Settings::default()).await
}

fn person(name: &str) -> Actor {
    Actor {
        id: format!("usr_{name}"),
        name: name.to_owned(),
    }
}

fn new_id(world: &World) -> DepositId {
    DepositId::from_uuid(world.context.ids.next(world.clock.now()))
}

fn wanted(world: &World, account: AccountId, (direction, cents): (Direction, i64)) -> NewFunding {
    NewFunding {
        account,
        id: new_id(world),
        direction,
        amount: usd(cents),
        reason: "bank transfer".to_owned(),
        reference: Some("BT-17".to_owned()),
    }
}

async fn begin(world: &World, new: &NewFunding, by: &str) -> Result<Funding, FundingError> {
    let (new, by, now) = (new.clone(), person(by), world.clock.now());
    let alone = Some(usd(ALONE));
    let begin = move |tx: &mut engine::db::Tx<'_>| fundings::begin(tx, &new, (&by, alone), now);
    world.db.write_with(begin).await
}

async fn approve(world: &World, new: &NewFunding, by: &str) -> Result<Funding, FundingError> {
    let (key, by, now) = ((new.account, new.id), person(by), world.clock.now());
    let approve = move |tx: &mut engine::db::Tx<'_>| fundings::approve(tx, key, &by, now);
    world.db.write_with(approve).await
}

async fn refuse(world: &World, new: &NewFunding, by: &str) -> Result<Funding, FundingError> {
    let (key, by, now) = ((new.account, new.id), person(by), world.clock.now());
    let refuse = move |tx: &mut engine::db::Tx<'_>| fundings::refuse(tx, key, (&by, Some("not ours")), now);
    world.db.write_with(refuse).await
}

/// What an account may spend; the books are whole.
async fn balance(world: &World, account: AccountId) -> Money {
    let report = world.db.read(ledger::check).await.unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    let standings = world.db.read(move |tx| ledger::standings(tx, &[account])).await;
    standings.unwrap()[&account].balance
}

#[tokio::test]
async fn a_little_is_paid_at_once_and_a_form_that_is_sent_twice_pays_once() {
    let world = world().await;
    let account = world.account(0).await.id;
    let new = wanted(&world, account, (Direction::Deposit, 5_000));
    for _ in 0..2 {
        let funding = begin(&world, &new, "ana").await.unwrap();
        assert_eq!(funding.status, Status::Paid(None));
    }
    assert_eq!(balance(&world, account).await, usd(5_000));
    let other = NewFunding {
        amount: usd(6_000),
        ..new
    };
    let refused = begin(&world, &other, "ana").await;
    assert!(matches!(refused, Err(FundingError::NameTaken(_))), "{refused:?}");
    let page = engine::page::PageRequest { start: 0, limit: 5 };
    let lines = world
        .db
        .read(move |tx| ledger::statement(tx, account, page))
        .await
        .unwrap();
    assert_eq!(lines.entries[0].note.as_deref(), Some("bank transfer (BT-17)"));
}

#[tokio::test]
async fn much_waits_for_a_second_person_who_is_not_the_first() {
    let world = world().await;
    let account = world.account(0).await.id;
    let new = wanted(&world, account, (Direction::Deposit, ALONE + 1));
    assert_eq!(begin(&world, &new, "ana").await.unwrap().status, Status::Waiting);
    assert_eq!(balance(&world, account).await, usd(0));
    let waiting = world.db.read(|tx| fundings::waiting(tx, 10)).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let own = approve(&world, &new, "ana").await;
    assert!(matches!(own, Err(FundingError::OwnProposal)), "{own:?}");
    let paid = approve(&world, &new, "ben").await.unwrap();
    assert_eq!(paid.status.answer().unwrap().by, person("ben"));
    assert_eq!(balance(&world, account).await, usd(ALONE + 1));
    let again = approve(&world, &new, "cleo").await;
    assert!(matches!(again, Err(FundingError::Answered("paid"))), "{again:?}");
    assert_eq!(balance(&world, account).await, usd(ALONE + 1));
    assert!(world.db.read(|tx| fundings::waiting(tx, 10)).await.unwrap().is_empty());
}

#[tokio::test]
async fn of_many_who_approve_and_refuse_at_once_one_is_heard() {
    let world = Arc::new(world().await);
    let account = world.account(0).await.id;
    for round in 0..10_i64 {
        let before = balance(&world, account).await;
        let new = wanted(&world, account, (Direction::Deposit, ALONE + 1 + round));
        begin(&world, &new, "ana").await.unwrap();
        let answers = (0..8).map(|number| {
            let (world, new) = (Arc::clone(&world), new.clone());
            tokio::spawn(async move {
                let by = format!("person-{number}");
                if number % 2 == 0 {
                    approve(&world, &new, &by).await
                } else {
                    refuse(&world, &new, &by).await
                }
            })
        });
        let mut heard = Vec::new();
        for answer in answers.collect::<Vec<_>>() {
            match answer.await.unwrap() {
                Ok(funding) => heard.push(funding),
                Err(error) => assert!(matches!(error, FundingError::Answered(_)), "{error:?}"),
            }
        }
        assert_eq!(heard.len(), 1, "{heard:?}");
        let paid = matches!(heard[0].status, Status::Paid(_));
        let grown = balance(&world, account).await.checked_sub(before).unwrap();
        assert_eq!(grown, usd(if paid { ALONE + 1 + round } else { 0 }));
    }
}

#[tokio::test]
async fn what_is_refused_or_taken_back_pays_nothing() {
    let world = world().await;
    let account = world.account(0).await.id;
    for by in ["ben", "ana"] {
        let new = wanted(&world, account, (Direction::Deposit, 2 * ALONE));
        begin(&world, &new, "ana").await.unwrap();
        let refused = refuse(&world, &new, by).await.unwrap();
        assert_eq!(refused.status.answer().unwrap().why.as_deref(), Some("not ours"));
        let late = approve(&world, &new, "cleo").await;
        assert!(matches!(late, Err(FundingError::Answered("refused"))), "{late:?}");
    }
    assert_eq!(balance(&world, account).await, usd(0));
    let unknown = wanted(&world, account, (Direction::Deposit, 1));
    assert!(matches!(
        approve(&world, &unknown, "ben").await,
        Err(FundingError::Unknown(_))
    ));
}

#[tokio::test]
async fn what_open_orders_hold_can_not_be_taken_out() {
    let world = world().await;
    let account = world.account(10_000).await.id;
    world.order(account, "+15551234567").await;
    let available = balance(&world, account).await;
    assert_eq!(available, usd(10_000 - 2_600), "an order holds its price");
    let all = wanted(&world, account, (Direction::Withdrawal, 10_000));
    let refused = begin(&world, &all, "ana").await;
    assert!(
        matches!(&refused, Err(FundingError::InsufficientBalance(short)) if short.available == available),
        "{refused:?}"
    );
    let rest = wanted(&world, account, (Direction::Withdrawal, 7_400));
    begin(&world, &rest, "ana").await.unwrap();
    assert_eq!(balance(&world, account).await, usd(0));
}

#[tokio::test]
async fn a_withdrawal_that_is_approved_too_late_stays_open_and_takes_nothing() {
    let world = world().await;
    let account = world.account(15_000).await.id;
    let large = wanted(&world, account, (Direction::Withdrawal, 12_000));
    assert_eq!(begin(&world, &large, "ana").await.unwrap().status, Status::Waiting);
    let small = wanted(&world, account, (Direction::Withdrawal, 5_000));
    begin(&world, &small, "ana").await.unwrap();
    let short = approve(&world, &large, "ben").await;
    assert!(matches!(short, Err(FundingError::InsufficientBalance(_))), "{short:?}");
    assert_eq!(balance(&world, account).await, usd(10_000));
    let more = wanted(&world, account, (Direction::Deposit, 5_000));
    begin(&world, &more, "ana").await.unwrap();
    approve(&world, &large, "ben").await.unwrap();
    assert_eq!(balance(&world, account).await, usd(3_000));
}

#[tokio::test]
async fn much_in_little_pieces_is_much_until_a_day_has_passed() {
    let world = world().await;
    let account = world.account(0).await.id;
    let pay = async |cents: i64| {
        let new = wanted(&world, account, (Direction::Deposit, cents));
        let funding = begin(&world, &new, "ana").await.unwrap();
        funding.status == Status::Paid(None)
    };
    assert!(pay(6_000).await && pay(4_000).await);
    assert!(!pay(1).await, "by one cent too much");
    let out = wanted(&world, account, (Direction::Withdrawal, 1_000));
    assert_eq!(
        begin(&world, &out, "ana").await.unwrap().status,
        Status::Paid(None),
        "the other way is counted by itself"
    );
    world.clock.advance(Duration::from_hours(24));
    assert!(pay(10_000).await);
}

#[tokio::test]
async fn of_two_payments_at_once_that_are_too_much_together_one_waits() {
    let world = Arc::new(world().await);
    let account = world.account(0).await.id;
    let pay = |by: &'static str| {
        let (world, new) = (Arc::clone(&world), wanted(&world, account, (Direction::Deposit, 7_000)));
        tokio::spawn(async move { begin(&world, &new, by).await.unwrap().status == Status::Waiting })
    };
    let waits = [pay("ana"), pay("ben")];
    let mut waiting = 0;
    for wait in waits {
        waiting += i32::from(wait.await.unwrap());
    }
    assert_eq!(waiting, 1);
    assert_eq!(balance(&world, account).await, usd(7_000));
}

#[tokio::test]
async fn what_can_not_be_meant_is_refused() {
    let world = world().await;
    let account = world.account(0).await.id;
    let good = wanted(&world, account, (Direction::Deposit, 100));
    let with = |change: fn(&mut NewFunding)| {
        let mut new = good.clone();
        change(&mut new);
        new
    };
    let wrong = [
        with(|new| new.amount = usd(0)),
        with(|new| new.amount = usd(-5)),
        with(|new| new.amount = usd(fundings::AMOUNT_MAX_MINOR + 1)),
        with(|new| new.amount = Money::new(100, "EUR".parse().unwrap())),
        with(|new| new.reason = " x ".to_owned()),
        with(|new| new.reference = Some("x".repeat(101))),
        with(|new| new.account = "acc_01h455vb4pex5vsknk084sn02q".parse().unwrap()),
    ];
    let mut said = Vec::new();
    for new in &wrong {
        said.push(begin(&world, new, "ana").await.unwrap_err().to_string());
    }
    insta::assert_snapshot!(said.join("\n"));
    assert_eq!(balance(&world, account).await, usd(0));
}

#[tokio::test]
async fn a_currency_without_a_rate_always_needs_a_second_person() {
    let world = world().await;
    let settings = Settings {
        funding_alone_max: Some(usd(ALONE)),
        ..Settings::default()
    };
    let max = |currency: &str| fundings::alone_max(&settings, &world.catalog, currency.parse().unwrap());
    assert_eq!(max("USD"), Some(usd(ALONE)));
    assert!(max("EUR").unwrap().minor() > 5_000);
    let unrated = "CHE".parse().unwrap();
    assert_eq!(max("CHE").unwrap(), Money::zero(unrated));
    let open = Settings {
        funding_alone_max: None,
        ..Settings::default()
    };
    assert_eq!(fundings::alone_max(&open, &world.catalog, unrated), None);
}
