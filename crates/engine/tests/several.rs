//! Several processes on one database: what one has claimed is no other's, and a flood of one account
//! leaves the others their turn.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use engine::{
    Settings,
    accounts::Directory,
    db::{Db, Durability},
    orders::{self, Begin, Begun, Call, OrderKey},
    webhooks::{self, Answer, Next, Posting, Tried},
};
use model::{AccountId, Clock, Outcome, Receipt};
use testkit::{World, database};
use tokio::task::JoinSet;

const FUNDED: i64 = 100_000_000;
const PROCESSES: usize = 4;

/// A world, and how other processes see its database.
async fn a_world_and_others() -> (World, Vec<Db>) {
    let database = database();
    let others = (0..PROCESSES).map(|_| testkit::open(&database.url, Durability::ProcessOnly).expect("it is there"));
    let others = others.collect();
    (World::new(database, 1, Settings::default()).await, others)
}

fn number(last: u32) -> String {
    format!("+1555123{last:04}")
}

async fn delivered(world: &World, account: AccountId, last: u32) {
    let mut request = world.request(account, vec![world.line(&number(last))]);
    request.webhook_url = Some("https://reseller.example/hook".to_owned());
    let key = world.place(request).await.expect("an invoice").orders[0].key();
    world.begin(key).await;
    world
        .resolve(key, 1, Call::Submit, Outcome::Delivered(Receipt::default()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_all_processes_begin_at_once_is_submitted_by_one() {
    let (world, others) = a_world_and_others().await;
    let account = world.account(FUNDED).await.id;
    let mut keys = Vec::new();
    for last in 0..20 {
        keys.push(world.order(account, &number(last)).await);
    }
    let directory = Arc::new(world.db.read(Directory::load).await.unwrap());
    let mut beginning = JoinSet::new();
    for (db, key) in others
        .iter()
        .flat_map(|db| keys.iter().map(move |key| (db.clone(), *key)))
    {
        let begin = Begin {
            key,
            now: world.clock.now(),
            catalog: Arc::clone(&world.catalog),
            directory: Arc::clone(&directory),
            conditions: Arc::clone(&world.conditions),
            context: Arc::clone(&world.context),
        };
        beginning.spawn(async move { db.write(begin).await.unwrap() });
    }
    let mut submitted: Vec<OrderKey> = Vec::new();
    for begun in beginning.join_all().await {
        match begun {
            Begun::Submit(submission) => submitted.push(submission.key),
            Begun::Nothing => {}
            other => panic!("{other:?}"),
        }
    }
    submitted.sort_unstable();
    assert_eq!(submitted, keys, "each by one process, and none by two");
}

/// Claims what is due in all processes at once.
async fn claim(world: &World, others: &[Db]) -> Vec<Posting> {
    let mut claiming = JoinSet::new();
    for db in others {
        let (db, context, now) = (db.clone(), Arc::clone(&world.context), world.clock.now());
        claiming.spawn(async move {
            db.write_with(move |tx| webhooks::begin(tx, &context, now, 100))
                .await
                .expect("the database works")
        });
    }
    claiming.join_all().await.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_told_by_one_process_at_a_time() {
    let (world, others) = a_world_and_others().await;
    let account = world.account(FUNDED).await.id;
    for last in 0..20 {
        delivered(&world, account, last).await;
    }
    let first = claim(&world, &others).await;
    let events: BTreeSet<_> = first.iter().map(|posting| posting.event).collect();
    assert_eq!((first.len(), events.len()), (20, 20), "each is claimed once");
    assert!(
        claim(&world, &others).await.is_empty(),
        "and is nobody else's meanwhile"
    );

    // One is told; those whose process died are claimed again, once each.
    let told = Tried {
        account,
        id: first[0].id,
        answer: Answer::Status(200),
        took: Duration::ZERO,
        now: world.clock.now(),
        context: Arc::clone(&world.context),
    };
    assert_eq!(others[0].write(told).await.unwrap(), Next::Delivered);
    world
        .clock
        .advance(world.context.settings.lease + Duration::from_secs(1));
    let again = claim(&world, &others).await;
    let events: BTreeSet<_> = again.iter().map(|posting| posting.event).collect();
    assert_eq!((again.len(), events.len()), (19, 19));
    assert!(!events.contains(&first[0].event));
}

#[tokio::test]
async fn a_flood_of_one_account_leaves_the_others_their_turn() {
    let (world, _) = a_world_and_others().await;
    let (flood, drop) = (world.account(FUNDED).await.id, world.account(FUNDED).await.id);
    for last in 0..60 {
        delivered(&world, flood, last).await;
        world.order(flood, &number(1_000 + last)).await;
    }
    world.clock.advance(Duration::from_secs(1));
    delivered(&world, drop, 9_001).await;
    world.order(drop, &number(9_002)).await;
    let (now, context) = (world.clock.now(), Arc::clone(&world.context));
    let orders = world.db.read(move |tx| orders::due(tx, now, 2)).await.unwrap();
    let accounts: BTreeSet<_> = orders.iter().map(|key| key.account).collect();
    assert_eq!(
        accounts,
        BTreeSet::from([flood, drop]),
        "one order of each is among the first two"
    );
    let told = world
        .db
        .write_with(move |tx| webhooks::begin(tx, &context, now, 2))
        .await
        .unwrap();
    let accounts: BTreeSet<_> = told.iter().map(|posting| posting.account).collect();
    assert_eq!(accounts, BTreeSet::from([flood, drop]), "and one event of each");
}

/// Buys and delivers for each account in turn.
async fn sell(process: World, accounts: [AccountId; 3], first: u32) {
    for last in first..first + 15 {
        for account in accounts {
            delivered(&process, account, last).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_write_for_the_same_accounts_never_wait_in_a_circle() {
    let (world, others) = a_world_and_others().await;
    let mut accounts = [world.account(FUNDED).await.id; 3];
    for account in &mut accounts[1..] {
        *account = world.account(FUNDED).await.id;
    }
    let mut selling = JoinSet::new();
    for (place, db) in others.iter().enumerate() {
        for shop in 0..8 {
            let first = u32::try_from(place * 8 + shop).unwrap() * 15;
            accounts.rotate_left(1);
            selling.spawn(sell(world.seen_through(db.clone()), accounts, first));
        }
    }
    selling.join_all().await;
    let retries: u64 = others.iter().map(|db| db.traffic().retries).sum();
    assert_eq!(retries, 0, "a circle is broken by a retry, after a second");
    world.check_books().await;
}
