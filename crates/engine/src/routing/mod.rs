//! Which supplier delivers an order: a pure function of what is sold, of the rules, and of how
//! everybody stands at the moment.
//!
//! [`rank`] holds every offer against all of it and puts them in order; [`choose`] takes the first
//! that may be used now. Nothing is sold below cost unless the account allows it. What only time
//! bars makes an order wait: it fails when everything else is gone.

mod candidate;
mod dry_run;
mod notes;
mod pauses;
mod rules;
mod score;
mod trial;
mod versions;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use model::{Money, OperatorId, OrderId, Outcome, Product, Rounding, SupplierName, Timestamp};

pub use candidate::{Candidate, Choice, Considered, Route};
pub use dry_run::{DryRun, Moved, dry_run, past};
pub use notes::{Bar, Note, Obstacle};
pub(crate) use pauses::{Claim, Pauses, pause_after_refusal};
pub use pauses::{forget as forget_pauses, paced};
pub use rules::{Exclusion, Preference, RuleFault, RuleProblem, RuleSet, Scope, Split, Subject, SupplierRule, Weights};
pub use score::Score;
pub use trial::{Trial, would_go};
pub use versions::{ActivateError, RuleVersion, activate, active, history, latest, rollback, version};

use crate::{
    catalog::{self, BelowCost, Snapshot},
    health::{BreakerState, Force, Standings, Switch},
    orders::{Attempt, Order},
};

/// What is not known to end is looked at again after so long.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// The places of those that find out whether a supplier works again become free soon.
const PROBES_PAUSE: Duration = Duration::from_secs(5);

/// Everything but the catalogue that routing goes by, as it is at a moment.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// The rules that hold.
    pub rules: Arc<RuleSet>,
    /// Which version of them that is; 0 if there never was one.
    pub version: i64,
    /// How suppliers do.
    pub standings: Arc<Standings>,
    /// What people have forced.
    pub switches: Arc<Vec<Switch>>,
    /// The suppliers that can be called, with their rules for numbers. Where that isn't said, all can.
    pub suppliers: Option<Arc<BTreeMap<SupplierName, NumberPause>>>,
    /// Suppliers for which some number is to be left alone for a while.
    pub paced: Arc<BTreeSet<SupplierName>>,
}

/// At least so long passes between two submissions for one number.
pub type NumberPause = Duration;

/// Why nobody delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// The product, or this amount of it, has no offer any more.
    #[error("no supplier sells it any more")]
    NotSold,
    /// Every offer costs more than the order's price.
    #[error("every supplier has become dearer than the price")]
    BelowCost,
    /// There are offers, and none of them may be used.
    #[error("the rules allow no supplier that sells it")]
    NotAllowed,
    /// It waited as long as an order may.
    #[error("no supplier could be used in time")]
    WaitedTooLong,
}

impl NoRoute {
    /// The word that stands for it where an order keeps why it failed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotSold => "not_sold",
            Self::BelowCost => "below_cost",
            Self::NotAllowed => "not_allowed",
            Self::WaitedTooLong => "waited_too_long",
        }
    }
}

/// What becomes of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen<'a> {
    /// This offer.
    Go(&'a Candidate),
    /// None yet.
    Wait {
        /// Until when.
        until: Timestamp,
        /// Why.
        why: Obstacle,
    },
    /// Nobody.
    Never(NoRoute),
}

/// An order that is to be routed.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The order.
    pub order: &'a Order,
    /// Who has been asked already.
    pub tried: &'a [Attempt],
    /// Whether it may cost more than its price.
    pub below_cost: BelowCost,
    /// The moment it is.
    pub now: Timestamp,
}

/// Puts every offer for an order in the order in which they would be used; those that are barred,
/// with the reason, come last.
pub fn rank(catalog: &Snapshot, conditions: &Conditions, wanted: Wanted<'_>) -> Vec<Candidate> {
    let order = wanted.order;
    let Some(product) = catalog.product(order.product.as_str()) else {
        return Vec::new();
    };
    let choice = catalog::Choice {
        package_value: order.package_value.clone(),
        value: order.value,
        title: None,
    };
    let subject = Subject { order, product };
    let costs = catalog.costs(product, &choice).into_iter();
    let mut candidates: Vec<_> = costs
        .filter_map(|cost| {
            let converted = in_currency_of_price(catalog, order, cost.cost)?;
            let refused = wanted.tried.iter().filter(|attempt| attempt.supplier == cost.supplier);
            let standing = conditions.standings.get(&cost.supplier, &product.operator);
            let score = Score::of(&conditions.rules.score, order.price, converted, standing);
            let bar = conditions.bar(&cost.supplier, subject, wanted.now);
            let loss = converted.minor() > order.price.minor() && order.price.is_positive();
            let below = wanted.below_cost == BelowCost::Refuse && loss;
            Some(Candidate {
                refused: refused.count(),
                preference: conditions.rules.preference(&cost.supplier, subject),
                drawn: false,
                score,
                bar: if below { Some(Bar::BelowCost) } else { bar },
                route: Route {
                    supplier: cost.supplier,
                    sku: cost.sku,
                    cost: cost.cost,
                    parameters: cost.parameters,
                },
            })
        })
        .collect();
    let able: Vec<_> = candidates
        .iter()
        .filter(|one| one.bar.is_none())
        .map(|one| &one.route.supplier)
        .collect();
    let drawn = conditions
        .rules
        .drawn(able.into_iter(), subject, lot(order.id))
        .cloned();
    for candidate in &mut candidates {
        candidate.drawn = drawn.as_ref() == Some(&candidate.route.supplier);
    }
    candidates.sort_by(|one, other| one.rank().cmp(&other.rank()));
    candidates
}

