//! The books' SQL and nothing else.

use std::collections::{BTreeMap, HashMap};

use model::{AccountId, Currency, Money, Timestamp};

use super::{Code, Movement};
use crate::{
    Error,
    db::{Asked, Insert, Lock, Select, Tx, Update, int, text, values},
};

/// What is in a ledger account and how many transfers have touched it, or how both have grown.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LedgerRow {
    pub(super) minor: i64,
    pub(super) transfers_count: i64,
}

impl LedgerRow {
    pub(super) fn add(&mut self, minor: i64) {
        let sum = self.minor.checked_add(minor);
        self.minor = sum.expect("a ledger account stays within 92 quadrillion major units");
        self.transfers_count += 1;
    }
}

/// What an account may spend in a currency.
pub(super) type Balance = ((AccountId, Currency), LedgerRow);

/// How ledger accounts have moved, in the order in which they are written.
pub(super) type Moved = BTreeMap<(AccountId, Code, Currency), LedgerRow>;

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

/// Every movement of a book is made under the lock of this row, the only one that is decided on.
const BALANCE: Select = Select {
    table: "ledger_accounts",
    columns: "account_id, currency, balance_minor, transfers_count",
    keys: &[text("account_id"), text("code")],
    condition: "",
    order: "",
    lock: Lock::Rows,
};

/// Moves what every account has from the start: what may not fall below zero is refused here.
const MOVED: Update = Update {
    table: "ledger_accounts",
    keys: &[text("account_id"), text("code"), text("currency")],
    sets: &[int("balance_minor").added(), int("transfers_count").added()],
};

/// Moves what an account has once something has moved it.
const MOVED_OR_NEW: Insert = Insert {
    table: "ledger_accounts",
    columns: &[
        text("account_id"),
        text("code"),
        text("currency"),
        int("balance_minor"),
        int("transfers_count"),
    ],
    conflict: "ON CONFLICT (account_id, code, currency) DO UPDATE
        SET balance_minor = ledger_accounts.balance_minor + excluded.balance_minor,
            transfers_count = ledger_accounts.transfers_count + excluded.transfers_count",
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

/// Locks and asks for the balances of these accounts.
pub(super) fn ask_balances(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Asked<Balance>, Error> {
    let mut sorted = accounts.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let balance = Code::Balance.to_string();
    let keys: Vec<_> = sorted.iter().map(|account| values![account, &balance]).collect();
    tx.ask_many(&BALANCE, &keys, |row| {
        let balance = LedgerRow {
            minor: row.int(2)?,
            transfers_count: row.int(3)?,
        };
        Ok(((row.parse(0)?, row.parse(1)?), balance))
    })
}

/// What an account has from the start.
pub(super) fn insert_accounts(tx: &mut Tx<'_>, account: AccountId, currency: Currency) -> Result<(), Error> {
    let codes = [Code::Balance, Code::Held, Code::Sales];
    let rows = codes.map(|code| values![account, code.to_string(), currency, 0_i64, 0_i64]);
    tx.insert_many(&MOVED_OR_NEW, &rows)
}

fn is_there_from_the_start(code: &Code) -> bool {
    matches!(code, Code::Balance | Code::Held | Code::Sales)
}

pub(super) fn write(tx: &mut Tx<'_>, moved: &Moved, transfers: &[Transfer]) -> Result<(), Error> {
    let (mut there, mut perhaps) = (Vec::new(), Vec::new());
    for ((account, code, currency), row) in moved {
        let values = values![account, code.to_string(), currency, row.minor, row.transfers_count];
        if is_there_from_the_start(code) {
            there.push(values);
        } else {
            perhaps.push(values);
        }
    }
    tx.update_many(&MOVED, &there)?;
    tx.insert_many(&MOVED_OR_NEW, &perhaps)?;
    tx.insert_many(&TRANSFERS, &transfers.iter().map(transfer_row).collect::<Vec<_>>())
}

/// Reads what an account may spend and what its open orders hold.
pub(super) fn read_standing(
    tx: &mut Tx<'_>,
    account: AccountId,
    currency: Currency,
) -> Result<HashMap<Code, Money>, Error> {
    let sql = "SELECT code, balance_minor FROM ledger_accounts
               WHERE account_id = ?1 AND currency = ?2 AND code IN ('balance', 'held')";
    let found = tx.query(sql, &values![account, currency], |row| {
        Ok((row.parse(0)?, Money::new(row.int(1)?, currency)))
    })?;
    Ok(found.into_iter().collect())
}

/// What an account may spend, and what its open orders hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What may be spent.
    pub balance: Money,
    /// What is held.
    pub held: Money,
}

/// Reads where accounts stand.
pub fn standings(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<HashMap<AccountId, Standing>, Error> {
    const STANDINGS: Select = Select {
        table: "ledger_accounts",
        columns: "account_id, code, balance_minor, currency",
        keys: &[text("account_id")],
        condition: "AND code IN ('balance', 'held')",
        order: "",
        lock: Lock::None,
    };
    let keys: Vec<_> = accounts.iter().map(|account| values![account]).collect();
    let found = tx.select_many(&STANDINGS, &keys, |row| {
        let (code, amount) = (row.parse::<Code>(1)?, Money::new(row.int(2)?, row.parse(3)?));
        Ok((row.parse::<AccountId>(0)?, code, amount))
    })?;
    let mut standings = HashMap::new();
    for (account, code, amount) in found {
        let nothing = Money::zero(amount.currency());
        let standing = standings.entry(account).or_insert(Standing {
            balance: nothing,
            held: nothing,
        });
        match code {
            Code::Held => standing.held = amount,
            _ => standing.balance = amount,
        }
    }
    Ok(standings)
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
