use std::collections::HashMap;

use model::{AttemptId, Cause, Elsewhere, Fault, Outcome};
use reqwest::Url;
use serde_json::{Value, json};

use super::{
    Batches, Commission, DingSettings,
    codes::{CODES, ErrorCode, Verdict, verdict},
    listing::{Beside, Product, Provider},
    wire::{Items, Told},
};
use crate::Secret;

const TRANSFER: &str = include_str!("../../tests/fixtures/ding/transfer.json");
const RECORDS: &str = include_str!("../../tests/fixtures/ding/records.json");
const PROVIDERS: &str = include_str!("../../tests/fixtures/ding/providers.json");
const PRODUCTS: &str = include_str!("../../tests/fixtures/ding/products.json");

fn told(state: &str, codes: &Value) -> Told {
    let mut body: Value = serde_json::from_str(TRANSFER).unwrap();
    body["TransferRecord"]["ProcessingState"] = state.into();
    body["ErrorCodes"] = codes.clone();
    serde_json::from_value(body).unwrap()
}

fn outcome(state: &str, codes: &Value) -> Outcome {
    let told = told(state, codes);
    told.transfer_record
        .unwrap()
        .outcome(&told.error_codes, Commission::Separate)
}

fn code(code: &str, context: &str) -> ErrorCode {
    ErrorCode {
        code: code.into(),
        context: Some(context.into()),
    }
}

fn settings(commission: Commission, batches: Batches) -> DingSettings {
    DingSettings {
        name: "ding".parse().unwrap(),
        base_url: Url::parse(super::BASE_URL).unwrap(),
        api_key: Secret::new("key"),
        commission,
        batches,
        timeout: super::settings::TIMEOUT,
    }
}

#[test]
fn a_measured_transfer_is_read() {
    let told: Told = serde_json::from_str(TRANSFER).unwrap();
    let transfer = told.transfer_record.unwrap();
    let attempt: AttemptId = "att_01kdnq7c1sfw8bb0zs30v5m8d2_1".parse().unwrap();
    assert!(transfer.is_of(attempt));
    assert!(!format!("{transfer:?}").contains("4455"), "a PIN is not read");
    let Outcome::Delivered(receipt) = transfer.outcome(&[], Commission::Netted) else {
        panic!("complete is delivered")
    };
    assert_eq!(receipt.cost.unwrap().to_string(), "4.75 USD");
    assert_eq!(transfer.cost(Commission::Separate).unwrap().to_string(), "5.10 USD");
    assert_eq!(receipt.delivered.unwrap().to_string(), "650.00 HTG");
    assert_eq!(receipt.operator_reference.as_deref(), Some("OP-77"));
}

#[test]
fn a_state_decides_and_an_unknown_one_is_asked_about() {
    let none = json!([]);
    for state in ["Submitted", "Processing", "Cancelling"] {
        assert!(
            matches!(
                outcome(state, &none),
                Outcome::Pending {
                    supplier_reference: Some(_)
                }
            ),
            "{state}"
        );
    }
    for state in ["Failed", "Cancelled"] {
        assert!(
            matches!(outcome(state, &none), Outcome::Rejected(no) if no.elsewhere == Elsewhere::May),
            "{state}"
        );
    }
    for state in ["Completed", "complete", ""] {
        assert!(
            matches!(outcome(state, &none), Outcome::Unknown(Cause::UnlistedCode(_))),
            "{state}"
        );
    }
    let equal = json!([{ "Code": "DuplicateTransactionPrevented", "Context": "" }]);
    let Outcome::Rejected(no) = outcome("Failed", &equal) else {
        panic!("failed is failed")
    };
    assert_eq!((no.fault, no.elsewhere), (Fault::Duplicate, Elsewhere::MustNot));
}

#[test]
fn every_code_means_what_the_table_says() {
    let mut table = Vec::new();
    for row in CODES {
        let (name, context) = row.code.split_once(" (").unwrap_or((row.code, ""));
        let error = code(name, context.trim_end_matches(')'));
        table.push(format!("{}\n    {:?}", row.code, verdict(&[error])));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn a_context_counts_only_where_it_stands_in_the_table() {
    assert!(matches!(
        verdict(&[code("ParameterInvalid", "SkuCode")]),
        Verdict::No(_)
    ));
    assert!(matches!(
        verdict(&[code("InsufficientBalance", "wallet")]),
        Verdict::No(_)
    ));
    for unclear in [
        code("ProviderError", ""),
        code("ProviderError", "SomethingNew"),
        code("TransientProviderError", "SomethingNew"),
        code("PlanetsNotAligned", ""),
    ] {
        assert!(
            matches!(verdict(std::slice::from_ref(&unclear)), Verdict::Unclear(_)),
            "{unclear:?}"
        );
    }
}

#[test]
fn codes_are_a_no_only_together() {
    let no = code("InsufficientBalance", "");
    let first = code("TransientProviderError", "ProviderTimedOut");
    let unclear = code("OtherError", "");
    assert!(matches!(
        verdict(&[no.clone(), first.clone()]),
        Verdict::NoUnlessRecorded(_)
    ));
    assert!(matches!(verdict(&[no, first, unclear]), Verdict::Unclear(_)));
    assert!(matches!(verdict(&[]), Verdict::Unclear(_)));
}

#[test]
fn a_list_of_records_is_read_item_by_item() {
    let told: Items<Told> = serde_json::from_str(RECORDS).unwrap();
    let attempt: AttemptId = "att_01kdnq7c1sfw8bb0zs30v5m8d2_1".parse().unwrap();
    let ours = told.items.iter().filter_map(|told| told.transfer_record.as_ref());
    let ours: Vec<_> = ours
        .map(|transfer| (transfer.is_of(attempt), transfer.word()))
        .collect();
    assert_eq!(ours, [(true, "Failed"), (false, "Complete")]);
    assert!(!told.there_are_more_items);
}

#[test]
fn products_are_listed_with_their_operators() {
    let providers: Items<Provider> = serde_json::from_str(PROVIDERS).unwrap();
    let products: Items<Product> = serde_json::from_str(PRODUCTS).unwrap();
    let titles = HashMap::from([("bundle".to_owned(), "Minutes and data for a month".to_owned())]);
    let beside = Beside::new(providers.items, titles);
    let list = |settings: &DingSettings| {
        let listings = products.items.iter().filter_map(|one| one.listing(settings, &beside));
        listings.collect::<Vec<_>>()
    };
    insta::assert_debug_snapshot!(list(&settings(Commission::Separate, Batches::LeftOut)));
    let all = list(&settings(Commission::Netted, Batches::Sold));
    let skus: Vec<_> = all.iter().map(|one| &*one.sku).collect();
    assert_eq!(skus, ["D9HT10", "D9HTR", "D9HTB1", "D9HTBATCH"]);
    let netted = format!("{:?}", all[0].terms);
    assert!(netted.contains("4.75 USD"), "{netted}");
}
