//! What is done now and then by one process of many: fetching a supplier's list, looking at a float.
//!
//! A duty is named, such as `sync:reloadly`, and due at some moment. Whoever moves that moment has the duty until then:
//! if it dies over it, another process finds the duty due again.

use std::time::Duration;

use model::Timestamp;

use crate::{
    Error,
    db::{Tx, values},
};

/// A duty that this process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    name: String,
    until: Timestamp,
}

impl Duty {
    /// Its name, such as `sync:reloadly`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// When something was done last, and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastTime {
    /// When it is due next, or until when somebody has it.
    pub due_at: Timestamp,
    /// When it was done last.
    pub done_at: Option<Timestamp>,
    /// Why it failed since then.
    pub failure: Option<String>,
}

/// Finds when a duty was done last.
pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<LastTime>, Error> {
    let sql = "SELECT due_at, done_at, failure FROM duties WHERE name = ?1";
    tx.find(sql, &values![name], |row| {
        Ok(LastTime {
            due_at: row.time(0)?,
            done_at: row.time_opt(1)?,
            failure: row.text_opt(2)?,
        })
    })
}

/// Takes a duty for so long, if it is due and nobody has it. A new one is due at once.
pub fn claim(tx: &mut Tx<'_>, name: &str, lease: Duration, now: Timestamp) -> Result<Option<Duty>, Error> {
    let sql = "INSERT INTO duties (name, due_at) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
    tx.execute(sql, &values![name, now])?;
    let until = now + lease;
    let sql = "UPDATE duties SET due_at = ?3 WHERE name = ?1 AND due_at <= ?2";
    let taken = tx.execute(sql, &values![name, now, until])? == 1;
    Ok(taken.then(|| Duty {
        name: name.to_owned(),
        until,
    }))
}

/// Notes that a duty was done and when it is due again. Changes nothing if somebody else has it by now.
pub fn finish(tx: &mut Tx<'_>, duty: &Duty, due_at: Timestamp, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE duties SET due_at = ?3, done_at = ?4, failure = NULL WHERE name = ?1 AND due_at = ?2";
    tx.execute(sql, &values![&duty.name, duty.until, due_at, now]).map(drop)
}

/// Notes that a duty could not be done and when it is tried again.
pub fn fail(tx: &mut Tx<'_>, duty: &Duty, due_at: Timestamp, why: &str) -> Result<(), Error> {
    let sql = "UPDATE duties SET due_at = ?3, failure = ?4 WHERE name = ?1 AND due_at = ?2";
    tx.execute(sql, &values![&duty.name, duty.until, due_at, why]).map(drop)
}

/// Notes that something was done by other means, so that it is not due before then.
pub fn note(tx: &mut Tx<'_>, name: &str, due_at: Timestamp, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO duties (name, due_at, done_at) VALUES (?1, ?2, ?3)
               ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, done_at = excluded.done_at, failure = NULL";
    tx.execute(sql, &values![name, due_at, now]).map(drop)
}
