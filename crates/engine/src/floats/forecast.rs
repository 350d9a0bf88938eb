//! How long a float lasts, by what it has lost lately.

use std::time::Duration;

use model::{Currency, Money};

use super::Sample;

/// A shorter time says nothing of the rest of a day.
const SPAN_MIN: Duration = Duration::from_hours(1);

/// What a float has lost over some time. What came in between counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burn {
    /// How much.
    pub lost: Money,
    /// Over how long.
    pub span: Duration,
}

impl Burn {
    /// Adds up what floats have lost, first to last; none if they say too little.
    pub(super) fn of<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<Self> {
        let samples: Vec<_> = samples.collect();
        let (first, latest) = (samples.first()?, samples.last()?);
        let span = latest.taken_at.since(first.taken_at);
        if span < SPAN_MIN {
            return None;
        }
        let losses = samples
            .windows(2)
            .map(|pair| (pair[0].float.minor() - pair[1].float.minor()).max(0));
        let currency: Currency = first.float.currency();
        let lost = losses.fold(0_i64, i64::saturating_add);
        Some(Self {
            lost: Money::new(lost, currency),
            span,
        })
    }

    /// How long a float lasts if it goes on like this; none if it loses nothing.
    pub fn lasts(&self, float: Money) -> Option<Duration> {
        if !self.lost.is_positive() {
            return None;
        }
        let left = i128::from(float.minor().max(0));
        let micros = i128::try_from(self.span.as_micros()).ok()?.checked_mul(left)?;
        let micros = micros / i128::from(self.lost.minor());
        Some(Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
    }

    /// What it loses in a day like this.
    pub fn a_day(&self) -> Money {
        let day = i128::from(self.lost.minor()) * 86_400;
        let seconds = i128::from(self.span.as_secs().max(1));
        Money::new(i64::try_from(day / seconds).unwrap_or(i64::MAX), self.lost.currency())
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    fn sample(hour: u64, minor: i64) -> Sample {
        Sample {
            taken_at: Timestamp::default() + Duration::from_hours(hour),
            float: Money::new(minor, "USD".parse().unwrap()),
        }
    }

    #[test]
    fn a_float_lasts_by_what_it_loses_and_deposits_do_not_count() {
        let samples = [
            sample(0, 10_000),
            sample(2, 8_000),
            sample(3, 50_000),
            sample(4, 48_000),
        ];
        let burn = Burn::of(samples.iter()).unwrap();
        assert_eq!((burn.lost.minor(), burn.span), (4_000, Duration::from_hours(4)));
        assert_eq!(burn.lasts(samples[3].float), Some(Duration::from_hours(48)));
        assert_eq!(burn.a_day().minor(), 24_000);
        assert_eq!(burn.lasts(sample(0, -5).float), Some(Duration::ZERO));
    }

    #[test]
    fn what_says_too_little_says_nothing() {
        assert_eq!(Burn::of([].iter()), None);
        assert_eq!(Burn::of([sample(0, 5)].iter()), None);
        let still = Burn::of([sample(0, 5), sample(9, 5)].iter()).unwrap();
        assert_eq!(still.lasts(sample(0, 5).float), None);
    }
}
