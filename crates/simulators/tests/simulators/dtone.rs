//! DT One's wire and its peculiarities.

use serde_json::{Value, json};
use simulators::{Config, Status, Supplier};

use crate::stage::{Stage, config};

const PHONE: &str = "+593979123456";

/// Products of the phone's country.
fn products(stage: &Stage, kind: &str) -> Vec<Value> {
    let all = stage
        .get(&format!("/products?country_iso_code=ECU&type={kind}&per_page=100"))
        .json();
    all.as_array().unwrap().clone()
}

fn order(stage: &Stage, reference: &str, phone: &str) -> Value {
    json!({
        "external_id": reference, "product_id": products(stage, "FIXED_VALUE_RECHARGE")[0]["id"],
        "auto_confirm": false, "credit_party_identifier": { "mobile_number": phone },
    })
}

fn class(transaction: &Value) -> u64 {
    transaction["status"]["class"]["id"].as_u64().unwrap()
}

#[test]
fn money_is_held_then_confirmed_and_captured() {
    let stage = Stage::of(Supplier::DtOne);
    let created = stage.post("/async/transactions", &order(&stage, "one", PHONE));
    assert_eq!(created.status, 201);
    let created = created.json();
    assert_eq!(
        (class(&created), &created["creation_date"]),
        (1, &json!("2026-01-31T10:00:00.000000000Z"))
    );
    let balance = &stage.get("/balances").json()[0];
    assert_eq!(balance["holding"], created["prices"]["wholesale"]["amount"]);
    let path = format!("/async/transactions/{}/confirm", created["id"]);
    let confirmed = stage.post(&path, &Value::Null);
    assert_eq!((confirmed.status, class(&confirmed.json())), (202, 2));
    let asked = || stage.get(&format!("/transactions/{}", created["id"])).json();
    stage.advance(1);
    assert_eq!(class(&asked()), 5);
    stage.advance(1);
    assert_eq!(class(&asked()), 7);
    assert_eq!(
        stage.spent().to_string(),
        created["prices"]["wholesale"]["amount"].to_string()
    );
    assert_eq!(stage.post(&path, &Value::Null).json()["errors"][0]["code"], 1_007_002);
}

#[test]
fn what_is_held_is_cancelled_a_moment_later() {
    let stage = Stage::of(Supplier::DtOne);
    let created = stage.post("/async/transactions", &order(&stage, "one", PHONE)).json();
    let path = format!("/transactions/{}", created["id"]);
    let cancel = || stage.post(&format!("{path}/cancel"), &Value::Null);
    assert_eq!((cancel().status, class(&stage.get(&path).json())), (202, 1));
    let confirm = stage.post(&format!("/async{path}/confirm"), &Value::Null);
    assert_eq!(confirm.json()["errors"][0]["code"], 1_007_004);
    stage.advance(2);
    assert_eq!(class(&stage.get(&path).json()), 4);
    assert_eq!(cancel().json()["errors"][0]["code"], 1_007_005);
    assert_eq!(stage.spent().to_string(), "0");
}

#[test]
fn a_hold_expires_after_an_hour() {
    let stage = Stage::of(Supplier::DtOne);
    stage.post("/async/transactions", &order(&stage, "one", PHONE));
    stage.advance(3_600);
    assert_eq!(stage.running.transactions()[0].status, Status::Cancelled);
    assert!(stage.running.wallet().holding.is_zero());
}

#[test]
fn a_reference_is_used_once() {
    let stage = Stage::of(Supplier::DtOne);
    stage.post("/async/transactions", &order(&stage, "one", PHONE));
    let again = stage.post("/async/transactions", &order(&stage, "one", PHONE));
    assert_eq!(
        (again.status, &again.json()["errors"][0]["code"]),
        (400, &json!(1_007_001))
    );
}

#[test]
fn codes_are_texts_at_some_servers() {
    let stage = Stage::with(Config {
        string_codes: true,
        ..config(Supplier::DtOne)
    });
    assert_eq!(stage.get("/transactions/1").json()["errors"][0]["code"], "1008004");
}

