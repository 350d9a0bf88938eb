//! A long history in a moment: orders that the database itself copies from a real one.

use engine::{
    Error,
    db::{Db, Tx, Value},
};
use model::{AccountId, AttemptId, OrderId};

use crate::database;

/// So many copies are made by one statement.
const STEP: i64 = 100_000;

/// The numbers of copies, counted from what they are copies of.
const COPIES: &str = "WITH RECURSIVE n (i) AS (SELECT CAST(?2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < ?3)";
/// A copy's number in twelve digits, which are letters of an id too. The first 18 letters of an id hold
/// its kind, its time and whatever else makes it a UUIDv7.
const DIGITS: &str = "substr(CAST(1000000000000 + n.i AS TEXT), 2)";

/// What is copied with an order.
struct Part {
    table: &'static str,
    /// The column that is compared with what is copied.
    key: &'static str,
    /// The columns that a copy has as they are.
    same: &'static str,
    /// The others, with their values.
    other: &'static [(&'static str, &'static str)],
}

const INVOICE: Part = Part {
    table: "invoices",
    key: "id",
    same:
        "account_id, status, payment_method, currency, price_minor, reference, webhook_url, orders_count, orders_open,
        expires_at, due_at, paid_at, ended_at",
    other: &[
        ("id", "substr(t.id, 1, 18) || {digits}"),
        ("number", "t.number + n.i"),
        ("first_order", "t.first_order + n.i"),
    ],
};

const ORDER: Part = Part {
    table: "orders",
    key: "id",
    same:
        "account_id, status, product_id, product_name, package_value, value_minor, value_currency, country, price_minor,
        currency, reference, attempts, due_at, failure, receipt, decision, ended_at, lease_until, exceptional",
    other: &[
        ("id", "substr(t.id, 1, 18) || {digits}"),
        ("number", "t.number + n.i"),
        ("invoice_id", "substr(t.invoice_id, 1, 18) || {digits}"),
        (
            "phone_number",
            "'+1555' || substr({digits}, 7, 3) || '0' || substr({digits}, 10)",
        ),
    ],
};

const ATTEMPT: Part = Part {
    table: "attempts",
    key: "order_id",
    same: "account_id, number, supplier, sku, cost_minor, cost_currency, submitted_at, questions, absences,
        supplier_reference, outcome, answered_at",
    other: &[("order_id", "substr(t.order_id, 1, 18) || {digits}")],
};

const TRANSFERS: Part = Part {
    table: "transfers",
    key: "subject_id",
    same: "account_id, movement, kind, debit, credit, currency, amount_minor, note, created_at",
    other: &[
        (
            "subject_id",
            "substr(t.subject_id, 1, 18) || {digits} || CASE t.movement WHEN 'cost' THEN '_1' ELSE '' END",
        ),
        ("statement_line", "t.statement_line + n.i"),
        ("balance_after_minor", "t.balance_after_minor - t.amount_minor * n.i"),
    ],
};

/// Gives accounts, each of which has one delivered order, so many orders in all: half of them to the
/// first. The server at the URL then tidies up as it would have done over the months.
pub async fn store_history(db: &Db, url: &str, accounts: &[AccountId], orders: usize) {
    let times = |orders: usize| i64::try_from(orders).expect("a number of orders").max(1) - 1;
    let (first, others) = accounts.split_first().expect("an account at least");
    let (first, others) = (*first, others.to_vec());
    let half = if others.is_empty() { orders } else { orders / 2 };
    let each = (orders - half) / others.len().max(1);
    let of_first = db.write_with(move |tx| repeat_order(tx, first, times(half)));
    let of_others = db.write_with(move |tx| others.iter().try_for_each(|one| repeat_order(tx, *one, times(each))));
    let (of_first, of_others) = tokio::join!(of_first, of_others);
    of_first.and(of_others).expect("copies are made");
    database::tidy_up(url);
}

/// Copies an account's only order, which was delivered at once, so many times: with its invoice, its
/// attempt and its money, so that the books stay whole.
fn repeat_order(tx: &mut Tx<'_>, account: AccountId, times: i64) -> Result<(), Error> {
    tx.take_time()?;
    let sql = "SELECT id, invoice_id FROM orders WHERE account_id = ?1 AND number = 1";
    let found = tx.find(sql, &[account.into()], |row| {
        Ok((row.parse::<OrderId>(0)?, row.text(1)?))
    })?;
    let (order, invoice) = found.expect("the account has an order");
    let attempt = AttemptId { order, number: 1 }.to_string();
    INVOICE.copy(tx, (account, invoice), times)?;
    ORDER.copy(tx, (account, order.to_string()), times)?;
    ATTEMPT.copy(tx, (account, order.to_string()), times)?;
    for subject in [order.to_string(), attempt] {
        move_money(tx, (account, &subject), times)?;
        TRANSFERS.copy(tx, (account, subject), times)?;
    }
    let count =
        "UPDATE accounts SET orders_count = orders_count + ?2, invoices_count = invoices_count + ?2 WHERE id = ?1";
    tx.execute(count, &[account.into(), times.into()]).map(drop)
}

impl Part {
    fn copy(&self, tx: &mut Tx<'_>, (account, key): (AccountId, String), times: i64) -> Result<(), Error> {
        let names: Vec<_> = self.other.iter().map(|(name, _)| *name).collect();
        let values: Vec<_> = self
            .other
            .iter()
            .map(|(_, value)| value.replace("{digits}", DIGITS))
            .collect();
        let same: Vec<_> = self.same.split(',').map(|name| format!("t.{}", name.trim())).collect();
        let sql = format!(
            "INSERT INTO {} ({}, {}) {COPIES} SELECT {}, {} FROM {} AS t, n WHERE t.account_id = ?1 AND t.{} = ?4",
            self.table,
            self.same,
            names.join(", "),
            same.join(", "),
            values.join(", "),
            self.table,
            self.key
        );
        let mut first = 1;
        while first <= times {
            let last = times.min(first + STEP - 1);
            tx.execute(&sql, &[account.into(), first.into(), last.into(), key.clone().into()])?;
            first = last + 1;
        }
        Ok(())
    }
}

/// Adds to the balances what the copies of a subject's transfers will have moved.
fn move_money(tx: &mut Tx<'_>, (account, subject): (AccountId, &str), times: i64) -> Result<(), Error> {
    let sql = "UPDATE ledger_accounts SET balance_minor = balance_minor + ?4, transfers_count = transfers_count + ?5
               WHERE account_id = ?1 AND code = ?2 AND currency = ?3";
    for leg in engine::ledger::transfers(tx, account, subject)? {
        let minor = leg.amount.minor() * times;
        // The hold is given before it is taken away: no balance falls below zero.
        for (code, minor) in [(leg.debit, -minor), (leg.credit, minor)] {
            let currency = leg.amount.currency();
            let values: [Value; 5] = [account.into(), code.into(), currency.into(), minor.into(), times.into()];
            tx.execute(sql, &values)?;
        }
    }
    Ok(())
}
