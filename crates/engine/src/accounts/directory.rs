//! Accounts and keys in memory, so that a request is recognised without the database.

use std::collections::HashMap;

use model::{AccountId, KeyId};

use super::{
    Account, ApiKey,
    keys::{hash, list_keys, split_token},
    store,
};
use crate::{Error, db::Tx};

/// Who may come in. Read again whenever the revision of accounts moves.
#[derive(Debug, Default)]
pub struct Directory {
    accounts: HashMap<AccountId, Account>,
    keys: HashMap<KeyId, ApiKey>,
    revision: i64,
}

/// Why a request is not let in. One reason for everything, so that nobody learns which keys exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key is unknown, wrong or revoked")]
pub struct AuthError;

impl Directory {
    /// Reads everything.
    pub fn load(tx: &mut Tx<'_>) -> Result<Self, Error> {
        let revision = Self::current_revision(tx)?;
        let accounts = store::list(tx)?
            .into_iter()
            .map(|account| (account.id, account))
            .collect();
        let keys = list_keys(tx)?.into_iter().map(|key| (key.id, key)).collect();
        Ok(Self {
            accounts,
            keys,
            revision,
        })
    }

    /// The revision in the database.
    pub fn current_revision(tx: &mut Tx<'_>) -> Result<i64, Error> {
        let sql = "SELECT revision FROM revisions WHERE subject = 'accounts'";
        Ok(tx.find(sql, &[], |row| row.int(0))?.unwrap_or(0))
    }

    /// The revision that this copy is of.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Finds an account.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// All accounts, in no order.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// How many keys of an account let somebody in.
    pub fn keys_in_force(&self, account: AccountId) -> usize {
        let in_force = |key: &&ApiKey| key.account == account && key.revoked_at.is_none();
        self.keys.values().filter(in_force).count()
    }

    /// Lets a Bearer token in.
    pub fn authenticate_token(&self, token: &str) -> Result<(&Account, &ApiKey), AuthError> {
        let (id, secret) = split_token(token).ok_or(AuthError)?;
        self.authenticate(id, secret)
    }

    /// Lets a key's id and secret in; a whole token does for the secret too.
    pub fn authenticate_pair(&self, user: &str, password: &str) -> Result<(&Account, &ApiKey), AuthError> {
        let id = user.parse().map_err(|_| AuthError)?;
        let secret = match split_token(password) {
            Some((named, secret)) if named == id => secret,
            _ => password,
        };
        self.authenticate(id, secret)
    }

    /// What is compared are hashes, so that how long it takes says nothing about the secret.
    fn authenticate(&self, id: KeyId, secret: &str) -> Result<(&Account, &ApiKey), AuthError> {
        let offered = hash(secret);
        let key = self
            .keys
            .get(&id)
            .filter(|key| key.revoked_at.is_none() && key.secret_hash == offered);
        let key = key.ok_or(AuthError)?;
        let account = self.accounts.get(&key.account).ok_or(AuthError)?;
        Ok((account, key))
    }
}
