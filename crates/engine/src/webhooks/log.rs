//! The log of deliveries and their tries, and resending.

use std::collections::HashMap;

use model::{AccountId, DeliveryId, EventId, Ids, InvoiceId, Timestamp};

use super::{Silence, store::NEW_DELIVERY};
use crate::{
    Error,
    db::{Lock, Row, Select, Tx, text, values},
    page::{Page, PageRequest},
};

/// One event on its way to one URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whose.
    pub account: AccountId,
    /// Its id.
    pub id: DeliveryId,
    /// What it tells.
    pub event: EventId,
    /// The kind of event, such as `invoice.complete`.
    pub kind: String,
    /// The invoice it is about; none of a test.
    pub invoice: Option<InvoiceId>,
    /// Where to.
    pub url: String,
    /// `pending`, `delivered` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub due_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// One try of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// Counts from 1.
    pub number: u32,
    /// When.
    pub tried_at: Timestamp,
    /// How long it took.
    pub duration_ms: i64,
    /// What the receiver said.
    pub status_code: Option<u32>,
    /// Why there was no answer.
    pub error: Option<Silence>,
}

const COLUMNS: &str = "d.account_id, d.id, d.event_id, e.kind, e.invoice_id, d.url, d.status, d.tries, d.due_at,
    d.ended_at";

fn read(row: &Row<'_>) -> Result<Delivery, Error> {
    Ok(Delivery {
        account: row.parse(0)?,
        id: row.parse(1)?,
        event: row.parse(2)?,
        kind: row.text(3)?,
        invoice: read_invoice(row, 4)?,
        url: row.text(5)?,
        status: row.text(6)?,
        tries: row.count(7)?,
        due_at: row.time_opt(8)?,
        ended_at: row.time_opt(9)?,
    })
}

/// Reads the invoice that an event is about; a test is about none.
pub(super) fn read_invoice(row: &Row<'_>, column: usize) -> Result<Option<InvoiceId>, Error> {
    let is_none = row.text(column)?.is_empty();
    (!is_none).then(|| row.parse(column)).transpose()
}

/// Finds a delivery of an account.
pub fn find(tx: &mut Tx<'_>, account: AccountId, id: DeliveryId) -> Result<Option<Delivery>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_deliveries d
         JOIN events e ON e.account_id = d.account_id AND e.id = d.event_id
         WHERE d.account_id = ?1 AND d.id = ?2"
    );
    tx.find(&sql, &values![account, id], read)
}

/// Lists an account's deliveries, newest first, from the one before `before`. A page costs the same
/// wherever it begins; only `page.start` is counted to.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    before: Option<DeliveryId>,
    page: PageRequest,
) -> Result<Page<Delivery>, Error> {
    // Ids are lower case, so that '~' stands behind all of them.
    let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_deliveries d
         JOIN events e ON e.account_id = d.account_id AND e.id = d.event_id
         WHERE d.account_id = ?1 AND d.id < ?2 ORDER BY d.id DESC LIMIT ?3 OFFSET ?4"
    );
    Ok(page.page(tx.query(&sql, &values![account, before, page.one_more(), page.start_at()], read)?))
}

/// Lists the newest deliveries of all accounts. For operators.
pub fn recent(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Delivery>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_deliveries d
         JOIN events e ON e.account_id = d.account_id AND e.id = d.event_id
         ORDER BY d.id DESC LIMIT ?1"
    );
    tx.query(&sql, &values![limit], read)
}

/// Lists the tries of a delivery, first to last.
pub fn tries(tx: &mut Tx<'_>, account: AccountId, id: DeliveryId) -> Result<Vec<Try>, Error> {
    let sql = "SELECT number, tried_at, duration_ms, status_code, error FROM webhook_tries
               WHERE account_id = ?1 AND delivery_id = ?2 ORDER BY number";
    tx.query(sql, &values![account, id], read_try)
}

/// Reads the last try of each of some deliveries.
pub fn last_tries(
    tx: &mut Tx<'_>,
    account: AccountId,
    deliveries: &[DeliveryId],
) -> Result<HashMap<DeliveryId, Try>, Error> {
    const LAST: Select = Select {
        table: "webhook_tries",
        columns: "number, tried_at, duration_ms, status_code, error, delivery_id",
        keys: &[text("account_id"), text("delivery_id")],
        condition: "",
        order: "ORDER BY number DESC LIMIT 1",
        lock: Lock::None,
    };
    let keys: Vec<_> = deliveries.iter().map(|id| values![account, *id]).collect();
    let found = tx.select_many(&LAST, &keys, |row| Ok((row.parse(5)?, read_try(row)?)))?;
    Ok(found.into_iter().collect())
}

pub(super) fn read_try(row: &Row<'_>) -> Result<Try, Error> {
    Ok(Try {
        number: row.count(0)?,
        tried_at: row.time(1)?,
        duration_ms: row.int(2)?,
        status_code: row.int_opt(3)?.map(|code| u32::try_from(code).unwrap_or(0)),
        error: row.text_opt(4)?.map(Silence::read),
    })
}

/// Reads what an event tells.
pub fn body(tx: &mut Tx<'_>, account: AccountId, event: EventId) -> Result<Option<String>, Error> {
    let sql = "SELECT body FROM events WHERE account_id = ?1 AND id = ?2";
    tx.find(sql, &values![account, event], |row| row.text(0))
}

/// Sends an event once more to where it was sent: a new delivery of the same event.
pub fn resend(
    tx: &mut Tx<'_>,
    ids: &Ids,
    (account, id): (AccountId, DeliveryId),
    now: Timestamp,
) -> Result<Option<Delivery>, Error> {
    let Some(delivery) = find(tx, account, id)? else {
        return Ok(None);
    };
    let again = DeliveryId::from_uuid(ids.next(now));
    let row = values![account, again, delivery.event, &delivery.url, "pending", 0_i64, now];
    tx.insert_many(&NEW_DELIVERY, &[row])?;
    find(tx, account, again)
}
