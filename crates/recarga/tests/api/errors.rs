//! Every row of the table of errors, provoked.

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

use axum::{body::Body, http::Request};
use engine::{
    accounts::{self, AccountStatus, Limits},
    catalog::{self, ImportError, Keep},
};
use model::Money;
use recarga::api::ApiSettings;

use crate::stage::{Answer, Stage, top_up};

/// The table as the contract has it.
const TABLE: &[(u16, &str)] = &[
    (400, "parse_error"),
    (400, "missing_param"),
    (400, "invalid_param"),
    (400, "invalid_phone_number"),
    (400, "unsupported_operator"),
    (400, "invalid_package_id"),
    (400, "invalid_value"),
    (400, "out_of_stock"),
    (400, "too_many_items"),
    (400, "unsupported_payment_method"),
    (400, "balance_too_low"),
    (401, "unauthorized"),
    (403, "forbidden"),
    (403, "balance_too_low"),
    (403, "account_suspended"),
    (403, "limit_exceeded"),
    (404, "not_found"),
    (404, "unsupported_operator"),
    (405, "method_not_allowed"),
    (409, "idempotency_in_progress"),
    (409, "duplicate_topup"),
    (409, "price_changed"),
    (409, "invoice_not_payable"),
    (413, "too_large"),
    (415, "unsupported_media_type"),
    (422, "idempotency_key_reused"),
    (429, "rate_limited"),
    (500, "internal_error"),
    (503, "unavailable"),
];
/// Provoked elsewhere, where their story is told.
const ELSEWHERE: &[&str] = &[
    "forbidden",
    "idempotency_in_progress",
    "idempotency_key_reused",
    "invoice_not_payable",
    "rate_limited",
];

/// Notes errors as lines of a table.
#[derive(Default)]
struct Notes {
    lines: String,
    seen: BTreeSet<(u16, String)>,
}

impl Notes {
    fn take(&mut self, what: &str, answer: &Answer) {
        let json = answer.json();
        let text = |name: &str| json[name].as_str().unwrap_or("-").to_owned();
        let status = answer.status.as_u16();
        let message = crate::stage::without_ids(&text("message"));
        writeln!(
            self.lines,
            "{what}\n    {status} {} at {}: {message}",
            text("error_code"),
            text("param")
        )
        .unwrap();
        assert_eq!(answer.header("content-type"), "application/json", "{what}");
        assert_eq!(json["meta"]["request_id"], answer.header("x-request-id"), "{what}");
        assert!(json["meta"]["_endpoint"].is_string(), "{what}");
        self.seen.insert((status, text("error_code")));
    }
}

