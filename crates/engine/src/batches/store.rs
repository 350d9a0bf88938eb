//! Batches' SQL and nothing else.

use std::collections::HashMap;

use model::{AccountId, BatchId, OrderId, Timestamp};

use super::{Batch, BatchLine, LineEnd};
use crate::{
    Error,
    db::{Insert, Row, Tx, int, text, values},
    orders,
};

const COLUMNS: &str = "account_id, id, name, made_by, lines_count, submitted_at";

fn read(row: &Row<'_>) -> Result<Batch, Error> {
    Ok(Batch {
        account: row.parse(0)?,
        id: row.parse(1)?,
        name: row.text(2)?,
        made_by: row.text(3)?,
        lines_count: row.int(4)?,
        submitted_at: row.time_opt(5)?,
    })
}

pub(super) fn insert(tx: &mut Tx<'_>, batch: &Batch, lines: &[BatchLine]) -> Result<(), Error> {
    const LINES: Insert = Insert {
        table: "batch_lines",
        columns: &[
            text("account_id"),
            text("batch_id"),
            int("line"),
            text("phone_number"),
            text("product_id"),
            text("value"),
            text("reference"),
            text("problem"),
        ],
        conflict: "",
    };
    let sql = "INSERT INTO batches (account_id, id, name, made_by, lines_count) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = values![batch.account, batch.id, &batch.name, &batch.made_by, batch.lines_count];
    tx.execute(sql, &row)?;
    let row = |line: &BatchLine| {
        values![
            batch.account,
            batch.id,
            line.line,
            &line.phone_number,
            &line.product,
            &line.value,
            line.reference.as_ref(),
            line.problem.as_ref()
        ]
    };
    tx.insert_many(&LINES, &lines.iter().map(row).collect::<Vec<_>>())
}

/// Lists an account's batches, newest first.
pub fn list(tx: &mut Tx<'_>, account: AccountId, limit: u32) -> Result<Vec<Batch>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM batches WHERE account_id = ?1 ORDER BY id DESC LIMIT ?2");
    tx.query(&sql, &values![account, limit], read)
}

/// Finds a batch with its lines, each with its order as it stands.
pub fn find(tx: &mut Tx<'_>, account: AccountId, id: BatchId) -> Result<Option<(Batch, Vec<BatchLine>)>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM batches WHERE account_id = ?1 AND id = ?2");
    let Some(batch) = tx.find(&sql, &values![account, id], read)? else {
        return Ok(None);
    };
    let sql = "SELECT line, phone_number, product_id, value, reference, problem, order_id
               FROM batch_lines WHERE account_id = ?1 AND batch_id = ?2 ORDER BY line";
    let read_line = |row: &Row<'_>| {
        let line = BatchLine {
            line: row.int(0)?,
            phone_number: row.text(1)?,
            product: row.text(2)?,
            value: row.text(3)?,
            reference: row.text_opt(4)?,
            problem: row.text_opt(5)?,
            order: None,
        };
        Ok((line, row.parse_opt::<OrderId>(6)?))
    };
    let lines = tx.query(sql, &values![account, id], read_line)?;
    let bought: Vec<_> = lines.iter().filter_map(|(_, order)| *order).collect();
    let mut orders: HashMap<_, _> = orders::of_ids(tx, account, &bought)?
        .into_iter()
        .map(|order| (order.id, order))
        .collect();
    let lines = lines.into_iter().map(|(line, order)| BatchLine {
        order: order.and_then(|order| orders.remove(&order)),
        ..line
    });
    Ok(Some((batch, lines.collect())))
}

/// Notes that a batch is to be bought; the first time counts.
pub fn submit(tx: &mut Tx<'_>, account: AccountId, id: BatchId, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE batches SET submitted_at = ?3 WHERE account_id = ?1 AND id = ?2 AND submitted_at IS NULL";
    tx.execute(sql, &values![account, id, now]).map(drop)
}

/// Notes what became of lines. What was bought stays bought.
pub fn settle(tx: &mut Tx<'_>, account: AccountId, id: BatchId, ends: &[(i64, LineEnd)]) -> Result<(), Error> {
    for (line, end) in ends {
        let (order, problem) = match end {
            LineEnd::Bought(order) => (Some(*order), None),
            LineEnd::Refused(problem) => (None, Some(problem)),
        };
        let sql = "UPDATE batch_lines SET order_id = ?4, problem = ?5
                   WHERE account_id = ?1 AND batch_id = ?2 AND line = ?3 AND order_id IS NULL";
        tx.execute(sql, &values![account, id, *line, order, problem])?;
    }
    Ok(())
}
