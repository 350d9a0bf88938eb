//! The books' SQL and nothing else.

use std::collections::HashMap;

use model::{AccountId, Currency, Money, Timestamp};

use super::{Code, Movement};
use crate::{
    Error,
    db::{Insert, Lock, Select, Tx, int, text, values},
};

/// A ledger account as it is stored, and whether it has moved since.
#[derive(Default)]
pub(super) struct LedgerRow {
    pub(super) balance_minor: i64,
    pub(super) transfers_count: i64,
    pub(super) moved: bool,
}

/// A transfer that is about to be written.
pub(super) struct Transfer {
    pub(super) account: AccountId,
    pub(super) amount: Money,
    subject: String,
    movement: Movement,
    now: Timestamp,
    note: Option<String>,
    posted: Option<(Code, Code, &'static str)>,
    line: Option<(i64, i64)>,
}

impl Transfer {
    pub(super) fn new(account: AccountId, subject: &str, movement: Movement, amount: Money, now: Timestamp) -> Self {
        let subject = subject.to_owned();
        Self {
            account,
            amount,
            subject,
            movement,
            now,
            note: None,
            posted: None,
            line: None,
        }
    }

    pub(super) fn noted(self, note: &str) -> Self {
        Self {
            note: Some(note.to_owned()),
            ..self
        }
    }

