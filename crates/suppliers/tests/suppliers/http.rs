//! Calls over HTTP: what was surely not sent, what may have arrived, and what is kept of it.

use std::{sync::Arc, time::Duration};

use model::{Cause, Clock, Evidence, Fault, Outcome, Timestamp};
use reqwest::Url;
use serde_json::json;
use suppliers::{
    Secret,
    http::{Ask, Auth, CODE_NOT_SENT, Failure, Http, Token, TokenCache},
};

use crate::{
    stub::{Reply, Stub},
    world::TestClock,
};

fn http(url: &str) -> Http {
    Http::new(url.parse::<Url>().unwrap(), TestClock::new()).unwrap()
}

fn ask() -> Ask<'static> {
    Ask::post(&["topups"], &json!({"amount": 5, "client_secret": "s3cret"})).within(Duration::from_millis(200))
}

async fn answered(reply: Reply) -> (Result<(u16, String), Failure>, Evidence) {
    let stub = Stub::start([reply]).await;
    let evidence = Evidence::new();
    let answer = http(&stub.url).send(ask(), &evidence).await;
    (answer.map(|answer| (answer.status, answer.body)), evidence)
}

#[tokio::test]
async fn nobody_there_is_the_only_proof_that_it_was_not_sent() {
    // Port 1 of this machine is nobody's: the connection is refused.
    let evidence = Evidence::new();
    let failure = http("http://127.0.0.1:1").send(ask(), &evidence).await.unwrap_err();
    let Outcome::Rejected(rejection) = failure.clone().submission() else {
        panic!("{failure:?} is proof")
    };
    assert_eq!(
        (rejection.fault, rejection.code.as_str()),
        (Fault::Supplier, CODE_NOT_SENT)
    );
    assert!(matches!(failure.question(), Outcome::Unknown(Cause::Connection(_))));
    assert_eq!(evidence.take().len(), 1);
}

#[tokio::test]
async fn what_may_have_arrived_is_unknown() {
    let (dropped, _) = answered(Reply::Drop).await;
    assert!(matches!(dropped, Err(Failure::Broken(_))), "{dropped:?}");
    let (silent, _) = answered(Reply::Silence).await;
    assert_eq!(silent, Err(Failure::Timeout));
    let (cut, _) = answered(Reply::CutOff(200, "{\"id\":1".into())).await;
    assert!(matches!(cut, Err(Failure::Broken(_))), "{cut:?}");
    for failure in [dropped, silent, cut] {
        assert!(matches!(failure.unwrap_err().submission(), Outcome::Unknown(_)));
    }
}

#[tokio::test]
async fn an_answer_is_bounded() {
    let (long, _) = answered(Reply::Answer(200, "x".repeat(2 << 20))).await;
    assert!(matches!(long, Err(Failure::TooLong(_))), "{long:?}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (answer, _) = answered(Reply::Answer(307, String::new())).await;
    assert_eq!(answer.unwrap().0, 307);
}

#[tokio::test]
async fn evidence_has_both_sides_and_no_secrets() {
    let stub = Stub::start([Reply::Answer(400, r#"{"errorCode":"X","access_token":"t0ken"}"#.into())]).await;
    let (evidence, auth) = (Evidence::new(), Auth::Bearer(Secret::new("b3arer")));
    let ask = ask().auth(&auth).query("phone", "+15551234567");
    http(&stub.url).send(ask, &evidence).await.unwrap();
    assert!(stub.requests()[0].contains("authorization: Bearer b3arer"));
    let kept = evidence.take().remove(0);
    assert_eq!(
        kept.request,
        "POST /topups?phone=%2B15551234567\n{\"amount\":5,\"client_secret\":\"•••\"}"
    );
    assert_eq!(
        kept.answer.as_deref(),
        Some("400 {\"errorCode\":\"X\",\"access_token\":\"•••\"}")
    );
}

fn token(text: &str, lasts: Duration, clock: &TestClock) -> Token {
    Token {
        secret: Secret::new(text),
        expires_at: clock.now() + lasts,
    }
}

#[tokio::test]
async fn a_token_is_fetched_once_for_all_who_wait_and_again_near_its_end() {
    let clock = TestClock::new();
    let cache = TokenCache::new(Arc::<TestClock>::clone(&clock));
    let hour = Duration::from_hours(1);
    let first = || async { Ok::<_, ()>(token("first", hour, &clock)) };
    let (one, two) = tokio::join!(cache.get(first()), cache.get(async { Err(()) }));
    assert_eq!((one.unwrap().expose(), two.unwrap().expose()), ("first", "first"));
    clock.advance(hour);
    let second = cache.get(async { Ok::<_, ()>(token("second", hour, &clock)) }).await;
    assert_eq!(second.unwrap().expose(), "second");
}

#[tokio::test]
async fn a_refused_token_is_forgotten_unless_it_was_renewed_already() {
    let clock = TestClock::new();
    let cache = TokenCache::new(Arc::<TestClock>::clone(&clock));
    let hour = Duration::from_hours(1);
    let old = cache
        .get(async { Ok::<_, ()>(token("old", hour, &clock)) })
        .await
        .unwrap();
    cache.refuse(&old).await;
    let new = cache
        .get(async { Ok::<_, ()>(token("new", hour, &clock)) })
        .await
        .unwrap();
    cache.refuse(&old).await;
    assert_eq!(cache.get(async { Err(()) }).await.unwrap(), new);
    assert_ne!(clock.now(), Timestamp::default());
}
