//! Floats' SQL and nothing else.

use std::time::Duration;

use model::{Money, SupplierName, Timestamp};

use super::{Thresholds, Turn};
use crate::{
    Error,
    catalog::touch,
    db::{Row, Tx, values},
};

/// A float as a supplier told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub taken_at: Timestamp,
    /// How much.
    pub float: Money,
}

/// Money that was paid in at a supplier, as a person noted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// When it arrived there.
    pub made_at: Timestamp,
    /// How much; negative for what was paid back.
    pub amount: Money,
    /// What for, in the person's words.
    pub note: String,
}

/// A supplier that is not sold from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Which.
    pub supplier: SupplierName,
    /// Since when.
    pub since: Timestamp,
    /// What the float was then.
    pub float: Money,
}

fn sample(row: &Row<'_>) -> Result<Sample, Error> {
    Ok(Sample {
        taken_at: row.time(0)?,
        float: Money::new(row.int(1)?, row.parse(2)?),
    })
}

pub(super) fn add(tx: &mut Tx<'_>, supplier: &SupplierName, float: Money, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO supplier_floats (supplier, taken_at, amount_minor, currency) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (supplier, taken_at) DO NOTHING";
    tx.execute(sql, &values![supplier, now, float.minor(), float.currency()])
        .map(drop)
}

pub(super) fn forget(tx: &mut Tx<'_>, supplier: &SupplierName, before: Timestamp) -> Result<(), Error> {
    let sql = "DELETE FROM supplier_floats WHERE supplier = ?1 AND taken_at < ?2";
    tx.execute(sql, &values![supplier, before]).map(drop)
}

pub(super) fn since(tx: &mut Tx<'_>, supplier: &SupplierName, since: Timestamp) -> Result<Vec<Sample>, Error> {
    let sql = "SELECT taken_at, amount_minor, currency FROM supplier_floats
               WHERE supplier = ?1 AND taken_at >= ?2 ORDER BY taken_at";
    tx.query(sql, &values![supplier, since], sample)
}

/// Reads the float that was told last.
pub fn latest(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<Option<Sample>, Error> {
    let sql = "SELECT taken_at, amount_minor, currency FROM supplier_floats
               WHERE supplier = ?1 ORDER BY taken_at DESC LIMIT 1";
    tx.find(sql, &values![supplier], sample)
}

/// Reads the float that was told nearest to a moment, if one was within so long of it.
pub fn nearest(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    moment: Timestamp,
    within: Duration,
) -> Result<Option<Sample>, Error> {
    let sql = "SELECT taken_at, amount_minor, currency FROM supplier_floats
               WHERE supplier = ?1 AND taken_at >= ?2 AND taken_at <= ?3 ORDER BY taken_at";
    let samples = tx.query(sql, &values![supplier, moment.minus(within), moment + within], sample)?;
    let distance = |sample: &Sample| sample.taken_at.as_micros().abs_diff(moment.as_micros());
    Ok(samples.into_iter().min_by_key(distance))
}

/// Notes what was paid in at a supplier.
pub fn add_deposit(tx: &mut Tx<'_>, supplier: &SupplierName, deposit: &Deposit) -> Result<bool, Error> {
    let sql = "INSERT INTO supplier_deposits (supplier, made_at, amount_minor, currency, note)
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (supplier, made_at) DO NOTHING";
    let (amount, currency) = (deposit.amount.minor(), deposit.amount.currency());
    Ok(tx.execute(
        sql,
        &values![supplier, deposit.made_at, amount, currency, &deposit.note],
    )? == 1)
}

/// Lists what was paid in from a moment on and before another.
pub fn deposits(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Deposit>, Error> {
    let sql = "SELECT made_at, amount_minor, currency, note FROM supplier_deposits
               WHERE supplier = ?1 AND made_at >= ?2 AND made_at < ?3 ORDER BY made_at";
    tx.query(sql, &values![supplier, from, until], |row| {
        Ok(Deposit {
            made_at: row.time(0)?,
            amount: Money::new(row.int(1)?, row.parse(2)?),
            note: row.text(3)?,
        })
    })
}

/// Reads when a supplier's float is low.
pub fn thresholds(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<Option<Thresholds>, Error> {
    let sql = "SELECT currency, low_minor, stop_minor FROM supplier_thresholds WHERE supplier = ?1";
    tx.find(sql, &values![supplier], |row| {
        let currency = row.parse(0)?;
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        Ok(Thresholds {
            currency,
            low: money(row.int_opt(1)?),
            stop: money(row.int_opt(2)?),
        })
    })
}

/// Says when a supplier's float is low.
pub fn set_thresholds(tx: &mut Tx<'_>, supplier: &SupplierName, thresholds: &Thresholds) -> Result<(), Error> {
    let sql = "INSERT INTO supplier_thresholds (supplier, currency, low_minor, stop_minor) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (supplier) DO UPDATE
               SET currency = excluded.currency, low_minor = excluded.low_minor, stop_minor = excluded.stop_minor";
    let minor = |money: Option<Money>| money.map(Money::minor);
    let values = values![
        supplier,
        thresholds.currency,
        minor(thresholds.low),
        minor(thresholds.stop)
    ];
    tx.execute(sql, &values).map(drop)
}

/// Lists the suppliers that are not sold from.
pub fn stops(tx: &mut Tx<'_>) -> Result<Vec<Stop>, Error> {
    let sql = "SELECT supplier, since, why FROM supplier_stops ORDER BY supplier";
    tx.query(sql, &[], |row| {
        Ok(Stop {
            supplier: row.parse(0)?,
            since: row.time(1)?,
            float: Money::try_from(row.text(2)?).map_err(Error::corrupt)?,
        })
    })
}

/// Takes a supplier off sale because of its float, or puts it back; every process hears of a change.
pub(super) fn set_stopped(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    stopped: Option<Money>,
    now: Timestamp,
) -> Result<Option<Turn>, Error> {
    let (changed, turn) = if let Some(float) = stopped {
        let sql =
            "INSERT INTO supplier_stops (supplier, since, why) VALUES (?1, ?2, ?3) ON CONFLICT (supplier) DO NOTHING";
        (
            tx.execute(sql, &values![supplier, now, float.to_string()])?,
            Turn::Stopped,
        )
    } else {
        let sql = "DELETE FROM supplier_stops WHERE supplier = ?1";
        (tx.execute(sql, &values![supplier])?, Turn::Resumed)
    };
    if changed == 0 {
        return Ok(None);
    }
    touch(tx)?;
    Ok(Some(turn))
}
