//! Figures: how orders ended, for how much and how soon, by account, supplier and hour.
//!
//! They grow in the transaction that ends an order, so that they are as true as the books, and a
//! page that shows a day reads some rows of a day instead of counting its orders.

use std::{collections::BTreeMap, time::Duration};

use model::{AccountId, Currency, Money, Timestamp};

use crate::{
    Error,
    db::{Insert, Row, Tx, Value, int, text, values},
    orders::{Attempt, Order},
};

/// How long an hour is, in microseconds.
const HOUR_US: i64 = 3_600_000_000;
/// Up to how many seconds a delivery belongs to each class; what takes longer belongs to the last.
pub const CLASSES_S: [u64; 5] = [1, 3, 10, 30, 120];
/// A span of more hours is refused: a quarter of a year is looked at, not more.
pub const HOURS_MAX: i64 = 24 * 92;

/// How the orders of one account ended in one hour at one supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Whose orders.
    pub account: AccountId,
    /// The hour, counted from 1970 in UTC.
    pub hour: i64,
    /// Who delivered; empty where nobody did.
    pub supplier: String,
    /// How many arrived.
    pub delivered: i64,
    /// How many were given back because nothing arrived.
    pub refunded: i64,
    /// How many were taken back after they had arrived.
    pub reversed: i64,
    /// What was paid for what arrived, in the account's currency.
    pub sold: Money,
    /// What that cost, in the supplier's currency.
    pub cost: Money,
    /// How many deliveries took no longer than each of [`CLASSES_S`], and how many took longer;
    /// each delivery is counted once.
    pub took: [i64; CLASSES_S.len() + 1],
}

/// Which hour a moment is in.
pub const fn hour_of(moment: Timestamp) -> i64 {
    moment.as_micros().div_euclid(HOUR_US)
}

/// When an hour begins.
pub const fn beginning_of(hour: i64) -> Timestamp {
    Timestamp::from_micros(hour.saturating_mul(HOUR_US))
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    account: AccountId,
    hour: i64,
    supplier: String,
    cost_currency: Currency,
    currency: Currency,
}

/// What a transaction adds.
#[derive(Default)]
pub(crate) struct Added(BTreeMap<Key, [i64; 5 + CLASSES_S.len() + 1]>);

const ADDED: Insert = Insert {
    table: "figures",
    columns: &[
        text("account_id"),
        int("hour"),
        text("supplier"),
        text("cost_currency"),
        text("currency"),
        int("delivered"),
        int("refunded"),
        int("reversed"),
        int("sold_minor"),
        int("cost_minor"),
        int("within_1s"),
        int("within_3s"),
        int("within_10s"),
        int("within_30s"),
        int("within_120s"),
        int("later"),
    ],
    conflict: "ON CONFLICT (account_id, hour, supplier, cost_currency) DO UPDATE SET
        delivered = figures.delivered + excluded.delivered,
        refunded = figures.refunded + excluded.refunded,
        reversed = figures.reversed + excluded.reversed,
        sold_minor = figures.sold_minor + excluded.sold_minor,
        cost_minor = figures.cost_minor + excluded.cost_minor,
        within_1s = figures.within_1s + excluded.within_1s,
        within_3s = figures.within_3s + excluded.within_3s,
        within_10s = figures.within_10s + excluded.within_10s,
        within_30s = figures.within_30s + excluded.within_30s,
        within_120s = figures.within_120s + excluded.within_120s,
        later = figures.later + excluded.later",
};

impl Added {
    /// Counts a delivery that was waited for.
    pub(crate) fn delivered(&mut self, order: &Order, (attempt, cost): (&Attempt, Money), now: Timestamp) {
        let class = class_of(now.since(order.created_at()));
        let row = self.row(order, attempt.supplier.as_str(), cost.currency(), now);
        row[0] += 1;
        row[3] += order.price.minor();
        row[4] += cost.minor();
        row[5 + class] += 1;
    }

    /// Counts an order that was given back.
    pub(crate) fn refunded(&mut self, order: &Order, now: Timestamp) {
        self.row(order, "", order.price.currency(), now)[1] += 1;
    }

    /// Counts a delivery that was taken back.
    pub(crate) fn reversed(&mut self, order: &Order, (attempt, cost): (&Attempt, Money), now: Timestamp) {
        let row = self.row(order, attempt.supplier.as_str(), cost.currency(), now);
        row[2] += 1;
        row[3] -= order.price.minor();
        row[4] -= cost.minor();
    }

