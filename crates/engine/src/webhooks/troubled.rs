//! Deliveries of all accounts that nobody has yet, or that were given up. For operators.
//!
//! Each statement takes a few rows of an index at each account, so that it costs the same however many
//! deliveries have arrived.

use std::{cmp::Reverse, collections::HashMap};

use model::{AccountId, DeliveryId, EventId, InvoiceId, Timestamp};

use super::{
    Try,
    log::{read_invoice, read_try},
};
use crate::{
    Error,
    db::{Lock, Row, Select, Tx, int, text, values},
};

/// What keeps a delivery from its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It was tried in vain and will be tried again.
    Failing,
    /// It was not tried yet.
    Waiting,
    /// It was given up.
    Failed,
}

impl Trouble {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Failing, Self::Failed, Self::Waiting];

    /// The word that is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

/// A delivery in trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Troubled {
    /// Whose.
    pub account: AccountId,
    /// Its id.
    pub id: DeliveryId,
    /// What it tells.
    pub event: EventId,
    /// The kind of event, such as `invoice.complete`.
    pub kind: String,
    /// The invoice it is about, if it is about one.
    pub invoice: Option<InvoiceId>,
    /// Where to.
    pub url: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next; none if it was given up.
    pub due_at: Option<Timestamp>,
    /// How its last try went.
    pub last: Option<Try>,
}

/// So many accounts are looked at: those that bought last.
const ACCOUNTS_MAX: u32 = 200;
/// So many deliveries are shown; as many are read of each account.
pub const TROUBLED_MAX: usize = 100;

const COLUMNS: &str = "account_id, id, event_id, url, tries, due_at";

const FAILING: Select = Select {
    table: "webhook_deliveries",
    columns: COLUMNS,
    keys: &[text("account_id")],
    condition: "AND due_at IS NOT NULL AND tries > 0",
    // What was tried is due later than what was not.
    order: "ORDER BY due_at DESC LIMIT 100",
    lock: Lock::None,
};

const WAITING: Select = Select {
    table: "webhook_deliveries",
    columns: COLUMNS,
    keys: &[text("account_id")],
    condition: "AND due_at IS NOT NULL AND tries = 0",
    order: "ORDER BY due_at LIMIT 100",
    lock: Lock::None,
};

const FAILED: Select = Select {
    table: "webhook_deliveries",
    columns: COLUMNS,
    keys: &[text("account_id")],
    condition: "AND status = 'failed'",
    order: "ORDER BY id DESC LIMIT 100",
    lock: Lock::None,
};

/// Lists what is in trouble, of one account or of all, newest first.
pub fn troubled(tx: &mut Tx<'_>, account: Option<AccountId>, trouble: Trouble) -> Result<Vec<Troubled>, Error> {
    let accounts = match account {
        Some(account) => vec![account],
        None => accounts_in(tx, trouble)?,
    };
    let select = match trouble {
        Trouble::Failing => &FAILING,
        Trouble::Waiting => &WAITING,
        Trouble::Failed => &FAILED,
    };
    let keys: Vec<_> = accounts.iter().map(|account| values![account]).collect();
    let mut found = tx.select_many(select, &keys, read)?;
    found.sort_unstable_by_key(|one| Reverse(one.id));
    found.truncate(TROUBLED_MAX);
    with_details(tx, found)
}

/// The accounts that have any.
fn accounts_in(tx: &mut Tx<'_>, trouble: Trouble) -> Result<Vec<AccountId>, Error> {
    let such = match trouble {
        Trouble::Failing => "d.due_at IS NOT NULL AND d.tries > 0",
        Trouble::Waiting => "d.due_at IS NOT NULL AND d.tries = 0",
        Trouble::Failed => "d.status = 'failed'",
    };
    let sql = format!(
        "SELECT a.id FROM accounts a
         WHERE (a.id) IN (SELECT d.account_id FROM webhook_deliveries d WHERE {such})
         ORDER BY a.latest_at DESC LIMIT ?1"
    );
    tx.query(&sql, &values![ACCOUNTS_MAX], |row| row.parse(0))
}

/// A delivery as it stands in its table: what it tells and how it went stands elsewhere.
fn read(row: &Row<'_>) -> Result<Troubled, Error> {
    Ok(Troubled {
        account: row.parse(0)?,
        id: row.parse(1)?,
        event: row.parse(2)?,
        kind: String::new(),
        invoice: None,
        url: row.text(3)?,
        tries: row.count(4)?,
        due_at: row.time_opt(5)?,
        last: None,
    })
}

/// Adds what deliveries tell, and how they went the last time.
fn with_details(tx: &mut Tx<'_>, mut found: Vec<Troubled>) -> Result<Vec<Troubled>, Error> {
    const EVENTS: Select = Select {
        table: "events",
        columns: "id, kind, invoice_id",
        keys: &[text("account_id"), text("id")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    const LAST: Select = Select {
        table: "webhook_tries",
        columns: "number, tried_at, duration_ms, status_code, error, delivery_id",
        keys: &[text("account_id"), text("delivery_id"), int("number")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    let mut events: Vec<_> = found.iter().map(|one| (one.account, one.event)).collect();
    events.sort_unstable();
    events.dedup();
    let keys: Vec<_> = events.iter().map(|(account, event)| values![account, event]).collect();
    let events = tx.select_many(&EVENTS, &keys, |row| {
        Ok((row.parse::<EventId>(0)?, (row.text(1)?, read_invoice(row, 2)?)))
    })?;
    let events: HashMap<_, (String, Option<InvoiceId>)> = events.into_iter().collect();
    let keys: Vec<_> = found
        .iter()
        .map(|one| values![one.account, one.id, one.tries])
        .collect();
    let tries = tx.select_many(&LAST, &keys, |row| Ok((row.parse::<DeliveryId>(5)?, read_try(row)?)))?;
    let mut tries: HashMap<_, _> = tries.into_iter().collect();
    for one in &mut found {
        if let Some((kind, invoice)) = events.get(&one.event) {
            (one.kind, one.invoice) = (kind.clone(), *invoice);
        }
        one.last = tries.remove(&one.id);
    }
    Ok(found)
}
