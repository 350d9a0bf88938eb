//! The v2 API's messages, read: a Recarga's and another server's.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use model::{
    Absence, AttemptId, Callback, CallbackError, Category, Cause, Clock, Elsewhere, Evidence, Fault, Listing,
    ListingTerms, Money, OrderId, Outcome, RecordState, Supplier, Timestamp,
};
use reqwest::header::HeaderMap;
use rust_decimal::Decimal;

use super::{
    Recarga, RecargaSettings, Server,
    answers::{self, Place},
    codes::CODES,
    listing, price_max,
    wire::{List, Order, Product},
};
use crate::{Secret, Unmapped, codes::Meaning, http::Answer};

fn attempt() -> AttemptId {
    let ordered_at: Timestamp = "2026-11-25T08:30:00Z".parse().unwrap();
    AttemptId {
        order: OrderId::first_at(ordered_at),
        number: 1,
    }
}

fn named(text: &str) -> String {
    text.replace("REFERENCE", &attempt().to_string())
}

fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer {
        status,
        headers: HeaderMap::new(),
        body: body.into(),
    }
}

fn invoiced(status: u16, body: impl Into<String>) -> Outcome {
    answers::invoiced(&answer(status, body), &Evidence::new())
}

fn ours() -> String {
    named(include_str!("fixtures/invoice.json"))
}

fn money(text: &str) -> Money {
    text.to_owned().try_into().unwrap()
}

fn shelf(text: &str, currency: &str) -> BTreeMap<String, Listing> {
    let list: List<Product> = serde_json::from_str(text).unwrap();
    let all = list.data.iter();
    let all = all.flat_map(|product| listing::listings(product, currency.parse().unwrap()));
    all.map(|listing| (listing.sku.to_string(), listing)).collect()
}

#[test]
fn a_recargas_products_are_listed_at_the_accounts_prices() {
    let shelf = shelf(include_str!("fixtures/product.json"), "USD");
    let skus: Vec<_> = shelf.keys().map(String::as_str).collect();
    assert_eq!(
        skus,
        ["at-t-usa", "at-t-usa<&>25", "at-t-usa<&>month"],
        "unpriced and sold out ones are not"
    );
    let fixed = ListingTerms::Fixed {
        amount: Some(money("25.00 USD")),
        cost: money("24.75 EUR"),
    };
    assert_eq!(shelf["at-t-usa<&>25"].terms, fixed);
    let month = &shelf["at-t-usa<&>month"];
    assert_eq!(month.title.as_deref(), Some("A month of everything"));
    assert_eq!(
        (month.benefits.data_mb, month.benefits.validity_days),
        (Some(10_000), Some(30))
    );
    let ListingTerms::Ranged { range, cost_rate, .. } = shelf["at-t-usa"].terms else {
        panic!("a range")
    };
    assert_eq!((range.step, cost_rate), (money("0.50 USD"), Decimal::new(99, 2)));
}

#[test]
fn another_servers_products_are_priced_in_the_accounts_currency() {
    let shelf = shelf(include_str!("fixtures/product-v2.json"), "USD");
    let skus: Vec<_> = shelf.keys().map(String::as_str).collect();
    assert_eq!(
        skus,
        ["a-test", "a-test<&>1GB, 7 Days"],
        "neither PINs nor cards are for phones"
    );
    let bundle = &shelf["a-test<&>1GB, 7 Days"];
    let terms = ListingTerms::Fixed {
        amount: None,
        cost: money("3.20 USD"),
    };
    assert_eq!((&bundle.terms, bundle.category), (&terms, Category::Data));
    assert_eq!(bundle.title.as_deref(), Some("1GB, 7 Days"));
}

#[test]
fn a_delivery_is_read_with_its_price_and_the_operators_reference() {
    let Outcome::Delivered(receipt) = invoiced(200, ours()) else {
        panic!("it was delivered")
    };
    assert_eq!(
        receipt.supplier_reference.as_deref(),
        Some("ord_01kasd8e1hf5t8w1xq0c9k2m3p")
    );
    assert_eq!(receipt.operator_reference.as_deref(), Some("OP-1"));
    assert_eq!(
        (receipt.cost, receipt.delivered),
        (Some(money("24.75 USD")), Some(money("25.00 USD")))
    );
}

#[test]
fn another_servers_order_is_pending_until_it_is_delivered_or_refunded() {
    let created = include_str!("fixtures/invoice-v2.json");
    let pending = Outcome::Pending {
        supplier_reference: Some("64f0aa000000000000000001".into()),
    };
    assert_eq!(invoiced(200, created), pending);
    assert_eq!(
        invoiced(200, created.replace("created\",", "permanent_failure\",")),
        pending
    );
    let Outcome::Delivered(receipt) = invoiced(200, created.replace("\"created\"", "\"delivered\"")) else {
        panic!("it was delivered")
    };
    assert_eq!(receipt.cost, Some(money("5.70 USD")), "what its invoice cost");
    let none = r#"{"data":{"id":"8e4b","status":"unpaid","orders":[]}}"#;
    let Outcome::Pending {
        supplier_reference: Some(reference),
    } = invoiced(200, none)
    else {
        panic!("nobody can tell")
    };
    assert_eq!(Place::of(&reference), Place::Invoice("8e4b"));
    assert_eq!(Place::of("64f0"), Place::Order("64f0"));
}

