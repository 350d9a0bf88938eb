//! `/v2/accounts`.

use crate::stage::Stage;

#[tokio::test]
async fn a_balance_shows_what_open_orders_hold() {
    let stage = Stage::new().await;
    stage.buy("+15551234567").await;
    insta::assert_snapshot!(stage.get("/v2/accounts/balance").await.shown());
}

#[tokio::test]
async fn a_statement_has_every_movement_with_its_order_or_deposit() {
    let stage = Stage::new().await;
    stage.buy("+15551234567").await;
    insta::assert_snapshot!(stage.get("/v2/accounts/transactions").await.shown());
    let first = stage.get("/v2/accounts/transactions?limit=1").await.json();
    let next = first["meta"]["_next"].as_str().unwrap();
    let path = next.strip_prefix(crate::stage::BASE_URL).unwrap();
    let second = stage.get(path).await.json();
    assert_eq!(second["data"][0]["type"], "deposit");
    assert_eq!(second["meta"].get("_next"), None);
}
