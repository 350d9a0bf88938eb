//! Statements over sets of rows, prepared once and run row by row: here a round trip costs nothing.

use std::fmt::Write as _;

use rusqlite::params_from_iter;

use super::Session;
use crate::{
    Error,
    db::{
        rows::{Row, Value},
        tx::{Column, Insert, Select, Update},
    },
};

impl Session<'_> {
    pub(in crate::db) fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        read: &mut impl FnMut(&Row<'_>) -> Result<T, Error>,
        found: &mut Vec<T>,
    ) -> Result<(), Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            found.push(read(&Row::sqlite(row))?);
        }
        Ok(())
    }

    pub(in crate::db) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<usize, Error> {
        Ok(self.0.prepare_cached(sql)?.execute(params_from_iter(params))?)
    }

    pub(in crate::db) fn select_many<const N: usize, T>(
        &mut self,
        select: &Select,
        keys: &[[Value; N]],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let Select {
            table,
            columns,
            condition,
            order,
            ..
        } = select;
        let keyed = comparisons(select.keys, " AND ", 1);
        let sql = format!("SELECT {columns} FROM {table} WHERE {keyed} {condition} {order}");
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            self.query(&sql, key, &mut read, &mut found)?;
        }
        Ok(found)
    }

    pub(in crate::db) fn insert_many(
        &mut self,
        insert: &Insert<'_>,
        rows: &[impl AsRef<[Value]>],
    ) -> Result<(), Error> {
        let names: Vec<_> = insert.columns.iter().map(|column| column.name).collect();
        let places: Vec<_> = (1..=insert.columns.len()).map(|place| format!("?{place}")).collect();
        let Insert { table, conflict, .. } = insert;
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({}) {conflict}",
            names.join(", "),
            places.join(", ")
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        for row in rows {
            statement.execute(params_from_iter(row.as_ref()))?;
        }
        Ok(())
    }

    /// Says how many of the rows were there.
    pub(in crate::db) fn update_many<const N: usize>(
        &mut self,
        update: &Update,
        rows: &[[Value; N]],
    ) -> Result<usize, Error> {
        let sql = format!(
            "UPDATE {} SET {} WHERE {}",
            update.table,
            comparisons(update.sets, ", ", update.keys.len() + 1),
            comparisons(update.keys, " AND ", 1),
        );
        let mut statement = self.0.prepare_cached(&sql)?;
        let mut changed = 0;
        for row in rows {
            changed += statement.execute(params_from_iter(row))?;
        }
        Ok(changed)
    }
}

/// `a = ?1 AND b >= ?2`, or `a = ?1, b = b + ?2`, counting from `first`.
fn comparisons(columns: &[Column<'_>], between: &str, first: usize) -> String {
    let mut sql = String::new();
    for (place, column) in columns.iter().enumerate() {
        if place > 0 {
            sql.push_str(between);
        }
        let (name, compare, value) = (column.name, column.compare, first + place);
        let written = match compare {
            "+" => write!(sql, "{name} = {name} + ?{value}"),
            _ => write!(sql, "{name} {compare} ?{value}"),
        };
        written.expect("writing to a string never fails");
    }
    sql
}
