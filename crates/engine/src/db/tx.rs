//! An open transaction, and statements over sets of rows.
//!
//! A set is one statement per table where round trips cost (PostgreSQL), and a prepared statement
//! row by row where they don't (SQLite). What differs stays in this folder.

use std::fmt::Write as _;

use super::rows::{Row, Value};
use crate::Error;

/// An open transaction.
pub struct Tx<'a> {
    pub(super) conn: &'a rusqlite::Connection,
}

/// A column of a set statement, with the type that its parameters have.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type: `TEXT` or `BIGINT`.
    pub kind: &'static str,
    /// How a key compares with it: `=`, `>=` or `<`.
    pub compare: &'static str,
}

impl Column {
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
}

/// A `TEXT` column.
pub const fn text(name: &'static str) -> Column {
    Column {
        name,
        kind: "TEXT",
        compare: "=",
    }
}

/// A `BIGINT` column.
pub const fn int(name: &'static str) -> Column {
    Column {
        name,
        kind: "BIGINT",
        compare: "=",
    }
}

/// Reads the rows of a table that have one of a set of keys. The rows stay locked until the end
/// of a writing transaction, so that what was decided on them still holds when it is written.
#[derive(Debug)]
pub struct Select {
    /// The table.
    pub table: &'static str,
    /// What to read, as in `SELECT`.
    pub columns: &'static str,
    /// The columns of a key.
    pub keys: &'static [Column],
    /// A further condition, such as `AND status = 'waiting'`, and an order.
    pub condition: &'static str,
}

/// Inserts a set of rows.
#[derive(Debug)]
pub struct Insert {
    /// The table.
    pub table: &'static str,
    /// The columns, in the order of the values.
    pub columns: &'static [Column],
    /// What follows, such as `ON CONFLICT (…) DO NOTHING`.
    pub conflict: &'static str,
}

/// Updates a set of rows, each by its key and where a condition still holds.
#[derive(Debug)]
pub struct Update {
    /// The table.
    pub table: &'static str,
    /// The columns of a key: the first values.
    pub keys: &'static [Column],
    /// The columns that are set: the values after the key.
    pub sets: &'static [Column],
    /// A further condition, such as `AND status = 'waiting'`.
    pub condition: &'static str,
}

impl Tx<'_> {
    /// Reads rows.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(&Row(row))?);
        }
        Ok(found)
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
        Ok(self
            .conn
            .prepare_cached(sql)?
            .execute(rusqlite::params_from_iter(params))?)
    }

    /// Reads the rows that have one of the keys.
    pub fn select_many<const N: usize, T>(
        &mut self,
        select: &Select,
        keys: &[[Value; N]],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let Select {
            table,
            columns,
            condition,
            ..
        } = select;
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE {} {condition}",
            comparisons(select.keys, " AND ", 1)
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let mut rows = statement.query(rusqlite::params_from_iter(key))?;
            while let Some(row) = rows.next()? {
                found.push(read(&Row(row))?);
            }
        }
        Ok(found)
    }

    /// Inserts a set, and says how many rows went in.
    pub fn insert_many<const N: usize>(&mut self, insert: &Insert, rows: &[[Value; N]]) -> Result<usize, Error> {
        debug_assert_eq!(N, insert.columns.len(), "a value for each column of {}", insert.table);
        if rows.is_empty() {
            return Ok(0);
        }
        let names: Vec<_> = insert.columns.iter().map(|column| column.name).collect();
        let places: Vec<_> = (1..=N).map(|place| format!("?{place}")).collect();
        let Insert { table, conflict, .. } = insert;
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({}) {conflict}",
            names.join(", "),
            places.join(", ")
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut inserted = 0;
        for row in rows {
            inserted += statement.execute(rusqlite::params_from_iter(row))?;
        }
        Ok(inserted)
    }

    /// Updates a set, and says of each row whether its key was there and the condition held.
    pub fn update_many<const N: usize>(&mut self, update: &Update, rows: &[[Value; N]]) -> Result<Vec<bool>, Error> {
        let keys = update.keys.len();
        debug_assert_eq!(
            N,
            keys + update.sets.len(),
            "a value for each column of {}",
            update.table
        );
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "UPDATE {} SET {} WHERE {} {}",
            update.table,
            comparisons(update.sets, ", ", keys + 1),
            comparisons(update.keys, " AND ", 1),
            update.condition
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut changed = Vec::with_capacity(rows.len());
        for row in rows {
            changed.push(statement.execute(rusqlite::params_from_iter(row))? > 0);
        }
        Ok(changed)
    }
}

/// `a = ?1 AND b >= ?2`, counting from `first`.
fn comparisons(columns: &[Column], between: &str, first: usize) -> String {
    let mut sql = String::new();
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            sql.push_str(between);
        }
        write!(sql, "{} {} ?{}", column.name, column.compare, first + place).expect("writing to a string never fails");
    }
    sql
}
