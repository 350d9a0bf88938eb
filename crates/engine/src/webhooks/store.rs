//! Events' and deliveries' SQL and nothing else.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use model::{AccountId, DeliveryId, EventId, InvoiceId, Timestamp};

use crate::{
    Context, Error,
    db::{Insert, Lock, Select, Tx, Update, int, text, values},
};

/// An event about to be written, with its first delivery.
pub(super) struct NewEvent {
    pub(super) account: AccountId,
    pub(super) id: EventId,
    pub(super) delivery: DeliveryId,
    pub(super) kind: String,
    pub(super) invoice: Option<InvoiceId>,
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
    // A test is about no invoice.
    let invoice = |event: &NewEvent| event.invoice.map_or_else(String::new, |invoice| invoice.to_string());
    let row = |event: &NewEvent| values![event.account, event.id, &event.kind, invoice(event), &event.body];
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
    const STILL_DUE: Select = Select {
        table: "webhook_deliveries",
        columns: "account_id, id, event_id, url",
        keys: &[text("account_id"), text("id"), int("due_at").below()],
        condition: "",
        order: "",
        lock: Lock::Rows,
    };
    const CLAIM: Update = Update {
        table: "webhook_deliveries",
        keys: &[text("account_id"), text("id")],
        sets: &[int("due_at")],
    };
    let sql = "SELECT account_id, id FROM (
                   SELECT account_id, id, due_at, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY due_at) AS turn
                   FROM webhook_deliveries WHERE due_at IS NOT NULL AND due_at <= ?1
               ) AS queue ORDER BY turn, due_at LIMIT ?2";
    let mut due = tx.query(sql, &values![now, limit], |row| Ok((row.parse(0)?, row.parse(1)?)))?;
    due.sort_unstable();
    let keys = due.iter().map(|(account, id): &(AccountId, DeliveryId)| {
        let before = now + Duration::from_micros(1);
        values![account, id, before]
    });
    // Another worker may have claimed some of them since they were seen.
    let claimed = tx.select_many(&STILL_DUE, &keys.collect::<Vec<_>>(), |row| {
        Ok(Claimed {
            account: row.parse(0)?,
            id: row.parse(1)?,
            event: row.parse(2)?,
            url: row.text(3)?,
        })
    })?;
    let lease_until = now + context.settings.lease;
    let row = |claimed: &Claimed| values![claimed.account, claimed.id, lease_until];
    tx.update_many(&CLAIM, &claimed.iter().map(row).collect::<Vec<_>>())?;
    with_bodies(tx, claimed)
}

/// A delivery that is this worker's for a while.
struct Claimed {
    account: AccountId,
    id: DeliveryId,
    event: EventId,
    url: String,
}

fn with_bodies(tx: &mut Tx<'_>, claimed: Vec<Claimed>) -> Result<Vec<Posting>, Error> {
    const BODY: Select = Select {
        table: "events",
        columns: "account_id, id, body",
        keys: &[text("account_id"), text("id")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    let events: BTreeSet<_> = claimed.iter().map(|claimed| (claimed.account, claimed.event)).collect();
    let keys: Vec<_> = events.iter().map(|(account, event)| values![account, event]).collect();
    let bodies = tx.select_many(&BODY, &keys, |row| Ok(((row.parse(0)?, row.parse(1)?), row.text(2)?)))?;
    let bodies: HashMap<(AccountId, EventId), String> = bodies.into_iter().collect();
    let posting = |claimed: Claimed| {
        let body = bodies.get(&(claimed.account, claimed.event));
        Ok(Posting {
            account: claimed.account,
            id: claimed.id,
            event: claimed.event,
            url: claimed.url,
            body: body
                .ok_or_else(|| Error::corrupt("a delivery without its event"))?
                .clone(),
        })
    };
    claimed.into_iter().map(posting).collect()
}
