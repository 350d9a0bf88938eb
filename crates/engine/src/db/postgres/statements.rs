//! Statements over sets of rows: one each, with an array for every column.

use std::fmt::Write as _;

use model::Timestamp;

use super::{
    Session,
    params::Param,
    session::{Mode, Ticket},
};
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
        let rows = self.fetch(&placeholders(sql), Param::of(params))?;
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
        let changed = self.change(&placeholders(sql), Param::of(params))?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(in crate::db) fn ask_many<const N: usize>(
        &mut self,
        select: &Select,
        keys: &[[Value; N]],
    ) -> Result<Ticket, Error> {
        let sql = selecting(select, self.mode);
        self.ask(&sql, Param::columns(select.keys.iter(), keys)?)
    }

    pub(in crate::db) fn take_many<T>(
        &mut self,
        ticket: Ticket,
        read: fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.take(ticket)?.iter().map(|row| read(&Row::postgres(row))).collect()
    }

    pub(in crate::db) fn insert_many(
        &mut self,
        insert: &Insert<'_>,
        rows: &[impl AsRef<[Value]>],
    ) -> Result<(), Error> {
        let names: Vec<_> = insert.columns.iter().map(|column| column.name).collect();
        let Insert { table, conflict, .. } = insert;
        let sql = format!(
            "INSERT INTO {table} ({}) {} {conflict}",
            names.join(", "),
            unnest(insert.columns.iter())
        );
        self.defer(&sql, Param::columns(insert.columns.iter(), rows)?, None)
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
            let (name, value) = (column.name, update.keys.len() + place + 1);
            let written = match column.compare {
                "+" => write!(sets, "{comma}{name} = t.{name} + k.v{value}"),
                _ => write!(sets, "{comma}{name} = k.v{value}"),
            };
            written.expect("writing to a string never fails");
        }
        let sql = format!(
            "UPDATE {} AS t SET {sets} FROM ({}) AS k WHERE {}",
            update.table,
            unnest(columns()),
            comparisons(update.keys)
        );
        self.defer(&sql, Param::columns(columns(), rows)?, Some((rows.len(), update.table)))
    }
}

/// The statement of a [`Select`]. Rows are locked in the order of the keys, which are sorted.
fn selecting(select: &Select, mode: Mode) -> String {
    let Select {
        table,
        columns,
        condition,
        order,
        ..
    } = select;
    let (keys, compared) = (unnest(select.keys.iter()), comparisons(select.keys));
    if order.contains("LIMIT") {
        return format!(
            "SELECT {columns} FROM ({keys}) AS k
             CROSS JOIN LATERAL (SELECT * FROM {table} AS t WHERE {compared} {condition} {order}) AS t"
        );
    }
    if select.lock == Lock::Rows && mode == Mode::Write {
        let names: Vec<_> = select.keys.iter().map(|column| format!("t.{}", column.name)).collect();
        return format!(
            "SELECT {columns} FROM ({keys}) AS k JOIN {table} AS t ON {compared} WHERE TRUE {condition}
             ORDER BY {} FOR UPDATE OF t",
            names.join(", ")
        );
    }
    format!("SELECT {columns} FROM ({keys}) AS k JOIN {table} AS t ON {compared} WHERE TRUE {condition} {order}")
}

/// `SELECT UNNEST($1::TEXT[]) AS v1, UNNEST($2::BIGINT[]) AS v2`: row by row, where one `UNNEST` of several
/// arrays in `FROM` would write each of them into a store of its own first.
fn unnest<'a>(columns: impl Iterator<Item = &'a Column<'a>>) -> String {
    let unnest = |(place, column): (usize, &Column<'_>)| {
        let place = place + 1;
        format!("UNNEST(${place}::{}[]) AS v{place}", column.kind)
    };
    format!(
        "SELECT {}",
        columns.enumerate().map(unnest).collect::<Vec<_>>().join(", ")
    )
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
