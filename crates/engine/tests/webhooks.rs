//! What accounts were told in vain, as operators look for it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    orders::Call,
    webhooks::{self, Answer, Next, Posting, Silence, Tried, Trouble, Troubled},
};
use model::{AccountId, Clock, Outcome, Receipt};
use testkit::{World, database};

/// Delivers an order, of whose invoice a receiver is told.
async fn tell(world: &World, account: AccountId, phone_number: &str) {
    let mut request = world.request(account, vec![world.line(phone_number)]);
    request.webhook_url = Some("https://reseller.example/hook".to_owned());
    let key = world.place(request).await.unwrap().orders[0].key();
    world.begin(key).await;
    let outcome = Outcome::Delivered(Receipt::default());
    world.resolve(key, 1, Call::Submit, outcome).await;
}

/// Tries whatever is due, with this answer.
async fn try_all(world: &World, answer: &Answer) -> Vec<Next> {
    let (context, now) = (Arc::clone(&world.context), world.clock.now());
    let begin = world.db.write_with(move |tx| webhooks::begin(tx, &context, now, 100));
    let mut nexts = Vec::new();
    for Posting { account, id, .. } in begin.await.unwrap() {
        let tried = Tried {
            account,
            id,
            answer: answer.clone(),
            took: Duration::from_millis(12),
            now,
            context: Arc::clone(&world.context),
        };
        nexts.push(world.db.write(tried).await.unwrap());
    }
    nexts
}

async fn in_trouble(world: &World, account: Option<AccountId>, trouble: Trouble) -> Vec<Troubled> {
    let read = world.db.read(move |tx| webhooks::troubled(tx, account, trouble));
    read.await.unwrap()
}

#[tokio::test]
async fn what_is_in_trouble_is_found_over_all_accounts_by_what_keeps_it() {
    let world = World::new(database(), 1, Settings::default()).await;
    let (first, second) = (world.account(10_000).await.id, world.account(10_000).await.id);
    tell(&world, first, "+15551234567").await;
    try_all(&world, &Answer::Status(500)).await;
    world.clock.advance(Duration::from_secs(1));
    tell(&world, second, "+15551234568").await;
    try_all(&world, &Answer::Status(410)).await;
    world.clock.advance(Duration::from_secs(1));
    tell(&world, second, "+15551234569").await;

    let failing = in_trouble(&world, None, Trouble::Failing).await;
    assert_eq!((failing.len(), failing[0].account, failing[0].tries), (1, first, 1));
    assert_eq!(failing[0].kind, "invoice.complete");
    assert_eq!(failing[0].last.as_ref().unwrap().status_code, Some(500));
    let failed = in_trouble(&world, None, Trouble::Failed).await;
    assert_eq!((failed.len(), failed[0].account, failed[0].due_at), (1, second, None));
    let waiting = in_trouble(&world, None, Trouble::Waiting).await;
    assert_eq!((waiting.len(), waiting[0].account, waiting[0].tries), (1, second, 0));
    assert_eq!(waiting[0].last, None);
    assert!(in_trouble(&world, Some(second), Trouble::Failing).await.is_empty());

    try_all(&world, &Answer::Status(200)).await;
    assert!(
        in_trouble(&world, None, Trouble::Waiting).await.is_empty(),
        "it arrived"
    );
}

#[tokio::test]
async fn of_a_flood_the_newest_are_shown_and_no_more() {
    let world = World::new(database(), 1, Settings::default()).await;
    let account = world.account(1_000_000).await.id;
    let flood = webhooks::TROUBLED_MAX + 5;
    for last in 0..flood {
        tell(&world, account, &format!("+1555123{last:04}")).await;
        world.clock.advance(Duration::from_millis(1));
    }
    let answer = Answer::NoAnswer(Silence::Broken("connection refused".to_owned()));
    assert_eq!(try_all(&world, &answer).await.len(), 100);
    assert_eq!(try_all(&world, &answer).await.len(), 5);
    let failing = in_trouble(&world, None, Trouble::Failing).await;
    assert_eq!(failing.len(), webhooks::TROUBLED_MAX);
    assert!(failing.windows(2).all(|pair| pair[0].id > pair[1].id), "newest first");
    assert_eq!(
        failing[0].last.as_ref().unwrap().error,
        Some(Silence::Broken("connection refused".to_owned()))
    );
}
