//! Stories of orders among several suppliers: who gets them, what they wait for, what is kept of it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::{
    Settings,
    accounts::Directory,
    db::{Command, Tx},
    health::{BreakerRules, Force, Grade, Health, Switch},
    orders::{self, Begin, Begun, Call, OrderKey, Resolve, Resolved, Submission},
    routing::{self, ActivateError, Conditions, Note, RuleSet},
};
use model::{Cause, Clock, Elsewhere, Exchange, Fault, Outcome, Receipt, Rejection};
use testkit::{World, usd};

const NUMBER: &str = "+15551234567";
const FUNDED: i64 = 100_000;

/// A world in which two suppliers sell, `cheap` for less than `dear`.
async fn a_world() -> World {
    let mut world = World::new(testkit::database(), 1, Settings::default()).await;
    world.sell_from(&[("cheap", 2_400), ("dear", 2_500)]).await;
    world
}

/// Lets suppliers want so many seconds between two submissions for a number.
fn pause(world: &mut World, suppliers: &[(&str, u64)]) {
    let named = |(name, seconds): &(&str, u64)| (name.parse().unwrap(), Duration::from_secs(*seconds));
    let all: BTreeMap<_, _> = suppliers.iter().map(named).collect();
    world.conditions = Arc::new(Conditions {
        suppliers: Some(Arc::new(all)),
        ..Conditions::default()
    });
}

fn submitted(begun: Begun) -> Submission {
    match begun {
        Begun::Submit(submission) => submission,
        other => panic!("{other:?}"),
    }
}

async fn supplier_of(world: &World, key: OrderKey) -> String {
    submitted(world.begin(key).await).supplier.to_string()
}

fn refused(elsewhere: Elsewhere, again_after_s: Option<u32>) -> Outcome {
    Outcome::Rejected(Rejection {
        fault: Fault::Supplier,
        elsewhere,
        code: "E17".to_owned(),
        message: "not now".to_owned(),
        again_after_s,
    })
}

#[tokio::test]
async fn an_order_moves_on_after_a_refusal_and_keeps_the_proof() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    assert_eq!(supplier_of(&world, key).await, "cheap");
    world.resolve(key, 1, Call::Submit, refused(Elsewhere::May, None)).await;
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(supplier_of(&world, key).await, "dear");
    let attempts = world.db.read(move |tx| orders::attempts(tx, key)).await.unwrap();
    assert_eq!(attempts[0].rule.as_ref().unwrap().in_english(), "cheap refused it: E17");
    let choice = attempts[1].choice.as_ref().unwrap();
    let offers: Vec<_> = choice.offers.iter().map(|offer| offer.supplier.as_str()).collect();
    assert_eq!(offers, ["dear", "cheap"]);
    assert!(choice.offers[1].says.contains(&Note::Refused(1)));
}

#[tokio::test]
async fn silence_never_moves_an_order_on_until_absence_is_proof() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    world
        .resolve(key, 1, Call::Submit, Outcome::Unknown(Cause::Timeout))
        .await;
    for question in 0..3 {
        world.clock.advance(Duration::from_secs(30));
        assert!(matches!(world.begin(key).await, Begun::Ask(_)), "question {question}");
        let absent = Outcome::Unknown(Cause::NoRecord);
        if matches!(world.resolve(key, 1, Call::Find, absent).await, Resolved::Again { .. }) {
            break;
        }
    }
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(supplier_of(&world, key).await, "dear");
    let attempts = world.db.read(move |tx| orders::attempts(tx, key)).await.unwrap();
    let rule = attempts[0].rule.as_ref().unwrap().in_english();
    assert!(
        rule.starts_with("cheap had no record of it 2 times in a row, asked 60 s after"),
        "{rule}"
    );
}

