//! Statements over sets of rows: one each, with an array for every column.

use std::fmt::Write as _;

use model::Timestamp;

use super::{Session, params::Param, session::Mode};
use crate::{
    Error,
    db::{
        rows::{Row, Value},
        tx::{Column, Insert, Lock, Select, Update},
    },
};

impl Session {
    pub(in crate::db) fn query<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.fetch(&placeholders(sql), &Param::of(params))?;
        rows.iter().map(|row| read(&Row::postgres(row))).collect()
    }

    pub(in crate::db) fn server_time(&mut self) -> Result<Timestamp, Error> {
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
        let found = self.query(sql, &[], |row| row.time(0))?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Error::corrupt("a server without a clock"))
    }

    pub(in crate::db) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<usize, Error> {
        let changed = self.change(&placeholders(sql), &Param::of(params))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(in crate::db) fn select_many<const N: usize, T>(
        &mut self,
        select: &Select,
        keys: &[[Value; N]],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let sql = selecting(select, select.columns, self.mode);
        let rows = self.fetch(&sql, &Param::columns(select.keys.iter(), keys))?;
        rows.iter().map(|row| read(&Row::postgres(row))).collect()
    }

    pub(in crate::db) fn lock<const N: usize>(&mut self, select: &Select, keys: &[[Value; N]]) -> Result<(), Error> {
        if self.mode == Mode::Read {
            return Ok(());
        }
        let sql = selecting(select, "1", self.mode);
        self.defer(&sql, Param::columns(select.keys.iter(), keys), None)
    }

    pub(in crate::db) fn insert_many(
        &mut self,
        insert: &Insert<'_>,
        rows: &[impl AsRef<[Value]>],
    ) -> Result<(), Error> {
        let names: Vec<_> = insert.columns.iter().map(|column| column.name).collect();
        let Insert { table, conflict, .. } = insert;
        let sql = format!(
            "INSERT INTO {table} ({}) SELECT * FROM {} {conflict}",
            names.join(", "),
            unnest(insert.columns.iter())
        );
        self.defer(&sql, Param::columns(insert.columns.iter(), rows), None)
    }

    pub(in crate::db) fn update_many<const N: usize>(
        &mut self,
        update: &Update,
        rows: &[[Value; N]],
    ) -> Result<(), Error> {
        let columns = || update.keys.iter().chain(update.sets);
        let mut sets = String::new();
        for (place, column) in update.sets.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            let value = update.keys.len() + place + 1;
            write!(sets, "{comma}{} = k.v{value}", column.name).expect("writing to a string never fails");
        }
        let sql = format!(
            "UPDATE {} AS t SET {sets} FROM {} WHERE {}",
            update.table,
            unnest(columns()),
            comparisons(update.keys)
        );
        self.defer(&sql, Param::columns(columns(), rows), Some((rows.len(), update.table)))
    }
}

/// The statement of a [`Select`]. Rows are locked in the order of the keys, which are sorted.
fn selecting(select: &Select, columns: &str, mode: Mode) -> String {
    let Select {
        table,
        condition,
        order,
        ..
    } = select;
    let (keys, compared) = (unnest(select.keys.iter()), comparisons(select.keys));
    if order.contains("LIMIT") {
        return format!(
            "SELECT {columns} FROM {keys}
             CROSS JOIN LATERAL (SELECT * FROM {table} AS t WHERE {compared} {condition} {order}) AS t"
        );
    }
    if select.lock == Lock::Rows && mode == Mode::Write {
        let names: Vec<_> = select.keys.iter().map(|column| format!("t.{}", column.name)).collect();
        return format!(
            "SELECT {columns} FROM {keys} JOIN {table} AS t ON {compared} WHERE TRUE {condition}
             ORDER BY {} FOR UPDATE OF t",
            names.join(", ")
        );
    }
    format!("SELECT {columns} FROM {keys} JOIN {table} AS t ON {compared} WHERE TRUE {condition} {order}")
}

/// `UNNEST($1::TEXT[], $2::BIGINT[]) AS k (v1, v2)`.
fn unnest<'a>(columns: impl Iterator<Item = &'a Column<'a>>) -> String {
    let (mut arrays, mut names) = (String::new(), String::new());
    for (place, column) in columns.enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        let place = place + 1;
        write!(arrays, "{comma}${place}::{}[]", column.kind).expect("writing to a string never fails");
        write!(names, "{comma}v{place}").expect("writing to a string never fails");
    }
    format!("UNNEST({arrays}) AS k ({names})")
}

/// `t.a = k.v1 AND t.b >= k.v2`.
fn comparisons(keys: &[Column<'_>]) -> String {
    let compare = |(place, key): (usize, &Column<'_>)| format!("t.{} {} k.v{}", key.name, key.compare, place + 1);
    keys.iter().enumerate().map(compare).collect::<Vec<_>>().join(" AND ")
}

/// `?1` is `$1` here; a question mark stands for nothing else in our statements.
fn placeholders(sql: &str) -> String {
    sql.replace('?', "$")
}
