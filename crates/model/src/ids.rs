//! Where ids come from.

use std::sync::Mutex;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::Timestamp;

/// Makes UUIDv7 values that only grow, so that within one process the order of ids is the order of making.
pub struct Ids(Mutex<State>);

struct State {
    rng: StdRng,
    last: u128,
}

/// The bits of a UUIDv7 that are not time, version or variant: 12 + 62.
const RANDOM_BITS: u32 = 74;
/// Ids of the same millisecond are this far apart at most, so that a millisecond can't run out of them.
const STEP_MAX: u128 = 1 << 48;

impl Ids {
    /// Starts from a seed: the same calls give the same ids. For tests and simulations.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(State {
            rng: StdRng::seed_from_u64(seed),
            last: 0,
        }))
    }

    /// Starts from the operating system's randomness.
    pub fn random() -> Self {
        let mut seed = [0_u8; 32];
        rand::fill(&mut seed);
        Self(Mutex::new(State {
            rng: StdRng::from_seed(seed),
            last: 0,
        }))
    }

    /// Makes the next id. Its time is `now`, or that of the id before it if the clock went back.
    pub fn next(&self, now: Timestamp) -> Uuid {
        let mut state = self.0.lock().expect("making an id never panics");
        let time = u128::try_from(now.as_millis()).unwrap_or(0);
        let fresh = (time << RANDOM_BITS) | (state.rng.random::<u128>() >> (128 - RANDOM_BITS + 1));
        let next = if (state.last >> RANDOM_BITS) < time {
            fresh
        } else {
            state.last + 1 + (state.rng.random::<u128>() % STEP_MAX)
        };
        state.last = next;
        let random = next & ((1 << RANDOM_BITS) - 1);
        uuid_v7(i64::try_from(next >> RANDOM_BITS).expect("a time of 48 bits"), random)
    }

    /// Fills a secret with random bytes.
    pub fn fill_secret(&self, secret: &mut [u8]) {
        self.0.lock().expect("making an id never panics").rng.fill(secret);
    }
}

/// Lays 48 bits of milliseconds and 74 bits out as RFC 9562 says for version 7.
pub(crate) fn uuid_v7(millis: i64, random: u128) -> Uuid {
    let time = u128::try_from(millis).unwrap_or(0) & ((1 << 48) - 1);
    let high = random >> 62;
    let low = random & ((1 << 62) - 1);
    Uuid::from_u128((time << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_even_when_the_clock_goes_back() {
        let ids = Ids::seeded(7);
        let mut last = Uuid::nil();
        for millis in [10, 10, 11, 5, 5, 12, 12] {
            let id = ids.next(Timestamp::from_millis(millis));
            assert!(id > last, "{id} after {last}");
            assert_eq!(id.get_version_num(), 7);
            last = id;
        }
    }
}
