//! Whether the books are whole: every balance recomputed from the transfers, every order compared
//! with its money.

use crate::{Error, db::Tx};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many ledger accounts were compared.
    pub ledger_accounts: i64,
    /// How many transfers were added up.
    pub transfers: i64,
    /// What is wrong, a sentence each; empty if the books are whole.
    pub problems: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }
}

/// A report names so many problems of each kind at most.
const PROBLEMS_MAX: &str = "LIMIT 100";

/// A kind of problem: the statement finds the places, the sentence says what is wrong there.
struct Rule {
    sentence: &'static str,
    finds: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        sentence: "balance differs from the sum of its transfers",
        finds: "SELECT place, SUM(amount) FROM (
                    SELECT account_id || ' ' || credit || ' ' || currency AS place, amount_minor AS amount FROM transfers
                    UNION ALL
                    SELECT account_id || ' ' || debit || ' ' || currency, -amount_minor FROM transfers
                    UNION ALL
                    SELECT account_id || ' ' || code || ' ' || currency, -balance_minor FROM ledger_accounts
                ) AS legs GROUP BY place HAVING SUM(amount) <> 0",
    },
    Rule {
        sentence: "book does not add up to zero",
        finds: "SELECT account_id || ' ' || currency, SUM(balance_minor) FROM ledger_accounts
                GROUP BY account_id, currency HAVING SUM(balance_minor) <> 0",
    },
    Rule {
        sentence: "balance or hold is below zero",
        finds: "SELECT account_id || ' ' || code, balance_minor FROM ledger_accounts
                WHERE code IN ('balance', 'held') AND balance_minor < 0",
    },
    Rule {
        sentence: "resolution without a hold of the same amount",
        finds: "SELECT r.subject_id, r.amount_minor FROM transfers r
                LEFT JOIN transfers h ON h.account_id = r.account_id AND h.subject_id = r.subject_id
                    AND h.movement = 'hold' AND h.amount_minor = r.amount_minor AND h.currency = r.currency
                WHERE r.movement = 'resolution' AND h.subject_id IS NULL",
    },
    Rule {
        sentence: "order is paid for but has no hold of its price",
        finds: "SELECT o.id, o.price_minor FROM orders o
                LEFT JOIN transfers h ON h.account_id = o.account_id AND h.subject_id = o.id
                    AND h.movement = 'hold' AND h.amount_minor = o.price_minor
                WHERE o.price_minor > 0 AND o.status NOT IN ('created', 'cancelled') AND h.subject_id IS NULL",
    },
    Rule {
        sentence: "order was never paid for but has a hold",
        finds: "SELECT o.id, o.price_minor FROM orders o
                JOIN transfers h ON h.account_id = o.account_id AND h.subject_id = o.id AND h.movement = 'hold'
                WHERE o.status IN ('created', 'cancelled')",
    },
    Rule {
        sentence: "order's end and its money disagree",
        finds: "SELECT o.id, o.price_minor FROM orders o
                LEFT JOIN transfers r ON r.account_id = o.account_id AND r.subject_id = o.id
                    AND r.movement = 'resolution'
                WHERE o.price_minor > 0 AND COALESCE(r.kind, 'open') <> CASE
                    WHEN o.status IN ('delivered', 'reversed') THEN 'settle'
                    WHEN o.status = 'refunded' THEN 'release'
                    ELSE 'open' END",
    },
    Rule {
        sentence: "order's reversal and its money disagree",
        finds: "SELECT o.id, o.price_minor FROM orders o
                LEFT JOIN transfers r ON r.account_id = o.account_id AND r.subject_id = o.id AND r.movement = 'reversal'
                WHERE o.price_minor > 0 AND (o.status = 'reversed') <> (r.subject_id IS NOT NULL)",
    },
    Rule {
        sentence: "adjustment without a closed case",
        finds: "SELECT t.subject_id, t.amount_minor FROM transfers t
                LEFT JOIN cases c ON c.id = t.subject_id AND c.status = 'closed'
                WHERE t.subject_id >= 'case_' AND t.subject_id < 'case~' AND c.id IS NULL",
    },
    Rule {
        sentence: "funding and its money disagree",
        finds: "SELECT f.id, f.amount_minor FROM fundings f
                LEFT JOIN transfers t ON t.account_id = f.account_id AND t.subject_id = f.id
                    AND t.movement = f.direction AND t.amount_minor = f.amount_minor AND t.currency = f.currency
                WHERE (f.status = 'paid') <> (t.subject_id IS NOT NULL)",
    },
    Rule {
        sentence: "invoice's count of open orders is wrong",
        finds: "SELECT i.id, i.orders_open FROM invoices i
                WHERE i.orders_open <> (
                    SELECT COUNT(*) FROM orders o
                    WHERE o.account_id = i.account_id AND o.number >= i.first_order
                        AND o.number < i.first_order + i.orders_count
                        AND o.status IN ('created', 'waiting', 'delivering', 'confirming', 'stuck'))",
    },
];

/// Recomputes every balance and says what is wrong.
pub fn check(tx: &mut Tx<'_>) -> Result<Report, Error> {
    tx.take_time()?;
    let count = |tx: &mut Tx<'_>, sql| tx.find(sql, &[], |row| row.int(0)).map(Option::unwrap_or_default);
    let ledger_accounts = count(tx, "SELECT COUNT(*) FROM ledger_accounts")?;
    let transfers = count(tx, "SELECT COUNT(*) FROM transfers")?;
    let mut problems = Vec::new();
    for Rule { sentence, finds } in RULES {
        let sql = format!(
            "WITH found (place, amount) AS ({finds})
             SELECT place, CAST(amount AS BIGINT) FROM found {PROBLEMS_MAX}"
        );
        let found = tx.query(&sql, &[], |row| {
            Ok(format!("{}: {sentence} ({})", row.text(0)?, row.int(1)?))
        })?;
        problems.extend(found);
    }
    Ok(Report {
        ledger_accounts,
        transfers,
        problems,
    })
}
