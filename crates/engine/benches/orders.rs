//! Orders accepted and delivered straight through the engine, every write durable before it counts.
//!
//! `cargo bench -p engine --bench orders [callers] [orders] [accounts] [orders stored before]`

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "figures for people"
)]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use engine::{
    Error, Settings,
    accounts::Directory,
    db::{Durability, Traffic, Tx},
    orders::{Begin, Begun, Call, Resolve, Resolved},
};
use model::{AccountId, Clock, Outcome, Receipt};
use testkit::World;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What each account has, in cents: enough for any history.
const FUNDED: i64 = 1_000_000_000_000;
/// The books of more orders take longer to check than anything else here.
const CHECKED_MAX: usize = 100_000;

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let number = |place: usize, default| numbers.get(place).copied().unwrap_or(default);
    let (callers, orders, accounts, stored) = (number(0, 64), number(1, 40_000), number(2, 1_000), number(3, 0));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let database = testkit::database_with(Durability::Full);
    let (kind, folder, url) = (
        database.kind,
        database.directory.path().to_owned(),
        database.url.clone(),
    );
    runtime.block_on(async {
        let world = Arc::new(World::new(database, 1, Settings::default()).await);
        let mut ids = Vec::new();
        for _ in 0..accounts {
            ids.push(world.account(FUNDED).await.id);
        }
        let ids = Arc::new(ids);
        let who_may_buy = Arc::new(world.db.read(Directory::load).await.expect("accounts"));
        if stored > 0 {
            deliver(&world, &ids, &who_may_buy, (callers, accounts)).await;
            testkit::store_history(&world.db, &url, &ids, stored).await;
            world.clock.advance(Duration::from_hours(1));
        }
        let before = world.db.traffic();
        let (seconds, took) = deliver(&world, &ids, &who_may_buy, (callers, orders)).await;
        let bytes = world.db.read(server_bytes).await.unwrap_or_else(|_| bytes_in(&folder));
        println!(
            "{kind}: {orders} orders beside {stored}, {callers} callers, {accounts} accounts: {:.0} orders/s accepted \
             and delivered, accepted in p50 {:?} p99 {:?}, {} bytes per order, {}",
            orders as f64 / seconds,
            took[took.len() / 2],
            took[took.len() * 99 / 100],
            bytes / orders.max(stored) as u64,
            asked(before, world.db.traffic(), orders as f64)
        );
        if stored <= CHECKED_MAX {
            world.check_books().await;
        }
    });
}

/// How large a server's database is.
fn server_bytes(tx: &mut Tx<'_>) -> Result<u64, Error> {
    let sql = "SELECT pg_database_size(current_database())";
    let bytes = tx.find(sql, &[], |row| row.int(0))?.unwrap_or_default();
    Ok(bytes.unsigned_abs())
}

fn bytes_in(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).expect("the database's folder");
    files.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum()
}

/// Accepts and delivers so many orders; answers how long it took, and how long accepting each did.
async fn deliver(
    world: &Arc<World>,
    accounts: &Arc<Vec<AccountId>>,
    directory: &Arc<Directory>,
    (callers, orders): (usize, usize),
) -> (f64, Vec<Duration>) {
    let (next, began) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (world, next, accounts) = (Arc::clone(world), Arc::clone(&next), Arc::clone(accounts));
        let directory = Arc::clone(directory);
        running.spawn(async move { deliver_all(&world, &next, (&accounts, orders), directory).await });
    }
    let mut took: Vec<Duration> = running.join_all().await.into_iter().flatten().collect();
    took.sort_unstable();
    (began.elapsed().as_secs_f64(), took)
}

/// What was asked of a server for each order.
fn asked(before: Traffic, after: Traffic, orders: f64) -> String {
    let each = |before: u64, after: u64| (after - before) as f64 / orders;
    format!(
        "{:.2} statements and {:.2} round trips per order, {} retries",
        each(before.statements, after.statements),
        each(before.round_trips, after.round_trips),
        after.retries - before.retries
    )
}

/// Accepts and delivers orders until enough have been; answers how long accepting each took.
async fn deliver_all(
    world: &World,
    next: &AtomicUsize,
    (ids, orders): (&[AccountId], usize),
    directory: Arc<Directory>,
) -> Vec<Duration> {
    let mut took = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= orders {
            return took;
        }
        let asked = Instant::now();
        let key = world.order(ids[number % ids.len()], &format!("+1555{number:07}")).await;
        took.push(asked.elapsed());
        let (now, context) = (world.clock.now(), Arc::clone(&world.context));
        let begin = Begin {
            key,
            now,
            catalog: Arc::clone(&world.catalog),
            directory: Arc::clone(&directory),
            conditions: Arc::clone(&world.conditions),
            context: Arc::clone(&context),
        };
        let work = world.db.write(begin).await.expect("the database works");
        assert!(matches!(work, Begun::Submit(_)));
        let outcome = Outcome::Delivered(Receipt::default());
        let resolve = Resolve {
            key,
            attempt: 1,
            outcome,
            call: Call::Submit,
            recipe: world.recipe,
            exchanges: Vec::new(),
            called_at: now,
            now,
            context,
        };
        assert_eq!(
            world.db.write(resolve).await.expect("the database works"),
            Resolved::Delivered
        );
    }
}
