//! `/healthz`, `/readyz`, `/metrics`, `/v2/ping`.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use recarga::api::ApiSettings;

use crate::stage::Stage;

#[tokio::test]
async fn the_process_the_database_and_the_api_are_there() {
    let stage = Stage::new().await;
    for (path, text) in [
        ("/healthz", r#"{"status":"ok"}"#),
        ("/readyz", r#"{"status":"ok"}"#),
        (
            "/v2/ping",
            r#"{"meta":{"_endpoint":"/ping"},"message":"pong","data":{"message":"pong"}}"#,
        ),
    ] {
        let answer = stage.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, text));
    }
}

#[tokio::test]
async fn metrics_are_shown_where_they_are_counted() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/metrics").await.json()["error_code"], "not_found");
    let metrics: recarga::api::MetricsText = Arc::new(|| "recarga_http_requests_total 1\n".to_owned());
    let stage = Stage::with(ApiSettings {
        metrics: Some(metrics),
        ..ApiSettings::default()
    })
    .await;
    let answer = stage.get("/metrics").await;
    assert_eq!(answer.text, "recarga_http_requests_total 1\n");
    assert!(answer.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn what_is_counted_names_no_number() {
    let metrics = recarga::api::install_metrics().unwrap();
    let stage = Stage::with(ApiSettings {
        metrics: Some(metrics),
        ..ApiSettings::default()
    })
    .await;
    stage.get("/v2/check_phone_number?phone_number=%2B15551234567").await;
    stage.get("/v2/orders/ord_1").await;
    let text = stage.get("/metrics").await.text;
    let line = r#"recarga_http_requests_total{method="GET",route="/v2/check_phone_number",status="200"}"#;
    assert!(text.contains(line), "{text}");
    assert!(text.contains(r#"route="/v2/orders/{id}",status="404""#), "{text}");
    assert!(text.contains("recarga_http_request_seconds_bucket"), "{text}");
    assert!(!text.contains("5551234567") && !text.contains("ord_1"), "{text}");
}
