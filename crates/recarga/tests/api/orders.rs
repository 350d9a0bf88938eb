//! `/v2/orders`.

use crate::stage::{Stage, top_up};

#[tokio::test]
async fn a_delivered_order_reads_as_the_documentation_says() {
    let stage = Stage::new().await;
    stage.work();
    let invoice = stage.buy("+15551234567").await;
    let path = format!("/v2/orders/{}", invoice["orders"][0]["id"].as_str().unwrap());
    stage.until(&path, |order| order["status"] == "delivered").await;
    let answer = stage.get(&path).await;
    let reference = answer.json()["data"]["receipt"]["operator_reference"]
        .as_str()
        .unwrap()
        .to_owned();
    insta::assert_snapshot!(answer.shown().replace(&reference, "[reference]"));
}

#[tokio::test]
async fn a_refused_order_is_refunded_and_says_why() {
    let stage = Stage::new().await;
    stage.work();
    let invoice = stage.buy("+15551230001").await;
    let path = format!("/v2/orders/{}", invoice["orders"][0]["id"].as_str().unwrap());
    stage.until(&path, |order| order["status"] == "refunded").await;
    insta::assert_snapshot!(stage.get(&path).await.shown());
    assert_eq!(stage.get("/v2/accounts/balance").await.json()["data"]["balance"], 1_000);
}

#[tokio::test]
async fn an_order_whose_outcome_is_not_known_is_confirming() {
    let stage = Stage::new().await;
    stage.work();
    let invoice = stage.buy("+15551230012").await;
    let path = format!("/v2/orders/{}", invoice["orders"][0]["id"].as_str().unwrap());
    let order = stage
        .until(&path, |order| order["pending_reason"] == "confirming")
        .await;
    assert_eq!(order["status"], "pending");
    assert_eq!(order.get("refund"), None);
}

#[tokio::test]
async fn orders_are_found_by_what_is_known_of_them() {
    let stage = Stage::new().await;
    stage
        .post("/v2/invoices", top_up("+15551234567", r#","reference":"cart 1""#))
        .await;
    stage
        .post("/v2/invoices", top_up("+15551234568", r#","auto_pay":false"#))
        .await;
    stage
        .post(
            "/v2/invoices",
            r#"{"products":[{"product_id":"at-t-usa","value":25,"phone_number":"+15551234569"}]}"#,
        )
        .await;
    let count = async |query: &str| {
        let answer = stage.get(&format!("/v2/orders?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["data"].as_array().unwrap().len()
    };
    assert_eq!(
        count("").await,
        2,
        "a field given twice is no JSON object that can be read"
    );
    assert_eq!(count("status=pending").await, 1);
    assert_eq!(count("status=created&limit=1").await, 1);
    assert_eq!(count("reference=cart+1").await, 1);
    assert_eq!(count("phone_number=+15551234567").await, 1);
    assert_eq!(count("phone_number=%2B4915123456789").await, 0);
    assert_eq!(count("after=2026-11-23T08:30:00Z&before=2030-01-01").await, 2);
    assert_eq!(
        count("after=2026-11-23T10:30:00+02:00").await,
        2,
        "an offset's plus became a space"
    );
    assert_eq!(count("before=2026-11-23+08:30:00").await, 0);
}

#[tokio::test]
async fn a_filtered_list_is_not_counted_to_without_end() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/v2/orders?start=5000000").await.status, 200);
    assert_eq!(stage.get("/v2/orders?status=delivered&start=10000").await.status, 200);
    insta::assert_snapshot!(stage.get("/v2/orders?status=delivered&start=10001").await.shown());
}

#[tokio::test]
async fn another_accounts_order_is_not_there() {
    let mut stage = Stage::new().await;
    let invoice = stage.buy("+15551234567").await;
    let scopes = [engine::accounts::Scope::Read, engine::accounts::Scope::Purchase];
    (_, stage.token) = stage.account_with(0, &scopes).await;
    let id = |value: &serde_json::Value| value["id"].as_str().unwrap().to_owned();
    assert_eq!(
        stage
            .get(&format!("/v2/orders/{}", id(&invoice["orders"][0])))
            .await
            .status,
        404
    );
    assert_eq!(stage.get(&format!("/v2/invoices/{}", id(&invoice))).await.status, 404);
    assert_eq!(
        stage
            .post(&format!("/v2/invoices/{}/pay", id(&invoice)), "{}")
            .await
            .status,
        404
    );
    assert_eq!(stage.get("/v2/orders/ord_xyz789").await.status, 404);
}
