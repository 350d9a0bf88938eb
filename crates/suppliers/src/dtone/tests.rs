use model::{AttemptId, Callback, CallbackError, Cause, Evidence, Listing, Outcome, Timestamp};
use reqwest::Url;
use serde_json::{Value, json};

use super::{
    CallbackSettings, Zone, callback,
    codes::{ERRORS, Said},
    list::{Span, windows},
    listing::{Product, read_products},
    wire::Transaction,
};
use crate::{
    Secret,
    http::{Answer, Failure},
};

const TRANSACTION: &str = include_str!("../../tests/fixtures/dtone/transaction.json");
const PRODUCTS: &str = include_str!("../../tests/fixtures/dtone/products.json");

fn transaction(status: &Value) -> Transaction {
    let mut body: Value = serde_json::from_str(TRANSACTION).unwrap();
    body["status"] = status.clone();
    serde_json::from_value(body).unwrap()
}

fn status(class: u64, message: &str) -> Value {
    json!({ "id": class * 10_000, "message": message, "class": { "id": class, "message": message } })
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        headers: reqwest::header::HeaderMap::new(),
        body: body.to_string(),
    }
}

fn said(status: u16, body: &Value) -> Said {
    Said::of(Ok(answer(status, body)), &Evidence::new())
}

/// An outcome in one line.
fn line(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered(receipt) => format!("delivered: {receipt:?}"),
        Outcome::Rejected(no) => format!("rejected, {:?}, elsewhere {:?}: {no}", no.fault, no.elsewhere),
        Outcome::Pending { supplier_reference } => format!("pending, {supplier_reference:?}"),
        Outcome::Unknown(cause) => format!("unknown: {cause}"),
        Outcome::Reversed { message } => format!("reversed: {message}"),
    }
}

#[test]
fn a_published_transaction_is_read() {
    let told: Transaction = serde_json::from_str(TRANSACTION).unwrap();
    let attempt: AttemptId = "att_01kdnq7c1sfw8bb0zs30v5m8d2_1".parse().unwrap();
    assert!(told.is_of(attempt));
    assert_eq!(told.made_at(), Some(Timestamp::from_micros(1_774_382_705_883_561)));
    assert_eq!(told.recipient().unwrap().to_string(), "+593979123456");
    assert_eq!(told.cost().unwrap().to_string(), "3.60 USD");
    assert!(!format!("{told:?}").contains("1234567890"), "a PIN is not read");
}

#[test]
fn the_class_of_a_status_decides() {
    let classes = (1..=10).map(|class| {
        let told = transaction(&status(class, "WORDS"));
        format!("{class:>2}  {}\n", line(&told.outcome()))
    });
    insta::assert_snapshot!(classes.collect::<String>());
}

