//! The simulator's time: what it is handed, and how far an operator has moved it ahead.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use serde::{Serialize, Serializer};

/// Tells the time in microseconds since 1970. A program hands in the system's, a test one that stands still.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A moment: microseconds since 1970, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

const MICROS_PER_SECOND: i64 = 1_000_000;

impl Moment {
    /// The moment this many microseconds after 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The moment this much later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// The moment this much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long it is since an earlier moment; zero if that one is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Written as `strftime` does, in UTC.
    pub(crate) fn format(self, form: &str) -> String {
        self.timestamp().strftime(form).to_string()
    }

    /// `2026-01-31T10:00:00.123456000Z`: with nine digits.
    pub(crate) fn nanos(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S.%9fZ")
    }

    /// `2026-01-31T10:00:00Z`.
    pub(crate) fn seconds(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%SZ")
    }

    /// Reads ISO 8601, or the same without a zone, which is then UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let zoned: Option<jiff::Timestamp> = text.parse().ok();
        let civil = || text.parse::<jiff::civil::DateTime>().ok();
        let timestamp = zoned.or_else(|| jiff::tz::Offset::UTC.to_timestamp(civil()?).ok())?;
        Some(Self(timestamp.as_microsecond()))
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format("%Y-%m-%dT%H:%M:%S.%6fZ"))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The handed-in time and what was added to it.
pub(crate) struct Clock {
    now: Now,
    ahead: AtomicI64,
}

impl Clock {
    pub(crate) fn new(now: Now) -> Self {
        Self {
            now,
            ahead: AtomicI64::new(0),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment((self.now)().saturating_add(self.ahead.load(Ordering::SeqCst)))
    }

    pub(crate) fn advance(&self, duration: Duration) {
        self.ahead.fetch_add(micros(duration), Ordering::SeqCst);
    }
}
