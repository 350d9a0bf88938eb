//! The one door to the database: everything durable before it is answered, written in sets.
//!
//! A committer thread takes whatever is waiting, up to a bound, runs it in one transaction and
//! commits it once; it never waits for more, so a lone order commits at once and a flood in
//! hundreds. [`Command`]s of one kind run together as a set; closures run one by one under a
//! savepoint each. Reads have connections of their own.
//!
//! Only this folder knows which database it is. SQL is one text with `?1` placeholders.

mod committer;
mod migrate;
mod readers;
mod rows;
mod sqlite;
mod tx;

use std::{path::Path, sync::Arc};

pub use migrate::MIGRATIONS;
pub(crate) use rows::values;
pub use rows::{Row, Value};
pub use tx::{Column, Insert, Select, Tx, Update, int, text};

use crate::Error;

/// A hot command: runs with the others of its kind that are waiting at the moment.
pub trait Command: Send + Sized + 'static {
    /// What the caller gets once the set is durable.
    type Answer: Send + 'static;

    /// Runs a set. Answers stand in the order of the requests; each request succeeds or fails by
    /// itself, and an error means that nothing of the whole set may be written.
    fn run(tx: &mut Tx<'_>, set: &[Self]) -> Result<Vec<Self::Answer>, Error>;
}

/// A database, open. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    committer: committer::Committer,
    readers: Arc<readers::Readers>,
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
        let mut writer = sqlite::open_writer(path, durability)?;
        migrate::migrate(&mut writer)?;
        let readers = readers::Readers::open(path)?;
        Ok(Self {
            committer: committer::Committer::start(writer),
            readers: Arc::new(readers),
        })
    }

    /// Writes with others of its kind; the answer is durable when it comes.
    pub async fn write<C: Command>(&self, command: C) -> Result<C::Answer, Error> {
        self.committer.submit(command).await
    }

    /// Writes something rare. An error of the closure undoes what it wrote and nothing else.
    pub async fn write_with<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.committer.submit_closure(closure).await
    }

    /// Reads a consistent state.
    pub async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.readers.read(closure).await
    }
}