/// Bodies of `POST /invoices` that are wrong.
fn wrong_bodies() -> Vec<String> {
    let line = |fields: &str| format!(r#"{{"products":[{{{fields}}}]}}"#);
    let good = r#""product_id":"at-t-usa","value":25,"phone_number":"+15551234567""#;
    let with = |further: &str| format!(r#"{{"products":[{{{good}}}],{further}}}"#);
    let mut bodies: Vec<String> = [
        "",
        "{",
        "[]",
        "null",
        r#"{"products":1}"#,
        r#"{"products":[]}"#,
        "{}",
        r#"{"products":[1]}"#,
        r#"{"a":1}x"#,
    ]
    .map(str::to_owned)
    .into();
    bodies.extend(
        [
            r#""value":25,"phone_number":"+15551234567""#,
            r#""product_id":"at-t-usa","phone_number":"+15551234567""#,
            r#""product_id":"at-t-usa","value":25"#,
            r#""product_id":7,"value":25,"phone_number":"+15551234567""#,
            r#""product_id":7,"phone_number":"+15551234567""#,
            r#""product_id":"at-t-usa","phone_number":7"#,
            r#""product_id":"no-such","value":25,"phone_number":"+15551234567""#,
            r#""product_id":"at-t-usa","value":true,"phone_number":"+15551234567""#,
            r#""product_id":"at-t-usa","value":26.005,"phone_number":"+15551234567""#,
            r#""product_id":"at-t-usa","package_id":"at-t-usa<&>7","phone_number":"+15551234567""#,
            r#""product_id":"at-t-usa","value":25,"phone_number":"+1555""#,
            r#""product_id":"at-t-usa","value":25,"phone_number":15551234567"#,
            r#""product_id":"at-t-usa","value":25,"phone_number":"+4930123456""#,
            r#""product_id":"at-t-usa","value":25,"phone_number":"+4915123456789""#,
        ]
        .map(line),
    );
    bodies.extend(
        ["0", "-1", "1.5", "21", "\"1\"", "1e9", "null1"]
            .map(|quantity| line(&format!("{good},\"quantity\":{quantity}"))),
    );
    bodies.extend(
        [
            r#""payment_method":"bitcoin""#.to_owned(),
            r#""payment_method":1"#.to_owned(),
            r#""auto_pay":"yes""#.to_owned(),
            r#""max_price":1"#.to_owned(),
            r#""max_price":"much""#.to_owned(),
            r#""max_price":[]"#.to_owned(),
            format!(r#""reference":"{}""#, "x".repeat(129)),
            r#""reference":"a\u0000b""#.to_owned(),
            r#""webhook_url":"ftp://shop.example.com/""#.to_owned(),
            r#""webhook_url":"http://169.254.169.254/latest""#.to_owned(),
            r#""webhook_url":"http://[::ffff:10.0.0.1]/""#.to_owned(),
            format!(r#""webhook_url":"https://shop.example.com/{}""#, "x".repeat(2_048)),
        ]
        .map(|further| with(&further)),
    );
    bodies
}

#[tokio::test]
async fn a_wrong_body_is_refused_by_the_field_that_is_wrong() {
    let stage = Stage::new().await;
    let mut notes = Notes::default();
    for body in wrong_bodies() {
        let shown: String = body.chars().take(150).collect();
        notes.take(&shown, &stage.post("/v2/invoices", body).await);
    }
    insta::assert_snapshot!(notes.lines);
}

#[tokio::test]
async fn a_wrong_query_is_refused_by_its_parameter() {
    let stage = Stage::new().await;
    let mut notes = Notes::default();
    for path in [
        "/v2/products?country=USA",
        "/v2/products?country=US,,DE",
        "/v2/products?type=gift_card",
        "/v2/products?category=pin",
        "/v2/products?include_test_products=1",
        "/v2/products?limit=0",
        "/v2/products?limit=51",
        "/v2/products?limit=ten",
        "/v2/products?start=-1",
        "/v2/products?start=1&start=2",
        "/v2/products/search",
        "/v2/products/search?q=",
        "/v2/invoices?after=yesterday",
        "/v2/orders?status=done",
        "/v2/orders?phone_number=12",
        "/v2/check_phone_number",
        "/v2/webhooks/deliveries?before_id=ord_1",
        "/v2/webhooks/deliveries?start=10001",
        "/v2/products/%FF",
    ] {
        notes.take(path, &stage.get(path).await);
    }
    let long = format!("/v2/products/search?q={}", "x".repeat(101));
    notes.take("/v2/products/search?q=(101 letters)", &stage.get(&long).await);
    insta::assert_snapshot!(notes.lines);
}

async fn provoke_by_account(stage: &Stage, notes: &mut Notes) {
    let account = stage.account;
    let buy = |number: &str| stage.post("/v2/invoices", top_up(number, ""));
    buy("+15551234567").await;
    notes.take("the same again", &buy("+15551234567").await);
    let dear = r#"{"products":[{"product_id":"at-t-usa","value":100,"phone_number":"+15551234568","quantity":19}]}"#;
    let unpaid = stage.post("/v2/invoices", dear).await.json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    notes.take(
        "pay without money",
        &stage.post(&format!("/v2/invoices/{unpaid}/pay"), "").await,
    );
    let paid = dear.replace("}]}", r#"}],"auto_pay":true,"allow_duplicate":true}"#);
    notes.take("buy without money", &stage.post("/v2/invoices", paid).await);
    let order_max = Some(Money::new(1_000, "USD".parse().unwrap()));
    let limits = Limits {
        order_max,
        ..Limits::default()
    };
    stage.limit(limits).await;
    notes.take("more than an order may cost", &buy("+15551234569").await);
    let suspend = move |tx: &mut engine::db::Tx<'_>| accounts::set_status(tx, account, AccountStatus::Suspended);
    stage.app.db.write_with(suspend).await.unwrap();
    notes.take("buy while suspended", &buy("+15551234569").await);
}

async fn provoke_by_catalogue(stage: &Stage, notes: &mut Notes) {
    let empty = |tx: &mut engine::db::Tx<'_>| {
        let mut file = catalog::export(tx)?;
        file.products
            .iter_mut()
            .filter(|product| product.id.contains("andorra"))
            .for_each(|product| product.in_stock = false);
        catalog::import(tx, &file, Keep::Nothing)?;
        Ok::<_, ImportError>(())
    };
    stage.app.db.write_with(empty).await.unwrap();
    stage.app.refresh().await.unwrap();
    let path = "/v2/check_phone_number?phone_number=%2B376312345";
    notes.take("check a number that nobody serves", &stage.get(path).await);
    let body = r#"{"products":[{"product_id":"andorra-telecom-andorra","value":10,"phone_number":"+376312345"}]}"#;
    notes.take("buy what is out of stock", &stage.post("/v2/invoices", body).await);
}

#[tokio::test]
async fn every_row_of_the_table_can_be_provoked() {
    let stage = Stage::new().await;
    let mut notes = Notes::default();
    for body in wrong_bodies() {
        notes.take("wrong body", &stage.post("/v2/invoices", body).await);
    }
    notes.lines.clear();
    provoke_by_catalogue(&stage, &mut notes).await;
    provoke_by_account(&stage, &mut notes).await;
    notes.take(
        "no key",
        &stage
            .send(Request::get("/v2/orders").body(Body::empty()).unwrap())
            .await,
    );
    notes.take("no such path", &stage.get("/v2/nothing").await);
    notes.take(
        "no such method",
        &stage
            .send(stage.request("PUT", "/v2/ping").body(Body::empty()).unwrap())
            .await,
    );
    notes.take(
        "a large body",
        &stage.post("/v2/invoices", "x".repeat(65 * 1_024)).await,
    );
    let stream = Body::from_stream(futures_util::stream::repeat_with(|| {
        Ok::<_, std::io::Error>("x".repeat(10_000))
    }));
    notes.take("an endless body", &stage.post("/v2/invoices", stream).await);
    let mut form = stage.request("POST", "/v2/invoices").body(Body::from("a=b")).unwrap();
    form.headers_mut()
        .insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    notes.take("a form", &stage.send(form).await);
    let hasty = Stage::with(ApiSettings {
        request_timeout: Duration::ZERO,
        ..ApiSettings::default()
    })
    .await;
    let silence = Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>());
    notes.take("no time", &hasty.post("/v2/invoices", silence).await);
    let drop = |tx: &mut engine::db::Tx<'_>| tx.execute("DROP TABLE webhook_tries", &[]);
    stage.app.db.write_with(drop).await.unwrap();
    let drop = |tx: &mut engine::db::Tx<'_>| tx.execute("DROP TABLE webhook_deliveries", &[]);
    stage.app.db.write_with(drop).await.unwrap();
    notes.take("a broken database", &stage.get("/v2/webhooks/deliveries").await);
    insta::assert_snapshot!(notes.lines);
    for (status, code) in TABLE {
        let seen = notes.seen.contains(&(*status, (*code).to_owned())) || ELSEWHERE.contains(code);
        assert!(seen, "{status} {code} was not provoked");
    }
}
