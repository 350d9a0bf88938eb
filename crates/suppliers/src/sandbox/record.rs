//! The sandbox's own memory: one small SQLite file, written before it answers.
//!
//! A process that is killed at any moment leaves what it told or was about to tell, so that tests
//! can compare both sides. The file is not flushed to the disk (`synchronous=OFF`): it must survive
//! the death of processes, which the operating system sees to, not a power cut.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::{AttemptId, Money, PhoneNumber, ProductId, RecordState, SupplierError, Timestamp, TopUp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::{
    fate::{Fate, State},
    reading::{COLUMNS, entry_of, fate_of, parsed, state_of},
};

/// How long a process waits for another one that is writing; a write takes microseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Two processes that open a new file at once can refuse each other the switch to WAL without waiting.
const SWITCH_ATTEMPTS_MAX: u32 = 10_000;
/// A submission changes little, and every changed page is written whole: small pages nearly halve its time.
const PAGE_BYTES: u32 = 1_024;

/// The record can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox's record: {0}")]
pub struct RecordError(#[from] rusqlite::Error);

impl From<RecordError> for SupplierError {
    fn from(error: RecordError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// The sandbox's record of every submission.
pub struct Record(Mutex<Connection>);

/// One reference that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The reference.
    pub attempt: AttemptId,
    /// The phone.
    pub recipient: PhoneNumber,
    /// The product.
    pub product: ProductId,
    /// What the phone was to receive.
    pub amount: Money,
    /// What it costs if it is delivered.
    pub cost: Money,
    /// Where it stands.
    pub state: State,
    /// When it was submitted first.
    pub submitted_at: Timestamp,
    /// How many times it was submitted: more than 1 is somebody's mistake.
    pub submissions: u32,
}

impl Record {
    /// Opens an existing record, also while sandboxes write it.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Opens a record and makes it if there is none.
    pub(super) fn create(path: Option<&Path>) -> Result<Self, RecordError> {
        let connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        switch_to_wal(&connection)?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{}\nCOMMIT;", include_str!("schema.sql")))?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Lists every submission by growing reference, each as it stands at a moment.
    pub fn entries(&self, at: Timestamp) -> Result<Vec<Entry>, RecordError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM submissions ORDER BY attempt"))?;
        let rows = statement.query_map([], |row| entry_of(row, at))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Lists the submissions of a span of time as a supplier states them, each as it stands at a moment. What it never
    /// heard of isn't there.
    pub(super) fn statement(
        &self,
        (from, until): (Timestamp, Timestamp),
        at: Timestamp,
    ) -> Result<Vec<model::Record>, RecordError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM submissions WHERE submitted_at >= ?1 AND submitted_at < ?2 ORDER BY attempt"
        ))?;
        let rows = statement.query_map([from.as_micros(), until.as_micros()], |row| entry_of(row, at))?;
        let entries = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(entries.iter().filter_map(stated).collect())
    }

    /// Lists what was delivered and not taken back by a moment.
    pub fn deliveries(&self, at: Timestamp) -> Result<Vec<Entry>, RecordError> {
        let mut entries = self.entries(at)?;
        entries.retain(|entry| entry.state == State::Delivered);
        Ok(entries)
    }

    /// Counts the submissions by their state at a moment; states that none is in are left out.
    pub fn counts(&self, at: Timestamp) -> Result<BTreeMap<State, u32>, RecordError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT CASE WHEN settles_at <= ?1 THEN later_state ELSE state END AS standing, COUNT(*)
             FROM submissions
             GROUP BY standing",
        )?;
        let rows = statement.query_map([at.as_micros()], |row| Ok((state_of(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds a submission and returns the fate that is recorded if its reference was there already.
    pub(super) fn add(&self, topup: &TopUp, fate: &Fate, now: Timestamp) -> Result<Option<Fate>, RecordError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "INSERT INTO submissions (attempt, recipient, product, amount_minor, amount_currency,
                                      cost_minor, cost_currency, state, later_state, settles_at, code, submitted_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (attempt) DO UPDATE SET submissions = submissions + 1
             RETURNING submissions, state, later_state, settles_at, code",
        )?;
        let written = params![
            topup.attempt.to_string(),
            topup.recipient.to_string(),
            topup.product.as_str(),
            topup.amount.minor(),
            topup.amount.currency().code(),
            topup.cost.minor(),
            topup.cost.currency().code(),
            fate.first.as_str(),
            fate.later.map(|(_, state)| state.as_str()),
            fate.later.map(|(at, _)| at.as_micros()),
            fate.refusal.map(super::Refusal::code),
            now.as_micros(),
        ];
        let recorded = statement.query_row(written, |row| {
            let known = row.get::<_, i64>(0)? > 1;
            known.then(|| fate_of(row, 1)).transpose()
        })?;
        Ok(recorded)
    }

    /// Returns what is recorded of a reference.
    pub(super) fn find(&self, attempt: AttemptId) -> Result<Option<Fate>, RecordError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT state, later_state, settles_at, code FROM submissions WHERE attempt = ?1")?;
        Ok(statement
            .query_row([attempt.to_string()], |row| fate_of(row, 0))
            .optional()?)
    }

    /// Lists what was taken back in a span of time.
    pub(super) fn reversed(&self, since: Timestamp, until: Timestamp) -> Result<Vec<AttemptId>, RecordError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT attempt FROM submissions
             WHERE settles_at BETWEEN ?1 AND ?2 AND later_state = 'reversed'
             ORDER BY settles_at, attempt",
        )?;
        let rows = statement.query_map([since.as_micros(), until.as_micros()], |row| parsed(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns what all deliveries that were not taken back by a moment have cost, in minor units.
    pub(super) fn spent_minor(&self, at: Timestamp) -> Result<i64, RecordError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT minor + (
                 SELECT COALESCE(SUM(cost_minor), 0) FROM submissions
                 WHERE settles_at IS NOT NULL
                   AND CASE WHEN settles_at <= ?1 THEN later_state ELSE state END = 'delivered'
             )
             FROM spent",
        )?;
        Ok(statement.query_row([at.as_micros()], |row| row.get(0))?)
    }

    /// A panic elsewhere leaves the connection whole, because each statement is its own transaction.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stated(entry: &Entry) -> Option<model::Record> {
    let state = match entry.state {
        State::Absent => return None,
        State::Pending => RecordState::Pending,
        State::Delivered => RecordState::Delivered,
        State::Rejected => RecordState::Rejected,
        State::Reversed => RecordState::Reversed,
    };
    Some(model::Record {
        supplier_reference: entry.attempt.to_string(),
        reference: Some(entry.attempt.to_string()),
        recipient: Some(entry.recipient),
        state,
        cost: Some(entry.cost),
        made_at: entry.submitted_at,
    })
}

fn switch_to_wal(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && attempts < SWITCH_ATTEMPTS_MAX => std::thread::yield_now(),
            result => return result,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}
