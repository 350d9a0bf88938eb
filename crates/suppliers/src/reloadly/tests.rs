//! Reloadly's published messages, read.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use model::{
    AttemptId, Callback, CallbackError, Category, Cause, Elsewhere, Evidence, Fault, Listing, ListingTerms, Money,
    OrderId, Outcome, RecordState, Timestamp,
};
use reqwest::header::HeaderMap;
use rust_decimal::Decimal;
use sha2::Sha256;

use super::{
    answers::{self, Reported},
    codes::CODES,
    listing::{self, Order, Parameters},
    ordered, push, report,
    settings::RangesIn,
    wire::{Operator, Page, TokenGiven, Transaction},
};
use crate::{Secret, codes::Meaning, http::Answer};

fn attempt() -> AttemptId {
    let ordered_at: Timestamp = "2021-01-16T08:39:51Z".parse().unwrap();
    AttemptId {
        order: OrderId::first_at(ordered_at),
        number: 1,
    }
}

fn fixture(name: &str) -> String {
    let text = match name {
        "operators" => include_str!("fixtures/operators.json"),
        "topup" => include_str!("fixtures/topup.json"),
        "topup-older" => include_str!("fixtures/topup-older.json"),
        "topup-async" => include_str!("fixtures/topup-async.json"),
        "status" => include_str!("fixtures/status.json"),
        "report" => include_str!("fixtures/report.json"),
        "refused" => include_str!("fixtures/refused.json"),
        "token" => include_str!("fixtures/token.json"),
        other => panic!("there is no {other}"),
    };
    text.replace("REFERENCE", &attempt().to_string())
}

fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer {
        status,
        headers: HeaderMap::new(),
        body: body.into(),
    }
}

fn submitted(status: u16, body: impl Into<String>) -> Outcome {
    answers::submitted(&answer(status, body), attempt(), &Evidence::new())
}

fn money(text: &str) -> Money {
    text.to_owned().try_into().unwrap()
}

fn shelf(ranges: RangesIn) -> BTreeMap<String, Listing> {
    let page: Page<Operator> = serde_json::from_str(&fixture("operators")).unwrap();
    assert!(page.is_last(1));
    let all = page
        .content
        .iter()
        .flat_map(|operator| listing::listings(operator, ranges));
    all.map(|listing| (listing.sku.to_string(), listing)).collect()
}

fn parameters(listing: &Listing) -> Parameters {
    serde_json::from_str(listing.parameters.as_deref().unwrap()).unwrap()
}

#[test]
fn every_operator_but_pins_is_listed_under_names_that_rates_dont_change() {
    let shelf = shelf(RangesIn::Local);
    let skus: Vec<_> = shelf.keys().map(String::as_str).collect();
    assert_eq!(
        skus,
        [
            "173",
            "200@10INR",
            "200@18INR",
            "340",
            "645@1000NGN",
            "645@50NGN",
            "729@0.41",
            "729@4.07"
        ]
    );
    assert_eq!(shelf["645@50NGN"].category, Category::Data);
    assert_eq!(shelf["645@50NGN"].title.as_deref(), Some("25MB (24 hours)"));
    assert_eq!(shelf["200@10INR"].title.as_deref(), Some("Talktime of Rs. 7.47"));
    assert_eq!(shelf["200@18INR"].title, None, "it differs by the part of the country");
}

#[test]
fn a_range_in_our_currency_is_converted_and_costs_what_the_discount_leaves() {
    let shelf = shelf(RangesIn::Local);
    let ListingTerms::Ranged {
        range,
        cost_rate,
        cost_currency,
    } = shelf["173"].terms
    else {
        panic!("a range")
    };
    assert_eq!((range.min, range.max), (money("340.00 HTG"), money("4760.00 HTG")));
    assert_eq!(cost_currency.code(), "USD");
    // 0.88 dollars buy 68 gourdes.
    let exact = Decimal::new(88, 2) / Decimal::from(68);
    assert!(
        cost_rate >= exact && cost_rate - exact < Decimal::new(1, 10),
        "{cost_rate}"
    );
}

#[test]
fn a_range_in_both_currencies_is_ordered_as_the_settings_say() {
    let order = |ranges| parameters(&shelf(ranges)["340"]).order;
    assert_eq!(order(RangesIn::Local), Order::Local);
    assert!(matches!(order(RangesIn::Account), Order::Converted { .. }));
}

#[test]
fn a_fixed_amount_is_ordered_where_it_costs_less() {
    let shelf = shelf(RangesIn::Local);
    let data = &shelf["645@1000NGN"];
    // 2.78 at 4 % off is less than 1000 / 360 at no discount.
    let terms = ListingTerms::Fixed {
        amount: Some(money("1000.00 NGN")),
        cost: money("2.67 USD"),
    };
    assert_eq!(data.terms, terms);
    assert_eq!(parameters(data).order, Order::Sender("2.78".into()));
    let told = ListingTerms::Fixed {
        amount: Some(money("100.00 THB")),
        cost: money("4.07 USD"),
    };
    assert_eq!(shelf["729@4.07"].terms, told, "what it brings is told");
}

