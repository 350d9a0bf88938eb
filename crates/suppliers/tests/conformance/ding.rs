//! What is Ding's alone: codes in the body, a price before the transfer, records that prove nothing by absence.

use std::time::Duration;

use model::{Absence, Evidence, Outcome, RecordState};
use simulators::{Config, Endpoint, Fault};
use suppliers::{
    Ding, DingSettings, Secret,
    ding::{Batches, Commission},
    http,
};

use crate::{
    shop::{Shop, phone},
    stage::{Ending, PATIENT, Stage, config, word},
};

pub(crate) async fn stage(patience: Duration) -> Stage {
    with(config(simulators::Supplier::Ding), "s3cret", patience).await
}

async fn with(config: Config, key: &str, patience: Duration) -> Stage {
    Stage::open(config, |running, mapping, clock| {
        let settings = DingSettings {
            name: "ding".parse().unwrap(),
            base_url: http::base_url(&running.base_url()).unwrap(),
            api_key: Secret::new(key),
            commission: Commission::Separate,
            batches: Batches::LeftOut,
            timeout: patience,
        };
        Ding::open(settings, clock, mapping).unwrap()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_agents_last_digits_are_understood() {
    let stage = with(config(simulators::Supplier::Ding), "test-agent", PATIENT).await;
    let shop = Shop::of(&stage).await;
    let mut told = Vec::new();
    for digit in 0..10 {
        let topup = shop.fixed(digit, &format!("111{digit}"));
        let outcome = stage.supplier.submit(&topup, &Evidence::new()).await;
        told.push(format!("{digit}: {}", word(&outcome)));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_equal_transfer_is_looked_for_and_nothing_else_is_tried() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    stage.rule(simulators::Rule::refuse("DuplicateTransactionPrevented"));
    let story = stage.play(&shop.fixed(1, "7777")).await;
    assert!(matches!(story.first, Outcome::Unknown(_)), "{story:?}");
    assert!(matches!(story.last, Ending::Said(Outcome::Unknown(_))), "{story:?}");
    assert_eq!(stage.supplier.capabilities().absence, Absence::NeverProof);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_of_the_operator_is_a_no_once_the_records_have_been_looked_at() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let rule = simulators::Rule::refuse("TransientProviderError");
    stage.rule(simulators::Rule {
        context: Some("ProviderTimedOut".into()),
        ..rule
    });
    let outcome = stage.supplier.submit(&shop.fixed(1, "7777"), &Evidence::new()).await;
    assert!(matches!(outcome, Outcome::Rejected(_)), "{outcome:?}");
    let asked = stage
        .running
        .calls()
        .into_iter()
        .filter(|call| call.endpoint == Endpoint::Query);
    assert_eq!(asked.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_records_a_timeout_of_the_operator_stays_unknown() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let rule = simulators::Rule::refuse("TransientProviderError");
    stage.rule(simulators::Rule {
        context: Some("ProviderTimedOut".into()),
        ..rule
    });
    stage.next(Fault::Unauthorized, Endpoint::Query);
    let outcome = stage.supplier.submit(&shop.fixed(1, "7777"), &Evidence::new()).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_amount_of_a_range_is_priced_before_it_is_sent() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    for (number, minor) in [(1, 13_000), (2, 100_001), (3, 650_000)] {
        let topup = shop.ranged(minor, number, "7777");
        let story = stage.play(&topup).await;
        stage.agree(&story).await;
        let Ending::Said(Outcome::Delivered(receipt)) = &story.last else {
            panic!("{story:?}")
        };
        // A cent of what is sent is more than a cent of what arrives.
        let off = receipt.delivered.unwrap().minor() - topup.amount.minor();
        assert!(off.abs() <= 65, "{receipt:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_that_rose_is_not_paid() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let topup = shop.ranged(130_000, 1, "7777");
    stage.running.change_catalogue(
        &topup.sku,
        simulators::Change {
            price_factor: Some("1.05".parse().unwrap()),
            ..Default::default()
        },
    );
    let outcome = stage.supplier.submit(&topup, &Evidence::new()).await;
    assert_eq!(word(&outcome), "rejected (price_up, Amount, May)");
    assert!(stage.running.transactions().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_was_paid_twice_shows_in_the_statement() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let (from, topup) = (stage.clock.now(), shop.fixed(1, "7777"));
    for _ in 0..2 {
        // Nobody does this: it is Ding's quirk that is shown.
        stage.supplier.submit(&topup, &Evidence::new()).await;
    }
    let found = stage.supplier.find(&stage.reference_of(&topup), &Evidence::new()).await;
    assert!(matches!(found, Outcome::Delivered(_)), "{found:?}");
    let until = from + Duration::from_mins(1);
    let records = stage.supplier.statement(from, until).await.unwrap();
    assert_eq!(records.len(), 2);
    assert!(
        records
            .iter()
            .all(|record| record.reference == Some(topup.attempt.to_string()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_has_every_page_once() {
    let stage = stage(PATIENT).await;
    let shop = Shop::of(&stage).await;
    let from = stage.clock.now();
    for number in 0..230 {
        stage
            .supplier
            .submit(&shop.fixed(number, "7777"), &Evidence::new())
            .await;
        stage.running.advance(Duration::from_mins(10));
    }
    let all = stage.supplier.statement(from, stage.clock.now()).await.unwrap();
    assert_eq!(all.len(), 230);
    assert!(all.iter().all(|record| record.state == RecordState::Delivered));
    let paid = all
        .iter()
        .map(|record| record.cost.unwrap().major())
        .sum::<rust_decimal::Decimal>();
    assert_eq!(paid, stage.running.wallet().spent());
    let queries = || {
        stage
            .running
            .calls()
            .iter()
            .filter(|call| call.endpoint == Endpoint::Query)
            .count()
    };
    let before = queries();
    let hour = stage.clock.now().minus(Duration::from_hours(1));
    assert_eq!(
        stage.supplier.statement(hour, stage.clock.now()).await.unwrap().len(),
        6
    );
    assert_eq!(queries() - before, 1, "older pages are not read");
}

#[tokio::test(flavor = "multi_thread")]
async fn balance_and_lookup_are_read() {
    let stage = stage(PATIENT).await;
    assert_eq!(stage.supplier.float().await.unwrap().to_string(), "10000.00 USD");
    let guesses = stage.supplier.lookup(phone("7777")).await.unwrap();
    assert_eq!(guesses.len(), 1);
    assert!(guesses.iter().all(|guess| !guess.sure));
    let honduras = stage.supplier.lookup("+50498765432".parse().unwrap()).await.unwrap();
    assert_eq!(honduras.len(), 3, "one shape for three operators");
    for nobodys in ["+50912345", "+4930123456789"] {
        assert_eq!(
            stage.supplier.lookup(nobodys.parse().unwrap()).await,
            Ok(vec![]),
            "{nobodys}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_no_transfer_and_stands_in_no_evidence() {
    let good = stage(PATIENT).await;
    let shop = Shop::of(&good).await;
    let stage = with(config(simulators::Supplier::Ding), "an0ther", PATIENT).await;
    let evidence = Evidence::new();
    let outcome = stage.supplier.submit(&shop.fixed(1, "7777"), &evidence).await;
    assert_eq!(word(&outcome), "rejected (AuthenticationFailed, Supplier, May)");
    assert!(stage.supplier.float().await.is_err());
    let kept = format!("{:?}", evidence.take());
    assert!(
        kept.contains("AuthenticationFailed") && !kept.contains("an0ther"),
        "{kept}"
    );
    assert!(
        kept.contains("\"AccountNumber\\\":\\\"50936377777"),
        "digits alone: {kept}"
    );
}
