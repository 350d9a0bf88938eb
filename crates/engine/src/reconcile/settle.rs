//! What a person does about a case: its books are put right, and the case is closed with what was done.

use std::str::FromStr;

use model::{AccountId, AttemptId, CaseId, Money, Timestamp};
use serde_json::Value;

use crate::{
    Context, Error,
    cases::{self, Case, CloseError, Closed},
    db::Tx,
    ledger::{self, Books, CostAdjustment},
    orders::{self, AmendError, OrderKey},
};

/// What can be done about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Our books take the supplier's cost.
    AdjustCost,
    /// What was delivered after its order was refunded is owed: the account keeps its refund.
    BookCost,
    /// What was not delivered is taken back: the price goes back to the account, the cost is forgiven.
    ReverseOrder,
}

/// A word that is no remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected adjust-cost, book-cost or reverse-order")]
pub struct UnknownRemedy;

impl Remedy {
    /// The word: `adjust-cost`, `book-cost`, `reverse-order`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AdjustCost => "adjust-cost",
            Self::BookCost => "book-cost",
            Self::ReverseOrder => "reverse-order",
        }
    }
}

impl FromStr for Remedy {
    type Err = UnknownRemedy;

    fn from_str(text: &str) -> Result<Self, UnknownRemedy> {
        [Self::AdjustCost, Self::BookCost, Self::ReverseOrder]
            .into_iter()
            .find(|remedy| remedy.as_str() == text)
            .ok_or(UnknownRemedy)
    }
}

/// Why a case is not settled; nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// It can't be closed.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// Nothing of the kind helps here.
    #[error("{asked} is no remedy for this case: {offered}")]
    NoRemedy {
        /// What was asked for.
        asked: &'static str,
        /// What there is.
        offered: String,
    },
    /// The books don't say any more what they said when the case was found.
    #[error("{now} is booked by now and not {then}, so this does not apply any more: compare the day again")]
    BookedSince {
        /// What was booked when the case was found.
        then: Money,
        /// What is booked.
        now: Money,
    },
    /// The order can't be changed so.
    #[error(transparent)]
    Amend(#[from] AmendError),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Closes a case by a person's word, and does what the person chose of what it proposes.
pub fn settle(
    tx: &mut Tx<'_>,
    context: &Context,
    id: CaseId,
    (remedy, closed): (Option<Remedy>, &Closed),
) -> Result<Case, SettleError> {
    let mut closed = closed.clone();
    if let Some(remedy) = remedy {
        closed.resolution = format!("{}: {}", remedy.as_str(), closed.resolution);
    }
    // Closed first: whoever else closes it in the same moment finds it closed, and nothing is done twice.
    let case = cases::close(tx, id, &closed)?;
    if let Some(remedy) = remedy {
        apply(tx, context, &case, remedy, closed.at)?;
    }
    Ok(case)
}

fn apply(tx: &mut Tx<'_>, context: &Context, case: &Case, remedy: Remedy, now: Timestamp) -> Result<(), SettleError> {
    let facts = &case.found.facts;
    let offered: Vec<_> = facts["remedies"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let none = || SettleError::NoRemedy {
        asked: remedy.as_str(),
        offered: match offered.as_slice() {
            [] => "close it without one".to_owned(),
            some => format!("use {}", some.join(" or ")),
        },
    };
    let proposed = offered
        .contains(&remedy.as_str())
        .then(|| Subject::read(facts))
        .flatten();
    let subject = proposed.ok_or_else(none)?;
    let key = OrderKey {
        account: subject.account,
        order: subject.attempt.order,
    };
    let closed = case.closed.as_ref();
    let (resolution, by) = closed.map_or(("", ""), |closed| (closed.resolution.as_str(), closed.by.as_str()));
    let why = format!("case {}: {resolution}", case.id);
    match remedy {
        Remedy::AdjustCost => subject.adjust(tx, case, now)?,
        Remedy::BookCost => {
            orders::book_late_cost(
                tx,
                context,
                (key, subject.attempt.number, subject.charged),
                (&why, by),
                now,
            )?;
        }
        Remedy::ReverseOrder => orders::take_back(tx, context, (key, subject.attempt.number), (&why, by), now)?,
    }
    Ok(())
}

/// What a case's facts say of its attempt.
struct Subject {
    account: AccountId,
    attempt: AttemptId,
    booked: Money,
    charged: Option<Money>,
}

impl Subject {
    fn read(facts: &Value) -> Option<Self> {
        let money = |value: &Value| serde_json::from_value::<Money>(value.clone()).ok();
        Some(Self {
            account: facts["account"].as_str()?.parse().ok()?,
            attempt: facts["attempt"].as_str()?.parse().ok()?,
            booked: money(&facts["ours"]["cost"])?,
            charged: money(&facts["charged"]),
        })
    }

    /// Books the difference between what the supplier charges and what is booked now: another case, or the supplier's own
    /// word, may have moved it since.
    fn adjust(&self, tx: &mut Tx<'_>, case: &Case, now: Timestamp) -> Result<(), SettleError> {
        let charged = self
            .charged
            .ok_or_else(|| Error::corrupt("a case to adjust without an amount"))?;
        let supplier = case.found.supplier.clone();
        let mut books = Books::open(tx, &[self.account], now)?;
        let booked = ledger::booked(tx, self.account, (self.attempt, &supplier))?;
        let booked = booked.into_iter().find(|sum| sum.currency() == charged.currency());
        let booked = booked.unwrap_or(Money::zero(charged.currency()));
        if booked != self.booked && booked != charged {
            return Err(SettleError::BookedSince {
                then: self.booked,
                now: booked,
            });
        }
        books.adjust_cost(&CostAdjustment {
            account: self.account,
            case: case.id,
            attempt: self.attempt,
            supplier,
            more: charged.checked_sub(booked).map_err(Error::corrupt)?,
        });
        Ok(books.write(tx)?)
    }
}
