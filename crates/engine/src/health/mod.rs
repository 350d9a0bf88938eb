//! How suppliers do for each operator: what share they deliver, how fast, and whether they are asked
//! at all at the moment.
//!
//! [`Health`] is fed with how orders ended ([`Health::heard`]) and says how everybody stands
//! ([`Health::standings`]), a snapshot that routing reads. Pure: the time comes in as an argument.
//! Each process has its own, in memory; at the start it hears what the database says of lately.

mod breaker;
mod recent;
mod switches;
mod window;

use std::{collections::HashMap, time::Duration};

pub use breaker::{BreakerRules, BreakerState};
use model::{Fault, OperatorId, Outcome, SupplierName, Timestamp};
pub use recent::{Recent, recent};
pub use switches::{Force, Switch, UnknownForce, decide, switches};

use breaker::{Breaker, TooMany};
use window::Window;

use crate::catalog::SANDBOX;

/// So many pairs of supplier and operator are watched; the one that was heard of least lately goes.
const PAIRS_MAX: usize = 20_000;

/// What the end of an order says of its supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// It delivers.
    Delivered {
        /// How long it took.
        took: Duration,
    },
    /// It doesn't, by its own fault, the operator's, or because our balance there is too low.
    Failed,
    /// Nothing: the number, the amount or we were at fault, or it isn't over.
    Nothing,
}

impl Grade {
    /// What the answer to a submission says.
    pub fn of_submission(outcome: &Outcome, took: Duration) -> Self {
        match outcome {
            Outcome::Delivered(_) => Self::Delivered { took },
            Outcome::Rejected(rejection) => match rejection.fault {
                Fault::Supplier | Fault::Operator | Fault::Float => Self::Failed,
                Fault::Number | Fault::WrongOperator | Fault::Amount | Fault::Duplicate => Self::Nothing,
            },
            Outcome::Unknown(_) => Self::Failed,
            Outcome::Pending { .. } | Outcome::Reversed { .. } => Self::Nothing,
        }
    }

    /// What the answer to a question says: the submission was graded before, so that only an end counts.
    pub fn of_question(outcome: &Outcome, took: Duration) -> Self {
        match outcome {
            Outcome::Unknown(_) => Self::Nothing,
            ended => Self::of_submission(ended, took),
        }
    }
}

/// One pair of supplier and operator.
#[derive(Debug, Clone, Default)]
struct Pair {
    window: Window,
    breaker: Breaker,
}

/// How a supplier does for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many results that rests on.
    pub results: u32,
    /// What share was delivered, in basis points; none without a result.
    pub delivered_bps: Option<u32>,
    /// Half of the deliveries took no longer.
    pub median_ms: Option<u32>,
    /// Of a hundred deliveries, ninety-five took no longer.
    pub p95_ms: Option<u32>,
    /// What the breaker lets through.
    pub breaker: BreakerState,
}

/// How everybody stands at a moment.
#[derive(Debug, Clone, Default)]
pub struct Standings(HashMap<SupplierName, HashMap<OperatorId, Standing>>);

impl Standings {
    /// How a supplier does for an operator, if it has been heard of.
    pub fn get(&self, supplier: &SupplierName, operator: &OperatorId) -> Option<&Standing> {
        self.0.get(supplier)?.get(operator)
    }

    /// Everybody, in order of their names.
    pub fn list(&self) -> Vec<(&SupplierName, &OperatorId, &Standing)> {
        let mut listed = Vec::new();
        for (supplier, all) in &self.0 {
            listed.extend(all.iter().map(|(operator, standing)| (supplier, operator, standing)));
        }
        listed.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
        listed
    }
}

/// What is known of suppliers from how orders ended.
#[derive(Debug, Clone, Default)]
pub struct Health {
    pairs: HashMap<(SupplierName, OperatorId), Pair>,
    rules: BreakerRules,
}

/// What a result has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The breaker has opened.
    Opened {
        /// Until when.
        until: Timestamp,
    },
    /// The breaker has closed.
    Closed,
    /// Only figures.
    None,
}

impl Health {
    /// Knows nothing yet.
    pub fn new(rules: BreakerRules) -> Self {
        Self {
            pairs: HashMap::new(),
            rules,
        }
    }

    /// Judges by other rules from now on.
    pub fn set_rules(&mut self, rules: BreakerRules) {
        self.rules = rules;
    }

    /// An order is on its way to a supplier.
    pub fn begun(&mut self, supplier: &SupplierName, operator: &OperatorId, now: Timestamp) {
        self.pair(supplier, operator).breaker.begun(now);
    }

    /// Hears how an order ended. Nothing is learned of the sandbox: there the number alone decides.
    pub fn heard(&mut self, supplier: &SupplierName, operator: &OperatorId, grade: Grade, now: Timestamp) -> Change {
        if supplier.as_str() == SANDBOX {
            return Change::None;
        }
        let rules = self.rules.clone();
        let pair = self.pair(supplier, operator);
        let before = pair.breaker.state(&rules, now);
        match grade {
            Grade::Delivered { took } => {
                pair.window.push(now, Some(took));
                pair.breaker.succeeded(&rules, now);
            }
            Grade::Failed => {
                pair.window.push(now, None);
                let share = pair.too_many(&rules, now);
                pair.breaker.failed(&rules, share, now);
            }
            Grade::Nothing => pair.breaker.said_nothing(),
        }
        match (before, pair.breaker.state(&rules, now)) {
            (BreakerState::Open { .. }, BreakerState::Open { .. }) => Change::None,
            (_, BreakerState::Open { until }) => Change::Opened { until },
            (BreakerState::Closed, _) => Change::None,
            (_, BreakerState::Closed) => Change::Closed,
            _ => Change::None,
        }
    }

    fn pair(&mut self, supplier: &SupplierName, operator: &OperatorId) -> &mut Pair {
        let key = (supplier.clone(), operator.clone());
        if self.pairs.len() >= PAIRS_MAX && !self.pairs.contains_key(&key) {
            let oldest = self.pairs.iter().min_by_key(|(key, pair)| (pair.window.latest(), *key));
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.pairs.remove(&oldest);
            }
        }
        self.pairs.entry(key).or_default()
    }

    /// How everybody stands.
    pub fn standings(&self, now: Timestamp) -> Standings {
        let mut all: HashMap<SupplierName, HashMap<OperatorId, Standing>> = HashMap::new();
        for ((supplier, operator), pair) in &self.pairs {
            let standing = pair.standing(&self.rules, now);
            all.entry(supplier.clone())
                .or_default()
                .insert(operator.clone(), standing);
        }
        Standings(all)
    }
}

impl Pair {
    fn too_many(&self, rules: &BreakerRules, now: Timestamp) -> TooMany {
        let window = now.minus(Duration::from_secs(rules.window_s.into()));
        let (all, failed) = self.window.failures(window.max(self.breaker.counts_from()));
        let share = u64::from(failed) * 100 >= u64::from(all) * u64::from(rules.failed_percent);
        if all >= rules.results_min && share {
            TooMany::Yes
        } else {
            TooMany::No
        }
    }

    fn standing(&self, rules: &BreakerRules, now: Timestamp) -> Standing {
        let figures = self.window.figures(now);
        let share = |results| u64::from(figures.delivered) * 10_000 / u64::from(results);
        Standing {
            results: figures.results,
            delivered_bps: (figures.results > 0).then(|| u32::try_from(share(figures.results)).unwrap_or(10_000)),
            median_ms: figures.median_ms,
            p95_ms: figures.p95_ms,
            breaker: self.breaker.state(rules, now),
        }
    }
}

#[cfg(test)]
mod tests;
