//! Accounts' SQL and nothing else.

use model::{AccountId, Currency, Money, Timestamp};

use super::{Account, AccountStatus, Limits, WebhookSecrets};
use crate::{
    Error,
    catalog::BelowCost,
    db::{Asked, Lock, Row, Select, Tx, Update, int, text, values},
    ledger,
};

const COLUMNS: &str = "id, name, currency, status, markup_bps, below_cost, order_max_minor, day_max_minor,
    recipient_day_max_minor, webhook_secret, webhook_secret_before, webhook_secret_before_until, created_at,
    invoices_count, orders_count, latest_at, home_country, webhook_url";

/// An account as it is locked while its invoices are numbered.
pub(crate) struct AccountRow {
    pub(crate) account: Account,
    pub(crate) invoices_count: i64,
    pub(crate) orders_count: i64,
    /// When the latest of them was made: ids grow as numbers do, whoever's clock made them.
    pub(crate) latest_at: Timestamp,
}

fn read(row: &Row<'_>) -> Result<AccountRow, Error> {
    let currency: Currency = row.parse(2)?;
    let limit = |column| {
        row.int_opt(column)
            .map(|minor| minor.map(|minor| Money::new(minor, currency)))
    };
    let status = if row.text(3)? == "active" {
        AccountStatus::Active
    } else {
        AccountStatus::Suspended
    };
    let below_cost = if row.text(5)? == "allow" {
        BelowCost::Allow
    } else {
        BelowCost::Refuse
    };
    let account = Account {
        id: row.parse(0)?,
        name: row.text(1)?,
        currency,
        status,
        markup_bps: row.int(4)?,
        below_cost,
        limits: Limits {
            order_max: limit(6)?,
            day_max: limit(7)?,
            recipient_day_max: limit(8)?,
        },
        webhook_secrets: WebhookSecrets {
            current: row.text(9)?,
            before: row.text_opt(10)?.zip(row.time_opt(11)?),
        },
        created_at: row.time(12)?,
        home_country: row.parse_opt(16)?,
        webhook_url: row.text_opt(17)?,
    };
    Ok(AccountRow {
        account,
        invoices_count: row.int(13)?,
        orders_count: row.int(14)?,
        latest_at: row.time(15)?,
    })
}

/// Finds an account.
pub fn find(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE id = ?1");
    Ok(tx.find(&sql, &values![id], read)?.map(|row| row.account))
}

/// Lists every account, oldest first.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Account>, Error> {
    tx.query(&format!("SELECT {COLUMNS} FROM accounts ORDER BY id"), &[], |row| {
        Ok(read(row)?.account)
    })
}

/// Finds who is called so; of several, the first one.
pub(super) fn find_by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<AccountId>, Error> {
    let sql = "SELECT id FROM accounts WHERE name = ?1 ORDER BY id LIMIT 1";
    tx.find(sql, &values![name], |row| row.parse(0))
}

/// What an account has bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Whose.
    pub account: AccountId,
    /// How many orders it has made.
    pub orders: i64,
    /// When the latest invoice was made; none if there is none.
    pub latest_at: Option<Timestamp>,
}

/// Reads what accounts have bought.
pub fn activity(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Vec<Activity>, Error> {
    const COUNTS: Select = Select {
        table: "accounts",
        columns: "id, invoices_count, orders_count, latest_at",
        keys: &[text("id")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    let keys: Vec<_> = accounts.iter().map(|account| values![account]).collect();
    tx.select_many(&COUNTS, &keys, |row| {
        let latest_at = row.time(3)?;
        Ok(Activity {
            account: row.parse(0)?,
            orders: row.int(2)?,
            latest_at: (row.int(1)? > 0).then_some(latest_at),
        })
    })
}

/// Reads accounts, which stay as they are until the transaction ends.
pub(crate) fn lock(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Vec<AccountRow>, Error> {
    let asked = ask(tx, accounts)?;
    tx.take(asked)
}

/// Asks for accounts, which then stay as they are until the transaction ends.
pub(crate) fn ask(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<Asked<AccountRow>, Error> {
    const LOCK: Select = Select {
        table: "accounts",
        columns: COLUMNS,
        keys: &[text("id")],
        condition: "",
        order: "ORDER BY id",
        lock: Lock::Rows,
    };
    let keys: Vec<_> = accounts.iter().map(|account| values![account]).collect();
    tx.ask_many(&LOCK, &keys, read)
}

/// Writes how many invoices and orders the accounts have now.
pub(crate) fn write_counts<'a>(tx: &mut Tx<'_>, rows: impl Iterator<Item = &'a AccountRow>) -> Result<(), Error> {
    const COUNTS: Update = Update {
        table: "accounts",
        keys: &[text("id")],
        sets: &[int("invoices_count"), int("orders_count"), int("latest_at")],
    };
    let rows: Vec<_> = rows
        .map(|row| values![row.account.id, row.invoices_count, row.orders_count, row.latest_at])
        .collect();
    tx.update_many(&COUNTS, &rows)?;
    Ok(())
}

pub(super) fn insert(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let sql =
        "INSERT INTO accounts (id, name, currency, status, markup_bps, below_cost, webhook_secret, invoices_count,
                   orders_count, latest_at, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8, ?8)";
    let Account {
        id,
        name,
        currency,
        status,
        markup_bps,
        below_cost,
        webhook_secrets,
        created_at,
        ..
    } = account;
    let row = values![
        id,
        name,
        currency,
        status.as_str(),
        *markup_bps,
        below_cost.as_str(),
        &webhook_secrets.current,
        *created_at
    ];
    tx.execute(sql, &row)?;
    ledger::open_book(tx, *id, *currency)
}
