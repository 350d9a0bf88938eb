//! An offer that was considered for an order, and what is kept of the choice.

use std::{fmt, sync::Arc};

use model::{Money, Sku, SupplierName, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LOOK_AGAIN, PROBES_PAUSE, Score};

/// A supplier and what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Who delivers.
    pub supplier: SupplierName,
    /// Its name for the thing.
    pub sku: Sku,
    /// What it costs there.
    pub cost: Money,
    /// What the supplier's listing told to send along.
    pub parameters: Option<Arc<str>>,
}

/// An offer for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The offer.
    pub route: Route,
    /// How often its supplier has refused the order already.
    pub refused: usize,
    /// Where a rule puts it first.
    pub preference: Option<usize>,
    /// Whether it is its turn where a rule divides orders.
    pub drawn: bool,
    /// What it costs, all in all.
    pub score: Score,
    /// Why it isn't used, if it isn't.
    pub bar: Option<Bar>,
}

/// Why an offer isn't used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bar {
    /// It costs more than the order's price.
    BelowCost,
    /// A rule keeps its supplier away.
    Excluded(String),
    /// Its supplier can't be called: it is not in the settings.
    NotConfigured,
    /// A person has decided not to use its supplier for now.
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
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BelowCost => f.write_str("costs more than the price"),
            Self::Excluded(why) => write!(f, "excluded by a rule: {why}"),
            Self::NotConfigured => f.write_str("is not in the settings"),
            Self::ForcedOpen(why) => write!(f, "is not used for now: {why}"),
            Self::Broken { until } => write!(f, "has failed too often and isn't asked until {until}"),
            Self::ProbesOut => f.write_str("is being tried out again by other orders"),
            Self::Paused { until } => write!(f, "wants this number to be left alone until {until}"),
        }
    }
}

impl Candidate {
    /// The smaller, the better.
    pub(super) fn rank(&self) -> impl Ord + '_ {
        (
            self.bar.is_some(),
            self.refused,
            self.preference.unwrap_or(usize::MAX),
            !self.drawn,
            self.score.total_bps(),
            self.score.cost.minor(),
            &self.route.supplier,
        )
    }

    /// What is kept of it.
    fn considered(&self, now_barred: Option<&Bar>) -> Considered {
        let mut says = vec![self.score.to_string()];
        says.extend(
            self.preference
                .map(|place| format!("a rule puts it in place {}", place + 1)),
        );
        says.extend(self.drawn.then(|| "its turn by the rule's weights".to_owned()));
        if self.refused > 0 {
            says.push(format!("has refused this order {} times", self.refused));
        }
        says.extend(self.bar.as_ref().or(now_barred).map(ToString::to_string));
        Considered {
            supplier: self.route.supplier.to_string(),
            cost: self.route.cost,
            score_bps: self.score.total_bps(),
            says: says.join("; "),
        }
    }
}

/// What was considered when an attempt was made, the best first: kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which rules held.
    pub rules: i64,
    /// The offers, in the order in which they were considered.
    pub offers: Vec<Considered>,
}

/// An offer as it was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Whose.
    pub supplier: String,
    /// What it costs there.
    pub cost: Money,
    /// Its score: all that it costs, in basis points of the order's price.
    pub score_bps: i64,
    /// What the score is made of and what else decided, in words.
    pub says: String,
}

/// So many offers of a choice are kept at most.
const CONSIDERED_MAX: usize = 8;

impl Choice {
    /// Keeps what was considered. Of an only offer there is nothing to say.
    pub(crate) fn of(
        rules: i64,
        candidates: &[Candidate],
        now_barred: impl Fn(&Candidate) -> Option<Bar>,
    ) -> Option<Self> {
        let told = |one: &Candidate| one.considered(now_barred(one).as_ref());
        (candidates.len() > 1).then(|| Self {
            rules,
            offers: candidates.iter().take(CONSIDERED_MAX).map(told).collect(),
        })
    }
}
