//! An open transaction, and statements over sets of rows.
//!
//! A set is one statement per table where round trips cost (PostgreSQL), and a prepared statement
//! row by row where they don't (SQLite). What differs stays in this folder.

use model::Timestamp;

use super::{
    postgres,
    rows::{Row, Value},
    sqlite,
};
use crate::Error;

/// An open transaction.
pub struct Tx<'a> {
    inner: Inner<'a>,
}

enum Inner<'a> {
    Sqlite(sqlite::Session<'a>),
    Postgres(&'a mut postgres::Session),
}

/// A column of a set statement, with the type that its parameters have.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type: `TEXT` or `BIGINT`.
    pub kind: &'static str,
    /// How a key compares with it: `=`, `>=` or `<`. What is set is `=` or `+`.
    pub compare: &'static str,
}

impl Column<'_> {
    /// A key gives the column's smallest value.
    #[must_use]
    pub const fn from(self) -> Self {
        Self { compare: ">=", ..self }
    }

    /// A key gives the value that the column stays below.
    #[must_use]
    pub const fn below(self) -> Self {
        Self { compare: "<", ..self }
    }

    /// What is set is added to what is there.
    #[must_use]
    pub const fn added(self) -> Self {
        Self { compare: "+", ..self }
    }
}

/// A `TEXT` column.
pub const fn text(name: &str) -> Column<'_> {
    Column {
        name,
        kind: "TEXT",
        compare: "=",
    }
}

/// A `BIGINT` column.
pub const fn int(name: &str) -> Column<'_> {
    Column {
        name,
        kind: "BIGINT",
        compare: "=",
    }
}

/// Reads the rows of a table that have one of a set of keys.
#[derive(Debug)]
pub struct Select {
    /// The table.
    pub table: &'static str,
    /// What to read, as in `SELECT`.
    pub columns: &'static str,
    /// The columns of a key.
    pub keys: &'static [Column<'static>],
    /// A further condition, such as `AND status = 'waiting'`.
    pub condition: &'static str,
    /// The order of one key's rows, and how many of them at most: `ORDER BY number DESC LIMIT 10`.
    pub order: &'static str,
    /// Whether the rows stay as they are.
    pub lock: Lock,
}

/// Whether rows that are read stay as they are until the end of a writing transaction, so that what
/// is decided on them still holds when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// They stay, locked in the order of their keys, so that transactions never wait in a circle.
    /// Keys have to be sorted and each there once.
    Rows,
    /// Something that is locked already keeps them, or nobody needs it.
    None,
}

/// Rows that were asked for. Whatever is asked before the first of it is taken comes together.
#[must_use]
pub struct Asked<T>(Rows<T>);

enum Rows<T> {
    Here(Vec<T>),
    Coming(postgres::Ticket, fn(&Row<'_>) -> Result<T, Error>),
}

/// Inserts a set of rows.
#[derive(Debug)]
pub struct Insert<'a> {
    /// The table.
    pub table: &'a str,
    /// The columns, in the order of the values.
    pub columns: &'a [Column<'a>],
    /// What follows, such as `ON CONFLICT (…) DO NOTHING`.
    pub conflict: &'a str,
}

/// Updates a set of rows, each by its key. Every one of them has to be there.
#[derive(Debug)]
pub struct Update {
    /// The table.
    pub table: &'static str,
    /// The columns of a key, and of what else has to hold still: the first values.
    pub keys: &'static [Column<'static>],
    /// The columns that are set: the values after the key.
    pub sets: &'static [Column<'static>],
}

impl<'a> Tx<'a> {
    pub(super) fn sqlite(session: sqlite::Session<'a>) -> Self {
        Self {
            inner: Inner::Sqlite(session),
        }
    }

    pub(super) fn postgres(session: &'a mut postgres::Session) -> Self {
        Self {
            inner: Inner::Postgres(session),
        }
    }

    /// Lets this transaction's statements take as long as whole tables need. Otherwise a server that
    /// is silent for seconds is taken for dead.
    pub fn take_time(&mut self) -> Result<(), Error> {
        match &mut self.inner {
            Inner::Sqlite(_) => Ok(()),
            Inner::Postgres(session) => session.take_time(),
        }
    }

