//! Finding orders, and pages of them that cost the same however deep.
//!
//! Orders are numbered per account without gaps, so that page `start` of the whole list, or of a
//! span of time, begins at a number that is computed, not counted to.

use std::fmt::Write as _;

use model::{AccountId, OrderId, PhoneNumber, Timestamp};

use super::{Order, store};
use crate::{
    Error,
    db::{Lock, Select, Tx, Value, text, values},
    page::{Numbered, Page, PageRequest, Span},
};

const NUMBERED: Numbered = Numbered {
    newest: "SELECT orders_count FROM accounts WHERE id = ?1",
    last_before: "SELECT number FROM orders WHERE account_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT 1",
};

/// Which orders of an account.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Made at or after.
    pub after: Option<Timestamp>,
    /// Made before.
    pub before: Option<Timestamp>,
    /// As a reseller sees it: `created`, `pending`, `delivered`, `refunded`, `reversed`, `cancelled`.
    pub status: Option<String>,
    /// For this phone.
    pub phone_number: Option<PhoneNumber>,
    /// With this reference.
    pub reference: Option<String>,
    /// With a number below this one: those behind a page that ended with it.
    pub below: Option<i64>,
}

impl OrderFilter {
    /// Whether a page has to be counted to, because more is asked for than a span of time.
    pub fn counts(&self) -> bool {
        self.status.is_some() || self.phone_number.is_some() || self.reference.is_some()
    }
}

/// Finds an order of an account.
pub fn find(tx: &mut Tx<'_>, account: AccountId, order: OrderId) -> Result<Option<Order>, Error> {
    let sql = format!(
        "SELECT {} FROM orders WHERE account_id = ?1 AND id = ?2",
        store::COLUMNS
    );
    tx.find(&sql, &values![account, order], store::read)
}

/// Finds orders of an account; what isn't there is left out.
pub(crate) fn of_ids(tx: &mut Tx<'_>, account: AccountId, orders: &[OrderId]) -> Result<Vec<Order>, Error> {
    const BY_ID: Select = Select {
        table: "orders",
        columns: store::COLUMNS,
        keys: &[text("account_id"), text("id")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    let keys: Vec<_> = orders.iter().map(|order| values![account, *order]).collect();
    tx.select_many(&BY_ID, &keys, store::read)
}

/// Lists an account's orders, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    account: AccountId,
    filter: &OrderFilter,
    page: PageRequest,
) -> Result<Page<Order>, Error> {
    let first_at = |moment: Option<Timestamp>| moment.map(|moment| OrderId::first_at(moment).into());
    let span = Span::find(
        tx,
        &NUMBERED,
        account,
        (first_at(filter.after), first_at(filter.before)),
    )?;
    let columns = store::COLUMNS;
    let span = Span {
        newest: filter
            .below
            .map_or(span.newest, |number| span.newest.min(number.saturating_sub(1))),
        ..span
    };
    if !filter.counts() {
        let sql = format!(
            "SELECT {columns} FROM orders WHERE account_id = ?1 AND number >= ?2 AND number <= ?3
             ORDER BY number DESC LIMIT ?4"
        );
        let newest = span.newest.saturating_sub(page.start_at());
        return Ok(page.page(tx.query(
            &sql,
            &values![account, span.oldest, newest, page.one_more()],
            store::read,
        )?));
    }
    let mut values: Vec<Value> = values![account, span.oldest, span.newest, page.one_more(), page.start_at()].into();
    let condition = conditions(filter, &mut values);
    // SQLite would go through all numbers of the span. An expression is in no index, so that it takes that of the filter.
    let number = if filter.has_index() { "+number" } else { "number" };
    let sql = format!(
        "SELECT {columns} FROM orders WHERE account_id = ?1 AND {number} >= ?2 AND {number} <= ?3{condition}
         ORDER BY number DESC LIMIT ?4 OFFSET ?5"
    );
    Ok(page.page(tx.query(&sql, &values, store::read)?))
}

impl OrderFilter {
    /// Whether an index leads to the few orders that it lets through.
    fn has_index(&self) -> bool {
        let usual = [None, Some("pending"), Some("delivered")];
        self.phone_number.is_some() || self.reference.is_some() || !usual.contains(&self.status.as_deref())
    }
}

fn conditions(filter: &OrderFilter, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    let mut equal = |column: &str, value: Value| {
        values.push(value);
        write!(sql, " AND {column} = ?{}", values.len()).expect("writing to a string never fails");
    };
    if let Some(phone_number) = filter.phone_number {
        equal("phone_number", phone_number.into());
    }
    if let Some(reference) = &filter.reference {
        equal("reference", reference.into());
    }
    match filter.status.as_deref() {
        None => {}
        Some("pending") => sql.push_str(" AND due_at IS NOT NULL"),
        Some("delivered") => equal("status", "delivered".into()),
        Some(status) => equal("exceptional", status.into()),
    }
    sql
}
