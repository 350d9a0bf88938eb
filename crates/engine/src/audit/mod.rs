//! Who did what: entries that chain by hash, so that nothing can be changed or taken out unseen.
//!
//! Each account has a chain, and the house has one for what concerns no account. [`write()`] belongs
//! into the transaction of what it tells of, as its last statement; [`check`] recomputes everything.

mod check;

use std::{fmt, str::FromStr};

pub use check::{Flaw, Report, check};
use model::{AccountId, KeyId, Timestamp};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::{
    Error,
    db::{Lock, Row, Select, Tx, Value, text, values},
    page::{Page, PageRequest},
    people::User,
};

/// Which chain an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// What concerns no account: people of the house, suppliers, the catalogue.
    House,
    /// What concerns an account, whoever did it.
    Account(AccountId),
}

/// How the chain of the house is called where accounts' are called by their ids.
const HOUSE: &str = "house";

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::House => f.write_str(HOUSE),
            Self::Account(account) => account.fmt(f),
        }
    }
}

impl FromStr for Chain {
    type Err = model::ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            HOUSE => Ok(Self::House),
            account => account.parse().map(Self::Account),
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// A user's id, a key's, or `command` for whoever has the machine.
    pub id: String,
    /// Their name as it was.
    pub name: String,
}

impl Actor {
    /// Somebody who is signed in.
    pub fn user(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.clone(),
        }
    }

    /// A program that comes in with an account's key.
    pub fn key(key: KeyId) -> Self {
        Self {
            id: key.to_string(),
            name: "API key".to_owned(),
        }
    }

    /// Whoever runs commands on the machine.
    pub fn command() -> Self {
        Self {
            id: "command".to_owned(),
            name: "command line".to_owned(),
        }
    }
}

/// What somebody did.
#[derive(Debug, Clone)]
pub struct Deed<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// What, as `thing.verb`: `user.invite`.
    pub action: &'static str,
    /// To what: an id, or a name where there is none.
    pub subject: String,
    /// What else is to be known; no secrets.
    pub details: Json,
}

/// A link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose chain.
    pub chain: Chain,
    /// Its place, counted from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What else is to be known, as JSON.
    pub details: String,
    /// The hash of the entry before it; nothing for the first.
    pub previous_hash: String,
    /// Covers all of the above.
    pub hash: String,
}

impl Entry {
    /// Computes the hash: of every field with its length before it, so that no two entries read alike.
    fn computed_hash(&self) -> String {
        let mut digest = Sha256::new();
        let (chain, number, at) = (self.chain.to_string(), self.number.to_string(), self.at.as_micros());
        let fields = [
            &chain,
            &number,
            &at.to_string(),
            &self.actor.id,
            &self.actor.name,
            &self.action,
            &self.subject,
            &self.details,
            &self.previous_hash,
        ];
        for field in fields {
            digest.update(format!("{}:", field.len()));
            digest.update(field);
        }
        crate::hex(&digest.finalize())
    }
}

/// Writes what somebody did, and returns its place in the chain.
pub fn write(tx: &mut Tx<'_>, chain: Chain, deed: &Deed<'_>, now: Timestamp) -> Result<i64, Error> {
    const HEAD: Select = Select {
        table: "audit_chains",
        columns: "entries_count, last_hash",
        keys: &[text("account_id")],
        condition: "",
        order: "ORDER BY account_id",
        lock: Lock::Rows,
    };
    let name = chain.to_string();
    let begin = "INSERT INTO audit_chains (account_id, entries_count, last_hash) VALUES (?1, 0, '')
                 ON CONFLICT (account_id) DO NOTHING";
    tx.execute(begin, &values![&name])?;
    let heads = tx.select_many(&HEAD, &[values![&name]], |row| Ok((row.int(0)?, row.text(1)?)))?;
    let (count, previous_hash) = heads.into_iter().next().ok_or_else(|| Error::corrupt("no head"))?;
    let mut entry = Entry {
        chain,
        number: count + 1,
        at: now,
        actor: deed.actor.clone(),
        action: deed.action.to_owned(),
        subject: deed.subject.clone(),
        details: deed.details.to_string(),
        previous_hash,
        hash: String::new(),
    };
    entry.hash = entry.computed_hash();
    let sql = "INSERT INTO audit_entries (account_id, number, at, actor, actor_name, action, subject, details,
                   previous_hash, hash)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let row = values![
        &name,
        entry.number,
        entry.at,
        &entry.actor.id,
        &entry.actor.name,
        &entry.action,
        &entry.subject,
        &entry.details,
        &entry.previous_hash,
        &entry.hash
    ];
    tx.execute(sql, &row)?;
    let grown = "UPDATE audit_chains SET entries_count = ?2, last_hash = ?3 WHERE account_id = ?1";
    tx.execute(grown, &values![&name, entry.number, &entry.hash])?;
    Ok(entry.number)
}

const COLUMNS: &str = "account_id, number, at, actor, actor_name, action, subject, details, previous_hash, hash";

fn read(row: &Row<'_>) -> Result<Entry, Error> {
    Ok(Entry {
        chain: row.parse(0)?,
        number: row.int(1)?,
        at: row.time(2)?,
        actor: Actor {
            id: row.text(3)?,
            name: row.text(4)?,
        },
        action: row.text(5)?,
        subject: row.text(6)?,
        details: row.text(7)?,
        previous_hash: row.text(8)?,
        hash: row.text(9)?,
    })
}

/// What of the log somebody wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only this chain.
    pub chain: Option<Chain>,
    /// Only what this one did: a user's id, or `command`.
    pub actor: Option<String>,
    /// Only what begins like this: `account` or `account.create`.
    pub action: Option<String>,
    /// Only from this moment on, …
    pub from: Option<Timestamp>,
    /// … and only before this one.
    pub before: Option<Timestamp>,
}

/// Lists what was done in a chain, the latest first.
pub fn list(tx: &mut Tx<'_>, chain: Chain, page: PageRequest) -> Result<Page<Entry>, Error> {
    let sql =
        format!("SELECT {COLUMNS} FROM audit_entries WHERE account_id = ?1 ORDER BY number DESC LIMIT ?2 OFFSET ?3");
    let params = values![chain.to_string(), page.one_more(), page.start_at()];
    Ok(page.page(tx.query(&sql, &params, read)?))
}

/// Lists what was done anywhere, the latest first.
pub fn search(tx: &mut Tx<'_>, filter: &Filter, page: PageRequest) -> Result<Page<Entry>, Error> {
    // Named where it is asked for only: then its entries lie together.
    let of_chain = filter.chain.map_or("", |_| "AND account_id = ?8");
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_entries
         WHERE at >= ?1 AND at < ?2 AND (?3 = '' OR actor = ?3) AND (action >= ?4 AND action < ?5) {of_chain}
         ORDER BY at DESC, account_id, number DESC LIMIT ?6 OFFSET ?7"
    );
    let action = filter.action.as_deref().unwrap_or_default();
    let mut params: Vec<Value> = values![
        filter.from.map_or(i64::MIN, Timestamp::as_micros),
        filter.before.map_or(i64::MAX, Timestamp::as_micros),
        filter.actor.as_deref().unwrap_or_default(),
        action,
        // No action has a letter behind '~'.
        format!("{action}~"),
        page.one_more(),
        page.start_at()
    ]
    .into();
    params.extend(filter.chain.map(|chain| chain.to_string().into()));
    Ok(page.page(tx.query(&sql, &params, read)?))
}
