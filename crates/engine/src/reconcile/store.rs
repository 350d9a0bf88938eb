//! The runs that were made.

use std::{collections::BTreeSet, iter::successors};

use model::{SupplierName, Timestamp};

use super::{Day, Report};
use crate::{
    Error,
    db::{Tx, values},
};

pub(super) fn write(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    day: Day,
    report: &Report,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO reconciliations (supplier, day, ran_at, body) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (supplier, day) DO UPDATE SET ran_at = excluded.ran_at, body = excluded.body";
    let body = serde_json::to_string(report).map_err(Error::corrupt)?;
    tx.execute(sql, &values![supplier, day.to_string(), now, body])
        .map(drop)
}

/// Finds what the last comparison of a day found, and when it was made.
pub fn find(tx: &mut Tx<'_>, supplier: &SupplierName, day: Day) -> Result<Option<(Timestamp, Report)>, Error> {
    let sql = "SELECT ran_at, body FROM reconciliations WHERE supplier = ?1 AND day = ?2";
    let found = tx.find(sql, &values![supplier, day.to_string()], |row| {
        Ok((row.time(0)?, row.json_opt(1)?))
    })?;
    Ok(found.and_then(|(ran_at, report)| Some((ran_at, report?))))
}

/// A day that no worker was there to compare is found again for so long.
const MISSED_DAYS_MAX: usize = 7;

/// The earliest of the last days up to one that was not compared although one before it was.
pub fn missed(tx: &mut Tx<'_>, supplier: &SupplierName, until: Day) -> Result<Option<Day>, Error> {
    let sql = "SELECT day FROM reconciliations WHERE supplier = ?1 AND day <= ?2 ORDER BY day DESC LIMIT ?3";
    let limit = i64::try_from(MISSED_DAYS_MAX).map_err(Error::corrupt)?;
    let compared = tx.query(sql, &values![supplier, until.to_string(), limit], |row| row.text(0))?;
    let compared: BTreeSet<_> = compared.into_iter().collect();
    let mut days: Vec<_> = successors(Some(until), |day| Some(day.before()))
        .take(MISSED_DAYS_MAX)
        .collect();
    days.reverse();
    let was_compared = |day: &Day| compared.contains(&day.to_string());
    let since_one = days.into_iter().skip_while(|day| !was_compared(day));
    Ok(since_one.into_iter().find(|day| !was_compared(day)))
}

/// Whether a day was compared already.
pub fn was_compared(tx: &mut Tx<'_>, supplier: &SupplierName, day: Day) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM reconciliations WHERE supplier = ?1 AND day = ?2";
    let found = tx.find(sql, &values![supplier, day.to_string()], |row| row.int(0))?;
    Ok(found.is_some())
}
