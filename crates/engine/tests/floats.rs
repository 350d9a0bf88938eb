//! Our money at suppliers: watched, low, and too low to sell from.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    cases::{self, Case, CaseFilter},
    catalog::Snapshot,
    db::Tx,
    floats::{self, Deposit, FloatPolicy, Thresholds, Turn, Watched},
};
use model::{Clock, SupplierName};
use testkit::{World, database, usd};

/// Thresholds alone say what is low.
const POLICY: FloatPolicy = FloatPolicy {
    kept: Duration::from_hours(48),
    warn_within: Duration::ZERO,
};

fn sandbox() -> SupplierName {
    "sandbox".parse().unwrap()
}

async fn world() -> World {
    World::new(database(), 1, Settings::default()).await
}

/// Lets an hour pass and tells a float.
async fn tell(world: &World, cents: i64) -> Watched {
    tell_with(world, cents, POLICY).await
}

async fn tell_with(world: &World, cents: i64, policy: FloatPolicy) -> Watched {
    world.clock.advance(Duration::from_hours(1));
    let (context, now) = (Arc::clone(&world.context), world.clock.now());
    let watch = move |tx: &mut Tx<'_>| floats::watch(tx, &context, &sandbox(), usd(cents), (policy, now));
    world.db.write_with(watch).await.unwrap()
}

async fn set(world: &World, low: Option<i64>, stop: Option<i64>) {
    let thresholds = Thresholds {
        currency: usd(0).currency(),
        low: low.map(usd),
        stop: stop.map(usd),
    };
    let set = move |tx: &mut Tx<'_>| floats::set_thresholds(tx, &sandbox(), &thresholds);
    world.db.write_with(set).await.unwrap();
}

async fn open_cases(world: &World) -> Vec<Case> {
    world
        .db
        .read(|tx| cases::list(tx, &CaseFilter::default(), 10))
        .await
        .unwrap()
}

async fn is_on_sale(world: &World) -> bool {
    let now = world.clock.now();
    let snapshot = world.db.read(move |tx| Snapshot::load(tx, now)).await.unwrap();
    snapshot.product("at-t-usa").unwrap().in_stock
}

#[tokio::test]
async fn a_low_float_opens_one_case_and_a_higher_one_closes_it() {
    let world = world().await;
    set(&world, Some(5_000), None).await;
    assert_eq!(tell(&world, 1_000_000).await.turns, []);
    assert_eq!(tell(&world, 5_000).await.turns, [Turn::Low]);
    assert_eq!(tell(&world, 4_000).await.turns, [], "told once");
    let cases = open_cases(&world).await;
    assert_eq!(cases[0].found.facts["why"], "50.00 USD is at or below 50.00 USD");
    assert_eq!(tell(&world, 900_000).await.turns, [Turn::Recovered]);
    assert_eq!(open_cases(&world).await, []);
    tell(&world, 4_000).await;
    assert_eq!(open_cases(&world).await.len(), 1, "low again is another case");
}

#[tokio::test]
async fn below_the_other_threshold_nothing_is_sold_from_there() {
    let world = world().await;
    set(&world, None, Some(1_000)).await;
    assert_eq!(tell(&world, 1_001).await.turns, []);
    let watched = tell(&world, 1_000).await;
    assert!(watched.stopped && watched.turns.contains(&Turn::Stopped), "{watched:?}");
    assert!(!is_on_sale(&world).await, "nobody else sells it");
    assert_eq!(tell(&world, 500).await.turns, []);
    let watched = tell(&world, 90_000).await;
    assert!(
        !watched.stopped && watched.turns.contains(&Turn::Resumed),
        "{watched:?}"
    );
    assert!(is_on_sale(&world).await);
}

#[tokio::test]
async fn a_float_that_is_used_up_soon_is_low_without_a_threshold() {
    let world = world().await;
    let policy = FloatPolicy {
        warn_within: Duration::from_hours(24),
        ..POLICY
    };
    tell_with(&world, 100_000, policy).await;
    let watched = tell_with(&world, 90_000, policy).await;
    assert_eq!(watched.turns, [Turn::Low], "nine hours are left");
    let watched = tell_with(&world, 500_000, policy).await;
    assert_eq!(watched.turns, [Turn::Recovered], "a hundred hours are left");
    let burn = watched.burn.unwrap();
    assert_eq!((burn.lost, burn.span), (usd(10_000), Duration::from_hours(2)));
}

#[tokio::test]
async fn floats_are_kept_for_a_while_and_found_by_their_moment() {
    let world = world().await;
    let begins = world.clock.now();
    for hour in 1..=60 {
        tell(&world, 1_000_000 - hour).await;
    }
    let near = |hours: u64| begins + Duration::from_hours(hours);
    let find = |moment, within| {
        let read = world
            .db
            .read(move |tx: &mut Tx<'_>| floats::nearest(tx, &sandbox(), moment, within));
        async { read.await.unwrap().map(|sample| sample.float) }
    };
    let hour = Duration::from_hours(1);
    assert_eq!(
        find(near(50) + Duration::from_mins(20), hour).await,
        Some(usd(1_000_000 - 50))
    );
    assert_eq!(find(near(3), hour).await, None, "it was forgotten");
    assert_eq!(find(near(70), hour).await, None, "there is none near");
}

#[tokio::test]
async fn a_deposit_is_noted_once() {
    let world = world().await;
    let deposit = Deposit {
        made_at: world.clock.now(),
        amount: usd(50_000),
        note: "transfer 7".to_owned(),
    };
    let add = |deposit: Deposit| {
        world
            .db
            .write_with(move |tx: &mut Tx<'_>| floats::add_deposit(tx, &sandbox(), &deposit))
    };
    assert!(add(deposit.clone()).await.unwrap());
    assert!(!add(deposit.clone()).await.unwrap());
    let span = (deposit.made_at, deposit.made_at + Duration::from_secs(1));
    let noted = world
        .db
        .read(move |tx| floats::deposits(tx, &sandbox(), span))
        .await
        .unwrap();
    assert_eq!(noted, [deposit]);
}
