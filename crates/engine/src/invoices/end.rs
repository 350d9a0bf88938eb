//! The ends of an invoice: complete, cancelled or expired.

use std::collections::BTreeMap;

use model::{AccountId, InvoiceId, Timestamp};

use super::{InvalidTransition, Invoice, InvoiceStatus, store};
use crate::{
    Context, Error, accounts,
    db::{Tx, values},
    orders, webhooks,
};

/// Why an invoice is not ended. It stays as it was.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EndError {
    /// The account has no such invoice.
    #[error("there is no such invoice")]
    Unknown,
    /// It is paid for, or over.
    #[error(transparent)]
    NotPossible(#[from] InvalidTransition),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Counts ended orders off their invoices, and answers those that are complete now, without orders.
pub(crate) fn close_orders(
    tx: &mut Tx<'_>,
    ended: &BTreeMap<(AccountId, InvoiceId), i64>,
    now: Timestamp,
) -> Result<Vec<Invoice>, Error> {
    let keys: Vec<_> = ended.keys().copied().collect();
    let mut invoices = store::find_all(tx, &keys)?;
    let mut before = Vec::with_capacity(invoices.len());
    for invoice in &mut invoices {
        before.push(invoice.status);
        invoice.orders_open -= ended[&(invoice.account, invoice.id)];
        if invoice.orders_open == 0 {
            invoice.status = invoice.status.complete(now).map_err(Error::corrupt)?;
        }
    }
    store::update(tx, &before.into_iter().zip(&invoices).collect::<Vec<_>>())?;
    invoices.retain(|invoice| invoice.status.is_final());
    Ok(invoices)
}

/// Cancels an unpaid invoice.
pub fn cancel(
    tx: &mut Tx<'_>,
    context: &Context,
    (account, id): (AccountId, InvoiceId),
    now: Timestamp,
) -> Result<Invoice, EndError> {
    accounts::lock(tx, &[account])?;
    let invoice = store::find_all(tx, &[(account, id)])?.pop().ok_or(EndError::Unknown)?;
    let status = invoice.status.cancel(now)?;
    let invoice = end(tx, invoice, status, now)?;
    webhooks::tell(
        tx,
        context,
        vec![Invoice {
            orders: Vec::new(),
            ..invoice.clone()
        }],
        now,
    )?;
    Ok(invoice)
}

/// Ends invoices that were not paid in time, so many at most; says how many.
pub fn expire(tx: &mut Tx<'_>, context: &Context, now: Timestamp, limit: u32) -> Result<usize, Error> {
    let sql = "SELECT account_id, id FROM invoices WHERE due_at IS NOT NULL AND due_at <= ?1 LIMIT ?2";
    let keys = tx.query(sql, &values![now, limit], |row| Ok((row.parse(0)?, row.parse(1)?)))?;
    let mut accounts: Vec<_> = keys.iter().map(|(account, _)| *account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts::lock(tx, &accounts)?;
    let mut told = Vec::new();
    for invoice in store::find_all(tx, &keys)? {
        let Ok(status) = invoice.status.expire(now) else {
            continue;
        };
        let invoice = end(tx, invoice, status, now)?;
        told.push(Invoice {
            orders: Vec::new(),
            ..invoice
        });
    }
    let expired = told.len();
    webhooks::tell(tx, context, told, now)?;
    Ok(expired)
}

/// Ends an unpaid invoice and cancels its orders.
fn end(tx: &mut Tx<'_>, mut invoice: Invoice, status: InvoiceStatus, now: Timestamp) -> Result<Invoice, Error> {
    let before = invoice.status;
    invoice.status = status;
    invoice.orders_open = 0;
    let mut invoice = store::with_orders(tx, vec![invoice])?
        .pop()
        .expect("the one that went in");
    let mut changed = Vec::with_capacity(invoice.orders.len());
    for order in &mut invoice.orders {
        let before = order.status;
        order.status = before.cancel(now).map_err(Error::corrupt)?;
        changed.push((before, order.clone()));
    }
    orders::update(tx, &changed)?;
    store::update(tx, &[(before, &invoice)])?;
    Ok(invoice)
}
