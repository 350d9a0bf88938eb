//! Ding's wire and its peculiarities.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use simulators::Supplier;

use crate::stage::{Caller, Stage};

const PHONE: &str = "50936377111";

fn order(reference: &str, phone: &str) -> Value {
    json!({
        "SkuCode": "S0HT10", "SendValue": 10.00, "SendCurrencyIso": "USD", "AccountNumber": phone,
        "DistributorRef": reference, "ValidateOnly": false, "Settings": [],
    })
}

fn code(answer: &Value) -> (&str, &str) {
    let error = &answer["ErrorCodes"][0];
    (error["Code"].as_str().unwrap(), error["Context"].as_str().unwrap())
}

#[test]
fn a_transfer_is_complete_and_listed() {
    let stage = Stage::of(Supplier::Ding);
    let sent = stage.post("/SendTransfer", &order("one", PHONE)).json();
    assert_eq!(
        (&sent["ResultCode"], &sent["TransferRecord"]["ProcessingState"]),
        (&json!(1), &json!("Complete"))
    );
    assert_eq!(sent["TransferRecord"]["Price"]["ReceiveValue"], json!(1300));
    assert_eq!(stage.spent(), Decimal::from(10));
    let wanted = json!({ "DistributorRef": "one", "AccountNumber": PHONE, "Skip": 0, "Take": 1 });
    let listed = stage.post("/ListTransferRecords", &wanted).json();
    assert_eq!(listed["Items"][0]["TransferRecord"], sent["TransferRecord"]);
    assert_eq!(listed["ThereAreMoreItems"], false);
    assert_eq!(stage.get("/GetBalance").json()["Balance"], 9_990);
}

#[test]
fn a_reference_that_is_sent_twice_is_paid_twice() {
    let stage = Stage::of(Supplier::Ding);
    let sent = [(); 2].map(|()| stage.post("/SendTransfer", &order("one", PHONE)).json());
    let references = sent
        .each_ref()
        .map(|sent| &sent["TransferRecord"]["TransferId"]["TransferRef"]);
    assert_ne!(references[0], references[1]);
    assert_eq!((stage.delivered("one"), stage.spent()), (2, Decimal::from(20)));
}

#[test]
fn an_empty_float_is_a_broken_server() {
    let stage = Stage::of(Supplier::Ding);
    stage.running.set_wallet(Decimal::ONE);
    let sent = stage.post("/SendTransfer", &order("one", PHONE));
    assert_eq!((sent.status, code(&sent.json())), (500, ("InsufficientBalance", "")));
    assert_eq!(stage.delivered("one"), 0);
}

#[test]
fn a_plus_is_no_digit() {
    let stage = Stage::of(Supplier::Ding);
    let sent = stage.post("/SendTransfer", &order("one", "+50936377111")).json();
    assert_eq!(code(&sent), ("AccountNumberInvalid", "AccountNumberFailedRegex"));
}

#[test]
fn names_in_another_style_are_ignored() {
    let stage = Stage::of(Supplier::Ding);
    let mut order = order("one", PHONE);
    let fields = order.as_object_mut().unwrap();
    let validate_only = fields.remove("ValidateOnly").unwrap();
    fields.insert("validate_only".to_owned(), validate_only);
    let sent = stage.post("/SendTransfer", &order).json();
    assert_eq!(code(&sent), ("ParameterMissing", "ValidateOnly"));
}

#[test]
fn a_validation_looks_at_the_balance_and_moves_nothing() {
    let stage = Stage::of(Supplier::Ding);
    let mut order = order("one", PHONE);
    order["ValidateOnly"] = json!(true);
    let estimate = stage.post("/SendTransfer", &order).json();
    assert_eq!(
        (&estimate["ResultCode"], &estimate["TransferRecord"]["TransferId"]),
        (&json!(1), &Value::Null)
    );
    stage.running.set_wallet(Decimal::ONE);
    assert_eq!(
        code(&stage.post("/SendTransfer", &order).json()).0,
        "InsufficientBalance"
    );
    assert!(stage.running.transactions().is_empty());
}

