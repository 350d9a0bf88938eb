//! Guessing from one place: bounded, whomever somebody tries to be.

use std::num::NonZeroU32;

use axum::{body::Body, extract::ConnectInfo, http::Request};
use recarga::{api::ApiSettings, web::PageSettings};

use crate::{
    browser::{Browser, PASSWORD},
    stage::Stage,
};

/// A Recarga behind a proxy at 10.0.0.1, where a network may try this often.
async fn stage(tries: u32) -> std::sync::Arc<Stage> {
    let pages = PageSettings {
        trusted_proxies: vec!["10.0.0.1/32".parse().unwrap()],
        tries_per_minute: NonZeroU32::new(tries),
        ..PageSettings::default()
    };
    let settings = ApiSettings {
        pages: Some(pages),
        ..ApiSettings::default()
    };
    std::sync::Arc::new(Stage::with(settings).await)
}

/// Tries to sign in as somebody, from an address that a proxy names or not.
async fn guess(stage: &Stage, peer: &str, forwarded: &str) -> u16 {
    let peer: std::net::SocketAddr = format!("{peer}:4711").parse().unwrap();
    let request = Request::post("/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .header("x-forwarded-for", forwarded)
        .extension(ConnectInfo(peer))
        .body(Body::from("login=nobody&password=whatever"));
    stage.send(request.unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn one_network_guesses_so_often_and_says_whom_it_likes() {
    let stage = stage(3).await;
    for _ in 0..3 {
        assert_eq!(guess(&stage, "192.0.2.1", "").await, 422);
    }
    assert_eq!(
        guess(&stage, "192.0.2.1", "198.51.100.1").await,
        429,
        "nobody believes it"
    );
    assert_eq!(guess(&stage, "192.0.2.2", "").await, 422, "others go on");
}

#[tokio::test]
async fn those_behind_a_trusted_proxy_are_told_apart() {
    let stage = stage(2).await;
    for _ in 0..2 {
        assert_eq!(guess(&stage, "10.0.0.1", "198.51.100.1").await, 422);
    }
    assert_eq!(guess(&stage, "10.0.0.1", "198.51.100.1").await, 429);
    assert_eq!(guess(&stage, "10.0.0.1", "198.51.100.2").await, 422);
}

#[tokio::test]
async fn codes_links_and_keys_count_as_passwords_do_and_looking_does_not() {
    let stage = stage(3).await;
    let mut browser = Browser::new(&stage);
    let right = [("login", "nobody"), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", &right).await.status, 422);
    assert_eq!(browser.get("/setup/0000").await.status, 404);
    browser
        .post("/sign-in/code", &[("token", "x"), ("code", "123456")])
        .await;
    for path in ["/sign-in", "/sign-in/code", "/sign-in/passkey", "/setup/0000"] {
        let refused = browser.post(path, &right).await;
        assert_eq!(refused.status, 429, "{path}");
        assert!(
            refused.text.contains("Too many tries") && !refused.header("retry-after").is_empty(),
            "{path}"
        );
    }
    assert_eq!(browser.get("/setup/0000").await.status, 429);
    assert_eq!(browser.get("/sign-in").await.status, 200);
}