    /// Reads the clock of the database's server, if it has one of its own.
    pub fn server_time(&mut self) -> Result<Option<Timestamp>, Error> {
        match &mut self.inner {
            Inner::Sqlite(_) => Ok(None),
            Inner::Postgres(session) => session.server_time().map(Some),
        }
    }

    /// Reads rows.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        match &mut self.inner {
            Inner::Sqlite(session) => {
                let mut found = Vec::new();
                session.query(sql, params, &mut read, &mut found)?;
                Ok(found)
            }
            Inner::Postgres(session) => session.query(sql, params, read),
        }
    }

    /// Reads the first row, if there is one.
    pub fn find<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        Ok(self.query(sql, params, read)?.into_iter().next())
    }

    /// Writes, and says how many rows it changed.
    pub fn execute(&mut self, sql: &str, params: &[Value]) -> Result<usize, Error> {
        match &mut self.inner {
            Inner::Sqlite(session) => session.execute(sql, params),
            Inner::Postgres(session) => session.execute(sql, params),
        }
    }

    /// Reads the rows that have one of the keys.
    pub fn select_many<const N: usize, T>(
        &mut self,
        select: &Select,
        keys: &[[Value; N]],
        read: fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let asked = self.ask_many(select, keys, read)?;
        self.take(asked)
    }

    /// Asks for the rows that have one of the keys, after what was asked and written before. They are
    /// waited for when they are taken.
    pub fn ask_many<const N: usize, T>(
        &mut self,
        select: &Select,
        keys: &[[Value; N]],
        read: fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Asked<T>, Error> {
        debug_assert_eq!(N, select.keys.len(), "a value for each key column of {}", select.table);
        Ok(Asked(match &mut self.inner {
            _ if keys.is_empty() => Rows::Here(Vec::new()),
            Inner::Sqlite(session) => Rows::Here(session.select_many(select, keys, read)?),
            Inner::Postgres(session) => Rows::Coming(session.ask_many(select, keys)?, read),
        }))
    }

    /// Takes the rows that were asked for.
    pub fn take<T>(&mut self, asked: Asked<T>) -> Result<Vec<T>, Error> {
        match (asked.0, &mut self.inner) {
            (Rows::Here(rows), _) => Ok(rows),
            (Rows::Coming(ticket, read), Inner::Postgres(session)) => session.take_many(ticket, read),
            (Rows::Coming(..), Inner::Sqlite(_)) => Err(Error::corrupt("rows of another transaction")),
        }
    }

    /// Inserts a set.
    pub fn insert_many(&mut self, insert: &Insert<'_>, rows: &[impl AsRef<[Value]>]) -> Result<(), Error> {
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let columns = insert.columns.len();
        debug_assert_eq!(
            first.as_ref().len(),
            columns,
            "a value for each column of {}",
            insert.table
        );
        match &mut self.inner {
            Inner::Sqlite(session) => session.insert_many(insert, rows),
            Inner::Postgres(session) => session.insert_many(insert, rows),
        }
    }

    /// Updates a set; an error if one of its rows was not there.
    pub fn update_many<const N: usize>(&mut self, update: &Update, rows: &[[Value; N]]) -> Result<(), Error> {
        let columns = update.keys.len() + update.sets.len();
        debug_assert_eq!(N, columns, "a value for each column of {}", update.table);
        if rows.is_empty() {
            return Ok(());
        }
        match &mut self.inner {
            Inner::Sqlite(session) => {
                let changed = session.update_many(update, rows)?;
                check_changed(update.table, rows.len(), changed)
            }
            Inner::Postgres(session) => session.update_many(update, rows),
        }
    }
}

/// Rows are updated as they were read, under a lock: one that is not there any more is a fault of ours.
pub(super) fn check_changed(table: &str, wanted: usize, changed: usize) -> Result<(), Error> {
    if wanted == changed {
        Ok(())
    } else {
        let found = format_args!("{changed} of {wanted} rows of {table} as they were read");
        Err(Error::corrupt(found))
    }
}