#[test]
fn statuses_mean_what_they_say() {
    let of = |status: &str| invoiced(200, ours().replace("\"delivered\"", &format!("\"{status}\"")));
    for status in ["created", "pending", "processing", "failed", "permanent_failure"] {
        assert!(matches!(of(status), Outcome::Pending { .. }), "{status}");
    }
    for status in ["refunded", "cancelled"] {
        let Outcome::Rejected(rejection) = of(status) else {
            panic!("{status} is proof")
        };
        assert_eq!(
            (rejection.fault, rejection.elsewhere),
            (Fault::Operator, Elsewhere::May)
        );
    }
    assert!(matches!(of("reversed"), Outcome::Reversed { .. }));
    assert_eq!(of("paused"), Outcome::Unknown(Cause::UnlistedCode("paused".into())));
}

#[test]
fn every_code_of_the_table_means_what_it_says() {
    let refused = include_str!("fixtures/refused.json");
    for row in CODES {
        let outcome = invoiced(409, refused.replace("duplicate_topup", row.code));
        match (row.meaning, &outcome) {
            (Meaning::No(fault), Outcome::Rejected(rejection)) => {
                assert_eq!((rejection.fault, rejection.elsewhere), (fault, Elsewhere::May));
            }
            (Meaning::NoForAll(fault), Outcome::Rejected(rejection)) => {
                assert_eq!((rejection.fault, rejection.elsewhere), (fault, Elsewhere::MustNot));
            }
            (Meaning::NoForNow(_, seconds), Outcome::Rejected(rejection)) => {
                assert_eq!(rejection.again_after_s, Some(seconds));
            }
            (Meaning::Unclear, Outcome::Unknown(_)) => {}
            _ => panic!("{} became {outcome:?}", row.code),
        }
    }
}

#[test]
fn whatever_proves_nothing_is_unknown() {
    for (status, body) in [
        (500, r#"{"error_code":"balance_too_low"}"#),
        (503, r#"{"error_code":"unavailable"}"#),
        (400, "<html>"),
        (404, ""),
        (400, r#"{"error_code":"newly_invented"}"#),
        (200, ""),
        (200, "{}"),
        (307, ""),
    ] {
        let outcome = invoiced(status, body);
        assert!(matches!(outcome, Outcome::Unknown(_)), "{status} {body}: {outcome:?}");
    }
    for status in [401, 403, 429] {
        assert!(matches!(invoiced(status, ""), Outcome::Rejected(_)), "{status}");
    }
}

#[test]
fn orders_are_found_by_our_reference_and_no_other() {
    let invoice: serde_json::Value = serde_json::from_str(&ours()).unwrap();
    let page = serde_json::json!({"data": invoice["data"]["orders"]}).to_string();
    let listed = |status, body: &str| answers::listed(&answer(status, body), attempt(), &Evidence::new());
    assert!(matches!(listed(200, &page), Some(Outcome::Delivered(_))));
    assert_eq!(listed(200, r#"{"data":[]}"#), None);
    let foreign = page.replace(&attempt().to_string(), "x");
    for (status, body) in [(200, foreign.as_str()), (500, ""), (404, r#"{"data":[]}"#), (200, "[]")] {
        assert!(matches!(listed(status, body), Some(Outcome::Unknown(_))), "{body}");
    }
    let order: Order = serde_json::from_value(invoice["data"]["orders"][0].clone()).unwrap();
    let record = order.record().unwrap();
    assert_eq!(
        (record.state, record.cost),
        (RecordState::Delivered, Some(money("24.75 USD")))
    );
    assert_eq!(record.reference, Some(attempt().to_string()));
}

#[test]
fn a_price_may_be_a_little_above_the_listed_one() {
    assert_eq!(price_max(money("24.75 USD")).unwrap().0, Decimal::new(2_501, 2));
    assert_eq!(price_max(money("100 JPY")).unwrap().0, Decimal::from(102));
}

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_614_265_330_000)
    }
}

fn supplier(server: Server) -> Recarga {
    let settings = RecargaSettings {
        name: "upstream".parse().unwrap(),
        base_url: "http://127.0.0.1:1/v2".parse().unwrap(),
        api_key: Secret::new("rk_1"),
        api_id: None,
        server,
        callback_url: None,
        webhook_secret: Some(Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
        test_products: false,
        timeout: Duration::from_secs(20),
    };
    Recarga::open(settings, Arc::new(Now), Arc::new(Unmapped)).unwrap()
}

#[test]
fn only_a_recargas_silence_can_be_proof() {
    assert!(matches!(
        supplier(Server::Recarga).capabilities().absence,
        Absence::Proof { .. }
    ));
    assert_eq!(supplier(Server::OtherV2).capabilities().absence, Absence::NeverProof);
}

#[test]
fn a_push_has_to_be_signed() {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    // The example that the Standard Webhooks specification gives: signed, and no invoice.
    let mut push = Callback {
        headers: vec![
            header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            header("webhook-timestamp", "1614265330"),
            header("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: br#"{"test": 2432232314}"#.to_vec(),
        received_at: Now.now(),
    };
    let supplier = supplier(Server::Recarga);
    assert!(matches!(supplier.callback(&push), Err(CallbackError::Unreadable(_))));
    push.body = named(r#"{"id":"inv","reference":"REFERENCE"}"#).into_bytes();
    assert!(matches!(supplier.callback(&push), Err(CallbackError::Forged(_))));
}
