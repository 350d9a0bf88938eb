//! The statements that are not about one account: on several machines they ask every one.
//!
//! Each is here with its reason. None of them is on the way of a request.

use crate::{rust::Source, sql};

/// A statement over the rows of many accounts.
pub(crate) struct Spread {
    /// The file that it stands in.
    path: &'static str,
    /// What it begins with, as far as needed to tell it from others there.
    begins: &'static str,
    /// Why it may be.
    why: &'static str,
}

const fn spread(path: &'static str, begins: &'static str, why: &'static str) -> Spread {
    Spread { path, begins, why }
}

const SPREAD: [Spread; 32] = [
    spread(
        "orders/due.rs",
        "SELECT account_id, id FROM (",
        "candidates for workers; each is claimed by its key",
    ),
    spread(
        "webhooks/store.rs",
        "SELECT account_id, id FROM (",
        "candidates for senders; each is claimed by its key",
    ),
    spread(
        "invoices/end.rs",
        "SELECT account_id, id FROM invoices",
        "candidates to expire; each is ended by its key",
    ),
    spread(
        "idempotency.rs",
        "DELETE FROM idempotency_keys",
        "what is old of any account; nobody waits for it",
    ),
    spread(
        "requests.rs",
        "DELETE FROM api_requests",
        "what is old of any account; nobody waits for it",
    ),
    spread(
        "orders/due.rs",
        "SELECT {columns} FROM orders WHERE due_at IS NOT NULL AND status = 'stuck'",
        "a person's list",
    ),
    spread(
        "orders/due.rs",
        "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL",
        "gauges",
    ),
    spread(
        "orders/due.rs",
        "SELECT MIN(COALESCE(lease_until, due_at)) FROM orders",
        "a gauge",
    ),
    spread(
        "orders/attempts.rs",
        "SELECT {} FROM accounts a",
        "a supplier knows our reference and not our accounts",
    ),
    spread(
        "orders/store.rs",
        "SELECT o.account_id, o.invoice_id",
        "a person knows an order and not whose it is",
    ),
    spread(
        "webhooks/log.rs",
        "SELECT {COLUMNS} FROM webhook_deliveries d JOIN events e ON e.account_id = d.account_id AND e.id = d.event_id ORDER BY",
        "a person's list",
    ),
    spread(
        "accounts/keys.rs",
        "SELECT {COLUMNS} FROM api_keys ORDER BY id",
        "all keys are held in memory",
    ),
    spread(
        "accounts/store.rs",
        "SELECT {COLUMNS} FROM accounts ORDER BY id",
        "all accounts are held in memory",
    ),
    spread(
        "figures.rs",
        "SELECT {COLUMNS} FROM accounts a CROSS JOIN figures",
        "a person's page",
    ),
    spread(
        "orders/everywhere.rs",
        "SELECT o.id, o.account_id, o.number FROM accounts a CROSS JOIN orders",
        "a person's search or page",
    ),
    spread(
        "orders/everywhere.rs",
        "SELECT i.account_id, i.first_order",
        "a person's search",
    ),
    spread(
        "orders/everywhere.rs",
        "SELECT id, orders_count FROM accounts",
        "a person's page",
    ),
    spread(
        "audit/mod.rs",
        "SELECT {COLUMNS} FROM audit_entries WHERE at >= ?1",
        "a person's list",
    ),
    spread(
        "fundings/store.rs",
        "SELECT {COLUMNS} FROM fundings WHERE status = 'waiting'",
        "a person's list",
    ),
    spread(
        "webhooks/troubled.rs",
        "SELECT a.id FROM accounts a WHERE (a.id) IN",
        "a person's list",
    ),
    spread(
        "accounts/store.rs",
        "SELECT id FROM accounts WHERE name = ?1",
        "a person names an account",
    ),
    spread(
        "audit/check.rs",
        "SELECT account_id, entries_count",
        "the chains of all accounts are checked",
    ),
    spread(
        "audit/check.rs",
        "SELECT DISTINCT e.account_id",
        "the chains of all accounts are checked",
    ),
    spread(
        "orders/calls.rs",
        "DELETE FROM attempt_calls",
        "what is old of any account; nobody waits for it",
    ),
    spread(
        "orders/proposals.rs",
        "SELECT {COLUMNS} FROM proposals WHERE status = 'open'",
        "a person's list",
    ),
    spread(
        "health/recent.rs",
        "SELECT t.supplier",
        "how suppliers did lately, read once when a process starts",
    ),
    spread(
        "ledger/payable.rs",
        "SELECT t.account_id, t.movement, t.currency",
        "what a supplier is owed stands in all books; a person asks",
    ),
    spread(
        "reconcile/ours.rs",
        "SELECT {COLUMNS} FROM accounts a CROSS JOIN attempts t",
        "a supplier's day is compared once, over all accounts, and it knows our references only",
    ),
    spread(
        "reconcile/ours.rs",
        "SELECT t.account_id, t.subject_id",
        "what a supplier's day has cost stands in all books",
    ),
    spread(
        "reconcile/ours.rs",
        "SELECT t.account_id, t.note",
        "what cases have adjusted stands in all books",
    ),
    spread("ledger/check.rs", "SELECT ", "the books of all accounts are checked"),
    spread("ledger/check.rs", "WITH found", "the books of all accounts are checked"),
];

impl Spread {
    fn is(&self, path: &str, sql: &str) -> bool {
        self.path == path && sql::words(sql).starts_with(&sql::words(self.begins))
    }
}

/// Whether a statement is known not to be about one account.
pub(crate) fn is_spread(path: &str, sql: &str) -> bool {
    SPREAD.iter().any(|spread| spread.is(path, sql))
}

/// The entries that no statement needs any more.
pub(crate) fn unused(sources: &[Source]) -> impl Iterator<Item = String> {
    let used = |spread: &Spread| {
        let there = sources
            .iter()
            .flat_map(|source| source.statements().map(|text| (source.path.as_str(), text)));
        there.into_iter().any(|(path, text)| spread.is(path, &text.text))
    };
    SPREAD
        .iter()
        .filter(move |spread| !used(spread))
        .map(|Spread { path, begins, why }| format!("{path} has nothing any more for {why:?}, which began {begins:?}"))
}

#[test]
fn a_statement_is_known_by_its_file_and_beginning() {
    assert!(is_spread("orders/due.rs", "SELECT account_id, id FROM (\n  SELECT 1"));
    assert!(!is_spread("orders/list.rs", "SELECT account_id, id FROM (SELECT 1"));
    assert!(!is_spread("orders/due.rs", "SELECT account_id, id FROM orders"));
    assert_eq!(unused(&[]).count(), SPREAD.len());
}
