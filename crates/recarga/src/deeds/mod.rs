//! How what people do is told in the audit log: the same on pages, by command and through the API.
//!
//! Each deed has one function here, which says what it is called, what it was done to and what else is to be
//! known; whoever does it adds who they are, as the last thing in the transaction that does it.

mod account;
mod house;
mod order;
mod person;
mod supplier;

use std::fmt::Display;

use engine::{
    Error,
    audit::{self, Actor, Chain, Deed},
    db::Tx,
    orders::OrderKey,
    people::User,
};
use model::{AccountId, KeyId, Timestamp};
use serde_json::Value;

pub(crate) use self::{
    account::{
        account_created, funding_answered, funding_begun, invoice_cancelled, invoice_paid, key_created, key_revoked,
        resent, secret_rotated, secret_shown, status_set, terms_changed, test_sent, webhook_url_set,
    },
    house::{
        catalog_imported, catalog_synced, numbers_imported, rate_set, rates_imported, restored, rules_made,
        setup_link_made,
    },
    order::{answered, asked, given_back, proposed},
    person::{disabled, enabled, invited, link_made, link_used, own, role_set, session_ended, signed_in},
    supplier::{case_closed, compared, deposited, forced, mapped, thresholds, words_imported},
};

/// Something that was done.
#[derive(Debug)]
pub(crate) struct Told {
    chain: Chain,
    action: &'static str,
    subject: String,
    details: Value,
}

impl Told {
    fn of_house(action: &'static str, subject: &dyn Display, details: Value) -> Self {
        Self::of(Chain::House, action, subject, details)
    }

    fn of_account(account: AccountId, action: &'static str, subject: &dyn Display, details: Value) -> Self {
        Self::of(Chain::Account(account), action, subject, details)
    }

    fn of_order(action: &'static str, key: OrderKey, details: Value) -> Self {
        Self::of_account(key.account, action, &key.order, details)
    }

    fn of(chain: Chain, action: &'static str, subject: &dyn Display, details: Value) -> Self {
        Self {
            chain,
            action,
            subject: subject.to_string(),
            details,
        }
    }

    /// Writes that whoever has the machine did it.
    pub(crate) fn by_command(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
        self.by(tx, &Actor::command(), now)
    }

    /// Writes that somebody who is signed in did it.
    pub(crate) fn by_user(self, tx: &mut Tx<'_>, user: &User, now: Timestamp) -> Result<(), Error> {
        self.by(tx, &Actor::user(user), now)
    }

    /// Writes that a program of the account did it, which came in with a key.
    pub(crate) fn by_key(self, tx: &mut Tx<'_>, key: KeyId, now: Timestamp) -> Result<(), Error> {
        self.by(tx, &Actor::key(key), now)
    }

    /// Writes who did it.
    pub(crate) fn by(self, tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<(), Error> {
        let deed = Deed {
            actor,
            action: self.action,
            subject: self.subject,
            details: self.details,
        };
        audit::write(tx, self.chain, &deed, now).map(drop)
    }
}
