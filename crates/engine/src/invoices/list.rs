//! Finding invoices, and pages of them that cost the same however deep.

use model::{AccountId, InvoiceId, Timestamp};

use super::{Invoice, store};
use crate::{
    Error,
    db::{Tx, values},
    page::{Numbered, Page, PageRequest, Span},
};

const NUMBERED: Numbered = Numbered {
    newest: "SELECT invoices_count FROM accounts WHERE id = ?1",
    last_before: "SELECT number FROM invoices WHERE account_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT 1",
};

/// Which invoices of an account.
#[derive(Debug, Clone, Copy, Default)]
pub struct InvoiceFilter {
    /// Made at or after.
    pub after: Option<Timestamp>,
    /// Made before.
    pub before: Option<Timestamp>,
}

/// Finds an invoice of an account, with its orders.
pub fn find(tx: &mut Tx<'_>, account: AccountId, invoice: InvoiceId) -> Result<Option<Invoice>, Error> {
    let sql = format!(
        "SELECT {} FROM invoices WHERE account_id = ?1 AND id = ?2",
        store::COLUMNS
    );
    let found = tx.query(&sql, &values![account, invoice], store::read)?;
    Ok(store::with_orders(tx, found)?.pop())
}

/// Lists an account's invoices, newest first, with their orders.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    filter: InvoiceFilter,
    page: PageRequest,
) -> Result<Page<Invoice>, Error> {
    let first_at = |moment: Option<Timestamp>| moment.map(|moment| InvoiceId::first_at(moment).into());
    let span = Span::find(
        tx,
        &NUMBERED,
        account,
        (first_at(filter.after), first_at(filter.before)),
    )?;
    let sql = format!(
        "SELECT {} FROM invoices WHERE account_id = ?1 AND number >= ?2 AND number <= ?3 ORDER BY number DESC LIMIT ?4",
        store::COLUMNS
    );
    let newest = span.newest.saturating_sub(page.start_at());
    let found = tx.query(
        &sql,
        &values![account, span.oldest, newest, page.one_more()],
        store::read,
    )?;
    let Page { entries, more } = page.page(found);
    Ok(Page {
        entries: store::with_orders(tx, entries)?,
        more,
    })
}
