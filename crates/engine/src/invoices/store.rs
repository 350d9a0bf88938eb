//! Invoices' SQL and nothing else.

use std::collections::{BTreeSet, HashMap};

use model::{AccountId, InvoiceId, Money, Timestamp};

use super::{Invoice, InvoiceStatus};
use crate::{
    Error,
    db::{Insert, Lock, Row, Select, Tx, Update, int, text, values},
};

pub(super) const COLUMNS: &str = "account_id, id, number, status, payment_method, currency, price_minor, reference,
    webhook_url, first_order, orders_count, orders_open, expires_at, paid_at, ended_at";

/// Reads an invoice without its orders.
pub(super) fn read(row: &Row<'_>) -> Result<Invoice, Error> {
    let paid_at = row.time_opt(13)?.unwrap_or_default();
    let at = row.time_opt(14)?.unwrap_or_default();
    Ok(Invoice {
        account: row.parse(0)?,
        id: row.parse(1)?,
        number: row.int(2)?,
        status: status(&row.text(3)?, paid_at, at)?,
        payment_method: row.text(4)?,
        price: Money::new(row.int(6)?, row.parse(5)?),
        reference: row.text_opt(7)?,
        webhook_url: row.text_opt(8)?,
        first_order: row.int(9)?,
        orders_count: row.int(10)?,
        orders_open: row.int(11)?,
        expires_at: row.time(12)?,
        orders: Vec::new(),
    })
}

fn status(word: &str, paid_at: Timestamp, at: Timestamp) -> Result<InvoiceStatus, Error> {
    Ok(match word {
        "unpaid" => InvoiceStatus::Unpaid,
        "paid" => InvoiceStatus::Paid { at: paid_at },
        "complete" => InvoiceStatus::Complete { paid_at, at },
        "expired" => InvoiceStatus::Expired { at },
        "cancelled" => InvoiceStatus::Cancelled { at },
        other => return Err(Error::corrupt(format_args!("invoice status {other:?}"))),
    })
}

/// Reads invoices without their orders. What changes an unpaid one has locked its account, and what
/// changes a paid one the account's book, so that they need no lock of their own.
pub(crate) fn find_all(tx: &mut Tx<'_>, keys: &[(AccountId, InvoiceId)]) -> Result<Vec<Invoice>, Error> {
    const BY_ID: Select = Select {
        table: "invoices",
        columns: COLUMNS,
        keys: &[text("account_id"), text("id")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    let keys: BTreeSet<_> = keys.iter().collect();
    let keys: Vec<_> = keys
        .into_iter()
        .map(|(account, invoice)| values![account, invoice])
        .collect();
    tx.select_many(&BY_ID, &keys, read)
}

pub(super) fn insert(tx: &mut Tx<'_>, invoices: &[Invoice]) -> Result<(), Error> {
    const NEW: Insert = Insert {
        table: "invoices",
        columns: &[
            text("account_id"),
            text("id"),
            int("number"),
            text("status"),
            text("payment_method"),
            text("currency"),
            int("price_minor"),
            text("reference"),
            text("webhook_url"),
            int("first_order"),
            int("orders_count"),
            int("orders_open"),
            int("expires_at"),
            int("due_at"),
            int("paid_at"),
        ],
        conflict: "",
    };
    let row = |invoice: &Invoice| {
        values![
            invoice.account,
            invoice.id,
            invoice.number,
            invoice.status.as_str(),
            &invoice.payment_method,
            invoice.price.currency(),
            invoice.price.minor(),
            invoice.reference.as_ref(),
            invoice.webhook_url.as_ref(),
            invoice.first_order,
            invoice.orders_count,
            invoice.orders_open,
            invoice.expires_at,
            due_at(invoice),
            invoice.status.paid_at(),
        ]
    };
    tx.insert_many(&NEW, &invoices.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

/// When it has to be looked at: only an unpaid one expires.
fn due_at(invoice: &Invoice) -> Option<Timestamp> {
    (invoice.status == InvoiceStatus::Unpaid).then_some(invoice.expires_at)
}

/// Writes how invoices stand now, each only if it still stood as it was read.
pub(super) fn update(tx: &mut Tx<'_>, changed: &[(InvoiceStatus, &Invoice)]) -> Result<(), Error> {
    const STAND: Update = Update {
        table: "invoices",
        keys: &[text("account_id"), text("id"), text("status")],
        sets: &[
            text("status"),
            int("orders_open"),
            int("due_at"),
            int("paid_at"),
            int("ended_at"),
        ],
    };
    let row = |(before, invoice): &(InvoiceStatus, &Invoice)| {
        values![
            invoice.account,
            invoice.id,
            before.as_str(),
            invoice.status.as_str(),
            invoice.orders_open,
            due_at(invoice),
            invoice.status.paid_at(),
            invoice.status.ended_at(),
        ]
    };
    tx.update_many(&STAND, &changed.iter().map(row).collect::<Vec<_>>())
}

/// Gives invoices their orders.
pub(crate) fn with_orders(tx: &mut Tx<'_>, mut invoices: Vec<Invoice>) -> Result<Vec<Invoice>, Error> {
    let spans: Vec<_> = invoices.iter().map(Invoice::span).collect();
    let places: HashMap<_, _> = invoices
        .iter()
        .enumerate()
        .map(|(place, invoice)| ((invoice.account, invoice.id), place))
        .collect();
    for order in crate::orders::of_invoices(tx, &spans)? {
        let place = places.get(&(order.account, order.invoice));
        let place = *place.ok_or_else(|| Error::corrupt("an order outside of its invoice"))?;
        invoices[place].orders.push(order);
    }
    Ok(invoices)
}
