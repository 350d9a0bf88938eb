//! A database that was restored to an earlier moment has forgotten what was submitted since.
//!
//! An order that it knows may have had any attempt that its next one would be. Not every supplier
//! recognises a reference that it has seen: so such an order is only asked about from then on, attempt
//! by attempt, and ends delivered or, by proof, refunded.
//!
//! Where there are several suppliers, nobody knows which of them an attempt went to: the rules and the figures that
//! chose it may have been others. All of them are asked, the attempt moves to the one that knows it ([`found_at`]), and
//! that one has no record of it proves nothing ([`recipe`]): a person decides.

use model::{Absence, AttemptId, OrderId, SupplierName, Timestamp};

use super::Recipe;
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
pub fn is_forgotten(order: OrderId, settings: &Settings) -> bool {
    settings.restored_at.is_some_and(|at| order.created_at() <= at)
}

/// What is done while nobody knows what became of an attempt that may have been sent to any of several suppliers.
pub fn recipe(recipe: Recipe, order: OrderId, (settings, suppliers): (&Settings, usize)) -> Recipe {
    if is_forgotten(order, settings) && suppliers > 1 {
        Recipe {
            absence: Absence::NeverProof,
            ..recipe
        }
    } else {
        recipe
    }
}

/// Notes that another supplier than was thought knows of an attempt that is being asked about; says whether it was
/// still thought to be there.
pub fn found_at(
    tx: &mut Tx<'_>,
    account: model::AccountId,
    attempt: AttemptId,
    (thought, found): (&SupplierName, &SupplierName),
) -> Result<bool, Error> {
    let sql = "UPDATE attempts SET supplier = ?1
               WHERE account_id = ?2 AND order_id = ?3 AND number = ?4 AND supplier = ?5";
    let values = values![found, account, attempt.order, attempt.number, thought];
    Ok(tx.execute(sql, &values)? == 1)
}
