//! `/v2/invoices`.

use std::time::Duration;

use axum::body::Body;
use serde_json::Value;

use crate::stage::{BASE_URL, Stage, top_up};

/// The request on the page that the product was asked for.
const SEED: &str = r#"{"products": [{"product_id": "at-t-usa", "package_id": "at-t-usa<&>25",
    "phone_number": "+15551234567", "quantity": 1}], "payment_method": "balance", "auto_pay": true}"#;

fn id(invoice: &Value) -> &str {
    invoice["id"].as_str().unwrap()
}

#[tokio::test]
async fn the_seeds_request_buys() {
    let stage = Stage::new().await;
    insta::assert_snapshot!(stage.post("/v2/invoices", SEED).await.shown());
}

#[tokio::test]
async fn a_fetch_without_a_content_type_buys_too() {
    let stage = Stage::new().await;
    for kind in [
        "text/plain;charset=UTF-8",
        "application/json; charset=utf-8",
        "application/vnd.api+json",
    ] {
        let mut request = stage.request("POST", "/v2/invoices").body(Body::from(SEED)).unwrap();
        request.headers_mut().insert("content-type", kind.parse().unwrap());
        assert_eq!(stage.send(request).await.status, 200, "{kind}");
        stage.clock.advance(Duration::from_mins(10));
    }
}

#[tokio::test]
async fn an_amount_is_a_number_or_a_text_and_a_count_may_have_a_point() {
    let stage = Stage::new().await;
    for (value, number) in [
        ("25", "+15551230101"),
        ("25.00", "+15551230102"),
        ("\"25\"", "+15551230103"),
        ("2.5e1", "+15551230104"),
    ] {
        let line = format!(r#"{{"product_id":"at-t-usa","value":{value},"phone_number":"{number}","quantity":2.0}}"#);
        let body = format!(r#"{{"products":[{line}],"max_price":"60","unknown":{{"a":[1]}},"reference":null}}"#);
        let answer = stage.post("/v2/invoices", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let orders = answer.json()["data"]["orders"].as_array().unwrap().clone();
        assert_eq!(orders.len(), 2);
        assert_eq!(orders[0]["product"]["value"], 25);
    }
}

#[tokio::test]
async fn an_unpaid_invoice_is_paid_once() {
    let stage = Stage::new().await;
    let created = stage.post("/v2/invoices", SEED.replace("true", "false")).await;
    insta::assert_snapshot!("unpaid", created.shown());
    let invoice = created.json()["data"].clone();
    let path = format!("/v2/invoices/{}/pay", id(&invoice));
    let paid = stage.post(&path, "{}").await;
    assert_eq!(paid.json()["data"]["status"], "payment_confirmed", "{}", paid.text);
    let again = stage.post(&path, Body::empty()).await;
    assert_eq!(again.json()["data"], paid.json()["data"]);
    assert_eq!(
        stage.get("/v2/accounts/balance").await.json()["data"]["held"],
        invoice["payment"]["price"]
    );
}

#[tokio::test]
async fn an_unpaid_invoice_is_cancelled_or_expires() {
    let stage = Stage::new().await;
    let unpaid = async || {
        stage
            .post(
                "/v2/invoices",
                top_up("+15551234567", r#","allow_duplicate":true"#)
                    .replace(r#""auto_pay":true"#, r#""auto_pay":false"#),
            )
            .await
            .json()["data"]
            .clone()
    };
    let invoice = unpaid().await;
    let cancelled = stage.post(&format!("/v2/invoices/{}/cancel", id(&invoice)), "").await;
    assert_eq!(cancelled.json()["data"]["status"], "cancelled", "{}", cancelled.text);
    assert_eq!(cancelled.json()["data"]["orders"][0]["status"], "cancelled");
    insta::assert_snapshot!(
        "pay_cancelled",
        stage
            .post(&format!("/v2/invoices/{}/pay", id(&invoice)), "")
            .await
            .shown()
    );
    insta::assert_snapshot!(
        "cancel_twice",
        stage
            .post(&format!("/v2/invoices/{}/cancel", id(&invoice)), "")
            .await
            .shown()
    );
    let invoice = unpaid().await;
    stage.clock.advance(Duration::from_hours(4));
    insta::assert_snapshot!(
        "pay_expired",
        stage
            .post(&format!("/v2/invoices/{}/pay", id(&invoice)), "")
            .await
            .shown()
    );
}

#[tokio::test]
async fn an_invoice_completes_when_every_order_has_ended() {
    let stage = Stage::new().await;
    stage.work();
    let line = |number: &str| format!(r#"{{"product_id":"at-t-usa","value":25,"phone_number":"{number}"}}"#);
    let body = format!(
        r#"{{"products":[{},{}],"auto_pay":true}}"#,
        line("+15551234567"),
        line("+15551230001")
    );
    let invoice = stage.post("/v2/invoices", body).await.json()["data"].clone();
    let path = format!("/v2/invoices/{}", id(&invoice));
    let complete = stage.until(&path, |invoice| invoice["status"] == "complete").await;
    let statuses: Vec<_> = complete["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| &order["status"])
        .collect();
    assert_eq!(statuses, ["delivered", "refunded"]);
    assert!(complete["completed_time"].is_string());
}

#[tokio::test]
async fn invoices_are_listed_newest_first_in_pages() {
    let stage = Stage::new().await;
    for last in 0..5 {
        stage.clock.advance(Duration::from_secs(1));
        stage.buy(&format!("+1555123456{last}")).await;
    }
    let mut path = "/v2/invoices?limit=2&after=2026-11-23+08:30:02".to_owned();
    let mut numbers = Vec::new();
    loop {
        let page = stage.get(&path).await.json();
        let found = page["data"].as_array().unwrap();
        numbers.extend(
            found
                .iter()
                .map(|invoice| invoice["orders"][0]["phone_number"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["meta"]["_next"].as_str() else {
            break;
        };
        path = next.strip_prefix(BASE_URL).unwrap().to_owned();
        assert!(path.contains("after=2026-11-23+08%3A30%3A02"), "{path}");
    }
    assert_eq!(
        numbers,
        ["+15551234564", "+15551234563", "+15551234562", "+15551234561"]
    );
}

#[tokio::test]
async fn links_begin_with_the_host_that_was_asked_for_unless_one_is_set() {
    let stage = Stage::new().await;
    stage.buy("+15551234567").await;
    let router = recarga::api::router(std::sync::Arc::clone(&stage.app), recarga::api::ApiSettings::default());
    let request = stage
        .request("GET", "/v2/orders")
        .header("host", "10.0.0.7:8080")
        .body(Body::empty())
        .unwrap();
    let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let json: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(
        json["data"][0]["product"]["_href"],
        "http://10.0.0.7:8080/v2/products/at-t-usa"
    );
}

#[tokio::test]
async fn the_books_are_whole_afterwards() {
    let stage = Stage::new().await;
    stage.work();
    let invoice = stage.buy("+15551230001").await;
    stage
        .until(&format!("/v2/invoices/{}", id(&invoice)), |invoice| {
            invoice["status"] == "complete"
        })
        .await;
    let report = stage.app.db.read(engine::ledger::check).await.unwrap();
    assert!(report.is_whole(), "{:?}", report.problems);
}
