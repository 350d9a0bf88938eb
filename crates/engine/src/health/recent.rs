//! What the database says of lately: the attempts of each account's latest orders.

use std::time::Duration;

use model::{Outcome, SupplierName, Timestamp};

use super::{Grade, Health};
use crate::{
    Error,
    catalog::Snapshot,
    db::{Tx, values},
};

/// So many of each account's latest orders are looked at, …
const ORDERS_OF_ACCOUNT: i64 = 200;
/// … and so many attempts in all.
const ATTEMPTS_MAX: i64 = 5_000;

/// An attempt of lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    supplier: SupplierName,
    product: String,
    submitted_at: Timestamp,
    outcome: Outcome,
    answered_at: Timestamp,
}

/// Lists attempts that were answered since a moment, the earliest answer first.
pub fn recent(tx: &mut Tx<'_>, since: Timestamp) -> Result<Vec<Recent>, Error> {
    let sql = "SELECT t.supplier, o.product_id, t.submitted_at, t.outcome, t.answered_at FROM accounts a
        CROSS JOIN orders o
        CROSS JOIN attempts t
        WHERE o.account_id = a.id AND o.number > a.orders_count - ?1
            AND t.account_id = o.account_id AND t.order_id = o.id AND t.submitted_at >= ?2 AND t.answered_at IS NOT NULL AND t.outcome IS NOT NULL
        ORDER BY t.submitted_at DESC LIMIT ?3";
    let found = tx.query(sql, &values![ORDERS_OF_ACCOUNT, since, ATTEMPTS_MAX], |row| {
        Ok(Recent {
            supplier: row.parse(0)?,
            product: row.text(1)?,
            submitted_at: row.time(2)?,
            outcome: row
                .json_opt(3)?
                .ok_or_else(|| Error::corrupt("an answer without one"))?,
            answered_at: row.time(4)?,
        })
    });
    let mut found = found?;
    found.sort_by_key(|recent| recent.answered_at);
    Ok(found)
}

impl Health {
    /// Hears what the database says of lately, as if it happened again.
    pub fn hear_recent(&mut self, catalog: &Snapshot, recent: &[Recent]) {
        for attempt in recent {
            let Some(product) = catalog.product(&attempt.product) else {
                continue;
            };
            let took = attempt.answered_at.since(attempt.submitted_at);
            let grade = Grade::of_submission(&attempt.outcome, took);
            self.heard(&attempt.supplier, &product.operator, grade, attempt.answered_at);
        }
    }

    /// How far back a new process looks.
    pub const SEED_SPAN: Duration = Duration::from_mins(30);
}
