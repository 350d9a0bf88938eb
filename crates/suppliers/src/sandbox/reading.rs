//! How a submission reads back from its row.

use std::{error::Error, str::FromStr};

use model::{Money, Timestamp};
use rusqlite::{Row, types::Type};

use super::{
    fate::{Fate, Refusal, State},
    record::Entry,
};

/// The columns that [`entry_of`] reads, in its order.
pub(super) const COLUMNS: &str = "attempt, recipient, product, amount_minor, amount_currency, cost_minor,
    cost_currency, submitted_at, submissions, state, later_state, settles_at, code";

/// Reads a submission as it stands at a moment.
pub(super) fn entry_of(row: &Row<'_>, at: Timestamp) -> rusqlite::Result<Entry> {
    Ok(Entry {
        attempt: parsed(row, 0)?,
        recipient: parsed(row, 1)?,
        product: parsed(row, 2)?,
        amount: Money::new(row.get(3)?, parsed(row, 4)?),
        cost: Money::new(row.get(5)?, parsed(row, 6)?),
        submitted_at: Timestamp::from_micros(row.get(7)?),
        submissions: row.get(8)?,
        state: fate_of(row, 9)?.state(at),
    })
}

/// Reads `state, later_state, settles_at, code` from a column on.
pub(super) fn fate_of(row: &Row<'_>, from: usize) -> rusqlite::Result<Fate> {
    let refusal = |code: &str| Refusal::ALL.into_iter().find(|refusal| refusal.code() == code);
    let later = match row.get::<_, Option<i64>>(from + 2)? {
        None => None,
        Some(micros) => Some((Timestamp::from_micros(micros), state_of(row, from + 1)?)),
    };
    Ok(Fate {
        first: state_of(row, from)?,
        later,
        refusal: match row.get_ref(from + 3)?.as_str_or_null()? {
            None => None,
            Some(_) => Some(word(row, from + 3, refusal)?),
        },
    })
}

/// Reads a state.
pub(super) fn state_of(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    word(row, column, |text| {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    })
}

fn word<T>(row: &Row<'_>, column: usize, read: impl Fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    read(text).ok_or_else(|| unreadable(column, format!("{text:?} is not a word of the record").into()))
}

/// Reads a text column as the type that wrote it.
pub(super) fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text = row.get_ref(column)?.as_str()?;
    text.parse()
        .map_err(|error: T::Err| unreadable(column, Box::new(error)))
}

fn unreadable(column: usize, error: Box<dyn Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error)
}
