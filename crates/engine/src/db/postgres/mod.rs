//! PostgreSQL: two committers that divide the accounts between them, and a few connections for
//! closures and for reads. Statements wait until an answer is needed or for the commit, and go together
//! in one round trip.
//!
//! What a lost connection means is decided here: before a commit was sent nothing has happened and
//! the transaction runs again; after that nobody can tell, and the caller is told so.

mod address;
mod committer;
mod connect;
mod failure;
mod hosts;
mod migrate;
mod params;
mod pool;
mod session;
mod statements;
mod tls;
mod traffic;
mod transact;

use std::{hash::BuildHasher, sync::Arc};

pub use address::{Address, AddressError};
pub(super) use session::{Session, Ticket};
use tokio::sync::mpsc;
pub use traffic::Traffic;

use super::{
    Command, Durability,
    batch::{self, Job},
    tx::Tx,
};
use crate::Error;
use connect::Connector;
use pool::Pool;
use session::Mode;

/// Accounts are divided between so many threads that write sets.
const COMMITTERS: usize = 2;
/// Closures wait for one of so many connections.
const WRITERS: usize = 4;
/// Reads wait for one of so many connections.
const READERS: usize = 8;

/// A PostgreSQL database, open.
pub(super) struct Postgres {
    committers: Vec<mpsc::Sender<Job>>,
    hasher: std::hash::BuildHasherDefault<std::hash::DefaultHasher>,
    writers: Arc<Pool>,
    readers: Arc<Pool>,
    traffic: Arc<traffic::Counters>,
}

impl Postgres {
    /// Connects, and brings the tables up to date.
    pub(super) fn open(address: &Address, durability: Durability) -> Result<Self, Error> {
        let traffic = Arc::new(traffic::Counters::default());
        let connector = Arc::new(Connector::new(address, durability, Arc::clone(&traffic))?);
        migrate::migrate(&mut connector.connect_first()?)?;
        Ok(Self {
            committers: (0..COMMITTERS).map(|_| committer::start(&connector)).collect(),
            hasher: std::hash::BuildHasherDefault::default(),
            writers: Arc::new(Pool::new(&connector, Mode::Write, WRITERS)),
            readers: Arc::new(Pool::new(&connector, Mode::Read, READERS)),
            traffic,
        })
    }

    pub(super) async fn write<C: Command>(&self, command: C) -> Result<C::Answer, Error> {
        let hash = self.hasher.hash_one(command.account());
        let committers = u64::try_from(self.committers.len()).expect("a handful");
        let place = usize::try_from(hash % committers).expect("a handful");
        batch::submit(&self.committers[place], command).await
    }

    pub(super) async fn write_with<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.writers.run(closure).await
    }

    pub(super) async fn read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.readers.run(closure).await
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.traffic.read()
    }
}
