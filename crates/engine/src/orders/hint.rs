//! A supplier's push: no more than a reason to ask sooner.
//!
//! Whatever it says is not believed. An order whose outcome isn't known becomes due, and a worker asks
//! about it as always; one that is being submitted is left alone, because its answer is on the way.

use std::time::Duration;

use model::{AttemptId, SupplierName, Timestamp};

use super::{OrderKey, OrderStatus, find, find_by_attempt};
use crate::{
    Error,
    db::{Tx, values},
};

/// Nothing makes questions follow each other faster: what a missing record proves hangs on that they
/// are spaced.
pub(super) const SPACED_BY: Duration = Duration::from_secs(5);

/// What a push leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hinted {
    /// A worker asks about the order from then on.
    AskedAt(OrderKey, Timestamp),
    /// The attempt has ended: whoever took the push asks whether that still holds.
    Over,
    /// The order is looked at anyway.
    LeftAlone,
    /// No attempt at this supplier is called so.
    Unknown,
}

/// Takes a push about an attempt in.
pub fn hint(tx: &mut Tx<'_>, supplier: &SupplierName, attempt: AttemptId, now: Timestamp) -> Result<Hinted, Error> {
    let Some((key, found)) = find_by_attempt(tx, attempt)?.filter(|(_, found)| found.supplier == *supplier) else {
        return Ok(Hinted::Unknown);
    };
    let Some(order) = find(tx, key.account, key.order)? else {
        return Ok(Hinted::Unknown);
    };
    if order.status.open_attempt() != Some(attempt.number) {
        return Ok(Hinted::Over);
    }
    let (OrderStatus::Confirming { ask_at, .. } | OrderStatus::Stuck { ask_at, .. }) = order.status else {
        return Ok(Hinted::LeftAlone);
    };
    let spaced = found
        .answered_at
        .map_or(now, |answered_at| now.max(answered_at + SPACED_BY));
    if ask_at <= spaced {
        return Ok(Hinted::LeftAlone);
    }
    // Whoever was first has it: then the order is looked at anyway.
    let moved = tx.execute(
        "UPDATE orders SET due_at = ?1 WHERE account_id = ?2 AND id = ?3 AND status = ?4 AND due_at = ?5",
        &values![spaced, key.account, key.order, order.status.as_str(), ask_at],
    )?;
    Ok(if moved == 1 {
        Hinted::AskedAt(key, spaced)
    } else {
        Hinted::LeftAlone
    })
}
