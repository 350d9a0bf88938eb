//! What is Reloadly's alone: tokens, an asynchronous way, the older shape, a reference that two calls at once get
//! past, refunds in the report, signed pushes.

use std::time::Duration;

use model::{Callback, Evidence, Outcome, RecordState};
use simulators::{CallbackTarget, Config, Endpoint, Fault, Rule};
use suppliers::{
    Reloadly, ReloadlySettings, Secret, http,
    reloadly::{Environment, RangesIn, Submission},
};

use crate::{
    shop::{Shop, phone},
    stage::{Ending, PATIENT, Stage, config},
    stub::{Reply, Stub},
};

pub(crate) async fn stage(patience: Duration) -> Stage {
    with(config(simulators::Supplier::Reloadly), Submission::Sync, patience).await
}

async fn with(config: Config, submission: Submission, patience: Duration) -> Stage {
    Stage::open(config, |running, mapping, clock| {
        let url = http::base_url(&running.base_url()).unwrap();
        let settings = ReloadlySettings {
            name: "reloadly".parse().unwrap(),
            client_id: "key".into(),
            client_secret: Secret::new("s3cret"),
            webhook_secret: Some(Secret::new("whook")),
            auth_url: url.clone(),
            api_url: url,
            audience: Environment::Sandbox.api_url().to_owned(),
            ranges: RangesIn::Local,
            submission,
            timeout: patience,
        };
        Reloadly::open(settings, clock, mapping).unwrap()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asynchronous_top_up_is_pending_and_then_delivered() {
    let stage = with(config(simulators::Supplier::Reloadly), Submission::Async, PATIENT).await;
    let story = stage.play(&Shop::of(&stage).await.any(1, "1234")).await;
    assert!(matches!(story.first, Outcome::Pending { .. }), "{story:?}");
    assert!(matches!(story.last, Ending::Said(Outcome::Delivered(_))), "{story:?}");
    stage.agree(&story).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_older_shape_is_asked_about() {
    let older = Config {
        old_shape: true,
        ..config(simulators::Supplier::Reloadly)
    };
    let stage = with(older, Submission::Sync, PATIENT).await;
    let story = stage.play(&Shop::of(&stage).await.any(1, "1234")).await;
    assert!(matches!(story.first, Outcome::Pending { .. }), "{story:?}");
    assert_eq!(stage.deliveries(story.reference.attempt), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_bought_so_that_no_less_arrives() {
    let stage = stage(PATIENT).await;
    let topup = Shop::of(&stage).await.ranged(100_000, 1, "1234");
    let story = stage.play(&topup).await;
    let Ending::Said(Outcome::Delivered(receipt)) = &story.last else {
        panic!("{story:?}")
    };
    assert!(receipt.delivered.unwrap().minor() >= 100_000, "{receipt:?}");
    stage.agree(&story).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_expires_in_the_middle_is_renewed_and_the_top_up_sent_on() {
    let stage = stage(PATIENT).await;
    let topup = Shop::of(&stage).await.any(1, "1234");
    stage.running.advance(Duration::from_hours(48));
    let outcome = stage.supplier.submit(&topup, &Evidence::new()).await;
    assert!(matches!(outcome, Outcome::Delivered(_)), "{outcome:?}");
    assert_eq!(stage.deliveries(topup.attempt), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calls_at_once_with_one_reference_are_one_delivery_to_us() {
    // That it is sent once is the engine's business. If it ever were not, it would not be taken for undelivered.
    let stage = stage(PATIENT).await;
    let topup = Shop::of(&stage).await.any(1, "1234");
    stage.rule(Rule {
        together: Some(2),
        next: Some(2),
        ..Rule::new(Fault::Together)
    });
    let (one, two) = (Evidence::new(), Evidence::new());
    tokio::join!(stage.supplier.submit(&topup, &one), stage.supplier.submit(&topup, &two));
    assert_eq!(stage.deliveries(topup.attempt), (2, 2));
    let found = stage.supplier.find(&stage.reference_of(&topup), &Evidence::new()).await;
    assert!(matches!(found, Outcome::Delivered(_)), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_after_the_end_is_heard_of_and_shows_in_the_statement() {
    let stage = stage(PATIENT).await;
    let began = stage.clock.now();
    let story = stage.play(&Shop::of(&stage).await.any(1, "1234")).await;
    assert!(stage.supplier.late_changes(began).await.unwrap().is_empty());
    let attempt = story.reference.attempt;
    assert_eq!(stage.running.reverse(&attempt.to_string()), 1);
    stage.running.advance(Duration::from_mins(20));
    assert_eq!(stage.supplier.late_changes(began).await.unwrap(), [attempt]);
    let found = stage.supplier.find(&story.reference, &Evidence::new()).await;
    assert!(matches!(found, Outcome::Reversed { .. }), "{found:?}");
    let until = stage.clock.now() + Duration::from_hours(1);
    // The simulator writes times five hours behind, and this order's id is too old to tell by.
    let records = stage
        .supplier
        .statement(began.minus(Duration::from_hours(6)), until)
        .await
        .unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(
        (records[0].state, &records[0].reference),
        (RecordState::Reversed, &Some(attempt.to_string()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_and_an_operator_are_told() {
    let stage = stage(PATIENT).await;
    assert_eq!(stage.supplier.float().await.unwrap().to_string(), "10000.00 USD");
    let guesses = stage.supplier.lookup(phone("1234")).await.unwrap();
    assert_eq!(guesses.len(), 1, "{guesses:?}");
    stage.next(Fault::Unauthorized, Endpoint::Balance);
    assert!(stage.supplier.float().await.is_ok(), "a new token helps");
}

/// The first push that comes, as a server takes it in.
async fn pushed(receiver: &Stub, stage: &Stage) -> Callback {
    let request = tokio::time::timeout(PATIENT, async {
        while receiver.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        receiver.requests().remove(0)
    });
    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    Callback {
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: body.as_bytes().to_vec(),
        received_at: stage.clock.now(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_genuine_only_as_it_was_signed() {
    let receiver = Stub::start([Reply::Answer(200, String::new())]).await;
    let target = CallbackTarget {
        url: Some(receiver.url.clone()),
        user: String::new(),
        secret: "whook".into(),
    };
    let pushing = Config {
        callback: Some(target),
        ..config(simulators::Supplier::Reloadly)
    };
    let stage = with(pushing, Submission::Sync, PATIENT).await;
    let story = stage.play(&Shop::of(&stage).await.any(1, "1234")).await;
    let mut callback = pushed(&receiver, &stage).await;
    assert_eq!(stage.supplier.callback(&callback).unwrap(), [story.reference.attempt]);
    callback.body.push(b' ');
    assert!(stage.supplier.callback(&callback).is_err());
}
