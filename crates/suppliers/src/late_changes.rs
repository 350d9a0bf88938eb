//! What a supplier said of changes after the end, kept for a while: workers ask every few seconds, and
//! lists that say it are long.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use model::{AttemptId, Timestamp};

/// Keeps an answer for so long.
#[derive(Debug)]
pub struct LateChanges {
    every: Duration,
    last: Mutex<Option<(Timestamp, Vec<AttemptId>)>>,
}

impl LateChanges {
    /// Knows nothing yet; the supplier is asked this often.
    pub const fn every(every: Duration) -> Self {
        Self {
            every,
            last: Mutex::new(None),
        }
    }

    /// Returns what was said a short while ago.
    pub fn known(&self, now: Timestamp) -> Option<Vec<AttemptId>> {
        let kept = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = kept.as_ref().filter(|(at, _)| now.since(*at) < self.every);
        fresh.map(|(_, changed)| changed.clone())
    }

    /// Keeps what was said.
    pub fn keep(&self, now: Timestamp, changed: &[AttemptId]) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, changed.to_vec()));
    }
}
