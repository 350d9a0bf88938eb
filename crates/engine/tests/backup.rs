//! Backups: made while others write, whole or not there at all; and what a restored database may do.

use std::{path::Path, time::Duration};

use engine::{
    Settings,
    db::{self, BackupError, Db, Durability},
    ledger,
    orders::{Begun, Call, Resolved, restored},
};
use model::{Cause, Outcome, Timestamp};
use tempfile::TempDir;
use testkit::{World, database};

const FUNDED: i64 = 10_000_000;

/// An SQLite database with orders, and where its file is.
async fn a_shop(folder: &Path, orders: u32) -> (World, std::path::PathBuf) {
    let source = testkit::sqlite(folder);
    let path = source.url.clone().into();
    let world = World::new(source, 1, Settings::default()).await;
    let account = world.account(FUNDED).await.id;
    for number in 0..orders {
        let key = world.order(account, &format!("+1555123{number:04}")).await;
        world.begin(key).await;
    }
    (world, path)
}

#[tokio::test]
async fn a_backup_that_is_made_while_orders_come_is_whole() {
    let folder = TempDir::new().unwrap();
    let (world, path) = a_shop(folder.path(), 8).await;
    let account = world.account(FUNDED).await.id;
    let to = folder.path().join("backup.db");
    let (from, copy) = (path.clone(), to.clone());
    let backing_up = tokio::task::spawn_blocking(move || db::back_up(&from, &copy));
    for number in 0..40 {
        world.order(account, &format!("+1555124{number:04}")).await;
    }
    let backup = backing_up.await.unwrap().unwrap();
    assert_eq!(backup.bytes, std::fs::metadata(&to).unwrap().len());
    let restored = Db::open_sqlite(&to, Durability::Full).unwrap();
    assert_eq!(restored.read(ledger::check).await.unwrap(), backup.books);
    assert!(backup.books.transfers >= 9, "what was there when it began");
}

#[tokio::test]
async fn a_backup_replaces_nothing() {
    let folder = TempDir::new().unwrap();
    let (_world, path) = a_shop(folder.path(), 1).await;
    let to = folder.path().join("backup.db");
    db::back_up(&path, &to).unwrap();
    let made = std::fs::read(&to).unwrap();
    assert!(matches!(db::back_up(&path, &to), Err(BackupError::Exists(_))));
    assert_eq!(std::fs::read(&to).unwrap(), made);
    let nowhere = db::back_up(&path, &folder.path().join("missing/backup.db"));
    assert!(nowhere.is_err());
}

#[tokio::test]
async fn books_that_are_not_whole_are_no_backup() {
    let folder = TempDir::new().unwrap();
    let (world, path) = a_shop(folder.path(), 1).await;
    let spoil = "UPDATE ledger_accounts SET balance_minor = balance_minor + 1";
    world.db.write_with(|tx| tx.execute(spoil, &[])).await.unwrap();
    let to = folder.path().join("backup.db");
    let refused = db::back_up(&path, &to).unwrap_err();
    assert!(matches!(refused, BackupError::BooksNotWhole(_)), "{refused}");
    let left = std::fs::read_dir(folder.path()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().contains("backup")),
        "{left:?}"
    );
}

#[tokio::test]
async fn when_a_database_was_restored_is_kept() {
    let database = database();
    assert_eq!(database.db.read(restored::restored_at).await.unwrap(), None);
    for millis in [1_000, 2_000] {
        let at = Timestamp::from_millis(millis);
        database.db.write_with(move |tx| restored::note(tx, at)).await.unwrap();
        assert_eq!(database.db.read(restored::restored_at).await.unwrap(), Some(at));
    }
}

