//! Accounts: resellers with a prepaid balance, their limits and their keys.
//!
//! Every change is told to all processes by a revision; [`Directory`] is the copy in memory that
//! requests are checked against. Whether an account may buy is decided again in the transaction
//! that takes its money.

mod directory;
mod keys;
mod store;

pub use directory::{AuthError, Directory};
pub use keys::{ApiKey, KeyUse, NewKey, Scope, UnknownScope, create_key, keys_of, list_keys, note_uses, revoke_key};
use model::{AccountId, Country, Currency, DepositId, Ids, Money, Timestamp};
pub(crate) use store::{AccountRow, ask, lock, write_counts};
pub use store::{Activity, activity, find, list};

use crate::{
    Error,
    catalog::BelowCost,
    context::Settings,
    db::{Tx, values},
    ledger::{self, Books, Deposit, InsufficientBalance},
    people,
};

/// A reseller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name, for people.
    pub name: String,
    /// What it pays in.
    pub currency: Currency,
    /// Whether it may buy.
    pub status: AccountStatus,
    /// What is added to a supplier's cost, in basis points.
    pub markup_bps: i64,
    /// Whether it may be sold to below cost.
    pub below_cost: BelowCost,
    /// How much it may buy.
    pub limits: Limits,
    /// Signs its webhooks; while an older one is still valid, both sign.
    pub webhook_secrets: WebhookSecrets,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where its customers' numbers are from when they are written without a country.
    pub home_country: Option<Country>,
    /// Where it is told of invoices that name no address of their own.
    pub webhook_url: Option<String>,
}

impl Account {
    /// What the house agrees on with it.
    pub fn terms(&self) -> Terms {
        Terms {
            name: self.name.clone(),
            home_country: self.home_country,
            markup_bps: self.markup_bps,
            below_cost: self.below_cost,
            limits: self.limits,
        }
    }
}

/// Whether an account may buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStatus {
    /// It may.
    Active,
    /// It may look, not buy.
    Suspended,
}

impl AccountStatus {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

/// How much an account may buy, in its currency; none means no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// In one order.
    pub order_max: Option<Money>,
    /// On one day (UTC).
    pub day_max: Option<Money>,
    /// For one recipient on one day (UTC).
    pub recipient_day_max: Option<Money>,
}

/// The secrets that sign an account's webhooks, as `whsec_…`.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecrets {
    /// The one in force.
    pub current: String,
    /// The one before, and until when it still signs.
    pub before: Option<(String, Timestamp)>,
}

impl std::fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecrets(…)")
    }
}

/// What a new account is like.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// What it pays in.
    pub currency: Currency,
    /// What is added to a supplier's cost, in basis points.
    pub markup_bps: i64,
    /// Whether it may be sold to below cost.
    pub below_cost: BelowCost,
}

/// What the house agrees on with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Its name.
    pub name: String,
    /// Where its customers' numbers are from when they are written without a country.
    pub home_country: Option<Country>,
    /// What is added to a supplier's cost, in basis points.
    pub markup_bps: i64,
    /// Whether it may be sold to below cost.
    pub below_cost: BelowCost,
    /// How much it may buy.
    pub limits: Limits,
}

/// The markups that can be: a price is more than nothing, and eleven times the cost is no slip of the finger yet.
pub const MARKUP_BPS: (i64, i64) = (-9_999, 100_000);