#[test]
fn what_a_phone_shall_receive_is_never_rounded_down() {
    let order = Order::Converted {
        rate: "68".into(),
        min: "5".into(),
        max: "70".into(),
    };
    let amount = |text| ordered(money(text), &order).map(|(amount, local)| (amount.0.to_string(), local));
    assert_eq!(amount("341.00 HTG"), Some(("5.02".into(), false)));
    assert_eq!(amount("340.00 HTG"), Some(("5".into(), false)));
    assert_eq!(amount("4760.00 HTG"), Some(("70".into(), false)));
    assert_eq!(amount("4761.00 HTG"), None);
    let local = ordered(money("341.50 HTG"), &Order::Local).unwrap();
    assert_eq!((local.0.0, local.1), (Decimal::new(3415, 1), true));
}

#[test]
fn a_delivery_is_read_with_its_own_cost() {
    let Outcome::Delivered(receipt) = submitted(200, fixture("topup")) else {
        panic!("it was successful")
    };
    assert_eq!(receipt.supplier_reference.as_deref(), Some("10670"));
    assert_eq!(receipt.operator_reference.as_deref(), Some("OP-77"));
    // Not what the balance has lost meanwhile: others ran at the same time.
    assert_eq!(receipt.cost, Some(money("13.20 USD")));
    assert_eq!(receipt.delivered, Some(money("1089.31 HTG")));
}

#[test]
fn the_older_shape_is_accepted_and_asked_about() {
    let pending = |reference: &str| Outcome::Pending {
        supplier_reference: Some(reference.into()),
    };
    assert_eq!(submitted(200, fixture("topup-older")), pending("10670"));
    assert_eq!(submitted(200, fixture("topup-async")), pending("1"));
    let page = format!("{{\"content\":[{}]}}", fixture("topup-older"));
    let reported = answers::reported(&answer(200, page), attempt(), &Evidence::new());
    assert_eq!(reported, Reported::WithoutStatus("10670".into()));
    let Outcome::Delivered(receipt) = answers::stood(&answer(200, fixture("status")), "1", &Evidence::new()) else {
        panic!("it was successful")
    };
    assert_eq!(receipt.cost, Some(money("17.40 USD")), "20 less 2.60");
}

#[test]
fn statuses_mean_what_they_say() {
    let of = |status: &str| submitted(200, fixture("topup").replace("SUCCESSFUL", status));
    for status in ["PROCESSING", "PENDING"] {
        assert!(matches!(of(status), Outcome::Pending { .. }), "{status}");
    }
    for status in ["FAILED", "REFUNDED"] {
        let Outcome::Rejected(rejection) = of(status) else {
            panic!("{status} is proof")
        };
        assert_eq!(
            (rejection.fault, rejection.elsewhere),
            (Fault::Operator, Elsewhere::May)
        );
    }
    assert_eq!(of("ON_HOLD"), Outcome::Unknown(Cause::UnlistedCode("ON_HOLD".into())));
    let other = fixture("topup").replace(&attempt().to_string(), "somebody-elses");
    assert!(matches!(submitted(200, other), Outcome::Unknown(Cause::Unreadable(_))));
}

#[test]
fn every_code_of_the_table_means_what_it_says() {
    for row in CODES {
        let body = fixture("refused").replace("PHONE_RECENTLY_RECHARGED", row.code);
        let outcome = submitted(400, body);
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
            (Meaning::Unclear, Outcome::Unknown(Cause::UnlistedCode(code))) => assert_eq!(code, row.code),
            _ => panic!("{} became {outcome:?}", row.code),
        }
    }
}