    /// `line`: its place on the account's statement and the balance after it, if it touched the balance.
    pub(super) fn posted(self, debit: Code, credit: Code, kind: &'static str, line: Option<(i64, i64)>) -> Self {
        Self {
            posted: Some((debit, credit, kind)),
            line,
            ..self
        }
    }
}

const BOOK: Select = Select {
    table: "ledger_accounts",
    columns: "account_id, code, currency, balance_minor, transfers_count",
    keys: &[text("account_id")],
    condition: "",
    order: "ORDER BY account_id, code, currency",
    lock: Lock::None,
};

/// Every movement of a book is made under the lock of this row. It is locked before the book is read:
/// rows that another transaction has added in between would not be seen by one and the same statement.
const BALANCE: Select = Select {
    table: "ledger_accounts",
    columns: "balance_minor",
    keys: &[text("account_id")],
    condition: "AND code = 'balance'",
    order: "",
    lock: Lock::Rows,
};

const ROWS: Insert = Insert {
    table: "ledger_accounts",
    columns: &[
        text("account_id"),
        text("code"),
        text("currency"),
        int("balance_minor"),
        int("transfers_count"),
    ],
    conflict: "ON CONFLICT (account_id, code, currency) DO UPDATE
        SET balance_minor = excluded.balance_minor, transfers_count = excluded.transfers_count",
};

const TRANSFERS: Insert = Insert {
    table: "transfers",
    columns: &[
        text("account_id"),
        text("subject_id"),
        text("movement"),
        text("kind"),
        text("debit"),
        text("credit"),
        text("currency"),
        int("amount_minor"),
        int("statement_line"),
        int("balance_after_minor"),
        text("note"),
        int("created_at"),
    ],
    conflict: "",
};

pub(super) type Rows = HashMap<(AccountId, Code, Currency), LedgerRow>;

pub(super) fn read_books(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Rows, Error> {
    let mut sorted = accounts.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let keys: Vec<_> = sorted.iter().map(|account| values![account]).collect();
    tx.lock(&BALANCE, &keys)?;
    let rows = tx.select_many(&BOOK, &keys, |row| {
        let key = (row.parse(0)?, row.parse(1)?, row.parse(2)?);
        let row = LedgerRow {
            balance_minor: row.int(3)?,
            transfers_count: row.int(4)?,
            moved: false,
        };
        Ok((key, row))
    })?;
    Ok(rows.into_iter().collect())
}

pub(super) fn write_books(tx: &mut Tx<'_>, rows: Rows, transfers: &[Transfer]) -> Result<(), Error> {
    let mut moved: Vec<_> = rows.into_iter().filter(|(_, row)| row.moved).collect();
    moved.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    let rows: Vec<_> = moved
        .iter()
        .map(|((account, code, currency), row)| {
            values![
                account,
                code.to_string(),
                currency,
                row.balance_minor,
                row.transfers_count
            ]
        })
        .collect();
    tx.insert_many(&ROWS, &rows)?;
    let rows: Vec<_> = transfers.iter().map(transfer_row).collect();
    tx.insert_many(&TRANSFERS, &rows)?;
    Ok(())
}

fn transfer_row(transfer: &Transfer) -> [crate::db::Value; 12] {
    let (debit, credit, kind) = transfer.posted.as_ref().expect("only posted transfers are kept");
    values![
        transfer.account,
        &transfer.subject,
        transfer.movement.as_str(),
        *kind,
        debit.to_string(),
        credit.to_string(),
        transfer.amount.currency(),
        transfer.amount.minor(),
        transfer.line.map(|(line, _)| line),
        transfer.line.map(|(_, balance)| balance),
        transfer.note.as_ref(),
        transfer.now,
    ]
}

/// One movement of the balance, as an account may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// Counts the account's movements from 1, without gaps.
    pub line: i64,
    /// `deposit`, `withdrawal`, `hold`, `release` or `reversal`.
    pub movement: String,
    /// The order or deposit that it belongs to.
    pub subject: String,
    /// How the balance changed; negative if it fell.
    pub amount: Money,
    /// The balance after it.
    pub balance_after: Money,
    /// Why, if a person said so.
    pub note: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// Reads an account's statement, newest first, from line `count − start` down. Any page costs the same.
pub fn statement(
    tx: &mut Tx<'_>,
    account: AccountId,
    page: crate::page::PageRequest,
) -> Result<crate::page::Page<StatementLine>, Error> {
    let sql = "SELECT COALESCE(MAX(statement_line), 0) FROM transfers
               WHERE account_id = ?1 AND statement_line IS NOT NULL";
    let last = tx.find(sql, &values![account], |row| row.int(0))?.unwrap_or(0);
    let sql =
        "SELECT statement_line, movement, kind, subject_id, credit, currency, amount_minor, balance_after_minor, note,
                      created_at
               FROM transfers
               WHERE account_id = ?1 AND statement_line IS NOT NULL AND statement_line <= ?2
               ORDER BY statement_line DESC LIMIT ?3";
    let lines = tx.query(sql, &values![account, last - page.start_at(), page.one_more()], |row| {
        let currency = row.parse(5)?;
        let amount = if row.text(4)? == "balance" {
            row.int(6)?
        } else {
            -row.int(6)?
        };
        let movement = if row.text(2)? == "release" {
            "release".to_owned()
        } else {
            row.text(1)?
        };
        Ok(StatementLine {
            line: row.int(0)?,
            movement,
            subject: row.text(3)?,
            amount: Money::new(amount, currency),
            balance_after: Money::new(row.int(7)?, currency),
            note: row.text_opt(8)?,
            created_at: row.time(9)?,
        })
    })?;
    Ok(page.page(lines))
}

/// One transfer, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// `deposit`, `hold`, `resolution`, `cost`, …
    pub movement: String,
    /// `post`, `hold`, `settle` or `release`.
    pub kind: String,
    /// The ledger account that it was taken from.
    pub debit: String,
    /// The ledger account that it went to.
    pub credit: String,
    /// How much.
    pub amount: Money,
    /// When.
    pub created_at: Timestamp,
}

/// Lists the transfers of one subject, an order or an attempt, first to last. For operators.
pub fn transfers(tx: &mut Tx<'_>, account: AccountId, subject: &str) -> Result<Vec<Leg>, Error> {
    let sql = "SELECT movement, kind, debit, credit, amount_minor, currency, created_at FROM transfers
               WHERE account_id = ?1 AND subject_id = ?2 ORDER BY created_at, movement";
    tx.query(sql, &values![account, subject], |row| {
        Ok(Leg {
            movement: row.text(0)?,
            kind: row.text(1)?,
            debit: row.text(2)?,
            credit: row.text(3)?,
            amount: Money::new(row.int(4)?, row.parse(5)?),
            created_at: row.time(6)?,
        })
    })
}
