//! The circuit breaker of one supplier and operator: after a run of failures it isn't asked for a
//! while, then by a few orders that find out whether it works again.

use std::time::Duration;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerRules {
    /// So many failures one after the other open it, …
    pub failures_in_a_row: u32,
    /// … or this share of the results within the window, …
    pub failed_percent: u32,
    /// … once there are so many.
    pub results_min: u32,
    /// How far back results count.
    pub window_s: u32,
    /// How long it is open the first time; twice as long each time that nothing has become better.
    pub open_s: u32,
    /// It is never open for longer.
    pub open_max_s: u32,
    /// So many orders at once find out whether it works again, and so many successes close it.
    pub probes: u32,
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self {
            failures_in_a_row: 5,
            failed_percent: 50,
            results_min: 20,
            window_s: 300,
            open_s: 30,
            open_max_s: 600,
            probes: 2,
        }
    }
}

/// A probe that is not heard of for this long no longer holds its place.
const PROBE_MAX: Duration = Duration::from_mins(2);
/// Doubling beyond this changes nothing: no pause is longer than a setting can be.
const ROUNDS_MAX: u32 = 31;

/// Where a breaker stands. Open and past its time, it is half open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Breaker {
    Closed {
        in_a_row: u32,
        /// What was before doesn't count any more.
        since: Timestamp,
    },
    Open {
        until: Timestamp,
        round: u32,
        probes: Vec<Timestamp>,
        good: u32,
    },
}

/// What a breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Every order.
    Closed,
    /// None before this moment; then as when half open.
    Open {
        /// The moment.
        until: Timestamp,
    },
    /// So many orders more, to find out.
    HalfOpen {
        /// How many.
        places: u32,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed {
            in_a_row: 0,
            since: Timestamp::default(),
        }
    }
}

impl Breaker {
    /// From when on results count.
    pub(super) fn counts_from(&self) -> Timestamp {
        match self {
            Self::Closed { since, .. } => *since,
            Self::Open { until, .. } => *until,
        }
    }

    /// An order is on its way.
    pub(super) fn begun(&mut self, now: Timestamp) {
        if let Self::Open { until, probes, .. } = self
            && *until <= now
        {
            probes.retain(|began| now.since(*began) < PROBE_MAX);
            probes.push(now);
        }
    }

    /// It was delivered.
    pub(super) fn succeeded(&mut self, rules: &BreakerRules, now: Timestamp) {
        match self {
            Self::Closed { in_a_row, .. } => *in_a_row = 0,
            // Whatever was sent before it opened says nothing of now.
            Self::Open { until, .. } if *until > now => {}
            Self::Open { probes, good, .. } => {
                probes.pop();
                *good += 1;
                if *good >= rules.probes {
                    *self = Self::Closed {
                        in_a_row: 0,
                        since: now,
                    };
                }
            }
        }
    }

    /// It failed by the supplier's or the operator's fault; `share` is whether too many do.
    pub(super) fn failed(&mut self, rules: &BreakerRules, share: TooMany, now: Timestamp) {
        match self {
            Self::Closed { in_a_row, .. } => {
                *in_a_row += 1;
                if *in_a_row >= rules.failures_in_a_row || share == TooMany::Yes {
                    *self = Self::open(rules, 0, now);
                }
            }
            Self::Open { until, .. } if *until > now => {}
            Self::Open { round, .. } => *self = Self::open(rules, (*round + 1).min(ROUNDS_MAX), now),
        }
    }

    /// It ended without saying anything of the supplier.
    pub(super) fn said_nothing(&mut self) {
        if let Self::Open { probes, .. } = self {
            probes.pop();
        }
    }

    fn open(rules: &BreakerRules, round: u32, now: Timestamp) -> Self {
        let pause = u64::from(rules.open_s) << round;
        let pause = pause.min(rules.open_max_s.into());
        Self::Open {
            until: now + Duration::from_secs(pause),
            round,
            probes: Vec::new(),
            good: 0,
        }
    }

    pub(super) fn state(&self, rules: &BreakerRules, now: Timestamp) -> BreakerState {
        match self {
            Self::Closed { .. } => BreakerState::Closed,
            Self::Open { until, .. } if *until > now => BreakerState::Open { until: *until },
            Self::Open { probes, .. } => {
                let out = probes.iter().filter(|began| now.since(**began) < PROBE_MAX).count();
                BreakerState::HalfOpen {
                    places: rules.probes.saturating_sub(u32::try_from(out).unwrap_or(u32::MAX)),
                }
            }
        }
    }
}

/// Whether the share of failures is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooMany {
    Yes,
    No,
}
