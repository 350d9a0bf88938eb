//! API keys: shown once, stored hashed, revocable.
//!
//! A key is `rk_<key id's letters>_<secret>` as a Bearer token, or the key id and the secret as a
//! Basic user and password. A secret has 192 random bits, so one fast hash keeps it.

use std::{fmt, str::FromStr};

use model::{AccountId, Ids, KeyId, Timestamp};
use sha2::{Digest, Sha256};

use super::{AccountError, changed, find};
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Look at everything of the account.
    Read,
    /// Spend its balance and change its settings.
    Purchase,
}

impl Scope {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Purchase => "purchase",
        }
    }
}

/// A word that is not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected read or purchase")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        [Self::Read, Self::Purchase]
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(UnknownScope)
    }
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub account: AccountId,
    /// What it is for, in a person's words.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute or so; unknown to the copy in memory.
    pub used_at: Option<Timestamp>,
    pub(super) secret_hash: String,
}

/// A key just made: the only time that its secret is known.
pub struct NewKey {
    /// The key.
    pub key: ApiKey,
    secret: String,
}

impl NewKey {
    /// The Bearer token.
    pub fn token(&self) -> String {
        let id = self.key.id.to_string();
        format!("rk_{}_{}", id.trim_start_matches("key_"), self.secret)
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({})", self.key.id)
    }
}

/// Splits a Bearer token into the key's id and its secret.
pub(super) fn split_token(token: &str) -> Option<(KeyId, &str)> {
    let (letters, secret) = token.strip_prefix("rk_")?.split_once('_')?;
    let id = format!("key_{letters}").parse().ok()?;
    Some((id, secret))
}

pub(super) fn hash(secret: &str) -> String {
    crate::hex(&Sha256::digest(secret))
}

/// Makes a key for an account.
pub fn create_key(
    tx: &mut Tx<'_>,
    ids: &Ids,
    account: AccountId,
    (name, scopes): (&str, &[Scope]),
    now: Timestamp,
) -> Result<NewKey, AccountError> {
    find(tx, account)?.ok_or(AccountError::Unknown(account))?;
    let mut bytes = [0_u8; 24];
    ids.fill_secret(&mut bytes);
    let secret = crate::hex(&bytes);
    let id = KeyId::from_uuid(ids.next(now));
    let key = ApiKey {
        id,
        account,
        name: name.to_owned(),
        scopes: scopes.to_vec(),
        created_at: id.created_at(),
        revoked_at: None,
        used_at: None,
        secret_hash: hash(&secret),
    };
    let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    let sql = "INSERT INTO api_keys (account_id, id, name, secret_hash, scopes, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.execute(
        sql,
        &values![account, id, name, &key.secret_hash, words.join(","), key.created_at],
    )?;
    changed(tx)?;
    Ok(NewKey { key, secret })
}

/// Revokes a key; says whether it was there and in force.
pub fn revoke_key(tx: &mut Tx<'_>, account: AccountId, key: KeyId, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE api_keys SET revoked_at = ?3 WHERE account_id = ?1 AND id = ?2 AND revoked_at IS NULL";
    let revoked = tx.execute(sql, &values![account, key, now])? > 0;
    changed(tx)?;
    Ok(revoked)
}

/// Lists every key, oldest first; revoked ones too.
pub fn list_keys(tx: &mut Tx<'_>) -> Result<Vec<ApiKey>, Error> {
    tx.query(&format!("SELECT {COLUMNS} FROM api_keys ORDER BY id"), &[], read)
}

/// Lists an account's keys, newest first; revoked ones too.
pub fn keys_of(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<ApiKey>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE account_id = ?1 ORDER BY id DESC");
    tx.query(&sql, &values![account], read)
}

/// A key that was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// Whose key.
    pub account: AccountId,
    /// Which.
    pub key: KeyId,
    /// When.
    pub at: Timestamp,
}

/// Keeps when keys were used, unless a later use is known. Nobody has to read keys again for that.
pub fn note_uses(tx: &mut Tx<'_>, uses: &[KeyUse]) -> Result<(), Error> {
    let sql = "UPDATE api_keys SET used_at = ?3
               WHERE account_id = ?1 AND id = ?2 AND (used_at IS NULL OR used_at < ?3)";
    for KeyUse { account, key, at } in uses {
        tx.execute(sql, &values![account, key, *at])?;
    }
    Ok(())
}

const COLUMNS: &str = "account_id, id, name, scopes, created_at, revoked_at, secret_hash, used_at";

fn read(row: &Row<'_>) -> Result<ApiKey, Error> {
    let scopes = row.text(3)?;
    let scopes = scopes
        .split(',')
        .filter(|word| !word.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>();
    Ok(ApiKey {
        account: row.parse(0)?,
        id: row.parse(1)?,
        name: row.text(2)?,
        scopes: scopes.map_err(Error::corrupt)?,
        created_at: row.time(4)?,
        revoked_at: row.time_opt(5)?,
        secret_hash: row.text(6)?,
        used_at: row.time_opt(7)?,
    })
}
