//! Reloadly's wire and its peculiarities.

use serde_json::{Value, json};
use simulators::{Config, Fault, Rule, Supplier};

use crate::stage::{Stage, config};

const PHONE: &str = "50936377111";

/// An operator of a country's phone that sells any amount.
fn operator(stage: &Stage) -> Value {
    let all = stage.get("/operators/countries/HT").json();
    let ranged = |operator: &&Value| operator["denominationType"] == "RANGE";
    all.as_array().unwrap().iter().find(ranged).unwrap().clone()
}

fn order(stage: &Stage, reference: &str, phone: &str) -> Value {
    json!({
        "operatorId": operator(stage)["operatorId"], "amount": 15, "useLocalAmount": false,
        "customIdentifier": reference, "recipientPhone": { "countryCode": "HT", "number": phone },
    })
}

#[test]
fn a_top_up_is_paid_delivered_and_found() {
    let stage = Stage::of(Supplier::Reloadly);
    let answer = stage.post("/topups", &order(&stage, "one", PHONE)).json();
    assert_eq!(answer["status"], "SUCCESSFUL");
    assert_eq!(answer["deliveredAmount"], json!(1950));
    let cost = answer["balanceInfo"]["cost"].to_string();
    assert_eq!(stage.spent().to_string(), cost);
    let found = stage.get("/topups/reports/transactions?customIdentifier=ONE").json();
    assert_eq!(found["totalElements"], 1);
    assert_eq!(found["content"][0]["transactionId"], answer["transactionId"]);
    assert_eq!(found["content"][0]["balanceInfo"], Value::Null);
    let delivery = &stage.running.deliveries()[0];
    assert_eq!((delivery.phone.as_str(), delivery.reference.as_str()), (PHONE, "one"));
}

#[test]
fn an_asynchronous_top_up_is_under_way_first() {
    let stage = Stage::of(Supplier::Reloadly);
    let id = stage.post("/topups-async", &order(&stage, "one", PHONE)).json()["transactionId"].clone();
    let status = || stage.get(&format!("/topups/{id}/status")).json();
    assert_eq!(
        status(),
        json!({ "code": null, "message": null, "status": "PROCESSING" })
    );
    stage.advance(10);
    assert_eq!(status()["transaction"]["status"], "SUCCESSFUL");
}

#[test]
fn the_catalogue_is_paged_and_an_operator_is_detected() {
    let stage = Stage::of(Supplier::Reloadly);
    let first = stage.get("/operators?page=1&size=50").json();
    let total = first["totalElements"].as_u64().unwrap();
    let pages = first["totalPages"].as_u64().unwrap();
    let page = |page| stage.get(&format!("/operators?page={page}&size=50")).json();
    let all: Vec<_> = (1..=pages)
        .flat_map(|number| page(number)["content"].as_array().unwrap().clone())
        .collect();
    assert_eq!(u64::try_from(all.len()).unwrap(), total);
    let kinds = |name: &str| all.iter().filter(|operator| operator[name] == true).count();
    assert!(kinds("data") > 40 && kinds("bundle") > 20, "{total}");
    let detected = stage
        .get(&format!("/operators/auto-detect/phone/{PHONE}/countries/HT"))
        .json();
    assert_eq!(detected["country"]["isoName"], "HT");
    let unknown = stage.get("/operators/auto-detect/phone/123/countries/HT");
    assert_eq!(
        (unknown.status, &unknown.json()["errorCode"]),
        (404, &json!("COULD_NOT_AUTO_DETECT_OPERATOR"))
    );
}

#[test]
fn a_reference_is_used_once_by_calls_one_after_the_other() {
    let stage = Stage::of(Supplier::Reloadly);
    stage.post("/topups", &order(&stage, "one", PHONE));
    let again = stage.post("/topups", &order(&stage, "one", "50936377112"));
    assert_eq!(again.json()["errorCode"], "CUSTOM_IDENTIFIER_ALREADY_USED");
    assert_eq!(stage.delivered("one"), 1);
}

#[test]
fn two_calls_at_once_with_one_reference_are_both_executed() {
    let stage = Stage::of(Supplier::Reloadly);
    let order = order(&stage, "one", PHONE);
    stage.rule(Rule::new(Fault::Together));
    let calls = [(); 2].map(|()| stage.posting("/topups", order.clone()));
    for call in calls {
        assert_eq!(call.join().unwrap().unwrap().json()["status"], "SUCCESSFUL");
    }
    assert_eq!(stage.delivered("one"), 2);
}

#[test]
fn a_rejected_call_leaves_its_reference_free() {
    let stage = Stage::of(Supplier::Reloadly);
    let mut wrong = order(&stage, "one", PHONE);
    wrong["amount"] = json!(100_000);
    assert_eq!(
        stage.post("/topups", &wrong).json()["errorCode"],
        "INVALID_AMOUNT_FOR_OPERATOR"
    );
    let found = stage.get("/topups/reports/transactions?customIdentifier=one").json();
    assert_eq!(found["totalElements"], 0);
    assert_eq!(
        stage.post("/topups", &order(&stage, "one", PHONE)).json()["status"],
        "SUCCESSFUL"
    );
}

#[test]
fn a_number_rests_for_two_minutes() {
    let stage = Stage::of(Supplier::Reloadly);
    stage.post("/topups", &order(&stage, "one", PHONE));
    stage.advance(119);
    let soon = stage.post("/topups", &order(&stage, "two", PHONE));
    assert_eq!(soon.json()["errorCode"], "PHONE_RECENTLY_RECHARGED");
    stage.advance(1);
    assert_eq!(
        stage.post("/topups", &order(&stage, "two", PHONE)).json()["status"],
        "SUCCESSFUL"
    );
}

#[test]
fn a_token_expires_and_a_new_one_helps() {
    let mut stage = Stage::of(Supplier::Reloadly);
    let balance = |stage: &Stage| stage.get("/accounts/balance");
    assert_eq!(balance(&stage).json()["balance"], 10_000);
    stage.advance(86_400);
    let expired = balance(&stage);
    assert_eq!(
        (expired.status, &expired.json()["errorCode"]),
        (401, &json!("TOKEN_EXPIRED"))
    );
    stage.caller.log_in();
    assert_eq!(balance(&stage).status, 200);
}

#[test]
fn the_old_shape_has_neither_status_nor_cost() {
    let stage = Stage::with(Config {
        old_shape: true,
        ..config(Supplier::Reloadly)
    });
    let answer = stage.post("/topups", &order(&stage, "one", PHONE)).json();
    assert_eq!(answer.get("status"), None);
    assert_eq!(answer["balanceInfo"].get("cost"), None);
    let status = stage.get(&format!("/topups/{}/status", answer["transactionId"])).json();
    assert_eq!(status["status"], "SUCCESSFUL");
}
