//! An offer that was considered for an order, and what is kept of the choice.

use std::sync::Arc;

use model::{Money, Sku, SupplierName};
use serde::{Deserialize, Serialize};

use super::{Bar, Note, Score};

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
        let mut says = vec![Note::Score(self.score)];
        says.extend(self.preference.map(|place| Note::Place(place + 1)));
        says.extend(self.drawn.then_some(Note::Turn));
        says.extend((self.refused > 0).then_some(Note::Refused(self.refused)));
        says.extend(self.bar.as_ref().or(now_barred).cloned().map(Note::Barred));
        Considered {
            supplier: self.route.supplier.to_string(),
            cost: self.route.cost,
            score_bps: self.score.total_bps(),
            says,
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
    /// What the score is made of and what else decided.
    pub says: Vec<Note>,
}

impl Considered {
    /// What was weighed, for commands.
    pub fn in_english(&self) -> String {
        let says: Vec<_> = self.says.iter().map(Note::in_english).collect();
        says.join("; ")
    }
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
