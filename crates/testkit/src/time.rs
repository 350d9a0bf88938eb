//! A clock that stands still until it is moved.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use model::{Clock, Timestamp};

/// A clock that a test moves.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl Default for ManualClock {
    /// Starts on 2026-11-23 at 08:30 UTC.
    fn default() -> Self {
        Self(AtomicI64::new(1_795_422_600_000_000))
    }
}

impl ManualClock {
    /// Moves on.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).expect("a test's steps are short");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
