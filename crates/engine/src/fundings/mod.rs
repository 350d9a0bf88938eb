//! Fundings: money that people of the house pay into an account's balance, or out of it.
//!
//! Each is paid at most once, whoever clicks how often and whatever dies: it is named before it is
//! asked for, the ledger takes a deposit of that name once, and a second person's word counts only
//! while the funding waits, in the transaction that moves the money. What one person may do alone
//! within a day has a bound; beyond it a second one has to agree.
//!
//! Start at [`begin`]; a second person goes on with [`approve`] or [`refuse`].

mod store;

use std::{fmt, str::FromStr, time::Duration};

use model::{AccountId, Currency, DepositId, Money, Rounding, Timestamp};
pub use store::{find, list, waiting};

use crate::{
    Error,
    accounts::{self, Account},
    audit::Actor,
    catalog::Snapshot,
    context::Settings,
    db::Tx,
    ledger::{Books, Deposit, InsufficientBalance},
};

/// Which way the money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Into the balance.
    Deposit,
    /// Out of it.
    Withdrawal,
}

/// A word that is no direction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected deposit or withdrawal")]
pub struct UnknownDirection;

impl Direction {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
        }
    }
}

impl FromStr for Direction {
    type Err = UnknownDirection;

    fn from_str(text: &str) -> Result<Self, UnknownDirection> {
        [Self::Deposit, Self::Withdrawal]
            .into_iter()
            .find(|direction| direction.as_str() == text)
            .ok_or(UnknownDirection)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What somebody wants to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFunding {
    /// Whose balance.
    pub account: AccountId,
    /// What it is called from now on: a form that is sent twice names the same funding.
    pub id: DepositId,
    /// Which way.
    pub direction: Direction,
    /// How much, in the account's currency.
    pub amount: Money,
    /// Why. The account reads it on its statement.
    pub reason: String,
    /// What it is called elsewhere, such as on a bank's statement.
    pub reference: Option<String>,
}

/// Money that somebody wanted to be paid, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funding {
    /// What was wanted.
    pub wanted: NewFunding,
    /// Who wanted it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// What became of it.
    pub status: Status,
}

/// What became of a funding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// A second person has to agree.
    Waiting,
    /// The money has moved: on the first person's word alone, or on a second one's as well.
    Paid(Option<Answer>),
    /// Somebody said no. Nothing has moved.
    Refused(Answer),
}

impl Status {
    /// The word that is stored and shown.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Paid(_) => "paid",
            Self::Refused(_) => "refused",
        }
    }

    /// What somebody said to it.
    pub const fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Waiting => None,
            Self::Paid(answer) => answer.as_ref(),
            Self::Refused(answer) => Some(answer),
        }
    }
}

