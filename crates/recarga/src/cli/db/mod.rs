//! `recarga db`: the database as a whole.

mod backup;
mod copy;
mod restored;

use clap::Subcommand;

use super::{Desk, Exit, Failure, Shared};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copies an SQLite database to a file while it is used, and checks the copy and its books
    Backup(backup::Backup),
    /// Says that the database was restored to an earlier moment; before anything works on it again
    Restored,
    /// Copies an SQLite database into an empty one on a server; stop everything that uses it first
    Copy(copy::Copy),
}

impl Command {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        match self {
            Self::Backup(backup) => backup.run(shared).await,
            Self::Restored => restored::run(&Desk::open(shared)?).await,
            Self::Copy(copy) => copy.run(shared).await,
        }
    }
}
