//! What suppliers have said about numbers, for a while.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use model::{OperatorGuess, PhoneNumber, Timestamp};

/// So many numbers are remembered at most, about 10 MB.
const NUMBERS_MAX: usize = 50_000;
/// People change operators on some day; a query costs too much to be made more often.
const REMEMBERED: Duration = Duration::from_hours(24);

/// A bounded memory of suppliers' guesses.
#[derive(Default)]
pub(super) struct Guesses(Mutex<HashMap<PhoneNumber, Remembered>>);

#[derive(Clone)]
struct Remembered {
    guesses: Arc<[OperatorGuess]>,
    until: Timestamp,
}

impl Guesses {
    pub(super) fn remember(&self, number: PhoneNumber, guesses: Vec<OperatorGuess>, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= NUMBERS_MAX {
            make_room(&mut known, now);
        }
        let until = now + REMEMBERED;
        known.insert(
            number,
            Remembered {
                guesses: guesses.into(),
                until,
            },
        );
    }

    pub(super) fn of(&self, number: PhoneNumber, now: Timestamp) -> Option<Arc<[OperatorGuess]>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.get(&number).filter(|remembered| remembered.until > now)?;
        Some(Arc::clone(&remembered.guesses))
    }

    pub(super) fn forget(&self, number: PhoneNumber) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&number);
    }
}

/// Drops what is over, and if that isn't enough the older half, so that it is seldom needed.
fn make_room(known: &mut HashMap<PhoneNumber, Remembered>, now: Timestamp) {
    known.retain(|_, remembered| remembered.until > now);
    if known.len() >= NUMBERS_MAX {
        let mut ends: Vec<_> = known.values().map(|remembered| remembered.until).collect();
        let (_, middle, _) = ends.select_nth_unstable(NUMBERS_MAX / 2);
        let middle = *middle;
        known.retain(|_, remembered| remembered.until > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(digits: u64) -> PhoneNumber {
        PhoneNumber::from_digits(4_915_100_000_000 + digits).unwrap()
    }

    #[test]
    fn a_guess_ends_after_a_day() {
        let guesses = Guesses::default();
        let now = Timestamp::from_micros(0);
        guesses.remember(number(1), Vec::new(), now);
        assert!(guesses.of(number(1), now).is_some());
        assert!(guesses.of(number(1), now + REMEMBERED).is_none());
        assert!(guesses.of(number(2), now).is_none());
    }

    #[test]
    fn a_flood_of_numbers_does_not_fill_the_memory() {
        let guesses = Guesses::default();
        for digits in 0..150_000 {
            let now = Timestamp::from_micros(i64::try_from(digits).unwrap());
            guesses.remember(number(digits), Vec::new(), now);
        }
        assert!(guesses.0.lock().unwrap().len() <= NUMBERS_MAX);
        let last = Timestamp::from_micros(149_999);
        assert!(guesses.of(number(149_999), last).is_some(), "the newest stay");
    }
}