/// Takes the first offer that may be used now; `bars` says what else bars one, such as a pause.
pub fn choose(candidates: &[Candidate], mut bars: impl FnMut(&Candidate) -> Option<Bar>, now: Timestamp) -> Chosen<'_> {
    let mut soonest: Option<(Timestamp, Obstacle)> = None;
    let (mut dear, mut barred) = (false, false);
    for candidate in candidates {
        let Some(bar) = candidate.bar.clone().or_else(|| bars(candidate)) else {
            return Chosen::Go(candidate);
        };
        dear |= bar == Bar::BelowCost;
        barred = true;
        if let Some(until) = bar.until(now)
            && soonest.as_ref().is_none_or(|(other, _)| until < *other)
        {
            soonest = Some((until, Obstacle::of(&candidate.route.supplier, bar)));
        }
    }
    match soonest {
        Some((until, why)) => Chosen::Wait { until, why },
        None if dear => Chosen::Never(NoRoute::BelowCost),
        None if barred => Chosen::Never(NoRoute::NotAllowed),
        None => Chosen::Never(NoRoute::NotSold),
    }
}

impl Conditions {
    /// What bars a supplier, whatever the number.
    fn bar(&self, supplier: &SupplierName, subject: Subject<'_>, now: Timestamp) -> Option<Bar> {
        let operator = &subject.product.operator;
        if let Some(suppliers) = &self.suppliers
            && !suppliers.contains_key(supplier)
        {
            return Some(Bar::NotConfigured);
        }
        if let Some(why) = self.rules.excluded(supplier, subject) {
            return Some(Bar::Excluded(why.to_owned()));
        }
        let forced = self.forced(supplier, operator);
        if let Some(switch) = forced.filter(|switch| switch.force == Force::Open) {
            return Some(Bar::ForcedOpen(switch.why.clone()));
        }
        let standing = self.standings.get(supplier, operator).filter(|_| forced.is_none())?;
        match standing.breaker {
            BreakerState::Open { until } if until > now => Some(Bar::Broken { until }),
            BreakerState::HalfOpen { places: 0 } => Some(Bar::ProbesOut),
            BreakerState::Closed | BreakerState::Open { .. } | BreakerState::HalfOpen { .. } => None,
        }
    }

    /// What a person has forced for a supplier and an operator; what is said of the operator goes first.
    pub fn forced(&self, supplier: &SupplierName, operator: &OperatorId) -> Option<&Switch> {
        let of = |wanted: Option<&OperatorId>| {
            let is = move |switch: &&Switch| switch.supplier == *supplier && switch.operator.as_ref() == wanted;
            self.switches.iter().find(is)
        };
        of(Some(operator)).or_else(|| of(None))
    }

    /// How many more orders a supplier gets that is being tried out again; none where it isn't.
    pub(crate) fn probes(&self, supplier: &SupplierName, operator: &OperatorId) -> Option<u32> {
        if self.forced(supplier, operator).is_some() {
            return None;
        }
        match self.standings.get(supplier, operator)?.breaker {
            BreakerState::HalfOpen { places } => Some(places),
            // Its time was over since the snapshot was made.
            BreakerState::Open { .. } => Some(self.rules.breaker.probes),
            BreakerState::Closed => None,
        }
    }

    /// How long a supplier wants one number to be left alone.
    pub(crate) fn number_pause(&self, supplier: &SupplierName, product: &Product) -> Duration {
        let facts = self.suppliers.as_ref().and_then(|all| all.get(supplier).copied());
        let rule = self.rules.number_pause_s(supplier, product.operator.as_str());
        facts.unwrap_or_default().max(Duration::from_secs(rule.into()))
    }

    /// Whether pauses of numbers have to be looked up before a supplier gets an order.
    pub(crate) fn is_paced(&self, supplier: &SupplierName, product: &Product, tried: &[Attempt]) -> bool {
        let told = |attempt: &Attempt| {
            attempt.supplier == *supplier
                && matches!(&attempt.outcome, Some(Outcome::Rejected(why)) if why.again_after_s.is_some())
        };
        self.paced.contains(supplier) || !self.number_pause(supplier, product).is_zero() || tried.iter().any(told)
    }
}

/// An order's own lot: the same each time it is drawn, and as good as chance over many orders.
fn lot(order: OrderId) -> u64 {
    let (_, seed) = order.uuid().as_u64_pair();
    // SplitMix64's finish: ids of one moment differ in few bits only.
    let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn in_currency_of_price(catalog: &Snapshot, order: &Order, cost: Money) -> Option<Money> {
    let currency = order.price.currency();
    let rate = catalog.rate(cost.currency(), currency)?;
    cost.convert(rate, currency, Rounding::HalfEven).ok()
}

#[cfg(test)]
mod tests;
