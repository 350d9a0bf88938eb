//! How many requests a key may make.

use std::num::NonZeroU32;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};
use model::KeyId;

use super::error::{ApiError, Code};

/// How many requests a key may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// So many a minute in the long run.
    pub per_minute: NonZeroU32,
    /// So many at once.
    pub burst: NonZeroU32,
}

/// What is left to every key, in this process.
pub(super) struct Limiter {
    limit: RateLimit,
    clock: MonotonicClock,
    keys: RateLimiter<KeyId, HashMapStateStore<KeyId>, MonotonicClock, StateInformationMiddleware>,
}

/// What is left to one key after a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    limit: u32,
    remaining: u32,
    reset_s: u64,
}

const HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("ratelimit-limit"),
    HeaderName::from_static("ratelimit-remaining"),
    HeaderName::from_static("ratelimit-reset"),
];

impl Limiter {
    pub(super) fn new(limit: RateLimit) -> Self {
        let quota = Quota::per_minute(limit.per_minute).allow_burst(limit.burst);
        let keys = RateLimiter::hashmap_with_clock(quota, MonotonicClock).with_middleware();
        Self {
            limit,
            clock: MonotonicClock,
            keys,
        }
    }

    /// Counts a request of a key; an error says when to come again.
    pub(super) fn count(&self, key: KeyId) -> (Allowance, Result<(), ApiError>) {
        let (remaining, wait_s) = match self.keys.check_key(&key) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(refusal) => (0, Some(refusal.wait_time_from(self.clock.now()).as_secs() + 1)),
        };
        // Until the whole burst is there again.
        let used = u64::from(self.limit.burst.get() - remaining.min(self.limit.burst.get()));
        let reset_s = (used * 60).div_ceil(u64::from(self.limit.per_minute.get()));
        let allowance = Allowance {
            limit: self.limit.burst.get(),
            remaining,
            reset_s,
        };
        let refused = |seconds| {
            let text = format!("too many requests: come again in {seconds} s");
            Err(ApiError::new(Code::RateLimited, text).after(seconds))
        };
        (allowance, wait_s.map_or(Ok(()), refused))
    }
}

impl Allowance {
    /// Tells the caller.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let Self {
            limit,
            remaining,
            reset_s,
        } = self;
        for (name, value) in HEADERS
            .into_iter()
            .zip([u64::from(limit), u64::from(remaining), reset_s])
        {
            headers.insert(name, HeaderValue::from(value));
        }
    }
}
