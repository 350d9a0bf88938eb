//! How often one network may try to come in, whomever it tries to be.
//!
//! Beside what stops the guessing of one person's password (`people::Credentials::wait`), this stops one
//! guess at each of many people, and floods of what is dear to check.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, MonotonicClock},
    middleware::NoOpMiddleware,
    state::keyed::HashMapStateStore,
};

use super::{PageError, Shared, visitor::Visitor};

/// So many networks are remembered; beyond that all are forgotten. What stops guessing at one person stays.
const NETWORKS_MAX: usize = 50_000;

type Tries = RateLimiter<IpAddr, HashMapStateStore<IpAddr>, MonotonicClock, NoOpMiddleware<Instant>>;

/// The tries of each network, in this process.
pub(super) struct Throttle {
    per_minute: Option<NonZeroU32>,
    networks_max: usize,
    tries: ArcSwapOption<Tries>,
}

fn empty(per_minute: NonZeroU32) -> Arc<Tries> {
    Arc::new(RateLimiter::hashmap_with_clock(
        Quota::per_minute(per_minute),
        MonotonicClock,
    ))
}

/// What is one network: an address, or the /64 that a customer is given of IPv6.
fn network_of(address: Option<IpAddr>) -> IpAddr {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        Some(address) => address,
        None => Ipv4Addr::UNSPECIFIED.into(),
    }
}

impl Throttle {
    /// So many tries a minute, and as many at once; none: no bound.
    pub(super) fn new(per_minute: Option<NonZeroU32>) -> Self {
        Self {
            per_minute,
            networks_max: NETWORKS_MAX,
            tries: ArcSwapOption::new(per_minute.map(empty)),
        }
    }

    /// Counts a try, or says how long to wait.
    fn admit(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        let (Some(per_minute), Some(tries)) = (self.per_minute, self.tries.load_full()) else {
            return Ok(());
        };
        if tries.len() >= self.networks_max {
            tries.retain_recent();
            if tries.len() >= self.networks_max {
                self.tries.store(Some(empty(per_minute)));
            }
        }
        let refused = tries.check_key(&network_of(address)).err();
        refused.map_or(Ok(()), |refusal| Err(refusal.wait_time_from(MonotonicClock.now())))
    }
}

/// Lets a request that tries to come in through, unless its network has tried too often.
pub(super) async fn by_network(State(web): State<Shared>, request: Request, next: Next) -> Response {
    // Looking at the form is no try; looking whether a link works is one.
    let tries = request.method() != Method::GET || request.uri().path().starts_with("/setup/");
    let visitor = request.extensions().get::<Visitor>();
    let address = visitor.and_then(|visitor| visitor.address.parse().ok());
    let counted = if tries { web.throttle.admit(address) } else { Ok(()) };
    match counted {
        Err(wait) => PageError::TooMany { wait }.into_response(),
        Ok(()) => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(per_minute: u32) -> Throttle {
        Throttle::new(NonZeroU32::new(per_minute))
    }

    fn tries(throttle: &Throttle, address: &str) -> bool {
        throttle.admit(address.parse().ok()).is_ok()
    }

    #[test]
    fn one_network_tries_so_often_and_others_as_often() {
        let throttle = throttle(2);
        assert!(tries(&throttle, "192.0.2.1") && tries(&throttle, "192.0.2.1"));
        let wait = throttle.admit("192.0.2.1".parse().ok()).unwrap_err();
        assert!(!wait.is_zero() && wait <= Duration::from_mins(1), "{wait:?}");
        assert!(tries(&throttle, "192.0.2.2"));
        assert!(
            !tries(&throttle, "::ffff:192.0.2.1"),
            "the same address, written as IPv6"
        );
    }

    #[test]
    fn a_customer_of_ipv6_is_one_network_whatever_address_they_take() {
        let throttle = throttle(1);
        assert!(tries(&throttle, "2001:db8:1:2::1"));
        assert!(!tries(&throttle, "2001:db8:1:2:ffff::9"));
        assert!(tries(&throttle, "2001:db8:1:3::1"));
    }

    #[test]
    fn what_is_remembered_has_a_bound_and_none_is_no_bound() {
        let small = Throttle {
            networks_max: 3,
            ..throttle(1)
        };
        let all = (0..100).all(|last| tries(&small, &format!("192.0.2.{last}")));
        assert!(all && small.tries.load_full().unwrap().len() <= 4);
        let open = Throttle::new(None);
        assert!((0..100).all(|_| tries(&open, "192.0.2.1")));
    }
}
