//! SQLite: one thread that writes, a few connections that read, statements row by row.

mod backup;
mod committer;
mod open;
mod readers;
mod statements;

use std::{path::Path, sync::Arc};

pub use backup::{Backup, BackupError, back_up};
use rusqlite::Connection;
use tokio::sync::mpsc;

use super::{
    Command, Durability,
    batch::{self, Job},
    migrate,
    tx::Tx,
};
use crate::Error;

/// An SQLite file, open.
pub(super) struct Sqlite {
    queue: mpsc::Sender<Job>,
    readers: Arc<readers::Readers>,
}

impl Sqlite {
    /// Opens a file, makes it if need be, and brings its tables up to date.
    pub(super) fn open(path: &Path, durability: Durability) -> Result<Self, Error> {
        let mut writer = open::open_writer(path, durability)?;
        migrate::migrate_sqlite(&mut writer)?;
        let readers = readers::Readers::open(path)?;
        Ok(Self {
            queue: committer::start(writer),
            readers: Arc::new(readers),
        })
    }

    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Answer, Error> {
        batch::submit(&self.queue, command).await
    }

    pub(super) async fn write_with<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        batch::submit_closure(&self.queue, closure).await
    }

    pub(super) async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.readers.read(closure).await
    }
}

/// A connection inside of a transaction.
pub(super) struct Session<'a>(pub(super) &'a Connection);
