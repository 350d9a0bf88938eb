//! What is asked of the database, counted.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What has been asked of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Statements run, `BEGIN` and `COMMIT` among them.
    pub statements: u64,
    /// Times that somebody waited for an answer: statements that go together are waited for once.
    pub round_trips: u64,
    /// Transactions that ran again, because the database asked for it or the connection was lost.
    pub retries: u64,
    /// Connections made.
    pub connections: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    statements: AtomicU64,
    round_trips: AtomicU64,
    retries: AtomicU64,
    connections: AtomicU64,
}

impl Counters {
    pub(super) fn count_trip(&self, statements: usize) {
        let statements = u64::try_from(statements).unwrap_or(u64::MAX);
        self.statements.fetch_add(statements, Relaxed);
        self.round_trips.fetch_add(1, Relaxed);
    }

    pub(super) fn count_retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(super) fn count_connection(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> Traffic {
        Traffic {
            statements: self.statements.load(Relaxed),
            round_trips: self.round_trips.load(Relaxed),
            retries: self.retries.load(Relaxed),
            connections: self.connections.load(Relaxed),
        }
    }
}
