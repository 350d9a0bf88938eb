//! `/v2/check_phone_number`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::stage::{Answer, Stage};

async fn check(stage: &Stage, query: &str) -> Answer {
    stage.get(&format!("/v2/check_phone_number?phone_number={query}")).await
}

#[tokio::test]
async fn the_seeds_numbers_have_operators_however_they_are_written() {
    let stage = Stage::new().await;
    for (number, query) in [
        ("+15551234567", "%2B15551234567"),
        ("+15551234567", "+15551234567"),
        ("+15551234567", "%2B1%20(555)%20123-4567"),
        ("+447911123456", "%2B447911123456"),
        ("+4915123456789", "%2B4915123456789"),
    ] {
        let answer = check(&stage, query).await.json();
        assert_eq!(answer["data"]["phone_number"], number, "{answer}");
        assert_eq!(answer["meta"]["phone_number"], number);
        assert!(!answer["data"]["operators"].as_array().unwrap().is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn a_number_says_whose_it_is_and_how_surely() {
    let stage = Stage::new().await;
    let answer = check(&stage, "%2B4915123456789").await;
    let mut json: Value = answer.json();
    json["data"]["operators"].as_array_mut().unwrap().truncate(2);
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[tokio::test]
async fn a_sure_operators_product_stands_where_other_clients_look_for_it() {
    let stage = Stage::new().await;
    // Nobody can take a number along in Cuba, where there is one operator.
    let answer = check(&stage, "%2B5351234567").await.json();
    assert_eq!(answer["operator_found"], true, "{answer}");
    let data = &answer["data"];
    assert_eq!(data["phone_number"], "+5351234567");
    assert_eq!(data["id"], data["operators"][0]["id"]);
    assert_eq!(data["operators"][0]["confidence"], "confirmed");
    assert!(
        data["packages"].is_array() && data["country_name"].is_string(),
        "{data}"
    );
    let product = stage
        .get(&format!("/v2/products/{}", data["id"].as_str().unwrap()))
        .await
        .json();
    for (name, value) in product["data"].as_object().unwrap() {
        assert_eq!(&data[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_hint_goes_before_others_of_which_as_little_is_known() {
    let stage = Stage::new().await;
    let hinted = check(&stage, "%2B12025550123&operator=verizon").await.json();
    assert!(
        hinted["data"]["operators"][0]["id"]
            .as_str()
            .unwrap()
            .starts_with("verizon"),
        "{hinted}"
    );
    assert_eq!(hinted["meta"]["operator"], "verizon");
}

#[tokio::test]
async fn what_a_supplier_knows_is_there_for_the_next_question() {
    let stage = Stage::new().await;
    let first = check(&stage, "%2B15551230014").await.json();
    assert_eq!(first["operator_found"], false, "nobody was waited for");
    let path = "/v2/check_phone_number?phone_number=%2B15551230014";
    let later = stage
        .until(path, |data| data["operators"][0]["source"] == "lookup")
        .await;
    assert_eq!(later["operators"][0]["id"], "t-mobile-usa");
    assert_eq!(later["operators"][0]["confidence"], "confirmed");
}

#[tokio::test]
async fn a_number_that_can_not_be_topped_up_says_why() {
    let stage = Stage::new().await;
    let mut reasons = String::new();
    for query in [
        "",
        "abc",
        "%2B1555",
        "%2B999123456",
        "%2B4930123456",
        "%2B15551234567&phone_number=1",
        "0151234567",
    ] {
        let answer = check(&stage, query).await;
        let json = answer.json();
        writeln!(
            reasons,
            "{query:<30} {} {} {}",
            answer.status, json["error_code"], json["message"]
        )
        .unwrap();
    }
    insta::assert_snapshot!(reasons);
}
