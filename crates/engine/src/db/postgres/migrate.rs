//! Brings the tables of a PostgreSQL database up to date; safe when many processes start at once.

use super::{Session, params::Param};
use crate::{
    Error,
    db::{
        migrate::{self, for_postgres},
        rows::{Row, Value},
    },
};

pub(super) fn migrate(session: &mut Session) -> Result<(), Error> {
    let made = in_transaction(session, |session| session.change(migrate::TABLE, Vec::new()).map(drop));
    // Of two processes that make the first table at once, one is told that it is there.
    if let Err(error) = made
        && !in_transaction(session, has_table)?
    {
        return Err(error);
    }
    in_transaction(session, apply_missing)
}

fn in_transaction<T>(session: &mut Session, run: impl FnOnce(&mut Session) -> Result<T, Error>) -> Result<T, Error> {
    session.start();
    // Others may be at it, and what changes a large table takes its time.
    let result = session
        .take_time()
        .and_then(|()| run(session))
        .and_then(|value| session.commit().map(|()| value));
    session.roll_back();
    result
}

fn has_table(session: &mut Session) -> Result<bool, Error> {
    let found = session.fetch("SELECT 1 FROM pg_class WHERE relname = 'migrations'", Vec::new())?;
    Ok(!found.is_empty())
}

/// Applies what is missing, all of it or nothing.
fn apply_missing(session: &mut Session) -> Result<(), Error> {
    // Whoever is second waits here, and finds everything done.
    session.change("LOCK TABLE migrations IN EXCLUSIVE MODE", Vec::new())?;
    let rows = session.fetch("SELECT name, checksum FROM migrations ORDER BY position", Vec::new())?;
    let applied = rows
        .iter()
        .map(|row| {
            let row = Row::postgres(row);
            Ok((row.text(0)?, row.text(1)?))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    for (position, name, sql) in migrate::missing(&applied)? {
        session.run_batch(&for_postgres(sql))?;
        let insert = "INSERT INTO migrations (position, name, checksum) VALUES ($1, $2, $3)";
        let row = [
            Value::Int(position),
            Value::from(name),
            Value::from(migrate::checksum(sql)),
        ];
        session.change(insert, Param::of(&row))?;
    }
    Ok(())
}