#[test]
fn a_test_agents_outcome_is_the_last_digit() {
    let stage = Stage::of(Supplier::Ding);
    let agent = Caller::new(&stage.running.base_url(), ("api_key", "test-agent".to_owned()));
    let said = |digit: u32| {
        let order = order("one", &format!("5093637711{digit}"));
        let sent = agent.post("/SendTransfer", &order).unwrap().json();
        let codes = sent["ErrorCodes"].as_array().unwrap();
        let code = codes
            .first()
            .map(|code| format!("{} {}", code["Code"], code["Context"]));
        code.unwrap_or_default().replace('"', "")
    };
    let said: Vec<_> = (0..10).map(said).collect();
    let expected = [
        "",
        "RateLimited ",
        "TransientProviderError ProviderTimedOut",
        "TransientProviderError ProviderRefusedRequest",
        "ProviderError ProductUnavailable",
        "AccountNumberInvalid ProviderRefusedRequest",
        "ProviderError ProviderTemporarilyUnavailable",
        "InsufficientBalance ",
        "AccountNumberInvalid AccountNumberFailedRegex",
        "ProviderError RechargeNotAllowed",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_products_test_number_costs_nothing() {
    let stage = Stage::of(Supplier::Ding);
    let product = stage.get("/GetProducts?skuCodes=S0HT10").json()["Items"][0].clone();
    let sent = stage.post("/SendTransfer", &order("one", product["UatNumber"].as_str().unwrap()));
    assert_eq!(sent.json()["TransferRecord"]["ProcessingState"], "Complete");
    assert_eq!(stage.spent(), Decimal::ZERO);
}

#[test]
fn a_batch_is_paid_at_once_and_delivered_later_or_cancelled() {
    let stage = Stage::of(Supplier::Ding);
    let mut order = order("one", PHONE);
    (order["SkuCode"], order["SendValue"]) = (json!("S0HTB2"), json!(15));
    let sent = stage.post("/SendTransfer", &order).json()["TransferRecord"].clone();
    assert_eq!(sent["ProcessingState"], "Submitted");
    assert_eq!(stage.get("/GetBalance").json()["Balance"], 9_985);
    let cancel = || {
        stage.post(
            "/CancelTransfers",
            &json!([{ "TransferId": sent["TransferId"], "BatchItemRef": "a" }]),
        )
    };
    assert_eq!(cancel().json()["Items"][0]["ProcessingState"], "Cancelled");
    assert_eq!(cancel().json()["Items"][0]["ResultCode"], 4);
    stage.post("/SendTransfer", &order);
    stage.advance(2);
    assert_eq!((stage.delivered("one"), stage.spent()), (1, Decimal::from(15)));
}

#[test]
fn whose_a_number_is_may_be_unclear() {
    let stage = Stage::of(Supplier::Ding);
    let lookup = |number: &str| stage.get(&format!("/GetAccountLookup?accountNumber={number}")).json();
    let items = |answer: &Value| answer["Items"].as_array().map_or(0, Vec::len);
    let [clear, shared, country, none] = ["50936377111", "50499887766", "509363", "999"].map(lookup);
    assert_eq!((&clear["ResultCode"], items(&clear)), (&json!(1), 1));
    assert_eq!((&shared["ResultCode"], items(&shared)), (&json!(1), 3));
    assert_eq!((&country["ResultCode"], items(&country)), (&json!(2), 0));
    assert_eq!(none["ResultCode"], 4);
}

#[test]
fn the_catalogue_has_fixed_amounts_ranges_and_plans() {
    let stage = Stage::of(Supplier::Ding);
    let products = stage.get("/GetProducts?countryIsos=HT").json()["Items"].clone();
    let products = products.as_array().unwrap();
    let ranges = products
        .iter()
        .filter(|product| product["Minimum"] != product["Maximum"]);
    assert_eq!(ranges.count(), 2, "one for each operator");
    assert!(products.iter().any(|product| product["ValidityPeriodIso"] == "P30D"));
    let asked = json!([{ "SkuCode": "S0HTR", "ReceiveValue": 650, "BatchItemRef": "a" }]);
    let estimate = stage.post("/EstimatePrices", &asked).json();
    assert_eq!(estimate["Items"][0]["Price"]["SendValue"], 5);
}