/// What somebody said to a funding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Who.
    pub by: Actor,
    /// Why, if they said so.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Why nothing was paid, or nothing decided.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FundingError {
    /// There is no such funding.
    #[error("there is no funding {0}")]
    Unknown(DepositId),
    /// There is no such account.
    #[error("there is no account {0}")]
    UnknownAccount(AccountId),
    /// The amount is not in the account's currency.
    #[error("the account's currency is {0}")]
    OtherCurrency(Currency),
    /// Nothing, or less than nothing.
    #[error("the amount has to be more than 0")]
    NotPositive,
    /// Nobody means so much.
    #[error("at most {0} are paid at once")]
    TooLarge(Money),
    /// Nobody would know why.
    #[error("say why in {} to {} characters", REASON_CHARS.0, REASON_CHARS.1)]
    NoReason,
    /// A reference that is none.
    #[error("a reference has at most {} characters", REFERENCE_CHARS_MAX)]
    LongReference,
    /// The balance is too small; what open orders hold is not part of it.
    #[error("balance too low: {0}")]
    InsufficientBalance(#[from] InsufficientBalance),
    /// Something else was asked for under this name.
    #[error("another funding is called {0}: begin again with a new form")]
    NameTaken(DepositId),
    /// The first person can't be the second one as well.
    #[error("somebody else has to approve what you proposed")]
    OwnProposal,
    /// Somebody was quicker.
    #[error("it was answered already: it is {0}")]
    Answered(&'static str),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// The shortest and the longest reason.
pub const REASON_CHARS: (usize, usize) = (3, 200);
/// The longest reference.
pub const REFERENCE_CHARS_MAX: usize = 100;
/// More minor units are a slip of the finger: a trillion dollars. Nine thousand of it fit into a balance.
pub const AMOUNT_MAX_MINOR: i64 = 100_000_000_000_000;
/// What one person did alone is added up over this time.
const DAY: Duration = Duration::from_hours(24);

/// How much may be paid into an account of this currency, or out of it, within a day without a second
/// person. None: any sum. A currency without a rate: nothing.
pub fn alone_max(settings: &Settings, catalog: &Snapshot, currency: Currency) -> Option<Money> {
    let max = settings.funding_alone_max?;
    let rate = catalog.rate(max.currency(), currency);
    let converted = rate.and_then(|rate| max.convert(rate, currency, Rounding::Down).ok());
    Some(converted.unwrap_or(Money::zero(currency)))
}

/// Takes in what somebody wants to be paid: pays it at once, or lets it wait for a second person if
/// more than `alone_max` would be paid this way within a day. The same again changes nothing.
pub fn begin(
    tx: &mut Tx<'_>,
    new: &NewFunding,
    (by, alone_max): (&Actor, Option<Money>),
    now: Timestamp,
) -> Result<Funding, FundingError> {
    let account = accounts::find(tx, new.account)?.ok_or(FundingError::UnknownAccount(new.account))?;
    check(new, &account)?;
    // Under the book's lock: of two at once, the second one sees what the first has paid.
    let mut books = Books::open(tx, &[new.account], now)?;
    if let Some(found) = find(tx, new.account, new.id)? {
        return if found.wanted == *new && found.by.id == by.id {
            Ok(found)
        } else {
            Err(FundingError::NameTaken(new.id))
        };
    }
    let alone = match alone_max {
        None => true,
        Some(max) => {
            let paid = store::paid_alone(tx, (new.account, new.direction), now.minus(DAY))?;
            paid.saturating_add(new.amount.minor()) <= max.minor()
        }
    };
    let funding = Funding {
        wanted: new.clone(),
        by: by.clone(),
        at: now,
        status: if alone { Status::Paid(None) } else { Status::Waiting },
    };
    // What can't be paid now isn't proposed either.
    pay(&mut books, new)?;
    if alone {
        books.write(tx)?;
    }
    store::insert(tx, &funding)?;
    Ok(funding)
}

/// Pays what waits, on a second person's word.
pub fn approve(
    tx: &mut Tx<'_>,
    (account, id): (AccountId, DepositId),
    by: &Actor,
    now: Timestamp,
) -> Result<Funding, FundingError> {
    let mut books = Books::open(tx, &[account], now)?;
    let funding = find(tx, account, id)?.ok_or(FundingError::Unknown(id))?;
    if funding.by.id == by.id {
        return Err(FundingError::OwnProposal);
    }
    let answer = Answer {
        by: by.clone(),
        why: None,
        at: now,
    };
    let paid = answered(tx, funding, Status::Paid(Some(answer)))?;
    pay(&mut books, &paid.wanted)?;
    books.write(tx)?;
    Ok(paid)
}

/// Refuses what waits. Whoever proposed it may do so as well.
pub fn refuse(
    tx: &mut Tx<'_>,
    (account, id): (AccountId, DepositId),
    (by, why): (&Actor, Option<&str>),
    now: Timestamp,
) -> Result<Funding, FundingError> {
    let funding = find(tx, account, id)?.ok_or(FundingError::Unknown(id))?;
    let answer = Answer {
        by: by.clone(),
        why: why.map(str::to_owned),
        at: now,
    };
    answered(tx, funding, Status::Refused(answer))
}

/// Writes an answer, if nobody was quicker.
fn answered(tx: &mut Tx<'_>, funding: Funding, status: Status) -> Result<Funding, FundingError> {
    if store::answer(tx, &funding.wanted, &status)? {
        return Ok(Funding { status, ..funding });
    }
    let now = find(tx, funding.wanted.account, funding.wanted.id)?;
    Err(FundingError::Answered(now.map_or("gone", |now| now.status.as_str())))
}

fn check(new: &NewFunding, account: &Account) -> Result<(), FundingError> {
    let length = new.reason.trim().chars().count();
    if new.amount.currency() != account.currency {
        return Err(FundingError::OtherCurrency(account.currency));
    }
    if !new.amount.is_positive() {
        return Err(FundingError::NotPositive);
    }
    if new.amount.minor() > AMOUNT_MAX_MINOR {
        return Err(FundingError::TooLarge(Money::new(AMOUNT_MAX_MINOR, account.currency)));
    }
    if length < REASON_CHARS.0 || length > REASON_CHARS.1 {
        return Err(FundingError::NoReason);
    }
    let reference = new.reference.as_deref().unwrap_or_default();
    if reference.chars().count() > REFERENCE_CHARS_MAX {
        return Err(FundingError::LongReference);
    }
    Ok(())
}

fn pay(books: &mut Books, wanted: &NewFunding) -> Result<(), InsufficientBalance> {
    let note = match &wanted.reference {
        Some(reference) => format!("{} ({reference})", wanted.reason),
        None => wanted.reason.clone(),
    };
    let deposit = Deposit {
        account: wanted.account,
        id: wanted.id,
        amount: wanted.amount,
        note,
    };
    match wanted.direction {
        Direction::Deposit => books.fund(&deposit),
        Direction::Withdrawal => books.withdraw(&deposit)?,
    }
    Ok(())
}
