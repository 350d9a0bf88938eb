//! The latest results of one supplier and operator, so many at most.

use std::{collections::VecDeque, time::Duration};

use model::Timestamp;

/// So many results are kept.
pub(super) const RESULTS_MAX: usize = 200;
/// Older ones say nothing of now.
const AGE_MAX: Duration = Duration::from_mins(30);

/// How one order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ended {
    at: Timestamp,
    /// How long a delivery took; none for a failure.
    took_ms: Option<u32>,
}

/// A bounded, sliding window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Window(VecDeque<Ended>);

/// What a window says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Figures {
    pub(super) results: u32,
    pub(super) delivered: u32,
    pub(super) median_ms: Option<u32>,
    pub(super) p95_ms: Option<u32>,
}

impl Window {
    pub(super) fn push(&mut self, at: Timestamp, took: Option<Duration>) {
        if self.0.len() >= RESULTS_MAX {
            self.0.pop_front();
        }
        let took_ms = took.map(|took| u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
        self.0.push_back(Ended { at, took_ms });
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// When the latest one came.
    pub(super) fn latest(&self) -> Timestamp {
        self.0.back().map_or_else(Timestamp::default, |ended| ended.at)
    }

    /// Results from a moment on, and how many of them were failures.
    pub(super) fn failures(&self, from: Timestamp) -> (u32, u32) {
        let recent = self.0.iter().filter(|ended| ended.at >= from);
        recent.fold((0, 0), |(all, failed), ended| {
            (all + 1, failed + u32::from(ended.took_ms.is_none()))
        })
    }

    pub(super) fn figures(&self, now: Timestamp) -> Figures {
        let recent = self.0.iter().filter(|ended| now.since(ended.at) <= AGE_MAX);
        let (mut results, mut took) = (0, Vec::new());
        for ended in recent {
            results += 1;
            took.extend(ended.took_ms);
        }
        took.sort_unstable();
        let at_percent = |percent: usize| {
            let last = took.len().checked_sub(1)?;
            took.get((last * percent).div_ceil(100)).copied()
        };
        Figures {
            results,
            delivered: u32::try_from(took.len()).unwrap_or(u32::MAX),
            median_ms: at_percent(50),
            p95_ms: at_percent(95),
        }
    }
}
