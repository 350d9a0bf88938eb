//! A day in UTC.

use std::{fmt, str::FromStr, time::Duration};

use model::Timestamp;

/// A day in UTC, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

/// A text that is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a day such as 2026-11-25")]
pub struct ParseDayError;

const DAY: Duration = Duration::from_hours(24);
const DAY_MICROS: i64 = 86_400_000_000;
/// `2026-11-25`.
const LETTERS: usize = 10;

impl Day {
    /// The day that it is at a moment.
    pub const fn of(moment: Timestamp) -> Self {
        Self(moment.day())
    }

    /// The day before.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0 - 1)
    }

    /// When it begins.
    pub const fn begins(self) -> Timestamp {
        Timestamp::from_micros(self.0.saturating_mul(DAY_MICROS))
    }

    /// When it is over.
    pub fn ends(self) -> Timestamp {
        self.begins() + DAY
    }

    /// Whether a moment is in it.
    pub const fn has(self, moment: Timestamp) -> bool {
        moment.day() == self.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begins = self.begins().to_string();
        f.write_str(begins.get(..LETTERS).unwrap_or(&begins))
    }
}

impl FromStr for Day {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Self, ParseDayError> {
        let moment: Timestamp = text.parse().map_err(|_| ParseDayError)?;
        let day = Self::of(moment);
        if day.to_string() == text {
            Ok(day)
        } else {
            Err(ParseDayError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back() {
        let day: Day = "2026-11-25".parse().unwrap();
        assert_eq!(day.to_string(), "2026-11-25");
        assert_eq!(day.before().to_string(), "2026-11-24");
        assert!(day.has(day.begins()) && !day.has(day.ends()));
        for wrong in ["2026-11-25T10:00:00Z", "25.11.2026", "2026-13-01", "today"] {
            assert_eq!(wrong.parse::<Day>(), Err(ParseDayError), "{wrong}");
        }
    }
}
