//! `/v2/webhooks`, and what a receiver gets.

use std::time::Duration;

use engine::webhooks::verify;
use model::Clock;
use serde_json::Value;

use crate::{
    receiver::{Received, Receiver},
    stage::{Stage, top_up, without_ids},
};

const DELIVERIES: &str = "/v2/webhooks/deliveries";

async fn buy_and_tell(stage: &Stage, phone_number: &str, url: &str) {
    let answer = stage
        .post(
            "/v2/invoices",
            top_up(phone_number, &format!(r#","webhook_url":"{url}""#)),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn secret(stage: &Stage) -> String {
    stage.get("/v2/webhooks/secret").await.json()["data"]["secret"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn signed(received: &Received, secret: &str, stage: &Stage) -> bool {
    let header = |name: &str| received.headers[name].to_str().unwrap();
    let headers = [
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
    ];
    verify(secret, headers, &received.body, stage.clock.now())
}

#[tokio::test]
async fn a_final_invoice_is_told_bare_and_signed() {
    let stage = Stage::new().await;
    let mut target = Receiver::answering(&[200]).await;
    buy_and_tell(&stage, "+15551234567", &target.url).await;
    stage.work();
    let received = target.received.recv().await.unwrap();
    assert!(signed(&received, &secret(&stage).await, &stage));
    assert!(received.headers["user-agent"].to_str().unwrap().starts_with("Recarga/"));
    let told: Value = serde_json::from_str(&received.body).unwrap();
    let path = format!("/v2/invoices/{}", told["id"].as_str().unwrap());
    assert_eq!(
        told,
        stage.get(&path).await.json()["data"],
        "what is told is what is read"
    );
    assert_eq!(told["status"], "complete");
    let delivered = stage.until(DELIVERIES, |list| list[0]["status"] == "delivered").await;
    let shown = serde_json::to_string_pretty(&delivered).unwrap();
    insta::assert_snapshot!(without_ids(&shown).replace(&target.url, "[url]"));
}

#[tokio::test]
async fn a_webhook_is_tried_again_and_every_try_is_logged() {
    let stage = Stage::new().await;
    let mut target = Receiver::answering(&[500, 302, 204]).await;
    buy_and_tell(&stage, "+15551234567", &target.url).await;
    stage.work();
    let first = target.received.recv().await.unwrap();
    stage
        .until(DELIVERIES, |list| {
            list[0]["tries"].as_array().is_some_and(|tries| tries.len() == 1)
        })
        .await;
    stage.clock.advance(Duration::from_secs(6));
    let second = target.received.recv().await.unwrap();
    stage
        .until(DELIVERIES, |list| {
            list[0]["tries"].as_array().is_some_and(|tries| tries.len() == 2)
        })
        .await;
    stage.clock.advance(Duration::from_secs(31));
    let done = stage.until(DELIVERIES, |list| list[0]["status"] == "delivered").await;
    let statuses: Vec<_> = done[0]["tries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["status_code"].clone())
        .collect();
    assert_eq!(statuses, [500, 302, 204], "a redirect is not followed");
    assert_eq!(first.headers["webhook-id"], second.headers["webhook-id"]);
    assert_ne!(first.headers["webhook-timestamp"], second.headers["webhook-timestamp"]);
}

#[tokio::test]
async fn who_is_gone_is_not_told_again() {
    let stage = Stage::new().await;
    let target = Receiver::answering(&[410]).await;
    buy_and_tell(&stage, "+15551234567", &target.url).await;
    stage.work();
    let failed = stage.until(DELIVERIES, |list| list[0]["status"] == "failed").await;
    assert_eq!(failed[0]["next_try_time"], Value::Null);
}

#[tokio::test]
async fn a_target_that_became_forbidden_is_a_failed_try() {
    let stage = Stage::new().await;
    buy_and_tell(&stage, "+15551234567", "https://shop.example.com/hook").await;
    let change = |tx: &mut engine::db::Tx<'_>| {
        tx.execute("UPDATE invoices SET webhook_url = 'http://169.254.169.254/latest'", &[])
    };
    stage.app.db.write_with(change).await.unwrap();
    stage.work();
    let tried = stage
        .until(DELIVERIES, |list| list[0]["tries"][0]["error"].is_string())
        .await;
    assert_eq!(
        tried[0]["tries"][0]["error"],
        "refused: 169.254.169.254 is not a public address"
    );
    assert_eq!(tried[0]["status"], "pending", "it is tried again: addresses change");
}

#[tokio::test]
async fn a_delivery_is_sent_again_on_request() {
    let stage = Stage::new().await;
    let mut target = Receiver::answering(&[200]).await;
    buy_and_tell(&stage, "+15551234567", &target.url).await;
    stage.work();
    let first = target.received.recv().await.unwrap();
    let list = stage.until(DELIVERIES, |list| list[0]["status"] == "delivered").await;
    stage.clock.advance(Duration::from_mins(1));
    let path = format!("{DELIVERIES}/{}/resend", list[0]["id"].as_str().unwrap());
    let answer = stage.post(&path, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_ne!(answer.json()["data"]["id"], list[0]["id"]);
    let again = target.received.recv().await.unwrap();
    assert_eq!(first.headers["webhook-id"], again.headers["webhook-id"]);
    assert_eq!(first.body, again.body);
    let page = stage.get(&format!("{DELIVERIES}?limit=1")).await.json();
    let next = page["meta"]["_next"]
        .as_str()
        .unwrap()
        .strip_prefix(crate::stage::BASE_URL)
        .unwrap();
    assert_eq!(stage.get(next).await.json()["data"][0]["id"], list[0]["id"]);
    let other = path.replace("whd_0", "whd_1");
    assert_eq!(stage.post(&other, "").await.status, 404);
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_while() {
    let stage = Stage::new().await;
    let old = secret(&stage).await;
    let rotated = stage.post("/v2/webhooks/secret", "").await;
    insta::assert_snapshot!(rotated.shown());
    let new = secret(&stage).await;
    assert_ne!(old, new);
    let mut target = Receiver::answering(&[200]).await;
    buy_and_tell(&stage, "+15551234567", &target.url).await;
    stage.work();
    let received = target.received.recv().await.unwrap();
    assert!(signed(&received, &old, &stage) && signed(&received, &new, &stage));
    stage.clock.advance(Duration::from_hours(25));
    assert_eq!(
        stage.get("/v2/webhooks/secret").await.json()["data"].get("previous"),
        None
    );
}
