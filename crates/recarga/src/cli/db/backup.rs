//! `recarga db backup`: a copy of an SQLite database, taken while it is used.

use std::path::PathBuf;

use clap::Args;
use engine::db;
use serde::Serialize;

use super::{Exit, Failure, Shared};
use crate::{cli::desk::must_exist, config::Database};

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to make, such as /backup/recarga-2026-11-26.db; put it on another disk
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Serialize)]
struct Printed {
    from: String,
    to: String,
    bytes: u64,
    ledger_accounts: i64,
    transfers: i64,
}

impl Backup {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let database = shared.load(&[])?.database()?;
        must_exist(&database)?;
        let Database::Sqlite(path) = &database else {
            return Err(Failure::new(
                "a database on a server is backed up with PostgreSQL's own tools: pg_dump, or a base backup and the \
                 log since; docs/OPERATIONS.md has both",
            ));
        };
        let (from, to) = (path.clone(), self.to.clone());
        let made = tokio::task::spawn_blocking(move || db::back_up(&from, &to)).await;
        let made = made.map_err(|error| Failure::new(error.to_string()))?;
        let made = made.map_err(|error| Failure::new(error.to_string()))?;
        let printed = Printed {
            from: database.to_string(),
            to: self.to.display().to_string(),
            bytes: made.bytes,
            ledger_accounts: made.books.ledger_accounts,
            transfers: made.books.transfers,
        };
        shared.output().one(&printed, || {
            let Printed {
                from,
                to,
                bytes,
                transfers,
                ..
            } = &printed;
            format!("backed up {from} to {to}: {bytes} bytes, sound, its books whole by {transfers} transfers")
        });
        Ok(Exit::Done)
    }
}