#[test]
fn a_list_goes_back_a_day_and_no_further() {
    let stage = Stage::of(Supplier::DtOne);
    stage.post("/async/transactions", &order(&stage, "one", PHONE));
    let found = |query: &str| stage.get(&format!("/transactions?external_id=one{query}"));
    assert_eq!(found("").json().as_array().unwrap().len(), 1);
    stage.advance(86_401);
    assert_eq!(found("").json(), json!([]));
    let window = "&from_date=2026-01-31T00:00:00Z&to_date=2026-02-01T00:00:00Z";
    assert_eq!(found(window).json().as_array().unwrap().len(), 1);
    assert_eq!(
        found("&from_date=2026-01-30T00:00:00Z&to_date=2026-02-01T00:00:00Z").status,
        400
    );
}

#[test]
fn products_are_paged_and_say_what_they_contain() {
    let stage = Stage::of(Supplier::DtOne);
    let first = stage.get("/products?per_page=100");
    let pages: usize = first.header("x-total-pages").unwrap().parse().unwrap();
    assert_eq!(
        (first.header("x-next-page"), first.header("x-prev-page")),
        (Some("2"), None)
    );
    let last = stage.get(&format!("/products?per_page=100&page={pages}"));
    assert_eq!(last.header("x-next-page"), None);
    let bundle = stage.get("/products?subservice_id=12").json()[0].clone();
    let kinds: Vec<_> = bundle["benefits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|benefit| &benefit["type"])
        .collect();
    assert_eq!(kinds, ["DATA", "TALKTIME", "SMS"]);
    assert_eq!(bundle["validity"], json!({ "unit": "DAY", "quantity": 7 }));
}

#[test]
fn a_range_takes_what_is_sent_or_what_arrives() {
    let stage = Stage::of(Supplier::DtOne);
    let mut order = order(&stage, "one", PHONE);
    order["product_id"] = products(&stage, "RANGED_VALUE_RECHARGE")[0]["id"].clone();
    let missing = stage.post("/async/transactions", &order);
    assert_eq!(missing.json()["errors"][0]["code"], 1_000_400);
    order["calculation_mode"] = json!("DESTINATION_AMOUNT");
    order["destination"] = json!({ "unit_type": "CURRENCY", "unit": "USD", "amount": 12.5 });
    let created = stage.post("/async/transactions", &order).json();
    assert_eq!(created["prices"]["wholesale"]["amount"], json!(11.75));
    order["external_id"] = json!("two");
    order["destination"]["amount"] = json!(51);
    let outside = stage.post("/async/transactions", &order);
    assert_eq!(outside.json()["errors"][0]["code"], 1_003_002);
}

#[test]
fn a_number_has_candidates_and_one_of_them_is_sure() {
    let stage = Stage::of(Supplier::DtOne);
    let found = stage
        .post("/lookup/mobile-number", &json!({ "mobile_number": PHONE }))
        .json();
    let sure = found
        .as_array()
        .unwrap()
        .iter()
        .filter(|candidate| candidate["identified"] == true);
    assert_eq!((sure.count(), found.as_array().unwrap().len()), (1, 3));
}

#[test]
fn the_sandboxs_own_endings_choose_delay_and_outcome() {
    let stage = Stage::of(Supplier::DtOne);
    let endings = [
        ("100", 3, 70_000, "COMPLETED"),
        ("102", 3, 90_100, "DECLINED-INVALID-CREDIT-PARTY"),
        ("203", 20, 90_110, "DECLINED-BARRED-CREDIT-PARTY"),
        ("304", 300, 90_400, "DECLINED-OPERATOR-CURRENTLY-UNAVAILABLE"),
        ("105", 3, 90_600, "DECLINED-DUPLICATED-TRANSACTION"),
        ("106", 3, 90_000, "DECLINED"),
        ("107", 3, 90_900, "DECLINED-EXCEPTION"),
    ];
    for (ending, seconds, id, message) in endings {
        let mut order = order(&stage, ending, &format!("+593979123{ending}"));
        order["auto_confirm"] = json!(true);
        let created = stage.post("/async/transactions", &order).json();
        let asked = || stage.get(&format!("/transactions/{}", created["id"])).json();
        stage.advance(seconds - 1);
        assert!(matches!(class(&asked()), 2 | 5), "{ending}");
        stage.advance(1);
        let status = asked()["status"].clone();
        assert_eq!((&status["id"], &status["message"]), (&json!(id), &json!(message)));
    }
}