    /// Counts the cost of a delivery that nobody pays for.
    pub(crate) fn delivered_late(&mut self, order: &Order, (attempt, cost): (&Attempt, Money), now: Timestamp) {
        self.row(order, attempt.supplier.as_str(), cost.currency(), now)[4] += cost.minor();
    }

    fn row(
        &mut self,
        order: &Order,
        supplier: &str,
        cost_currency: Currency,
        now: Timestamp,
    ) -> &mut [i64; 5 + CLASSES_S.len() + 1] {
        let key = Key {
            account: order.account,
            hour: hour_of(now),
            supplier: supplier.to_owned(),
            cost_currency,
            currency: order.price.currency(),
        };
        self.0.entry(key).or_default()
    }

    /// Writes them, in the order of their keys.
    pub(crate) fn write(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let rows: Vec<Vec<Value>> = (self.0.iter())
            .map(|(key, counts)| {
                let (cost_currency, currency) = (key.cost_currency.code(), key.currency.code());
                let mut row = values![key.account, key.hour, &key.supplier, cost_currency, currency].to_vec();
                row.extend(counts.iter().map(|count| Value::from(*count)));
                row
            })
            .collect();
        tx.insert_many(&ADDED, &rows)?;
        Ok(())
    }
}

fn class_of(took: Duration) -> usize {
    let longer = |seconds: &&u64| took > Duration::from_secs(**seconds);
    CLASSES_S.iter().take_while(longer).count()
}

const COLUMNS: &str =
    "f.account_id, f.hour, f.supplier, f.cost_currency, f.currency, f.delivered, f.refunded, f.reversed,
    f.sold_minor, f.cost_minor, f.within_1s, f.within_3s, f.within_10s, f.within_30s, f.within_120s, f.later";

/// Returns what ended from one hour on and before another, by account and hour: of all accounts.
pub fn list(tx: &mut Tx<'_>, from: i64, until: i64) -> Result<Vec<Figure>, Error> {
    // By the accounts, so that each gives its newest rows and no older ones are looked at.
    let sql = format!(
        "SELECT {COLUMNS}
        FROM accounts a
        CROSS JOIN figures f WHERE f.account_id = a.id AND f.hour >= ?1 AND f.hour < ?2
        ORDER BY f.account_id, f.hour, f.supplier, f.cost_currency"
    );
    tx.query(&sql, &values![bounded(from, until), until], read)
}

/// Returns what ended of one account's orders from one hour on and before another, by hour.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId, from: i64, until: i64) -> Result<Vec<Figure>, Error> {
    let sql = format!(
        "SELECT {COLUMNS}
        FROM figures f
        WHERE f.account_id = ?1 AND f.hour >= ?2 AND f.hour < ?3
        ORDER BY f.hour, f.supplier, f.cost_currency"
    );
    tx.query(&sql, &values![account, bounded(from, until), until], read)
}

fn bounded(from: i64, until: i64) -> i64 {
    from.max(until.saturating_sub(HOURS_MAX))
}

fn read(row: &Row<'_>) -> Result<Figure, Error> {
    let (cost_currency, currency) = (row.parse(3)?, row.parse(4)?);
    Ok(Figure {
        account: row.parse(0)?,
        hour: row.int(1)?,
        supplier: row.text(2)?,
        delivered: row.int(5)?,
        refunded: row.int(6)?,
        reversed: row.int(7)?,
        sold: Money::new(row.int(8)?, currency),
        cost: Money::new(row.int(9)?, cost_currency),
        took: [
            row.int(10)?,
            row.int(11)?,
            row.int(12)?,
            row.int(13)?,
            row.int(14)?,
            row.int(15)?,
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_in_the_first_class_that_is_long_enough() {
        let classes: Vec<_> = [0, 1_000, 1_001, 9_999, 10_000, 120_000, 120_001]
            .map(|ms| class_of(Duration::from_millis(ms)))
            .to_vec();
        assert_eq!(classes, [0, 0, 1, 2, 2, 4, 5]);
    }

    #[test]
    fn an_hour_begins_where_it_should() {
        let moment: Timestamp = "2026-11-23T08:59:59Z".parse().unwrap();
        assert_eq!(beginning_of(hour_of(moment)).to_string(), "2026-11-23T08:00:00.000Z");
    }
}