#[tokio::test]
async fn a_number_that_is_to_be_left_alone_goes_to_another_supplier_or_waits() {
    let mut world = a_world().await;
    pause(&mut world, &[("cheap", 120), ("dear", 60)]);
    let mut suppliers = Vec::new();
    let mut keys = Vec::new();
    for _ in 0..3 {
        // The rule is for the number, whoever buys.
        let account = world.account(FUNDED).await.id;
        let key = world.order(account, NUMBER).await;
        keys.push(key);
        match world.begin(key).await {
            Begun::Submit(submission) => suppliers.push(submission.supplier.to_string()),
            Begun::Waits { .. } => suppliers.push("waits".to_owned()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(suppliers, ["cheap", "dear", "waits"]);
    let waiting = world.find(keys[2]).await;
    assert!(waiting.is_held_up() && waiting.status.shown() == "pending");
    let why = waiting.held_up.unwrap().why.in_english();
    assert!(
        why.starts_with("dear: wants this number to be left alone until"),
        "{why}"
    );
    world.clock.advance(Duration::from_secs(71));
    assert_eq!(supplier_of(&world, keys[2]).await, "dear");
    assert_eq!(world.find(keys[2]).await.held_up, None);
}

#[tokio::test]
async fn of_several_orders_for_one_number_at_once_one_is_sent() {
    let mut world = a_world().await;
    pause(&mut world, &[("cheap", 120)]);
    let world = Arc::new(world);
    let mut keys = Vec::new();
    for _ in 0..6 {
        let account = world.account(FUNDED).await.id;
        keys.push(world.order(account, NUMBER).await);
    }
    let mut running = tokio::task::JoinSet::new();
    for key in keys {
        let world = Arc::clone(&world);
        running.spawn(async move { world.begin(key).await });
    }
    let begun = running.join_all().await;
    let sent = begun.iter().filter(|begun| matches!(begun, Begun::Submit(_))).count();
    let waiting = begun
        .iter()
        .filter(|begun| matches!(begun, Begun::Waits { .. }))
        .count();
    assert_eq!((sent, waiting), (1, 5));
}

#[tokio::test]
async fn a_supplier_that_names_a_pause_is_left_alone_for_that_number_only() {
    let mut world = a_world().await;
    world.sell_from(&[("cheap", 2_400)]).await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    world
        .resolve(key, 1, Call::Submit, refused(Elsewhere::May, Some(90)))
        .await;
    world.clock.advance(Duration::from_secs(5));
    assert!(matches!(world.begin(key).await, Begun::Waits { .. }));
    let other = world.order(account, "+15551234568").await;
    assert_eq!(supplier_of(&world, other).await, "cheap");
    let now = world.clock.now();
    let paced = world.db.read(move |tx| routing::paced(tx, now)).await.unwrap();
    assert_eq!(paced.len(), 1, "every process looks numbers up from now on");
    world.clock.advance(Duration::from_secs(86));
    assert_eq!(supplier_of(&world, key).await, "cheap");
}

#[tokio::test]
async fn an_order_waits_no_longer_than_the_setting_and_is_refunded() {
    let mut world = a_world().await;
    let forced = ["cheap", "dear"].map(|name| Switch {
        supplier: name.parse().unwrap(),
        operator: None,
        force: Force::Open,
        why: "a dispute".to_owned(),
        made_by: "ana".to_owned(),
        made_at: world.clock.now(),
    });
    world.conditions = Arc::new(Conditions {
        switches: Arc::new(forced.to_vec()),
        ..Conditions::default()
    });
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    let mut waits = 0;
    while let Begun::Waits { until } = world.begin(key).await {
        waits += 1;
        world.clock.advance(until.since(world.clock.now()));
    }
    assert_eq!(waits, 60, "every half minute for half an hour");
    let order = world.find(key).await;
    assert_eq!(order.status.shown(), "refunded");
    assert_eq!(order.failure.unwrap().message, "no supplier could be used in time");
    assert_eq!(world.balance(account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn of_a_flood_only_some_find_out_whether_a_supplier_works_again() {
    let mut world = a_world().await;
    world.sell_from(&[("cheap", 1_000), ("dear", 2_500)]).await;
    let (supplier, operator) = ("cheap".parse().unwrap(), "at-t-usa".parse().unwrap());
    let mut health = Health::new(BreakerRules::default());
    for _ in 0..5 {
        health.heard(&supplier, &operator, Grade::Failed, world.clock.now());
    }
    world.clock.advance(Duration::from_secs(31));
    world.conditions = Arc::new(Conditions {
        standings: Arc::new(health.standings(world.clock.now())),
        ..Conditions::default()
    });
    let account = world.account(FUNDED).await.id;
    let directory = Arc::new(world.db.read(Directory::load).await.unwrap());
    let mut set = Vec::new();
    for last in 0..8 {
        set.push(Begin {
            key: world.order(account, &format!("+1555123000{last}")).await,
            now: world.clock.now(),
            catalog: Arc::clone(&world.catalog),
            directory: Arc::clone(&directory),
            conditions: Arc::clone(&world.conditions),
            context: Arc::clone(&world.context),
        });
    }
    let begun = world.db.write_with(move |tx| Begin::run(tx, &set)).await.unwrap();
    let chosen = begun.into_iter().map(|begun| submitted(begun).supplier.to_string());
    let probes = chosen.filter(|name| name == "cheap").count();
    assert_eq!(probes, 2, "as many as the breaker's rules let through");
}

#[tokio::test]
async fn evidence_is_kept_with_the_answer_and_forgotten_in_time() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    let exchange = Exchange {
        sent_at_us: world.clock.now().as_micros(),
        request: "POST /topups {…}".to_owned(),
        answer: Some("200 {\"status\":\"SUCCESSFUL\"}".to_owned()),
        duration_ms: Some(840),
        rule: Some("status SUCCESSFUL".to_owned()),
    };
    let now = world.clock.now();
    let resolve = Resolve {
        key,
        attempt: 1,
        outcome: Outcome::Delivered(Receipt::default()),
        call: Call::Submit,
        recipe: world.recipe,
        exchanges: vec![exchange.clone()],
        called_at: now,
        now,
        context: Arc::clone(&world.context),
    };
    assert_eq!(world.db.write(resolve).await.unwrap(), Resolved::Delivered);
    let kept = world.db.read(move |tx| orders::calls(tx, key)).await.unwrap();
    assert_eq!(
        (kept.len(), kept[0].number, &kept[0].exchanges),
        (1, 0, &vec![exchange])
    );
    let later = now + Duration::from_secs(1);
    let forget = world.db.write_with(move |tx| orders::forget_calls(tx, later, 10));
    assert_eq!(forget.await.unwrap(), 1);
}

#[tokio::test]
async fn what_a_supplier_says_that_it_cost_is_owed_and_forgiven() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    let receipt = Receipt {
        cost: Some(usd(2_437)),
        ..Receipt::default()
    };
    world.resolve(key, 1, Call::Submit, Outcome::Delivered(receipt)).await;
    let owed = move |tx: &mut Tx<'_>| {
        let id = orders::attempts(tx, key)?[0].id;
        engine::ledger::transfers(tx, account, &id.to_string())
    };
    let legs = world.db.read(owed).await.unwrap();
    assert_eq!((legs.len(), legs[0].amount), (1, usd(2_437)));
    let message = "taken back".to_owned();
    world.resolve(key, 1, Call::Find, Outcome::Reversed { message }).await;
    let legs = world.db.read(owed).await.unwrap();
    assert!(legs.iter().all(|leg| leg.amount == usd(2_437)) && legs.len() == 2);
    assert_eq!(world.balance(account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn rules_are_versions_and_going_back_is_one_more() {
    let world = a_world().await;
    let now = world.clock.now();
    let rules: RuleSet = serde_json::from_str(r#"{"prefer": [{"suppliers": ["dear"]}]}"#).unwrap();
    let changed = rules.clone();
    let write = world.db.write_with(move |tx| {
        assert_eq!(routing::latest(tx)?, 0);
        routing::activate(tx, &RuleSet::default(), ("the beginning", "ana"), now)?;
        routing::activate(tx, &changed, ("a better contract", "ana"), now)?;
        routing::rollback(tx, 1, ("it was none", "bo"), now)
    });
    let back = write.await.unwrap();
    assert_eq!((back.version, &back.rules), (3, &RuleSet::default()));
    let history = world.db.read(|tx| routing::history(tx, 10)).await.unwrap();
    assert_eq!(history.iter().map(|one| one.version).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(history[1].rules, rules);
    let unknown = world
        .db
        .write_with(move |tx| routing::rollback(tx, 9, ("", ""), now))
        .await;
    assert!(matches!(unknown.unwrap_err(), ActivateError::Unknown(9)));
}

#[tokio::test]
async fn a_dry_run_says_which_orders_other_rules_would_have_moved() {
    let world = a_world().await;
    let account = world.account(FUNDED).await.id;
    let mut past = Vec::new();
    for last in 0..3 {
        let key = world.order(account, &format!("+1555123000{last}")).await;
        world.begin(key).await;
        let attempts = world.db.read(move |tx| orders::attempts(tx, key)).await.unwrap();
        past.push((world.find(key).await, attempts[0].clone()));
    }
    let rules = serde_json::from_str(r#"{"prefer": [{"suppliers": ["dear"], "where": {"country": "US"}}]}"#).unwrap();
    let conditions = Conditions {
        rules: Arc::new(rules),
        ..Conditions::default()
    };
    let run = routing::dry_run(&world.catalog, &conditions, &past);
    assert_eq!((run.orders, run.same, run.moved.len()), (3, 0, 3));
    let moved = &run.moved[0];
    assert_eq!((moved.from.as_str(), moved.to.as_str()), ("cheap", "dear"));
    assert_eq!((moved.cost, moved.would_cost), (usd(2_400), usd(2_500)));
    let same = routing::dry_run(&world.catalog, &Conditions::default(), &past);
    assert_eq!((same.same, same.moved.len()), (3, 0));
}
