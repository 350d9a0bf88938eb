//! A database that was restored to an earlier moment has forgotten what was submitted since.
//!
//! An order that it knows may have had any attempt that its next one would be. Not every supplier
//! recognises a reference that it has seen: so such an order is only asked about from then on, attempt
//! by attempt, and ends delivered or, by proof, refunded.

use model::Timestamp;

use super::Order;
use crate::{
    Error, Settings,
    db::{Tx, values},
};

/// Notes that the database was restored, now, before anything works on it again.
pub fn note(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO restores (restored_at) VALUES (?1) ON CONFLICT DO NOTHING",
        &values![now],
    )
    .map(|_| ())
}

/// When the database was restored the last time, if it ever was.
pub fn restored_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    let found = tx.find("SELECT MAX(restored_at) FROM restores", &[], |row| row.time_opt(0))?;
    Ok(found.flatten())
}

/// Whether an order may have been worked on at a time that the database has forgotten.
pub(super) fn is_forgotten(order: &Order, settings: &Settings) -> bool {
    settings.restored_at.is_some_and(|at| order.created_at() <= at)
}
