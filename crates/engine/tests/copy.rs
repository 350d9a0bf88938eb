//! Moving to another database: everything comes along, or nothing is said to have.

use std::{path::Path, sync::Arc};

use engine::{
    Settings,
    db::{self, CopyError, Copying, Db, Durability},
    ledger,
};
use model::Outcome;
use tempfile::TempDir;
use testkit::{World, database};

const ORDERS: u32 = 12;

/// An SQLite database with orders in several states.
async fn a_source(folder: &Path) -> Db {
    let source = testkit::sqlite(folder);
    let db = source.db.clone();
    let world = World::new(source, 1, Settings::default()).await;
    let account = world.account(10_000_000).await.id;
    for last in 0..ORDERS {
        let key = world.order(account, &format!("+1555123{last:04}")).await;
        if last % 2 == 0 {
            world.begin(key).await;
            let outcome = Outcome::Delivered(model::Receipt::default());
            world.resolve(key, 1, engine::orders::Call::Submit, outcome).await;
        }
    }
    db
}

fn quietly() -> Arc<dyn Fn(&Copying) + Send + Sync> {
    Arc::new(|_| {})
}

#[tokio::test]
async fn everything_comes_along() {
    let folder = TempDir::new().unwrap();
    let source = a_source(folder.path()).await;
    let target = database();
    let copied = db::copy(&source, &target.db, "here", quietly()).await.unwrap();
    let rows = |table: &str| copied.iter().find(|one| one.table == table).unwrap().rows;
    assert_eq!(rows("orders"), usize::try_from(ORDERS).unwrap());
    assert!(rows("transfers") > rows("orders"));
    let there = target.db.read(ledger::check).await.unwrap();
    assert_eq!(there, source.read(ledger::check).await.unwrap());
    assert!(there.is_whole());

    let again = db::copy(&source, &target.db, "here", quietly()).await.unwrap_err();
    assert!(matches!(again, CopyError::NotEmpty(_)), "{again}");
}

#[tokio::test]
async fn a_copy_that_was_cut_short_goes_on() {
    let folder = TempDir::new().unwrap();
    let source = a_source(folder.path()).await;
    let target = database();
    let cut = Arc::new(|copying: &Copying| assert_ne!(copying.table, "orders", "cut short on purpose"));
    db::copy(&source, &target.db, "here", cut).await.unwrap_err();
    let unfinished = target.db.read(db::unfinished_copy).await.unwrap();
    assert_eq!(unfinished.as_deref(), Some("here"));

    let other = db::copy(&source, &target.db, "elsewhere", quietly()).await.unwrap_err();
    assert!(matches!(other, CopyError::OtherCopy(_)), "{other}");
    let copied = db::copy(&source, &target.db, "here", quietly()).await.unwrap();
    let orders = copied.iter().find(|one| one.table == "orders").unwrap();
    assert_eq!((orders.rows, orders.rows_in_all), (0, 12), "they were there already");
    assert_eq!(target.db.read(db::unfinished_copy).await.unwrap(), None);
    assert!(target.db.read(ledger::check).await.unwrap().is_whole());
}

#[tokio::test]
async fn a_source_that_has_changed_meanwhile_is_noticed() {
    let folder = TempDir::new().unwrap();
    let source = a_source(folder.path()).await;
    let target = database();
    let cut = Arc::new(|copying: &Copying| assert_ne!(copying.table, "transfers", "cut short on purpose"));
    db::copy(&source, &target.db, "here", cut).await.unwrap_err();
    let change = |tx: &mut db::Tx<'_>| tx.execute("UPDATE accounts SET name = 'renamed'", &[]);
    source.write_with(change).await.unwrap();
    let error = db::copy(&source, &target.db, "here", quietly()).await.unwrap_err();
    assert!(
        matches!(&error, CopyError::Differs(table) if table == "accounts"),
        "{error}"
    );
}

#[tokio::test]
async fn only_a_file_is_copied() {
    let database = database();
    if database.kind == "SQLite" {
        return;
    }
    let error = db::copy(&database.db, &database.db, "here", quietly())
        .await
        .unwrap_err();
    assert!(matches!(error, CopyError::NotSqlite), "{error}");
    assert!(Db::open_sqlite(&database.directory.path().join("a.db"), Durability::Full).is_ok());
}
