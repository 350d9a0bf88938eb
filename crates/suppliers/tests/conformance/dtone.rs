//! What is DT One's alone: the hold before the confirmation, lists by the day, reversals.

use std::{sync::Arc, time::Duration};

use model::{Evidence, Fault as Whose, Outcome, RecordState, Supplier, SupplierError};
use simulators::{Change, Config, Endpoint, Fault, Status};
use suppliers::{
    DtOne, DtOneSettings, Secret,
    dtone::{TIMEOUT, Zone},
    http,
};

use crate::{
    shop::{Shop, phone},
    stage::{Ending, IMPATIENT, PATIENT, Stage, config, word},
};

pub(crate) async fn stage(patience: Duration) -> Stage {
    with(config(simulators::Supplier::DtOne), patience).await
}

async fn with(config: Config, patience: Duration) -> Stage {
    Stage::open(config, |running, mapping, clock| {
        let settings = DtOneSettings {
            name: "dtone".parse().unwrap(),
            base_url: http::base_url(&running.base_url()).unwrap(),
            key: "key".into(),
            secret: Secret::new("s3cret"),
            currency: None,
            zone: Zone::International,
            callback: None,
            timeout: patience,
            absence_after: Duration::from_mins(15),
            absence_queries: 3,
        };
        DtOne::open(settings, clock, mapping).unwrap()
    })
    .await
}

