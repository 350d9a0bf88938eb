//! What an offer costs all in all: its cost, and what failing and slowness cost us in patience. In
//! whole numbers, so that the same inputs always make the same choice.

use model::Money;
use serde::{Deserialize, Serialize};

use super::Weights;
use crate::health::Standing;

/// A supplier that has hardly been heard of counts as one that delivers this share …
const PRIOR_BPS: i64 = 9_500;
/// … in so many orders, which its own results soon outnumber.
const PRIOR_RESULTS: i64 = 10;

/// What an offer costs all in all, in basis points of the order's price. The least is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// What it costs, in the currency of the price.
    pub cost: Money,
    /// That as a share of the price.
    pub cost_bps: i64,
    /// What the share that it doesn't deliver adds.
    pub failures_bps: i64,
    /// What its slowness adds.
    pub slowness_bps: i64,
    /// So many results its supplier has had lately, …
    pub results: u32,
    /// … this share of them deliveries, …
    pub delivered_bps: Option<u32>,
    /// … half of them within so long.
    pub median_ms: Option<u32>,
}

impl Score {
    /// Makes the score of a cost in the currency of the price.
    pub fn of(weights: &Weights, price: Money, cost: Money, standing: Option<&Standing>) -> Self {
        let share = i128::from(cost.minor()) * 10_000 / i128::from(price.minor().max(1));
        let (results, delivered_bps) =
            standing.map_or((0, None), |standing| (standing.results, standing.delivered_bps));
        let median_ms = standing.and_then(|standing| standing.median_ms);
        let counted = i64::from(results);
        let delivered = i64::from(delivered_bps.unwrap_or(0)) * counted + PRIOR_BPS * PRIOR_RESULTS;
        let failing = 10_000 - delivered / (counted + PRIOR_RESULTS);
        let slow = i64::from(median_ms.unwrap_or(0)) * i64::from(weights.second_bps) / 1_000;
        Self {
            cost,
            cost_bps: i64::try_from(share).unwrap_or(i64::MAX / 4),
            failures_bps: i64::from(weights.failures_bps) * failing / 10_000,
            slowness_bps: slow.min(weights.slowness_max_bps.into()),
            results,
            delivered_bps,
            median_ms,
        }
    }

    /// The sum.
    pub const fn total_bps(&self) -> i64 {
        self.cost_bps
            .saturating_add(self.failures_bps)
            .saturating_add(self.slowness_bps)
    }

    /// For commands.
    pub fn in_english(&self) -> String {
        let cost = format!("costs {} ({} of the price)", self.cost, percent(self.cost_bps));
        let delivered = match self.delivered_bps {
            Some(bps) => format!("{} of {} delivered", percent(bps.into()), self.results),
            None => "not heard of lately".to_owned(),
        };
        let slow = self.median_ms.map_or_else(String::new, |ms| {
            format!(", half within {ms} ms (+{})", percent(self.slowness_bps))
        });
        let (failures, total) = (percent(self.failures_bps), percent(self.total_bps()));
        format!("{cost}, {delivered} (+{failures}){slow}: {total}")
    }
}

/// Basis points as a percentage.
fn percent(bps: i64) -> String {
    format!("{}.{:02} %", bps / 100, bps % 100)
}
