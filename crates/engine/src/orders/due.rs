//! What is not over yet: for workers, who claim it, and for people, who look.

use model::Timestamp;

use super::{Order, OrderKey, store};
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// Lists orders that a worker has to look at, every account's turn by turn, so that one reseller's
/// flood doesn't starve another.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<OrderKey>, Error> {
    let sql = "SELECT account_id, id FROM (
                   SELECT account_id, id, due_at, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY due_at) AS turn
                   FROM orders
                   WHERE due_at IS NOT NULL AND due_at <= ?1 AND (lease_until IS NULL OR lease_until <= ?1)
               ) AS queue ORDER BY turn, due_at LIMIT ?2";
    tx.query(sql, &values![now, limit], read_key)
}

/// Lists orders that a person has to look at, oldest first.
pub fn stuck(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Order>, Error> {
    let columns = store::COLUMNS;
    let sql =
        format!("SELECT {columns} FROM orders WHERE due_at IS NOT NULL AND status = 'stuck' ORDER BY id LIMIT ?1");
    tx.query(&sql, &values![limit], store::read)
}

fn read_key(row: &Row<'_>) -> Result<OrderKey, Error> {
    Ok(OrderKey {
        account: row.parse(0)?,
        order: row.parse(1)?,
    })
}

/// How many orders are not over yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OpenOrders {
    /// When the first of them is or was due.
    pub due_since: Option<Timestamp>,
    /// A worker still has to look at them; those that are stuck too.
    pub under_way: i64,
    /// A person has to look at them.
    pub stuck: i64,
}

/// Counts the orders that are not over yet; reads the indexes of open orders only.
pub fn count_open(tx: &mut Tx<'_>) -> Result<OpenOrders, Error> {
    let count = |tx: &mut Tx<'_>, sql| tx.find(sql, &[], |row| row.int(0)).map(Option::unwrap_or_default);
    let first = "SELECT MIN(COALESCE(lease_until, due_at)) FROM orders WHERE due_at IS NOT NULL";
    Ok(OpenOrders {
        under_way: count(tx, "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL")?,
        stuck: count(
            tx,
            "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL AND status = 'stuck'",
        )?,
        due_since: tx.find(first, &[], |row| row.time_opt(0))?.flatten(),
    })
}
