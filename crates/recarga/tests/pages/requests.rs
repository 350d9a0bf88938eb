//! How many requests an account's programs make: counted, kept, and shown to both sides.

use std::time::Duration;

use engine::people::Role;
use recarga::api::ApiSettings;

use crate::browser::{Browser, between, stage};

#[tokio::test]
async fn requests_are_shown_by_how_they_ended_on_the_last_days() {
    let stage = stage().await;
    let (_, other) = stage.account_with(100, &[engine::accounts::Scope::Read]).await;
    for path in ["/v2/accounts/balance", "/v2/orders", "/v2/orders/nonsense", "/v2/ping"] {
        stage.get(path).await;
    }
    let elsewhere = axum::http::Request::builder()
        .uri("/v2/orders")
        .header("authorization", format!("Bearer {other}"));
    stage.send(elsewhere.body(axum::body::Body::empty()).unwrap()).await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let page = manager.get("/developers").await.text;
    let chart = between(&page, "id=\"requests\"", "</section>").to_owned();
    assert!(
        chart.contains("Answered: 2, Refused (4xx): 1, Too many (429): 0"),
        "{chart}"
    );
    assert!(
        chart.contains("2 / 1 / 0 / 0") && chart.matches("<title>").count() == 30,
        "{chart}"
    );
    stage.clock.advance(Duration::from_hours(48));
    stage.get("/v2/orders").await;
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    let page = support.get(&format!("/console/accounts/{}", stage.account)).await.text;
    let chart = between(&page, "id=\"requests\"", "</section>").to_owned();
    assert!(
        chart.contains("Answered 3") && chart.contains("1 / 0 / 0 / 0"),
        "{chart}"
    );
    stage.clock.advance(Duration::from_hours(24 * 30));
    let page = Browser::signed_in(&stage, Role::Finance)
        .await
        .get(&format!("/console/accounts/{}", stage.account))
        .await;
    assert!(page.text.contains("No program has asked"), "{}", page.text);
}

#[tokio::test]
async fn requests_beyond_the_limit_are_counted_as_such() {
    let rate_limit = recarga::api::RateLimit {
        per_minute: 1.try_into().unwrap(),
        burst: 1.try_into().unwrap(),
    };
    let settings = ApiSettings {
        rate_limit: Some(rate_limit),
        pages: Some(recarga::web::PageSettings::default()),
        ..ApiSettings::default()
    };
    let stage = crate::stage::Stage::open((settings, engine::Settings::default()), |clock| {
        vec![crate::stage::sandbox(clock)]
    });
    let stage = std::sync::Arc::new(stage.await);
    for _ in 0..3 {
        stage.get("/v2/orders").await;
    }
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let page = manager.get("/developers").await.text;
    assert!(
        page.contains("Answered: 1, Refused (4xx): 0, Too many (429): 2"),
        "{page}"
    );
}
