//! `/v2/products`.

use crate::stage::{BASE_URL, Stage};

#[tokio::test]
async fn a_country_is_listed_with_the_accounts_prices() {
    let stage = Stage::new().await;
    insta::assert_snapshot!(
        stage
            .get("/v2/products?country=US&type=phone_refill&limit=1")
            .await
            .shown()
    );
}

#[tokio::test]
async fn a_product_is_found_by_its_id() {
    let stage = Stage::new().await;
    let found = stage.get("/v2/products/at-t-usa").await.json();
    assert_eq!(found["data"]["id"], "at-t-usa");
    assert_eq!(found["data"]["name"], "AT&T");
    assert_eq!(found["meta"]["id"], "at-t-usa");
    let listed = stage.get("/v2/products?country=us&category=airtime").await.json();
    assert!(listed["data"].as_array().unwrap().contains(&found["data"]));
    insta::assert_snapshot!(stage.get("/v2/products/no-such-product").await.shown());
}

#[tokio::test]
async fn pages_follow_each_other_with_every_filter() {
    let stage = Stage::new().await;
    let mut path = "/v2/products?country=US,DE&category=airtime,data&limit=3".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = stage.get(&path).await.json();
        ids.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|product| product["id"].to_string()),
        );
        let Some(next) = page["meta"]["_next"].as_str() else {
            break;
        };
        assert!(
            next.contains("country=US%2CDE&category=airtime%2Cdata&start="),
            "{next}"
        );
        path = next.strip_prefix(BASE_URL).unwrap().to_owned();
    }
    let whole = stage
        .get("/v2/products?country=US,DE&category=airtime,data")
        .await
        .json();
    let expected: Vec<_> = whole["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["id"].to_string())
        .collect();
    assert!(expected.len() > 3);
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn test_products_are_shown_to_those_who_ask() {
    let stage = Stage::new().await;
    let count = |answer: crate::stage::Answer| {
        let products = answer.json()["data"].as_array().unwrap().clone();
        products.iter().filter(|product| product["test"] == true).count()
    };
    assert_eq!(count(stage.get("/v2/products/search?q=test+phone+refill").await), 0);
    assert_eq!(
        count(
            stage
                .get("/v2/products/search?q=test+phone+refill&include_test_products=true")
                .await
        ),
        2
    );
}

#[tokio::test]
async fn a_search_finds_operators_by_their_country() {
    let stage = Stage::new().await;
    let found = stage.get("/v2/products/search?q=vodafone+germany").await.json();
    assert_eq!(found["data"][0]["name"], "Vodafone");
    assert_eq!(found["data"][0]["country_code"], "DE");
    assert_eq!(found["meta"]["q"], "vodafone germany");
}

#[tokio::test]
async fn a_bundle_says_what_it_holds_and_an_amount_is_a_number() {
    let stage = Stage::new().await;
    let products = stage.get("/v2/products?country=US").await.json()["data"]
        .as_array()
        .unwrap()
        .clone();
    let first = |category: &str| {
        let product = products.iter().find(|product| product["category"] == category).unwrap();
        product["packages"][0].clone()
    };
    let airtime = first("airtime");
    assert!(
        airtime["value"].is_number() && airtime["price"].is_number(),
        "{airtime}"
    );
    let data = first("data");
    assert!(data["value"].is_string() && data["title"].is_string(), "{data}");
    assert!(data["data_mb"].is_u64() && data["validity_days"].is_u64(), "{data}");
}