/// The one transaction's state in the simulator's books, if there is one.
fn state(stage: &Stage) -> Option<Status> {
    stage.running.transactions().first().map(|told| told.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_the_hold_is_let_go_and_is_proof() {
    for fault in [
        Fault::LostAnswer,
        Fault::ErrorExecuted,
        Fault::TruncatedBody,
        Fault::UnknownCodeExecuted,
    ] {
        let stage = stage(PATIENT).await;
        let shop = Shop::of(&stage).await;
        stage.next(fault, Endpoint::Submit);
        let story = stage.play(&shop.fixed(1, "7777")).await;
        stage.agree(&story).await;
        let Ending::Said(Outcome::Rejected(no)) = &story.last else {
            panic!("{fault:?}: {story:?}")
        };
        assert_eq!((no.code.as_str(), no.elsewhere), ("CANCELLED", model::Elsewhere::May));
        assert_eq!(state(&stage), Some(Status::Cancelled));
        let confirms = stage
            .running
            .calls()
            .into_iter()
            .filter(|call| call.endpoint == Endpoint::Confirm);
        assert_eq!(confirms.count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_shows_late_is_let_go_when_it_shows() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    stage.next(Fault::LateRecord, Endpoint::Submit);
    let story = stage.play(&shop.fixed(1, "7777")).await;
    stage.agree(&story).await;
    assert!(matches!(story.first, Outcome::Unknown(_)), "{story:?}");
    assert!(matches!(story.last, Ending::Said(Outcome::Rejected(_))), "{story:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_never_arrived_is_absent_after_a_quarter_of_an_hour() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    stage.next(Fault::LostRequest, Endpoint::Submit);
    let topup = shop.fixed(1, "7777");
    let began = stage.clock.now();
    let story = stage.play(&topup).await;
    assert!(matches!(story.last, Ending::Absent), "{story:?}");
    assert!(stage.clock.now().since(began) >= Duration::from_mins(15));
    assert_eq!(state(&stage), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_hold_and_confirmation_costs_nothing() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let topup = shop.fixed(1, "7777");
    let mut reference = stage.reference_of(&topup);
    stage.next(Fault::Together, Endpoint::Confirm);
    let evidence = Evidence::new();
    {
        // It dies while the confirmation waits; the simulator has not let it in yet.
        let submit = stage.supplier.submit(&topup, &evidence);
        let held = async {
            while state(&stage) != Some(Status::Held) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            outcome = submit => panic!("{outcome:?}"),
            () = held => {}
        }
    }
    let last = stage
        .ask(&mut reference, Outcome::Unknown(model::Cause::Interrupted))
        .await;
    assert!(
        matches!(&last, Ending::Said(Outcome::Rejected(no)) if no.code == "CANCELLED"),
        "{last:?}"
    );
    assert_eq!(stage.deliveries(topup.attempt), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_that_comes_too_late_finds_it_cancelled() {
    let stage = stage(IMPATIENT).await;
    let shop = Shop::of(&stage).await;
    stage.next(Fault::LateAnswer, Endpoint::Confirm);
    let story = stage.play(&shop.fixed(1, "7777")).await;
    stage.running.advance(Duration::from_mins(10));
    stage.agree(&story).await;
    assert!(matches!(story.last, Ending::Said(Outcome::Rejected(_))), "{story:?}");
    assert_eq!(state(&stage), Some(Status::Cancelled));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_dearer_is_not_confirmed() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let topup = shop.fixed(1, "7777");
    let factor = Some("1.02".parse().unwrap());
    let change = Change {
        price_factor: factor,
        ..Change::default()
    };
    stage.running.change_catalogue(&topup.sku, change);
    let story = stage.play(&topup).await;
    stage.agree(&story).await;
    assert_eq!(state(&stage), Some(Status::Cancelled));
    assert!(stage.running.wallet().spent().is_zero());
}

#[tokio::test(flavor = "multi_thread")]
async fn any_amount_of_a_range_arrives_exactly() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    for (number, minor) in [(1, 13_000), (2, 100_001), (3, 650_000)] {
        let topup = shop.ranged(minor, number, "7777");
        let story = stage.play(&topup).await;
        stage.agree(&story).await;
        let Ending::Said(Outcome::Delivered(receipt)) = &story.last else {
            panic!("{story:?}")
        };
        assert_eq!(receipt.delivered, Some(topup.amount));
        assert!(receipt.cost.unwrap().minor() <= topup.cost.minor());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_is_heard_of_days_after_the_delivery() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let topup = shop.fixed(1, "7777");
    let story = stage.play(&topup).await;
    stage.running.advance(Duration::from_hours(60));
    let day_ago = stage.clock.now().minus(Duration::from_hours(24));
    assert_eq!(stage.supplier.late_changes(day_ago).await, Ok(vec![]));
    assert_eq!(stage.running.reverse(&topup.attempt.to_string()), 1);
    // The lists are long: they are not read again at once.
    assert_eq!(stage.supplier.late_changes(day_ago).await, Ok(vec![]));
    stage.running.advance(Duration::from_mins(20));
    assert_eq!(stage.supplier.late_changes(day_ago).await, Ok(vec![topup.attempt]));
    let found = stage.supplier.find(&story.reference, &Evidence::new()).await;
    assert!(matches!(found, Outcome::Reversed { .. }), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_found_when_it_is_older_than_a_list() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let topup = shop.fixed(1, "7777");
    let reference = stage.reference_of(&topup);
    stage.supplier.submit(&topup, &Evidence::new()).await;
    for hours in [1, 29, 100] {
        stage.running.advance(Duration::from_hours(hours));
        let found = stage.supplier.find(&reference, &Evidence::new()).await;
        assert!(
            matches!(found, Outcome::Delivered(_)),
            "after {hours} hours more: {found:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_has_every_page_of_every_day_once() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let from = stage.clock.now();
    for number in 0..130 {
        let ending = if number % 10 == 0 { "7106" } else { "7777" };
        stage
            .supplier
            .submit(&shop.fixed(number, ending), &Evidence::new())
            .await;
        if number % 40 == 0 {
            stage.running.advance(Duration::from_hours(11));
        }
    }
    stage.running.advance(Duration::from_mins(1));
    let records = stage.supplier.statement(from, stage.clock.now()).await.unwrap();
    let count = |state| records.iter().filter(|record| record.state == state).count();
    assert_eq!(
        (
            count(RecordState::Delivered),
            count(RecordState::Rejected),
            records.len()
        ),
        (117, 13, 130)
    );
    let paid = records.iter().filter(|record| record.state == RecordState::Delivered);
    let paid = paid
        .map(|record| record.cost.unwrap().major())
        .sum::<rust_decimal::Decimal>();
    assert_eq!(paid, stage.running.wallet().spent());
    let later = stage
        .supplier
        .statement(from + Duration::from_hours(10), stage.clock.now())
        .await;
    assert_eq!(later.unwrap().len(), 129);
}

#[tokio::test(flavor = "multi_thread")]
async fn balance_and_lookup_are_read() {
    let stage = stage(PATIENT).await;
    assert_eq!(stage.supplier.float().await.unwrap().to_string(), "10000.00 USD");
    let guesses = stage.supplier.lookup(phone("7777")).await.unwrap();
    let sure: Vec<_> = guesses.iter().map(|guess| guess.sure).collect();
    assert_eq!(sure, [true, false], "{guesses:?}");
    assert_eq!(
        stage.supplier.lookup("+4930123456789".parse().unwrap()).await,
        Ok(vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_no_top_up_and_stand_in_no_evidence() {
    let right = config(simulators::Supplier::DtOne);
    let credentials = right.credentials.clone().map(|given| simulators::Credentials {
        secret: "another".into(),
        ..given
    });
    let good = stage(PATIENT).await;
    let shop = Shop::of(&good).await;
    let stage = with(Config { credentials, ..right }, PATIENT).await;
    let evidence = Evidence::new();
    let outcome = stage.supplier.submit(&shop.fixed(1, "7777"), &evidence).await;
    assert!(
        matches!(&outcome, Outcome::Rejected(no) if no.fault == Whose::Supplier),
        "{outcome:?}"
    );
    assert!(matches!(stage.supplier.float().await, Err(SupplierError::Unusable(why)) if why.contains("credentials")));
    let kept = format!("{:?}", evidence.take());
    assert!(
        kept.contains("1000401") && !kept.contains("s3cret") && !kept.contains("Basic"),
        "{kept}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_may_be_a_text() {
    let config = Config {
        string_codes: true,
        ..config(simulators::Supplier::DtOne)
    };
    let stage = with(config, PATIENT).await;
    let shop = Shop::of(&stage).await;
    stage.running.set_wallet(rust_decimal::Decimal::ONE);
    let outcome = stage.supplier.submit(&shop.fixed(1, "7777"), &Evidence::new()).await;
    assert_eq!(word(&outcome), "rejected (1006001, Float, May)");
    let supplier: &Arc<dyn Supplier> = &stage.supplier;
    assert!(supplier.capabilities().call_timeout > TIMEOUT);
}
