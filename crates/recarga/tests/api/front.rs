//! What every request passes: keys, scopes, names, limits, and answers to what nobody serves.

use std::num::NonZeroU32;

use axum::{body::Body, http::Request};
use base64::{Engine, prelude::BASE64_STANDARD};
use engine::accounts::{self, Scope};
use recarga::api::{ApiSettings, RateLimit};

use crate::stage::Stage;

const BALANCE: &str = "/v2/accounts/balance";

async fn status_with(stage: &Stage, authorization: &str) -> u16 {
    let request = Request::get(BALANCE)
        .header("authorization", authorization)
        .body(Body::empty())
        .unwrap();
    stage.send(request).await.status.as_u16()
}

#[tokio::test]
async fn both_schemes_let_a_key_in() {
    let stage = Stage::new().await;
    let token = &stage.token;
    let (letters, secret) = token.strip_prefix("rk_").unwrap().split_once('_').unwrap();
    let basic = |pair: String| format!("Basic {}", BASE64_STANDARD.encode(pair));
    assert_eq!(status_with(&stage, &format!("Bearer {token}")).await, 200);
    assert_eq!(status_with(&stage, &format!("bearer  {token}")).await, 200);
    assert_eq!(
        status_with(&stage, &basic(format!("key_{letters}:{secret}"))).await,
        200
    );
    assert_eq!(status_with(&stage, &basic(format!("key_{letters}:{token}"))).await, 200);
    for wrong in [
        "",
        "Bearer",
        "Bearer x",
        "Basic !",
        "Digest x",
        &format!("Bearer {token}0"),
        &basic("a:b".into()),
    ] {
        assert_eq!(status_with(&stage, wrong).await, 401, "{wrong}");
    }
}

#[tokio::test]
async fn no_endpoint_but_the_ping_answers_without_a_key() {
    let stage = Stage::new().await;
    let document: serde_json::Value = serde_json::from_str(&recarga::api::openapi_json()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
            let answer = stage.send(request.body(Body::empty()).unwrap()).await;
            let open = !path.starts_with("/v2/") || path == "/v2/ping";
            assert_eq!(answer.status == 401, !open, "{method} {path}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_key_may_do_what_its_scopes_say() {
    let mut stage = Stage::new().await;
    let (_, reader) = stage.account_with(0, &[Scope::Read]).await;
    stage.token = reader;
    assert_eq!(stage.get(BALANCE).await.status, 200);
    insta::assert_snapshot!(stage.post("/v2/invoices", "{}").await.shown());
    assert_eq!(
        stage.get("/v2/webhooks/secret").await.status,
        403,
        "who knows it can forge what we tell"
    );
    let (_, buyer) = stage.account_with(0, &[Scope::Purchase]).await;
    stage.token = buyer;
    assert_eq!(stage.get(BALANCE).await.status, 403);
}

#[tokio::test]
async fn a_revoked_key_is_out_at_once() {
    let stage = Stage::new().await;
    let keys = stage.app.db.read(accounts::list_keys).await.unwrap();
    let (account, key) = (stage.account, keys[0].id);
    let revoke = move |tx: &mut engine::db::Tx<'_>| accounts::revoke_key(tx, account, key, keys[0].created_at);
    assert!(stage.app.db.write_with(revoke).await.unwrap());
    stage.app.refresh().await.unwrap();
    let answer = stage.get(BALANCE).await;
    insta::assert_snapshot!(answer.shown());
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn every_answer_has_a_name_and_a_good_one_is_kept() {
    let stage = Stage::new().await;
    let first = stage.get("/v2/ping").await;
    let second = stage.get("/v2/nothing").await;
    assert!(first.header("x-request-id").starts_with("req_"));
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let named = |name: &str| {
        stage
            .request("GET", "/v2/nothing")
            .header("x-request-id", name)
            .body(Body::empty())
    };
    let kept = stage.send(named("cart-1729").unwrap()).await;
    assert_eq!(kept.header("x-request-id"), "cart-1729");
    assert_eq!(kept.json()["meta"]["request_id"], "cart-1729");
    let refused = stage.send(named("a b<c>").unwrap()).await;
    assert!(refused.header("x-request-id").starts_with("req_"));
}

#[tokio::test]
async fn what_nobody_serves_is_answered_as_everything_is() {
    let stage = Stage::new().await;
    insta::assert_snapshot!(stage.get("/v2/nothing").await.shown());
    let answer = stage
        .send(stage.request("DELETE", "/v2/invoices").body(Body::empty()).unwrap())
        .await;
    insta::assert_snapshot!(answer.shown());
    assert_eq!(answer.header("allow"), "POST,GET,HEAD");
}

#[tokio::test]
async fn a_rate_limit_is_told_and_kept() {
    let [per_minute, burst] = [1, 2].map(|number| NonZeroU32::new(number).unwrap());
    let rate_limit = Some(RateLimit { per_minute, burst });
    let mut stage = Stage::with(ApiSettings {
        rate_limit,
        ..ApiSettings::default()
    })
    .await;
    for remaining in ["1", "0"] {
        let answer = stage.get(BALANCE).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-limit"), "2");
        assert_eq!(answer.header("ratelimit-remaining"), remaining);
    }
    let refused = stage.get(BALANCE).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error_code"], "rate_limited");
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(refused.header("ratelimit-reset"), "120");
    (_, stage.token) = stage.account_with(0, &[Scope::Read]).await;
    assert_eq!(stage.get(BALANCE).await.status, 200, "each key has its own");
}

#[tokio::test]
async fn no_header_lets_foreign_pages_in() {
    let stage = Stage::new().await;
    let request = stage
        .request("GET", BALANCE)
        .header("origin", "https://elsewhere.example")
        .body(Body::empty());
    let answer = stage.send(request.unwrap()).await;
    assert!(
        answer
            .headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control"))
    );
    assert_eq!(
        stage
            .send(stage.request("OPTIONS", BALANCE).body(Body::empty()).unwrap())
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn long_lists_are_compressed_for_those_who_can_read_it() {
    let stage = Stage::new().await;
    let request = stage
        .request("GET", "/v2/products?country=US")
        .header("accept-encoding", "gzip");
    assert_eq!(
        stage
            .send(request.body(Body::empty()).unwrap())
            .await
            .header("content-encoding"),
        "gzip"
    );
    assert_eq!(
        stage.get("/v2/products?country=US").await.header("content-encoding"),
        ""
    );
}