#[test]
fn whatever_proves_nothing_is_unknown() {
    let refused = fixture("refused");
    for (status, body) in [
        (500, refused.as_str()),
        (503, ""),
        (400, ""),
        (400, "<html>"),
        (400, r#"{"errorCode":"NEWLY_INVENTED"}"#),
        (
            404,
            r#"{"timeStamp":"2026-01-01","status":404,"error":"Not Found","path":"/topups"}"#,
        ),
        (429, ""),
        (200, ""),
        (200, "{}"),
        (302, ""),
    ] {
        let outcome = submitted(status, body);
        assert!(matches!(outcome, Outcome::Unknown(_)), "{status} {body}: {outcome:?}");
    }
    // A token is looked at before anything else is done.
    assert!(matches!(submitted(401, ""), Outcome::Rejected(_)));
}

#[test]
fn the_report_is_searched_for_our_reference_and_nothing_else() {
    let reported = |status, body: &str| answers::reported(&answer(status, body), attempt(), &Evidence::new());
    assert_eq!(reported(200, r#"{"content":[]}"#), Reported::Nothing);
    assert!(matches!(
        reported(200, &fixture("report")),
        Reported::Told(Outcome::Reversed { .. })
    ));
    let foreign = fixture("report").replace(&attempt().to_string(), "x");
    for (status, body) in [
        (200, foreign.as_str()),
        (500, "{}"),
        (200, "[]"),
        (404, r#"{"content":[]}"#),
    ] {
        let told = reported(status, body);
        assert!(matches!(told, Reported::Told(Outcome::Unknown(_))), "{body}: {told:?}");
    }
}

#[test]
fn of_two_executions_the_delivery_counts() {
    let delivered = fixture("topup");
    let refunded = delivered.replace("SUCCESSFUL", "REFUNDED");
    let page = format!("{{\"content\":[{refunded},{delivered}]}}");
    let told = answers::reported(&answer(200, page), attempt(), &Evidence::new());
    assert!(matches!(told, Reported::Told(Outcome::Delivered(_))), "{told:?}");
}

#[test]
fn an_accepted_transaction_that_isnt_found_proves_nothing() {
    for (status, body) in [(404, ""), (200, "{}"), (500, "")] {
        let stood = answers::stood(&answer(status, body), "1", &Evidence::new());
        assert!(matches!(stood, Outcome::Unknown(_)), "{status}: {stood:?}");
    }
    let failed = r#"{"code":"RECIPIENT_PHONE_INACTIVE","message":"m","status":"FAILED","transaction":null}"#;
    let Outcome::Rejected(rejection) = answers::stood(&answer(200, failed), "1", &Evidence::new()) else {
        panic!("it failed")
    };
    assert_eq!(rejection.fault, Fault::Number);
}

#[test]
fn the_reports_zone_is_found_out_from_our_own_transactions() {
    let page: Page<Transaction> = serde_json::from_str(&fixture("report")).unwrap();
    let [ours, theirs] = &report::records(&page.content)[..] else {
        panic!("two records")
    };
    // Written as 03:39:56, five hours behind the order that it belongs to.
    assert_eq!(ours.made_at.to_string(), "2021-01-16T08:39:56.000Z");
    assert_eq!(ours.reference, Some(attempt().to_string()));
    assert_eq!((ours.state, ours.cost), (RecordState::Reversed, None));
    assert_eq!(
        (theirs.reference.as_deref(), theirs.cost),
        (None, Some(money("3.41 USD")))
    );
    assert_eq!(report::refunded(&page.content), [attempt()]);
}

#[test]
fn a_token_lasts_as_long_as_it_says() {
    let token: TokenGiven = serde_json::from_str(&fixture("token")).unwrap();
    assert_eq!(
        (token.access_token.as_str(), token.expires_in),
        ("eyJ.made.up", 5_184_000)
    );
}

const PUSHED_AT: &str = "1764000000";

fn push(body: &str, signature: &str) -> Callback {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Callback {
        headers: vec![
            header("x-reloadly-signature", signature),
            header("x-reloadly-request-timestamp", PUSHED_AT),
        ],
        body: body.as_bytes().to_vec(),
        received_at: Timestamp::from_millis(1_764_000_060_000),
    }
}

fn signed(body: &str) -> Callback {
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whook").unwrap();
    mac.update(format!("{body}:{PUSHED_AT}").as_bytes());
    let hex = mac
        .finalize()
        .into_bytes()
        .into_iter()
        .map(|byte| format!("{byte:02x}"));
    push(body, &hex.collect::<String>())
}

#[test]
fn a_signed_push_names_the_attempt_in_each_of_its_shapes() {
    let secret = Secret::new("whook");
    for body in [
        r#"{"type":"airtime_transaction.status","data":{"transactionId":1,"customIdentifier":"REFERENCE","status":"x"}}"#,
        r#"{"data":{"transaction":{"customIdentifier":"REFERENCE"}}}"#,
        r#"{"customIdentifier":"REFERENCE"}"#,
    ] {
        let body = body.replace("REFERENCE", &attempt().to_string());
        assert_eq!(push::read(Some(&secret), &signed(&body)), Ok(vec![attempt()]));
    }
    let foreign = signed(r#"{"customIdentifier":"somebody-elses"}"#);
    assert_eq!(push::read(Some(&secret), &foreign), Ok(vec![]));
}

#[test]
fn a_push_that_isnt_reloadlys_or_is_old_is_not_listened_to() {
    let (secret, body) = (Secret::new("whook"), r#"{"customIdentifier":"x"}"#);
    let mut changed = signed(body);
    changed.body.push(b' ');
    let mut old = signed(body);
    old.received_at = old.received_at + std::time::Duration::from_mins(6);
    let unsigned = push(body, "");
    for (secret, callback) in [
        (None, signed(body)),
        (Some(&secret), changed),
        (Some(&secret), old),
        (Some(&secret), unsigned),
        (Some(&Secret::new("other")), signed(body)),
    ] {
        let read = push::read(secret, &callback);
        assert!(matches!(read, Err(CallbackError::Forged(_))), "{read:?}");
    }
}
