//! Idempotency keys: the first answer again, kept in the transaction of the work that it answers.

use std::collections::HashMap;

use model::{AccountId, Timestamp};
use sha2::{Digest, Sha256};

use crate::{
    Error,
    db::{Asked, Insert, Lock, Select, Tx, int, text, values},
};

/// A key that a caller gave to a request, and what the request was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The caller's key.
    pub key: String,
    /// A digest of the request: the same key for another request is a mistake.
    pub fingerprint: String,
}

impl IdempotencyKey {
    /// A key's length in characters is at most this.
    pub const LENGTH_MAX: usize = 255;

    /// Remembers a key with the request it came with.
    pub fn new(key: &str, path: &str, body: &[u8]) -> Self {
        let mut digest = Sha256::new();
        digest.update(path);
        digest.update([0]);
        digest.update(body);
        Self {
            key: key.to_owned(),
            fingerprint: crate::hex(&digest.finalize()),
        }
    }
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// It was used for the same request: this was the answer.
    Answered(String),
    /// It was used for another request.
    Reused,
}

type Place<'a> = (AccountId, &'a IdempotencyKey);

/// First answers by account and key: the request's fingerprint and the answer.
pub(crate) type Answers = HashMap<(AccountId, String), (String, String)>;

/// Finds the first answers to requests that have been made before.
pub(crate) fn find(tx: &mut Tx<'_>, asked: &[Place<'_>]) -> Result<Answers, Error> {
    let found = ask(tx, asked)?;
    Ok(tx.take(found)?.into_iter().collect())
}

/// An entry of [`Answers`].
type First = ((AccountId, String), (String, String));

/// Asks for the first answers to requests that have been made before.
pub(crate) fn ask(tx: &mut Tx<'_>, asked: &[Place<'_>]) -> Result<Asked<First>, Error> {
    const BY_KEY: Select = Select {
        table: "idempotency_keys",
        columns: "account_id, key, fingerprint, answer",
        keys: &[text("account_id"), text("key")],
        condition: "",
        order: "",
        lock: Lock::None,
    };
    let keys: Vec<_> = asked.iter().map(|(account, key)| values![account, &key.key]).collect();
    tx.ask_many(&BY_KEY, &keys, |row| {
        Ok(((row.parse(0)?, row.text(1)?), (row.text(2)?, row.text(3)?)))
    })
}

/// Compares a request with the first one of its key.
pub(crate) fn compare(key: &IdempotencyKey, first: &(String, String)) -> Known {
    let (fingerprint, answer) = first;
    if *fingerprint == key.fingerprint {
        Known::Answered(answer.clone())
    } else {
        Known::Reused
    }
}

/// Says what is known of one key.
pub fn known(tx: &mut Tx<'_>, account: AccountId, key: &IdempotencyKey) -> Result<Option<Known>, Error> {
    let found = find(tx, &[(account, key)])?;
    Ok(found.values().next().map(|first| compare(key, first)))
}

/// Keeps first answers.
pub(crate) fn keep(tx: &mut Tx<'_>, answers: &[(Place<'_>, String)], now: Timestamp) -> Result<(), Error> {
    const NEW: Insert = Insert {
        table: "idempotency_keys",
        columns: &[
            text("account_id"),
            text("key"),
            text("fingerprint"),
            text("answer"),
            int("created_at"),
        ],
        conflict: "",
    };
    let row =
        |((account, key), answer): &(Place<'_>, String)| values![account, &key.key, &key.fingerprint, answer, now];
    tx.insert_many(&NEW, &answers.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

/// Forgets answers that were kept long enough, so many at most.
pub fn forget(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<usize, Error> {
    let sql = "DELETE FROM idempotency_keys WHERE (account_id, key) IN (
                   SELECT i.account_id, i.key FROM accounts a
                   CROSS JOIN idempotency_keys i WHERE i.account_id = a.id AND i.created_at < ?1 LIMIT ?2)";
    tx.execute(sql, &values![before, limit])
}