/// An account that is not there.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AccountError {
    /// A name that can't be one.
    #[error("a name has 1 to 100 characters")]
    InvalidName,
    /// Another account has it.
    #[error("another account is called {0:?}: choose another name")]
    NameTaken(String),
    /// A markup that can't be.
    #[error("a markup is from {} to {} basis points", MARKUP_BPS.0, MARKUP_BPS.1)]
    InvalidMarkup,
    /// No account has this id.
    #[error("there is no account {0}")]
    Unknown(AccountId),
    /// The amount is not in the account's currency.
    #[error("the account's currency is {0}")]
    OtherCurrency(Currency),
    /// Nothing, or less than nothing.
    #[error("the amount has to be more than 0")]
    NotPositive,
    /// The balance is too small.
    #[error("balance too low: {0}")]
    InsufficientBalance(#[from] InsufficientBalance),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Makes an account with an empty book.
pub fn create(tx: &mut Tx<'_>, ids: &Ids, new: &NewAccount, now: Timestamp) -> Result<Account, Error> {
    let id = AccountId::from_uuid(ids.next(now));
    let account = Account {
        id,
        name: new.name.clone(),
        currency: new.currency,
        status: AccountStatus::Active,
        markup_bps: new.markup_bps,
        below_cost: new.below_cost,
        limits: Limits::default(),
        webhook_secrets: WebhookSecrets {
            current: crate::webhooks::new_secret(ids),
            before: None,
        },
        created_at: id.created_at(),
        home_country: None,
        webhook_url: None,
    };
    store::insert(tx, &account)?;
    changed(tx)?;
    Ok(account)
}

/// Makes an account on terms that the house has agreed on. No other account has its name.
pub fn create_on(
    tx: &mut Tx<'_>,
    ids: &Ids,
    (terms, currency): (&Terms, Currency),
    now: Timestamp,
) -> Result<Account, AccountError> {
    // Before it is there: a form that is sent twice finds the name taken.
    let name = checked_name(tx, &terms.name, None)?;
    let new = NewAccount {
        name: name.clone(),
        currency,
        markup_bps: terms.markup_bps,
        below_cost: terms.below_cost,
    };
    let made = create(tx, ids, &new, now)?;
    let terms = Terms { name, ..terms.clone() };
    write_terms(tx, &made, &terms)?;
    Ok(Account {
        home_country: terms.home_country,
        limits: terms.limits,
        ..made
    })
}

/// Pays money into an account's balance, or out of it if the amount is negative.
pub fn fund(
    tx: &mut Tx<'_>,
    ids: &Ids,
    account: AccountId,
    funding: (Money, &str),
    now: Timestamp,
) -> Result<Money, AccountError> {
    let found = find(tx, account)?.ok_or(AccountError::Unknown(account))?;
    let (amount, note) = funding;
    if amount.currency() != found.currency {
        return Err(AccountError::OtherCurrency(found.currency));
    }
    let mut books = Books::open(tx, &[account], now)?;
    let id = DepositId::from_uuid(ids.next(now));
    let size = amount
        .minor()
        .checked_abs()
        .filter(|minor| *minor > 0)
        .ok_or(AccountError::NotPositive)?;
    let deposit = Deposit {
        account,
        id,
        amount: Money::new(size, amount.currency()),
        note: note.to_owned(),
    };
    if amount.is_positive() {
        books.fund(&deposit);
    } else {
        books.withdraw(&deposit)?;
    }
    let balance = books.balance(account, found.currency);
    books.write(tx)?;
    Ok(balance)
}

/// What an account may spend and what its open orders hold.
pub fn balance(tx: &mut Tx<'_>, account: AccountId) -> Result<(Money, Money), AccountError> {
    let currency = find(tx, account)?.ok_or(AccountError::Unknown(account))?.currency;
    Ok(ledger::standing(tx, account, currency)?)
}

/// Changes what the house agrees on with an account, by what it is now, and returns it before and after. Whoever asks
/// is alone with the account until the transaction ends, so that no other change is lost.
pub fn set_terms<E: From<AccountError>>(
    tx: &mut Tx<'_>,
    account: AccountId,
    change: impl FnOnce(&Account) -> Result<Terms, E>,
) -> Result<[Terms; 2], E> {
    let locked = lock(tx, &[account]).map_err(AccountError::from)?.pop();
    let before = locked.ok_or(AccountError::Unknown(account))?.account;
    let mut after = change(&before)?;
    if after.name != before.name {
        after.name = checked_name(tx, &after.name, Some(account))?;
    }
    write_terms(tx, &before, &after)?;
    Ok([before.terms(), after])
}

fn write_terms(tx: &mut Tx<'_>, before: &Account, terms: &Terms) -> Result<(), AccountError> {
    if !(MARKUP_BPS.0..=MARKUP_BPS.1).contains(&terms.markup_bps) {
        return Err(AccountError::InvalidMarkup);
    }
    let Limits {
        order_max,
        day_max,
        recipient_day_max,
    } = terms.limits;
    let mut limits = [order_max, day_max, recipient_day_max].into_iter().flatten();
    if limits.any(|limit| limit.currency() != before.currency) {
        return Err(AccountError::OtherCurrency(before.currency));
    }
    let minor = |limit: Option<Money>| limit.map(Money::minor);
    let sql =
        "UPDATE accounts SET name = ?2, home_country = ?3, markup_bps = ?4, below_cost = ?5, order_max_minor = ?6,
                   day_max_minor = ?7, recipient_day_max_minor = ?8
               WHERE id = ?1";
    let row = values![
        before.id,
        &terms.name,
        terms.home_country,
        terms.markup_bps,
        terms.below_cost.as_str(),
        minor(order_max),
        minor(day_max),
        minor(recipient_day_max)
    ];
    update(tx, before.id, sql, &row)
}

/// Reads a name that no other account has. Whoever asks is alone with the names until the transaction ends.
pub fn checked_name(tx: &mut Tx<'_>, name: &str, own: Option<AccountId>) -> Result<String, AccountError> {
    let name = people::checked_name(name).map_err(|_| AccountError::InvalidName)?;
    changed(tx)?;
    match store::find_by_name(tx, name)? {
        Some(other) if Some(other) != own => Err(AccountError::NameTaken(name.to_owned())),
        _ => Ok(name.to_owned()),
    }
}

/// Changes where an account is told of invoices that name no address of their own. An invoice keeps the
/// address that it was made with.
pub fn set_webhook_url(tx: &mut Tx<'_>, account: AccountId, url: Option<&str>) -> Result<(), AccountError> {
    let sql = "UPDATE accounts SET webhook_url = ?2 WHERE id = ?1";
    update(tx, account, sql, &values![account, url])
}

/// Lets an account buy, or stops it. Orders that are paid for go on either way.
pub fn set_status(tx: &mut Tx<'_>, account: AccountId, status: AccountStatus) -> Result<(), AccountError> {
    update(
        tx,
        account,
        "UPDATE accounts SET status = ?2 WHERE id = ?1",
        &values![account, status.as_str()],
    )
}

/// Makes a new signing secret; the one before still signs for a while.
pub fn rotate_webhook_secret(
    tx: &mut Tx<'_>,
    (ids, settings): (&Ids, &Settings),
    account: AccountId,
    now: Timestamp,
) -> Result<WebhookSecrets, AccountError> {
    let locked = lock(tx, &[account])?.pop();
    let secrets = locked.ok_or(AccountError::Unknown(account))?.account.webhook_secrets;
    let until = now + settings.webhook_secret_overlap;
    let rotated = WebhookSecrets {
        current: crate::webhooks::new_secret(ids),
        before: Some((secrets.current, until)),
    };
    let sql = "UPDATE accounts SET webhook_secret = ?2, webhook_secret_before = ?3, webhook_secret_before_until = ?4
               WHERE id = ?1";
    let before = rotated.before.as_ref().map(|(secret, _)| secret);
    update(tx, account, sql, &values![account, &rotated.current, before, until])?;
    Ok(rotated)
}

fn update(tx: &mut Tx<'_>, account: AccountId, sql: &str, values: &[crate::db::Value]) -> Result<(), AccountError> {
    match tx.execute(sql, values)? {
        0 => Err(AccountError::Unknown(account)),
        _ => Ok(changed(tx)?),
    }
}

/// Tells every process that accounts or keys have changed.
fn changed(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute(
        "UPDATE revisions SET revision = revision + 1 WHERE subject = 'accounts'",
        &[],
    )?;
    Ok(())
}