#[tokio::test]
async fn an_order_from_before_a_restore_is_asked_about_and_never_sent() {
    let world = World::new(database(), 1, restored_in_an_hour()).await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, "+15551234567").await;
    // Nobody knows whether any of its attempts was made: each is asked about until that is proved.
    for attempt in 1..=3 {
        assert_eq!(
            world.begin(key).await,
            Begun::Nothing,
            "attempt {attempt} may have been sent"
        );
        world.clock.advance(Duration::from_secs(61));
        assert!(matches!(world.begin(key).await, Begun::Ask(_)));
        for _ in 0..3 {
            world.clock.advance(Duration::from_secs(61));
            world
                .resolve(key, attempt, Call::Find, Outcome::Unknown(Cause::NoRecord))
                .await;
        }
        world.clock.advance(Duration::from_secs(61));
    }
    assert_eq!(world.find(key).await.status.as_str(), "refunded");
    assert_eq!(world.balance(account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn an_order_that_was_delivered_in_the_forgotten_time_is_found_delivered() {
    let world = World::new(database(), 1, restored_in_an_hour()).await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, "+15551234567").await;
    world.begin(key).await;
    world.clock.advance(Duration::from_secs(61));
    assert!(matches!(world.begin(key).await, Begun::Ask(_)));
    let delivered = Outcome::Delivered(model::Receipt::default());
    assert_eq!(world.resolve(key, 1, Call::Find, delivered).await, Resolved::Delivered);
    // What is ordered afterwards is like any other.
    world.clock.advance(Duration::from_hours(2));
    let key = world.order(account, "+15551234568").await;
    assert!(matches!(world.begin(key).await, Begun::Submit(_)));
    world.check_books().await;
}

#[tokio::test]
async fn an_order_from_before_a_restore_that_nobody_sells_any_more_is_asked_about_too() {
    let mut world = World::new(database(), 1, restored_in_an_hour()).await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, "+15551234567").await;
    world.sell_from(&[]).await;
    let able = std::collections::BTreeMap::from([("sandbox".parse().unwrap(), Duration::ZERO)]);
    world.conditions = std::sync::Arc::new(engine::routing::Conditions {
        suppliers: Some(std::sync::Arc::new(able)),
        ..Default::default()
    });
    assert_eq!(world.begin(key).await, Begun::Nothing);
    world.clock.advance(Duration::from_secs(61));
    let Begun::Ask(question) = world.begin(key).await else {
        panic!("it may have been delivered")
    };
    assert_eq!(question.supplier.as_str(), "sandbox");
    assert_eq!(world.balance(account).await, FUNDED - 2_600);
}

#[tokio::test]
async fn of_several_suppliers_none_has_to_know_an_attempt_from_before_a_restore() {
    let mut world = World::new(database(), 1, restored_in_an_hour()).await;
    world.sell_from(&[("one", 2_400), ("two", 2_450)]).await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, "+15551234567").await;
    world.recipe = restored::recipe(world.recipe, key.order, (&world.context.settings, 2));
    assert_eq!(world.begin(key).await, Begun::Nothing);
    let mut resolved = Resolved::Stale;
    // A person decides.
    while resolved != Resolved::Stuck {
        world.clock.advance(Duration::from_mins(20));
        assert!(matches!(world.begin(key).await, Begun::Ask(question) if question.supplier.as_str() == "one"));
        let none = Outcome::Unknown(Cause::NoRecord);
        resolved = world.resolve(key, 1, Call::Find, none).await;
        assert_ne!(resolved, Resolved::Refunded);
    }
    // In the forgotten time the rules were others.
    let attempt = model::AttemptId {
        order: key.order,
        number: 1,
    };
    let moved = world.db.write_with(move |tx| {
        let names = ("one".parse().unwrap(), "two".parse().unwrap());
        restored::found_at(tx, account, attempt, (&names.0, &names.1))
    });
    assert!(moved.await.unwrap());
    let delivered = Outcome::Delivered(model::Receipt::default());
    assert_eq!(world.resolve(key, 1, Call::Find, delivered).await, Resolved::Delivered);
    world.check_books().await;
}

/// Everything that is ordered within an hour was there before.
fn restored_in_an_hour() -> Settings {
    let now = model::Clock::now(&testkit::ManualClock::default());
    Settings {
        restored_at: Some(now + Duration::from_hours(1)),
        ..Settings::default()
    }
}
