//! Events' and deliveries' SQL and nothing else.

use model::{AccountId, DeliveryId, EventId, InvoiceId, Timestamp};

use crate::{
    Context, Error,
    db::{Insert, Tx, int, text, values},
};

/// An event about to be written, with its first delivery.
pub(super) struct NewEvent {
    pub(super) account: AccountId,
    pub(super) id: EventId,
    pub(super) delivery: DeliveryId,
    pub(super) kind: String,
    pub(super) invoice: InvoiceId,
    pub(super) body: String,
    pub(super) url: String,
}

pub(super) const NEW_DELIVERY: Insert = Insert {
    table: "webhook_deliveries",
    columns: &[
        text("account_id"),
        text("id"),
        text("event_id"),
        text("url"),
        text("status"),
        int("tries"),
        int("due_at"),
    ],
    conflict: "",
};

pub(super) fn insert(tx: &mut Tx<'_>, events: &[NewEvent], now: Timestamp) -> Result<(), Error> {
    const NEW: Insert = Insert {
        table: "events",
        columns: &[
            text("account_id"),
            text("id"),
            text("kind"),
            text("invoice_id"),
            text("body"),
        ],
        conflict: "",
    };
    let row = |event: &NewEvent| values![event.account, event.id, &event.kind, event.invoice, &event.body];
    tx.insert_many(&NEW, &events.iter().map(row).collect::<Vec<_>>())?;
    let row = |event: &NewEvent| {
        values![
            event.account,
            event.delivery,
            event.id,
            &event.url,
            "pending",
            0_i64,
            now
        ]
    };
    tx.insert_many(&NEW_DELIVERY, &events.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

/// A delivery that its worker has to post now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Whose.
    pub account: AccountId,
    /// Which delivery.
    pub id: DeliveryId,
    /// The event: the same for every try and resending.
    pub event: EventId,
    /// Where to.
    pub url: String,
    /// What.
    pub body: String,
}

/// Claims deliveries that are due, every account's turn by turn, for as long as a lease.
pub fn begin(tx: &mut Tx<'_>, context: &Context, now: Timestamp, limit: u32) -> Result<Vec<Posting>, Error> {
    let sql = "SELECT queue.account_id, queue.id, queue.event_id, queue.url, e.body FROM (
                   SELECT account_id, id, event_id, url, due_at,
                          ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY due_at) AS turn
                   FROM webhook_deliveries WHERE due_at IS NOT NULL AND due_at <= ?1
               ) AS queue
               JOIN events e ON e.account_id = queue.account_id AND e.id = queue.event_id
               ORDER BY turn, queue.due_at LIMIT ?2";
    let found = tx.query(sql, &values![now, limit], |row| {
        Ok(Posting {
            account: row.parse(0)?,
            id: row.parse(1)?,
            event: row.parse(2)?,
            url: row.text(3)?,
            body: row.text(4)?,
        })
    })?;
    let lease_until = now + context.settings.lease;
    let mut claimed = Vec::with_capacity(found.len());
    for posting in found {
        let sql = "UPDATE webhook_deliveries SET due_at = ?3 WHERE account_id = ?1 AND id = ?2 AND due_at <= ?4";
        if tx.execute(sql, &values![posting.account, posting.id, lease_until, now])? > 0 {
            claimed.push(posting);
        }
    }
    Ok(claimed)
}
