//! What the sandbox does, row by row.

use std::{collections::HashMap, time::Duration};

use model::{Cause, Clock, Elsewhere, Evidence, Fault, Outcome, Supplier, TopUp};
use suppliers::{
    Sandbox, SandboxSettings,
    sandbox::{OpenError, PRODUCT_REFUSED, State, TABLE},
};

use crate::{
    behaviour::{Subject, behaves},
    world::{IN_THE_END, TestClock, World, usd, word},
};

#[tokio::test(start_paused = true)]
async fn the_sandbox_behaves_as_every_supplier() {
    let world = World::new();
    let subject = Subject {
        delivered: world.topup("5678"),
        refused: world.topup("0001"),
        unheard: world.refer(&world.topup("5678")),
        now: world.clock.now(),
    };
    behaves(world.sandbox.as_ref(), &subject).await;
    let again = World::new();
    behaves(&again.supplier, &subject).await;
}

#[tokio::test(start_paused = true)]
async fn every_row_answers_and_ends_as_the_table_says() {
    for row in TABLE {
        let world = World::new();
        let digits = row.last_four.map_or("4321".into(), |_| row.digits());
        let topup = world.topup(&digits);
        let first = world.supplier.submit(&topup, &Evidence::new()).await;
        assert_eq!(word(&first), row.first, "{digits}: {first:?}");
        world.clock.advance(IN_THE_END);
        let finally = world.supplier.find(&world.refer(&topup), &Evidence::new()).await;
        assert_eq!(word(&finally), row.finally, "{digits}: {finally:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_whose_fault_it_is() {
    let world = World::new();
    for (digits, fault, elsewhere) in [
        ("0001", Fault::Number, Elsewhere::MustNot),
        ("0002", Fault::Operator, Elsewhere::May),
        ("0009", Fault::WrongOperator, Elsewhere::MustNot),
        ("0010", Fault::Duplicate, Elsewhere::MustNot),
        ("0011", Fault::Float, Elsewhere::May),
    ] {
        let outcome = world.supplier.submit(&world.topup(digits), &Evidence::new()).await;
        let Outcome::Rejected(rejection) = outcome else {
            panic!("{digits}: {outcome:?}");
        };
        assert_eq!((rejection.fault, rejection.elsewhere), (fault, elsewhere), "{digits}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_test_product_that_fails_is_refused_for_any_number() {
    let world = World::new();
    let product = PRODUCT_REFUSED.parse().unwrap();
    let topup = TopUp {
        product,
        ..world.topup("5678")
    };
    let outcome = world.supplier.submit(&topup, &Evidence::new()).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(rejection) if rejection.elsewhere == Elsewhere::MustNot),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_is_delivered_where_the_first_was_refused() {
    let world = World::new();
    let mut topup = world.topup("0002");
    assert_eq!(word(&world.supplier.submit(&topup, &Evidence::new()).await), "rejected");
    topup.attempt.number = 2;
    assert_eq!(
        word(&world.supplier.submit(&topup, &Evidence::new()).await),
        "delivered"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pending_one_settles_when_its_time_has_come() {
    let world = World::new();
    let settings = SandboxSettings::default();
    let topup = world.topup("0005");
    world.supplier.submit(&topup, &Evidence::new()).await;
    let nearly = settings.settle_after.saturating_sub(Duration::from_micros(1));
    world.clock.advance(nearly);
    assert_eq!(
        word(&world.supplier.find(&world.refer(&topup), &Evidence::new()).await),
        "pending"
    );
    world.clock.advance(Duration::from_micros(1));
    let outcome = world.supplier.find(&world.refer(&topup), &Evidence::new()).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(rejection)
            if rejection.fault == Fault::Operator && rejection.elsewhere == Elsewhere::MustNot),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_a_timeout_and_what_became_of_it_is_found() {
    let world = World::new();
    for (digits, found) in [("0006", "delivered"), ("0007", "unknown"), ("0013", "unknown")] {
        let topup = world.topup(digits);
        assert_eq!(
            world.supplier.submit(&topup, &Evidence::new()).await,
            Outcome::Unknown(Cause::Timeout),
            "{digits}"
        );
        assert_eq!(
            word(&world.supplier.find(&world.refer(&topup), &Evidence::new()).await),
            found,
            "{digits}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_delivery_shows_before_absence_is_proof() {
    let world = World::new();
    let settings = SandboxSettings::default();
    let topup = world.topup("0013");
    world.supplier.submit(&topup, &Evidence::new()).await;
    let found = world.supplier.find(&world.refer(&topup), &Evidence::new()).await;
    assert_eq!(found, Outcome::Unknown(Cause::NoRecord));
    world.clock.advance(settings.late_after);
    assert_eq!(
        word(&world.supplier.find(&world.refer(&topup), &Evidence::new()).await),
        "delivered"
    );
    assert!(settings.late_after < settings.absence_after);
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_is_listed_and_costs_nothing() {
    let world = World::new();
    let began = world.clock.now();
    let (kept, taken) = (world.topup("5678"), world.topup("0008"));
    world.supplier.submit(&kept, &Evidence::new()).await;
    world.supplier.submit(&taken, &Evidence::new()).await;
    assert_eq!(world.supplier.float().await, Ok(usd(100_000_000 - 2 * 2_400)));
    assert_eq!(world.supplier.late_changes(began).await, Ok(vec![]));
    world.clock.advance(IN_THE_END);
    assert_eq!(world.supplier.float().await, Ok(usd(100_000_000 - 2_400)));
    assert_eq!(world.supplier.late_changes(began).await, Ok(vec![taken.attempt]));
    assert_eq!(world.supplier.late_changes(world.clock.now()).await, Ok(vec![]));
}

#[tokio::test(start_paused = true)]
async fn only_what_is_delivered_costs() {
    let world = World::new();
    for row in TABLE {
        let digits = row.last_four.map_or("4321".into(), |_| row.digits());
        world.supplier.submit(&world.topup(&digits), &Evidence::new()).await;
    }
    world.clock.advance(IN_THE_END);
    let delivered = TABLE.iter().filter(|row| row.finally == "delivered").count();
    let spent = 2_400 * i64::try_from(delivered).unwrap();
    assert_eq!(world.supplier.float().await, Ok(usd(100_000_000 - spent)));
    let counts = world.sandbox.record().counts(world.clock.now()).unwrap();
    assert_eq!(counts[&State::Delivered], u32::try_from(delivered).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_cost_in_another_currency_is_refused() {
    let world = World::new();
    let topup = TopUp {
        cost: model::Money::new(2_400, "EUR".parse().unwrap()),
        ..world.topup("5678")
    };
    assert_eq!(word(&world.supplier.submit(&topup, &Evidence::new()).await), "rejected");
    assert_eq!(world.supplier.float().await, Ok(usd(100_000_000)));
}

#[tokio::test(start_paused = true)]
async fn lookup_knows_fictional_numbers_and_whose_were_ported() {
    let world = World::new();
    for (number, operator) in [
        ("+15551234567", Some(("at-t-usa", false))),
        ("+15551230014", Some(("t-mobile-usa", true))),
        ("+12025550014", None),
        ("+447700900123", None),
    ] {
        let guesses = world.supplier.lookup(number.parse().unwrap()).await.unwrap();
        let guesses: Vec<_> = guesses
            .iter()
            .map(|guess| (guess.operator.as_str(), guess.sure))
            .collect();
        assert_eq!(guesses, Vec::from_iter(operator), "{number}");
    }
}

#[test]
fn settings_that_contradict_the_table_are_refused() {
    let fine = SandboxSettings::default();
    let wrong = [
        SandboxSettings {
            slow: fine.call_timeout,
            ..fine.clone()
        },
        SandboxSettings {
            late_after: fine.absence_after,
            ..fine.clone()
        },
        SandboxSettings {
            call_timeout: fine.absence_after * 2,
            ..fine.clone()
        },
        SandboxSettings {
            absence_queries: 0,
            ..fine.clone()
        },
        SandboxSettings {
            float: model::Money::new(1, "EUR".parse().unwrap()),
            ..fine
        },
    ];
    for settings in wrong {
        let opened = Sandbox::open(settings.clone(), TestClock::new(), &[], &HashMap::new());
        assert!(matches!(opened, Err(OpenError::Settings(_))), "{settings:?}");
    }
}
