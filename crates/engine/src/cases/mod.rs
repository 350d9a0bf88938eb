//! Cases: what a person has to look at that is no order of its own, each with its facts.
//!
//! A subject has one case of each kind at most, however often it is found, and one that a person has closed stays closed. What is
//! found is never changed silently: a case may propose what to do, and a person does it.

mod store;

use std::str::FromStr;

use model::{CaseId, SupplierName, Timestamp};
use serde_json::Value;

pub use store::{CaseFilter, count_open, find, list, list_page, open_subjects};

use crate::{Context, Error, db::Tx};

/// Who closes a case when the difference is gone.
pub const ITSELF: &str = "recarga";

/// What kind of thing a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseKind {
    /// Our balance at a supplier runs low.
    LowFloat,
    /// We say that it was delivered, the supplier has no record of it.
    OursOnly,
    /// The supplier charges for something that we know nothing of.
    TheirsOnly,
    /// Both say that it was delivered, at different costs.
    OtherAmount,
    /// One says that it was delivered, the other that it was not.
    OtherState,
    /// The supplier delivered one reference more than once.
    DeliveredTwice,
    /// Our balance at the supplier moved by another amount than what it charged.
    Balance,
    /// It was delivered after its order had ended otherwise.
    DeliveredLate,
    /// The phone received less than was bought.
    ShortDelivery,
}

/// A word that is no kind of case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected low_float, ours_only, theirs_only, other_amount, other_state, delivered_twice, balance, delivered_late or \
     short_delivery"
)]
pub struct UnknownCaseKind;

impl CaseKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::LowFloat,
        Self::OursOnly,
        Self::TheirsOnly,
        Self::OtherAmount,
        Self::OtherState,
        Self::DeliveredTwice,
        Self::Balance,
        Self::DeliveredLate,
        Self::ShortDelivery,
    ];

    /// The word: `low_float`, `ours_only`, …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LowFloat => "low_float",
            Self::OursOnly => "ours_only",
            Self::TheirsOnly => "theirs_only",
            Self::OtherAmount => "other_amount",
            Self::OtherState => "other_state",
            Self::DeliveredTwice => "delivered_twice",
            Self::Balance => "balance",
            Self::DeliveredLate => "delivered_late",
            Self::ShortDelivery => "short_delivery",
        }
    }
}

impl FromStr for CaseKind {
    type Err = UnknownCaseKind;

    fn from_str(text: &str) -> Result<Self, UnknownCaseKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(UnknownCaseKind)
    }
}

/// Something found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What kind of thing.
    pub kind: CaseKind,
    /// At which supplier.
    pub supplier: SupplierName,
    /// What it is about: an attempt, a supplier's reference, a day.
    pub subject: String,
    /// The day that was compared, if one was: `2026-11-25`.
    pub day: Option<String>,
    /// Everything that is known of it.
    pub facts: Value,
}

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What was found.
    pub found: Found,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// How it ended, if it has.
    pub closed: Option<Closed>,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// Who closed it; `recarga` where what was found was not there any more.
    pub by: String,
    /// What was done about it.
    pub resolution: String,
}

/// Why a case is not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// No such case.
    #[error("there is no case {0}: recarga cases list shows the open ones")]
    Unknown(CaseId),
    /// It is closed already.
    #[error("the case was closed already, by {0}")]
    Closed(String),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Opens a case, and says whether that is new: what is open already, or was closed by a person, is known.
pub fn open(tx: &mut Tx<'_>, context: &Context, found: &Found, now: Timestamp) -> Result<bool, Error> {
    let id = CaseId::from_uuid(context.ids.next(now));
    store::insert(tx, id, found, now)
}

/// Opens a case, and where it is open already says anew what is known of it: both sides may have moved since.
pub(crate) fn open_or_refresh(
    tx: &mut Tx<'_>,
    context: &Context,
    found: &Found,
    now: Timestamp,
) -> Result<bool, Error> {
    let opened = open(tx, context, found, now)?;
    if !opened {
        store::refresh(tx, found)?;
    }
    Ok(opened)
}

/// Closes a case that is open.
pub fn close(tx: &mut Tx<'_>, id: CaseId, closed: &Closed) -> Result<Case, CloseError> {
    let case = find(tx, id)?.ok_or(CloseError::Unknown(id))?;
    if let Some(before) = case.closed {
        return Err(CloseError::Closed(before.by));
    }
    // Somebody else may have closed it in the same moment.
    if !store::close(tx, id, closed)? {
        return Err(CloseError::Closed("somebody else".to_owned()));
    }
    Ok(Case {
        closed: Some(closed.clone()),
        ..case
    })
}

/// Closes a case because what was found is not there any more; says whether it was open still.
pub(crate) fn close_by_itself(tx: &mut Tx<'_>, id: CaseId, resolution: &str, now: Timestamp) -> Result<bool, Error> {
    let closed = Closed {
        at: now,
        by: ITSELF.to_owned(),
        resolution: resolution.to_owned(),
    };
    store::close(tx, id, &closed)
}
