//! The one door to the database: everything durable before it is answered, written in sets.
//!
//! A committer takes whatever is waiting, up to a bound, runs it in one transaction and commits it
//! once; it never waits for more, so a lone order commits at once and a flood in hundreds.
//! [`Command`]s of one kind run together as a set; closures run one by one. Reads have connections
//! of their own.
//!
//! Only this folder knows which database it is. SQL is one text with `?1` placeholders.

mod batch;
mod copy;
mod migrate;
mod postgres;
mod rows;
mod sqlite;
mod tx;

use std::{path::Path, sync::Arc};

pub use copy::{CopyError, Copying, copy, unfinished_copy};
pub use migrate::MIGRATIONS;
use model::AccountId;
pub use postgres::{Address, AddressError, Traffic};
pub(crate) use rows::values;
pub use rows::{Row, Value};
pub use sqlite::{Backup, BackupError, back_up};
pub use tx::{Asked, Column, Insert, Lock, Select, Tx, Update, int, text};

use crate::Error;

/// A hot command: runs with the others of its kind that are waiting at the moment.
pub trait Command: Send + Sized + 'static {
    /// What the caller gets once the set is durable.
    type Answer: Send + 'static;

    /// Whose rows it writes: what belongs to one account is written by one committer.
    fn account(&self) -> AccountId;

    /// Runs a set. Answers stand in the order of the requests; each request succeeds or fails by
    /// itself, and an error means that nothing of the whole set may be written. A set runs again
    /// where the database asks for it, so that a run must leave nothing behind but what it wrote.
    fn run(tx: &mut Tx<'_>, set: &[Self]) -> Result<Vec<Self::Answer>, Error>;
}

/// A database, open. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

/// How much an answer promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It survives a power cut. The only setting for real money.
    Full,
    /// It survives the end of the process, not of the machine. For tests.
    ProcessOnly,
}

impl Db {
    /// Opens an SQLite file, makes it if need be, and brings its tables up to date.
    pub fn open_sqlite(path: &Path, durability: Durability) -> Result<Self, Error> {
        let sqlite = sqlite::Sqlite::open(path, durability)?;
        Ok(Self {
            backend: Backend::Sqlite(Arc::new(sqlite)),
        })
    }

    /// Connects to a PostgreSQL database and brings its tables up to date.
    pub fn open_postgres(address: &Address, durability: Durability) -> Result<Self, Error> {
        // A connection is driven by the thread that uses it, which must not drive anything else.
        let open = || postgres::Postgres::open(address, durability);
        let postgres = std::thread::scope(|scope| scope.spawn(open).join().unwrap_or_else(|_| Err(Error::closed())))?;
        Ok(Self {
            backend: Backend::Postgres(Arc::new(postgres)),
        })
    }

    /// What kind of database it is, for people.
    pub fn kind(&self) -> &'static str {
        match &self.backend {
            Backend::Sqlite(_) => "SQLite",
            Backend::Postgres(_) => "PostgreSQL",
        }
    }

    /// What has been asked of the database since it was opened; nothing is counted for SQLite.
    pub fn traffic(&self) -> Traffic {
        match &self.backend {
            Backend::Sqlite(_) => Traffic::default(),
            Backend::Postgres(postgres) => postgres.traffic(),
        }
    }

    /// Writes with others of its kind; the answer is durable when it comes.
    pub async fn write<C: Command>(&self, command: C) -> Result<C::Answer, Error> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(command).await,
            Backend::Postgres(postgres) => postgres.write(command).await,
        }
    }

    /// Writes something rare. An error of the closure undoes what it wrote and nothing else. It runs
    /// again where the database asks for it.
    pub async fn write_with<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write_with(closure).await,
            Backend::Postgres(postgres) => postgres.write_with(closure).await,
        }
    }

    /// Reads a consistent state. The closure runs again where the connection was lost over it.
    pub async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(closure).await,
            Backend::Postgres(postgres) => postgres.read(closure).await,
        }
    }
}
