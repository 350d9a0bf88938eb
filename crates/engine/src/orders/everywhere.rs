//! Orders of all accounts, for those who run Recarga: the newest, and whatever somebody asks for.
//!
//! Each statement goes from account to account and takes a few rows of an index at each, so that it
//! costs the same however many orders are kept. `CROSS JOIN` is how SQLite is told to: by itself it
//! would rather look through all orders.

use std::cmp::Reverse;

use model::{AccountId, AttemptId, InvoiceId, OrderId, PhoneNumber};

use super::{Order, store};
use crate::{
    Error,
    db::{Lock, Row, Select, Tx, Value, int, text, values},
};

/// So many orders are of so many accounts at most, those that bought last; and so many more may have
/// bought in the same millisecond as the last of these.
const TIED_MAX: u32 = 25;

/// What an order is looked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// Its own id.
    Order(OrderId),
    /// The invoice that it was bought with.
    Invoice(InvoiceId),
    /// One of its attempts, which is also our reference at a supplier.
    Attempt(AttemptId),
    /// The phone that it is for.
    Recipient(PhoneNumber),
    /// The account's own reference.
    Reference(String),
}

impl Search {
    /// Takes what somebody typed: an id of any kind, a number in international form, or a reference.
    /// `None` if there is nothing in it.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let dialled = text.strip_prefix("00").or(text.strip_prefix('+'));
        let digits = dialled.map(|text| text.chars().filter(char::is_ascii_digit).collect::<String>());
        let number = digits.and_then(|digits| format!("+{digits}").parse().ok());
        Some(match text {
            "" => return None,
            _ if text.starts_with("ord_") => text.parse().map_or(Self::Reference(text.into()), Self::Order),
            _ if text.starts_with("inv_") => text.parse().map_or(Self::Reference(text.into()), Self::Invoice),
            _ if text.starts_with("att_") => text.parse().map_or(Self::Reference(text.into()), Self::Attempt),
            _ => number.map_or(Self::Reference(text.into()), Self::Recipient),
        })
    }
}

/// Lists what somebody asks for, of all accounts, newest first.
pub fn search(tx: &mut Tx<'_>, search: &Search, limit: u32) -> Result<Vec<Order>, Error> {
    let (condition, value): (_, Value) = match search {
        Search::Order(order) => ("o.id = ?1", (*order).into()),
        Search::Attempt(attempt) => ("o.id = ?1", attempt.order.into()),
        Search::Recipient(number) => ("o.phone_number = ?1", (*number).into()),
        Search::Reference(reference) => ("o.reference = ?1", reference.into()),
        Search::Invoice(invoice) => return of_invoice(tx, *invoice),
    };
    // What an index holds and no more: for a whole row SQLite would rather look through an account's orders.
    let sql = format!(
        "SELECT o.id, o.account_id, o.number FROM accounts a CROSS JOIN orders o WHERE o.account_id = a.id AND {condition}
         ORDER BY o.id DESC LIMIT ?2"
    );
    let known = tx.query(&sql, &values![value, limit], read_known)?;
    of_known(tx, known)
}

fn of_invoice(tx: &mut Tx<'_>, invoice: InvoiceId) -> Result<Vec<Order>, Error> {
    let sql = "SELECT i.account_id, i.first_order, i.orders_count
               FROM accounts a CROSS JOIN invoices i WHERE i.account_id = a.id AND i.id = ?1";
    let span = tx.find(sql, &values![invoice], |row| {
        Ok((row.parse::<AccountId>(0)?, row.int(1)?, row.int(2)?))
    })?;
    span.map_or(Ok(Vec::new()), |span| store::of_invoices(tx, &[span]))
}

/// Lists the newest orders of all accounts, newest first.
pub fn newest(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Order>, Error> {
    let sql = "SELECT id, orders_count FROM accounts WHERE orders_count > 0 ORDER BY latest_at DESC LIMIT ?1";
    let span = |account: AccountId, count: i64| {
        let first = (count - i64::from(limit)).max(0) + 1;
        (account, first, count + 1 - first)
    };
    let spans = tx.query(sql, &values![limit + TIED_MAX], |row| {
        Ok(span(row.parse(0)?, row.int(1)?))
    })?;
    let keys: Vec<_> = spans
        .iter()
        .map(|(account, first, count)| values![account, *first, first + count])
        .collect();
    let mut known = tx.select_many(&IDS, &keys, read_known)?;
    known.sort_unstable_by_key(|(id, ..)| Reverse(*id));
    known.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    of_known(tx, known)
}

/// An order, whose it is and its number there.
type Known = (OrderId, AccountId, i64);

fn read_known(row: &Row<'_>) -> Result<Known, Error> {
    Ok((row.parse(0)?, row.parse(1)?, row.int(2)?))
}

/// Reads orders of which an index knows, newest first.
fn of_known(tx: &mut Tx<'_>, known: Vec<Known>) -> Result<Vec<Order>, Error> {
    let mut spans: Vec<_> = known
        .into_iter()
        .map(|(_, account, number)| (account, number, 1))
        .collect();
    spans.sort_unstable();
    let mut orders = store::of_invoices(tx, &spans)?;
    orders.sort_unstable_by_key(|order| Reverse(order.id));
    Ok(orders)
}

/// What an index knows of orders with such numbers.
const IDS: Select = Select {
    table: "orders",
    columns: "id, account_id, number",
    keys: &[text("account_id"), int("number").from(), int("number").below()],
    condition: "",
    order: "",
    lock: Lock::None,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_types_says_what_it_is() {
        let kind = |text: &str| match Search::read(text) {
            None => "nothing",
            Some(Search::Order(_)) => "order",
            Some(Search::Invoice(_)) => "invoice",
            Some(Search::Attempt(_)) => "attempt",
            Some(Search::Recipient(_)) => "recipient",
            Some(Search::Reference(_)) => "reference",
        };
        let order = OrderId::first_at("2026-11-23T08:00:00Z".parse().unwrap());
        let attempt = AttemptId { order, number: 2 };
        for (text, expected) in [
            ("  ", "nothing"),
            (&format!(" {order} "), "order"),
            (&attempt.to_string(), "attempt"),
            ("+1 (555) 123-4567", "recipient"),
            ("001 555 123 4567", "recipient"),
            ("ord_nonsense", "reference"),
            ("shop-17", "reference"),
        ] {
            assert_eq!(kind(text), expected, "{text:?}");
        }
    }
}