#[test]
fn a_reason_says_whose_fault_it_is() {
    let reasons = [
        "INVALID-CREDIT-PARTY",
        "BARRED-CREDIT-PARTY",
        "INELIGIBLE-CREDIT-PARTY",
        "INVALID-DEBIT-PARTY",
        "BARRED-DEBIT-PARTY",
        "LIMITATIONS-ON-CREDIT-PARTY-AMOUNT",
        "LIMITATIONS-ON-CREDIT-PARTY-QUANTITY",
        "LIMITATIONS-ON-OPERATOR-AMOUNT",
        "LIMITATIONS-ON-OPERATOR-QUANTITY",
        "LIMITATIONS-ON-CUSTOMER-AMOUNT",
        "LIMITATIONS-ON-CUSTOMER-QUANTITY",
        "OPERATOR-CURRENTLY-UNAVAILABLE",
        "INSUFFICIENT-BALANCE",
        "DUPLICATED-TRANSACTION",
        "EXCEPTION",
        "A-REASON-OF-TOMORROW",
    ];
    let mut lines = Vec::new();
    for (class, word) in [(3, "REJECTED"), (9, "DECLINED")] {
        for reason in reasons {
            let told = transaction(&status(class, &format!("{word}-{reason}")));
            lines.push(line(&told.outcome()));
        }
        lines.push(line(&transaction(&status(class, word)).outcome()));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn an_error_code_is_read_as_a_number_and_as_a_text() {
    let mut table = Vec::new();
    for row in ERRORS {
        let number: u64 = row.code.parse().unwrap();
        let of = |code: Value| json!({ "errors": [{ "code": code, "message": "words" }] });
        let read = format!("{:?}", said(400, &of(number.into())));
        assert_eq!(read, format!("{:?}", said(404, &of(row.code.into()))));
        // A server in trouble has said nothing, whatever its code.
        assert!(matches!(said(503, &of(number.into())), Said::Unclear(Cause::UnlistedCode(code)) if code == row.code));
        table.push(format!("{}  {read}", row.code));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn what_stands_in_no_table_is_unclear() {
    let codes = |codes: &[u64]| {
        let errors: Value = codes.iter().map(|code| json!({ "code": code })).collect();
        json!({ "errors": errors })
    };
    for (status, body) in [
        (400, codes(&[1_999_999])),
        (400, codes(&[1_006_001, 1_999_999])),
        (500, codes(&[1_009_001])),
        (503, codes(&[1_009_503])),
        (400, codes(&[])),
        (400, json!("<html>")),
        (201, json!({ "id": 1 })),
        (201, json!({ "errors": [{ "code": 1_006_001 }] })),
    ] {
        assert!(matches!(said(status, &body), Said::Unclear(_)), "{status} {body}");
    }
    assert!(matches!(said(400, &codes(&[1_006_001, 1_003_002])), Said::No(no) if no.code == "1006001"));
    let timeout = Said::of(Err(Failure::Timeout), &Evidence::new());
    assert!(matches!(timeout, Said::Unclear(Cause::Timeout)));
    let unsent = Said::of(Err(Failure::NotSent("refused".into())), &Evidence::new());
    assert!(matches!(unsent, Said::No(_)));
}

#[test]
fn products_are_listed_with_what_they_contain() {
    let products = read_products(PRODUCTS).unwrap();
    let listed: Vec<Listing> = products
        .iter()
        .filter_map(|one| one.listing(Zone::International))
        .collect();
    insta::assert_debug_snapshot!(listed);
    let domestic: Vec<_> = products
        .iter()
        .filter_map(|one: &Product| one.listing(Zone::Domestic))
        .collect();
    let skus: Vec<_> = domestic.iter().map(|one| &*one.sku).collect();
    assert_eq!(skus, ["6100", "7001"]);
}

#[test]
fn a_callback_is_a_hint_with_the_right_password_only() {
    let settings = CallbackSettings {
        url: Some(Url::parse("https://recarga.example/callbacks/dtone").unwrap()),
        user: "dt".into(),
        password: Secret::new("one"),
    };
    let push = |header: Option<&str>, body: &str| Callback {
        headers: header
            .map(|text| ("authorization".into(), text.into()))
            .into_iter()
            .collect(),
        body: body.into(),
        received_at: Timestamp::from_micros(0),
    };
    let read = |header, body| callback::read(Some(&settings), &push(header, body));
    let good = Some("Basic ZHQ6b25l");
    let attempt: AttemptId = "att_01kdnq7c1sfw8bb0zs30v5m8d2_1".parse().unwrap();
    assert_eq!(read(good, TRANSACTION), Ok(vec![attempt]));
    for forged in [
        None,
        Some("Basic ZHQ6b25m"),
        Some("Basic ZHQ6b25lIQ=="),
        Some("ZHQ6b25l"),
        Some(""),
    ] {
        assert!(
            matches!(read(forged, TRANSACTION), Err(CallbackError::Forged(_))),
            "{forged:?}"
        );
    }
    let foreign = TRANSACTION.replace("att_01kdnq7c1sfw8bb0zs30v5m8d2_1", "somebody-elses");
    assert_eq!(read(good, &foreign), Ok(vec![]));
    assert!(matches!(read(good, "{"), Err(CallbackError::Unreadable(_))));
    assert_eq!(
        callback::read(None, &push(good, TRANSACTION)),
        Err(CallbackError::NotServed)
    );
}

#[test]
fn a_span_is_cut_into_days() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let cut = windows(at("2026-01-01T10:00:00Z"), at("2026-01-03T12:00:00Z"));
    let days = [
        ("2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"),
        ("2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z"),
        ("2026-01-03T10:00:00Z", "2026-01-03T12:00:00Z"),
    ];
    let expected = days.map(|(from, until)| Span {
        from: at(from),
        until: at(until),
    });
    assert_eq!(cut, expected);
    assert!(windows(at("2026-01-02"), at("2026-01-01")).is_empty());
}
