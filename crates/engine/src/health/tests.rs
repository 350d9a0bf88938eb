//! Breakers and figures, as stories and by chance.

use model::{Cause, Receipt};
use proptest::prelude::*;

use super::{window::RESULTS_MAX, *};

fn names() -> (SupplierName, OperatorId) {
    ("dtone".parse().unwrap(), "telcel-mexico".parse().unwrap())
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000) + Duration::from_secs(second)
}

fn delivered(ms: u64) -> Grade {
    let took = Duration::from_millis(ms);
    Grade::of_submission(&Outcome::Delivered(Receipt::default()), took)
}

fn state(health: &Health, now: Timestamp) -> BreakerState {
    let (supplier, operator) = names();
    health.standings(now).get(&supplier, &operator).unwrap().breaker
}

/// A supplier that has just failed often enough.
fn broken() -> Health {
    let (supplier, operator) = names();
    let mut health = Health::new(BreakerRules::default());
    for second in 0..5 {
        let grade = Grade::of_submission(&Outcome::Unknown(Cause::Timeout), Duration::ZERO);
        health.heard(&supplier, &operator, grade, at(second));
    }
    health
}

#[test]
fn failures_in_a_row_open_the_breaker_and_probes_close_it() {
    let (supplier, operator) = names();
    let mut health = broken();
    assert_eq!(state(&health, at(5)), BreakerState::Open { until: at(34) });
    assert_eq!(state(&health, at(34)), BreakerState::HalfOpen { places: 2 });
    health.begun(&supplier, &operator, at(34));
    assert_eq!(state(&health, at(34)), BreakerState::HalfOpen { places: 1 });
    health.heard(&supplier, &operator, delivered(900), at(35));
    health.begun(&supplier, &operator, at(36));
    assert_eq!(
        health.heard(&supplier, &operator, delivered(900), at(37)),
        Change::Closed
    );
    let once_more = health.heard(&supplier, &operator, Grade::Failed, at(38));
    assert_eq!(once_more, Change::None, "what was before doesn't count any more");
}

#[test]
fn a_probe_that_fails_opens_it_for_twice_as_long() {
    let (supplier, operator) = names();
    let mut health = broken();
    health.begun(&supplier, &operator, at(34));
    let change = health.heard(&supplier, &operator, Grade::Failed, at(40));
    assert_eq!(change, Change::Opened { until: at(100) });
}

#[test]
fn a_probe_that_is_never_heard_of_gives_its_place_back() {
    let (supplier, operator) = names();
    let mut health = broken();
    health.begun(&supplier, &operator, at(34));
    health.begun(&supplier, &operator, at(34));
    assert_eq!(state(&health, at(40)), BreakerState::HalfOpen { places: 0 });
    assert_eq!(state(&health, at(34 + 120)), BreakerState::HalfOpen { places: 2 });
}

#[test]
fn a_bad_number_says_nothing_of_its_supplier() {
    let (supplier, operator) = names();
    let mut health = Health::new(BreakerRules::default());
    for second in 0..100 {
        let fault = [Fault::Number, Fault::WrongOperator, Fault::Amount, Fault::Duplicate][second % 4];
        let rejection = model::Rejection {
            fault,
            elsewhere: model::Elsewhere::MustNot,
            code: String::new(),
            message: String::new(),
            again_after_s: None,
        };
        let grade = Grade::of_submission(&Outcome::Rejected(rejection), Duration::ZERO);
        assert_eq!(health.heard(&supplier, &operator, grade, at(0)), Change::None);
    }
    assert_eq!(state(&health, at(0)), BreakerState::Closed);
}

#[test]
fn the_sandbox_is_not_watched() {
    let sandbox = SANDBOX.parse().unwrap();
    let mut health = Health::new(BreakerRules::default());
    for _ in 0..100 {
        assert_eq!(health.heard(&sandbox, &names().1, Grade::Failed, at(0)), Change::None);
    }
    assert!(health.standings(at(0)).list().is_empty());
}

#[test]
fn figures_are_those_of_the_latest_half_hour() {
    let (supplier, operator) = names();
    let mut health = Health::new(BreakerRules::default());
    health.heard(&supplier, &operator, Grade::Failed, at(0));
    for ms in 1..=100 {
        health.heard(&supplier, &operator, delivered(ms * 10), at(3_000));
    }
    let standing = *health.standings(at(3_000)).get(&supplier, &operator).unwrap();
    assert_eq!((standing.results, standing.delivered_bps), (100, Some(10_000)));
    assert_eq!((standing.median_ms, standing.p95_ms), (Some(510), Some(960)));
    let later = *health.standings(at(9_000)).get(&supplier, &operator).unwrap();
    assert_eq!((later.results, later.delivered_bps, later.median_ms), (0, None, None));
}

#[test]
fn the_pair_that_was_heard_of_least_lately_is_forgotten() {
    let (supplier, _) = names();
    let mut health = Health::new(BreakerRules::default());
    let operator = |number: usize| format!("operator-{number}").parse::<OperatorId>().unwrap();
    for number in 0..=PAIRS_MAX {
        health.heard(
            &supplier,
            &operator(number),
            Grade::Failed,
            at(number.try_into().unwrap()),
        );
    }
    let standings = health.standings(at(0));
    assert_eq!(standings.list().len(), PAIRS_MAX);
    assert!(standings.get(&supplier, &operator(0)).is_none());
}

/// What may happen, and so many seconds before it.
fn events() -> impl Strategy<Value = Vec<(u64, Option<Grade>)>> {
    let grade = prop_oneof![
        Just(None),
        Just(Some(Grade::Failed)),
        Just(Some(Grade::Nothing)),
        (0_u64..10_000).prop_map(|ms| Some(delivered(ms))),
    ];
    prop::collection::vec((0_u64..200, grade), 0..600)
}

proptest! {
    #[test]
    fn whatever_happens_a_breaker_opens_for_a_while_only(events in events()) {
        let (supplier, operator) = names();
        let rules = BreakerRules::default();
        let mut health = Health::new(rules.clone());
        let mut now = at(0);
        for (seconds, grade) in events {
            now = now + Duration::from_secs(seconds);
            match grade {
                None => health.begun(&supplier, &operator, now),
                Some(grade) => drop(health.heard(&supplier, &operator, grade, now)),
            }
            let pair = &health.pairs[&(supplier.clone(), operator.clone())];
            prop_assert!(pair.window.len() <= RESULTS_MAX);
            let standing = pair.standing(&rules, now);
            prop_assert!(standing.delivered_bps.is_none_or(|bps| bps <= 10_000));
            prop_assert!(standing.median_ms <= standing.p95_ms);
            match standing.breaker {
                BreakerState::Closed => {}
                BreakerState::Open { until } => {
                    let longest = now + Duration::from_secs(rules.open_max_s.into());
                    prop_assert!(now < until && until <= longest);
                    let then = pair.standing(&rules, until).breaker;
                    prop_assert!(matches!(then, BreakerState::HalfOpen { .. }), "{:?}", then);
                }
                BreakerState::HalfOpen { places } => prop_assert!(places <= rules.probes),
            }
        }
    }

    #[test]
    fn a_supplier_that_only_delivers_is_always_asked(seconds in prop::collection::vec(0_u64..500, 1..300)) {
        let (supplier, operator) = names();
        let mut health = Health::new(BreakerRules::default());
        let mut now = at(0);
        for second in seconds {
            now = now + Duration::from_secs(second);
            prop_assert_eq!(health.heard(&supplier, &operator, delivered(10), now), Change::None);
            prop_assert_eq!(state(&health, now), BreakerState::Closed);
        }
    }
}
