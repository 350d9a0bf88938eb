//! What is thought of a supplier's operator or listing, by whom, and why.

use std::str::FromStr;

use model::{Country, OperatorId, ProductId, Timestamp};

use super::Reason;

/// Which of our operators a supplier's operator is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorMapping {
    /// The supplier's id of it.
    pub sold_as: String,
    /// The supplier's name of it.
    pub name: String,
    /// Where it operates.
    pub country: Country,
    /// Ours, where it is applied or suggested.
    pub operator: Option<OperatorId>,
    /// How sure that is.
    pub standing: Standing,
}

/// Which of our products a listing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingMapping {
    /// The supplier's name for it.
    pub sku: String,
    /// Ours, where it is applied or suggested.
    pub product: Option<ProductId>,
    /// Which package of it; none for a range.
    pub package: Option<String>,
    /// How sure that is.
    pub standing: Standing,
}

/// How sure a mapping is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is used.
    pub status: MappingStatus,
    /// How alike both are, out of 100.
    pub score: u32,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Who says so.
    pub decided_by: DecidedBy,
    /// Since when.
    pub decided_at: Timestamp,
}

/// Whether a mapping is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MappingStatus {
    /// It is used.
    Applied,
    /// A person may accept it.
    Suggested,
    /// A person has said that it is none of ours.
    Rejected,
    /// Nothing alike was found.
    Open,
}

/// Who decided on a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecidedBy {
    /// Its likeness.
    Guess,
    /// A person: no guess changes it.
    Person,
}

/// A word that is no status of a mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected applied, suggested, rejected or open")]
pub struct UnknownMappingStatus;

impl MappingStatus {
    /// The word: `applied`, `suggested`, `rejected`, `open`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Suggested => "suggested",
            Self::Rejected => "rejected",
            Self::Open => "open",
        }
    }
}

impl FromStr for MappingStatus {
    type Err = UnknownMappingStatus;

    fn from_str(text: &str) -> Result<Self, UnknownMappingStatus> {
        [Self::Applied, Self::Suggested, Self::Rejected, Self::Open]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownMappingStatus)
    }
}

impl DecidedBy {
    /// The word: `guess`, `person`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guess => "guess",
            Self::Person => "person",
        }
    }
}

impl FromStr for DecidedBy {
    type Err = UnknownMappingStatus;

    fn from_str(text: &str) -> Result<Self, UnknownMappingStatus> {
        [Self::Guess, Self::Person]
            .into_iter()
            .find(|by| by.as_str() == text)
            .ok_or(UnknownMappingStatus)
    }
}

impl Standing {
    pub(super) fn is_of_person(&self) -> bool {
        self.decided_by == DecidedBy::Person
    }

    /// Whether both say the same, whenever they said it.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        (self.status, self.score, self.decided_by) == (other.status, other.score, other.decided_by)
            && self.reasons == other.reasons
    }

    /// What a person says is sure.
    pub(super) fn of_person(status: MappingStatus, now: Timestamp) -> Self {
        Self {
            status,
            score: 100,
            reasons: vec![Reason::Person],
            decided_by: DecidedBy::Person,
            decided_at: now,
        }
    }
}
