//! Databases that live as long as a test.

use engine::db::{Db, Durability};
use tempfile::TempDir;

/// A fresh database of one kind.
pub struct Database {
    /// What it is, for messages.
    pub kind: &'static str,
    /// The door to it.
    pub db: Db,
    /// Holds the files until the test is over.
    pub directory: TempDir,
}

/// A fresh database of every kind that Recarga runs on.
pub fn databases() -> Vec<Database> {
    databases_with(Durability::ProcessOnly)
}

/// A fresh database of every kind, for a benchmark that wants to pay for durability.
pub fn databases_with(durability: Durability) -> Vec<Database> {
    let directory = TempDir::new().expect("a place for a database");
    let db = Db::open_sqlite(&directory.path().join("recarga.db"), durability).expect("a fresh database");
    vec![Database {
        kind: "SQLite",
        db,
        directory,
    }]
}
