//! Exchange rates, each with the day from which it holds: how many units are worth a US dollar.

use std::collections::BTreeMap;

use model::{Currency, Timestamp, decimal_text};
use rust_decimal::Decimal;

use super::{
    check::ImportError,
    read::{Wrong, positive_rate},
    store,
};
use crate::{
    Error,
    db::{Insert, Tx, int, text, values},
};

/// How much a currency is worth from a moment on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Whose rate it is.
    pub currency: Currency,
    /// How many of its units are worth a US dollar.
    pub units_per_usd: Decimal,
    /// From when it holds, until a later one does.
    pub valid_from: Timestamp,
    /// Who says so.
    pub source: String,
}

/// Why a rate is not taken.
#[derive(Debug, thiserror::Error)]
pub enum RateError {
    /// A dollar is a dollar.
    #[error("rates are units for a US dollar, whose own is always 1: set another currency's")]
    Dollar,
    /// It is nothing, or less.
    #[error("{0} is not a rate: write how many units are worth a US dollar, such as 0.92")]
    NotPositive(Decimal),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

const RATES: Insert = Insert {
    table: "rates",
    columns: &[
        int("valid_from"),
        text("currency"),
        text("units_per_usd"),
        text("source"),
    ],
    conflict: "ON CONFLICT (currency, valid_from) DO UPDATE SET units_per_usd = excluded.units_per_usd, \
               source = excluded.source",
};

const DEFAULT: &str = include_str!("../../../../data/rates.csv");
const DEFAULT_SOURCE: &str = "currency-api 2026.9.29 (CC0)";

/// Sets a rate.
pub fn set(tx: &mut Tx<'_>, rate: &Rate) -> Result<(), RateError> {
    if rate.currency.code() == "USD" {
        return Err(RateError::Dollar);
    }
    if rate.units_per_usd <= Decimal::ZERO {
        return Err(RateError::NotPositive(rate.units_per_usd));
    }
    write(tx, std::slice::from_ref(rate))?;
    Ok(store::touch(tx)?)
}

/// Takes in rates from a file of `date,currency,units_per_usd`, all of them or none, and says how many.
pub fn import(tx: &mut Tx<'_>, csv: &str, source: &str) -> Result<usize, ImportError> {
    let rates = read(csv, source)?;
    write(tx, &rates)?;
    store::touch(tx)?;
    Ok(rates.len())
}

/// Returns each currency's rate that holds now.
pub fn list(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<Rate>, Error> {
    let sql = "SELECT currency, units_per_usd, valid_from, source FROM rates
        WHERE (currency, valid_from) IN
            (SELECT currency, MAX(valid_from) FROM rates WHERE valid_from <= ?1 GROUP BY currency)
        ORDER BY currency";
    tx.query(sql, &values![now], |row| {
        Ok(Rate {
            currency: row.parse(0)?,
            units_per_usd: row.parse(1)?,
            valid_from: row.time(2)?,
            source: row.text(3)?,
        })
    })
}

/// Returns when the next of the rates that are set already begins to hold.
pub(super) fn next_change(tx: &mut Tx<'_>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT MIN(valid_from) FROM rates WHERE valid_from > ?1";
    Ok(tx.find(sql, &values![now], |row| row.time_opt(0))?.flatten())
}

/// Returns the rates that the program brings along.
pub(super) fn brought_along() -> Vec<Rate> {
    read(DEFAULT, DEFAULT_SOURCE).expect("the embedded file is tested")
}

/// Writes the rates that the program brings along, if there are none. They hold at once even where
/// a clock is behind their day.
pub(super) fn seed(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, Error> {
    if tx.find("SELECT 1 FROM rates LIMIT 1", &[], |row| row.int(0))?.is_some() {
        return Ok(false);
    }
    let mut rates = brought_along();
    for rate in &mut rates {
        rate.valid_from = rate.valid_from.min(now);
    }
    write(tx, &rates)?;
    Ok(true)
}

fn write(tx: &mut Tx<'_>, rates: &[Rate]) -> Result<(), Error> {
    let row = |rate: &Rate| {
        values![
            rate.valid_from,
            rate.currency,
            decimal_text(rate.units_per_usd),
            &rate.source
        ]
    };
    tx.insert_many(&RATES, &rates.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

fn read(csv: &str, source: &str) -> Result<Vec<Rate>, ImportError> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader
        .headers()
        .map_err(|error| ImportError::Unreadable(error.to_string()))?;
    if header != vec!["date", "currency", "units_per_usd"] {
        let why = "write the header date,currency,units_per_usd";
        return Err(ImportError::invalid("line 1", &why));
    }
    // The last line for a day holds.
    let mut rates = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|error| ImportError::Unreadable(error.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let rate = (read_row(&row, source)).map_err(|wrong| ImportError::invalid(format!("line {line}"), &wrong))?;
        rates.insert((rate.currency, rate.valid_from), rate);
    }
    Ok(rates.into_values().collect())
}

fn read_row(row: &csv::StringRecord, source: &str) -> Result<Rate, Wrong> {
    let field = |place: usize| row.get(place).unwrap_or_default().trim();
    let currency: Currency = (field(1).parse()).map_err(|why| Wrong::new("currency", &why))?;
    let units_per_usd = positive_rate("units_per_usd", field(2))?;
    if currency.code() == "USD" {
        return Err(Wrong::new("currency", &RateError::Dollar));
    }
    Ok(Rate {
        currency,
        units_per_usd,
        valid_from: (field(0).parse()).map_err(|why| Wrong::new("date", &why))?,
        source: source.to_owned(),
    })
}
