//! What is to be known of an offer, as values: pages say them in their reader's language, commands in English.

use model::{SupplierName, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LOOK_AGAIN, PROBES_PAUSE, Score};

/// Why an offer isn't used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// It costs more than the order's price.
    BelowCost,
    /// A rule keeps its supplier away, for a reason that a person wrote.
    Excluded(String),
    /// Its supplier can't be called: it is not in the settings.
    NotConfigured,
    /// A person has decided not to use its supplier for now, for a reason of theirs.
    ForcedOpen(String),
    /// Its supplier has just failed too often.
    Broken {
        /// Until when it isn't asked.
        until: Timestamp,
    },
    /// Others are finding out already whether its supplier works again.
    ProbesOut,
    /// Its supplier wants the number to be left alone.
    Paused {
        /// Until when.
        until: Timestamp,
    },
}

/// What was weighed of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// What it costs, all in all.
    Score(Score),
    /// A rule puts it in this place.
    Place(usize),
    /// It is its turn where a rule divides orders.
    Turn,
    /// Its supplier has refused the order so many times already.
    Refused(usize),
    /// It isn't used.
    Barred(Bar),
}

/// Why an order waits that has not failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The supplier that may be used soonest is barred.
    Barred {
        /// Which.
        supplier: String,
        /// By what.
        bar: Bar,
    },
    /// Another order for the number was first.
    NumberTaken,
    /// The database was restored, so that the order may have been delivered, and no supplier can be asked.
    Restored,
}

impl Bar {
    /// When it may be gone; none if time doesn't help.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::BelowCost | Self::Excluded(_) | Self::NotConfigured => None,
            Self::ForcedOpen(_) => Some(now + LOOK_AGAIN),
            Self::ProbesOut => Some(now + PROBES_PAUSE),
            Self::Broken { until } | Self::Paused { until } => Some(*until),
        }
    }

    /// For commands.
    pub fn in_english(&self) -> String {
        match self {
            Self::BelowCost => "costs more than the price".to_owned(),
            Self::Excluded(why) => format!("excluded by a rule: {why}"),
            Self::NotConfigured => "is not in the settings".to_owned(),
            Self::ForcedOpen(why) => format!("is not used for now: {why}"),
            Self::Broken { until } => format!("has failed too often and isn't asked until {until}"),
            Self::ProbesOut => "is being tried out again by other orders".to_owned(),
            Self::Paused { until } => format!("wants this number to be left alone until {until}"),
        }
    }
}

impl Note {
    /// For commands.
    pub fn in_english(&self) -> String {
        match self {
            Self::Score(score) => score.in_english(),
            Self::Place(place) => format!("a rule puts it in place {place}"),
            Self::Turn => "its turn by the rule's weights".to_owned(),
            Self::Refused(1) => "has refused this order once".to_owned(),
            Self::Refused(times) => format!("has refused this order {times} times"),
            Self::Barred(bar) => bar.in_english(),
        }
    }
}

impl Obstacle {
    pub(super) fn of(supplier: &SupplierName, bar: Bar) -> Self {
        Self::Barred {
            supplier: supplier.to_string(),
            bar,
        }
    }

    /// For commands.
    pub fn in_english(&self) -> String {
        match self {
            Self::Barred { supplier, bar } => format!("{supplier}: {}", bar.in_english()),
            Self::NumberTaken => "another order for this number was first".to_owned(),
            Self::Restored => "the database was restored, and no supplier can be asked".to_owned(),
        }
    }
}
