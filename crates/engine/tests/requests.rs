//! Requests are added up by account and day, and forgotten when they are old.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use engine::{
    Settings,
    db::Tx,
    requests::{self, Requests},
};
use model::AccountId;
use testkit::World;

async fn add(world: &World, counted: Vec<Requests>) {
    let add = move |tx: &mut Tx<'_>| requests::add(tx, &counted);
    world.db.write_with(add).await.unwrap();
}

async fn of(world: &World, account: AccountId) -> Vec<(i64, [i64; 4])> {
    let found = world
        .db
        .read(move |tx| requests::of_account(tx, account, [0, 1_000]))
        .await;
    found.unwrap().into_iter().map(|one| (one.day, one.ends)).collect()
}

#[tokio::test]
async fn what_was_counted_adds_up_by_account_and_day() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let (first, second) = (world.account(0).await.id, world.account(0).await.id);
    let counted = |account, day, ends| Requests { account, day, ends };
    add(
        &world,
        vec![counted(second, 7, [1, 0, 0, 0]), counted(first, 7, [5, 1, 0, 0])],
    )
    .await;
    add(
        &world,
        vec![counted(first, 7, [1, 0, 2, 1]), counted(first, 8, [1, 0, 0, 0])],
    )
    .await;
    assert_eq!(of(&world, first).await, [(7, [6, 1, 2, 1]), (8, [1, 0, 0, 0])]);
    assert_eq!(of(&world, second).await, [(7, [1, 0, 0, 0])], "others' are others'");
}

#[tokio::test]
async fn old_days_are_forgotten_some_at_a_time() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let account = world.account(0).await.id;
    let ends = [1; 4];
    add(&world, (1..=5).map(|day| Requests { account, day, ends }).collect()).await;
    let mut gone = Vec::new();
    for _ in 0..3 {
        let forget = |tx: &mut Tx<'_>| requests::forget(tx, 4, 2);
        gone.push(world.db.write_with(forget).await.unwrap());
    }
    assert_eq!(gone, [2, 1, 0]);
    let left: Vec<_> = of(&world, account).await.into_iter().map(|(day, _)| day).collect();
    assert_eq!(left, [4, 5]);
}
