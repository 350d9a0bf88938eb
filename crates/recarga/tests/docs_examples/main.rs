//! What is documented, tried: the snippets of docs/phone-top-ups.md run as they stand and its tables
//! hold, and so do the README's lines.

mod developers;
mod page;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "nothing is killed here")]
mod program;
mod snippets;

use std::{thread, time::Duration};

use program::{Client, Program, Ready};
use serde_json::{Value, json};
use snippets::Snippet;
use testkit::Database;

/// A demo and a client of it.
struct Demo {
    ready: Ready,
    client: Client,
    _program: Program,
    database: Database,
}

impl Demo {
    fn start() -> Self {
        let database = testkit::database();
        let settings = [("RECARGA_DATABASE_URL", &*database.url)];
        let mut program = Program::start(database.directory.path(), &settings);
        let ready = program.ready().expect("the program answers");
        Self {
            ready,
            client: Client::new(),
            _program: program,
            database,
        }
    }

    fn run(&self, number: usize) -> Snippet {
        let blocks = page::blocks(page::PAGE, "js");
        assert_eq!(blocks.len(), 3, "the page has three snippets");
        snippets::run(&blocks[number], &self.ready)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.client.get(&self.ready, path).expect("an answer");
        (answer.status, answer.body)
    }

    fn buy(&self, key: &str, line: &Value) -> (u16, Value) {
        let body = json!({ "products": [line], "payment_method": "balance", "auto_pay": true });
        let answer = self
            .client
            .post(&self.ready, "/invoices", key, &body)
            .expect("an answer");
        (answer.status, answer.body)
    }

    /// Asks for an order until it has ended.
    fn ended(&self, order: &Value) -> Value {
        let path = format!("/orders/{}", order["id"].as_str().expect("an order has an id"));
        for _ in 0..600 {
            let (status, body) = self.get(&path);
            assert_eq!(status, 200, "{body}");
            if body["data"]["status"] != "pending" {
                return body;
            }
            thread::park_timeout(Duration::from_millis(50));
        }
        panic!("{path} is still pending");
    }
}

#[test]
fn products_of_a_country_are_listed() {
    let demo = Demo::start();
    let Snippet { status, body, .. } = demo.run(0);
    assert_eq!(status, 200, "{body}");
    let products = body["data"].as_array().expect("a list");
    assert!(
        products
            .iter()
            .all(|product| product["country"] == "US" && product["type"] == "phone_refill")
    );
    let product = products
        .iter()
        .find(|product| product["id"] == "at-t-usa")
        .expect("AT&T is sold");
    let packages = product["packages"].as_array().expect("it has packages");
    assert!(
        packages.iter().any(|package| package["id"] == "at-t-usa<&>25"),
        "{packages:?}"
    );
}

#[test]
fn operators_of_a_number_are_printed() {
    let demo = Demo::start();
    let Snippet { status, body, printed } = demo.run(1);
    assert_eq!(status, 200, "{body}");
    let (first, operators) = printed.split_first().expect("something is printed");
    assert_eq!(first, "Operators for +15551234567:");
    assert!(
        operators.iter().any(|line| line.starts_with("  at-t-usa: AT&T")),
        "{printed:?}"
    );
}

#[test]
fn an_invoice_is_paid_and_its_order_delivered() {
    let demo = Demo::start();
    let Snippet { status, body, .. } = demo.run(2);
    assert!((200..300).contains(&status), "{status} {body}");
    let invoice = &body["data"];
    assert_eq!(invoice["payment"]["method"], "balance");
    assert_ne!(invoice["status"], "unpaid");
    let orders = invoice["orders"].as_array().expect("an invoice has orders");
    assert_eq!(orders.len(), 1);
    let order = demo.ended(&orders[0]);
    assert_documented(&order);
    let (_, paid) = demo.get(&format!("/invoices/{}", invoice["id"].as_str().expect("an id")));
    assert_eq!(paid["data"]["status"], "complete", "{paid}");
}

/// Compares an order with the one on the page, but for its id.
fn assert_documented(order: &Value) {
    let blocks = page::blocks(page::PAGE, "json");
    let shown: Value = serde_json::from_str(&blocks[0]).expect("the page shows JSON");
    assert!(
        order["data"]["id"].as_str().is_some_and(|id| id.starts_with("ord_")),
        "{order}"
    );
    for pointer in [
        "/status",
        "/phone_number",
        "/product/id",
        "/product/name",
        "/product/value",
    ] {
        let pointer = format!("/data{pointer}");
        let (shown, answered) = (shown.pointer(&pointer), order.pointer(&pointer));
        assert!(shown.is_some(), "the page shows {pointer}");
        assert_eq!(answered, shown, "{pointer}");
    }
}

#[test]
fn the_numbers_of_the_table_can_be_topped_up() {
    let demo = Demo::start();
    let numbers: Vec<_> = page::rows("How numbers are written")
        .into_iter()
        .map(|row| row[1].clone())
        .collect();
    assert_eq!(numbers, ["+15551234567", "+447911123456", "+4915123456789"]);
    for number in numbers {
        let (status, body) = demo.get(&format!(
            "/check_phone_number?phone_number={}",
            number.replace('+', "%2B")
        ));
        assert_eq!((status, &body["data"]["phone_number"]), (200, &json!(number)), "{body}");
        assert!(
            !body["data"]["operators"].as_array().expect("a list").is_empty(),
            "{body}"
        );
    }
}

#[test]
fn each_documented_error_can_be_met() {
    let demo = Demo::start();
    let codes: Vec<_> = page::rows("What can go wrong")
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    assert_eq!(
        codes,
        ["invalid_phone_number", "unsupported_operator", "delivery_failed"]
    );

    let line = |number: &str| json!({ "product_id": "at-t-usa", "value": 25, "phone_number": number });
    let (status, body) = demo.buy("wrong-format", &line("+1555"));
    assert_eq!((status, &body["error_code"]), (400, &json!(codes[0])), "{body}");
    let (status, body) = demo.get("/check_phone_number?phone_number=call-me");
    assert_eq!((status, &body["error_code"]), (400, &json!(codes[0])), "{body}");

    let (status, body) = demo.buy("another-country", &line("+4915123456789"));
    assert_eq!((status, &body["error_code"]), (400, &json!(codes[1])), "{body}");

    let (_, before) = demo.get("/accounts/balance");
    let (status, body) = demo.buy("refused", &line("+15551230001"));
    assert!((200..300).contains(&status), "{status} {body}");
    let order = demo.ended(&body["data"]["orders"][0]);
    assert_eq!(order["data"]["status"], "refunded", "{order}");
    assert_eq!(order["data"]["error"]["code"], json!(codes[2]), "{order}");
    assert_eq!(order["data"]["refund"]["amount"], order["data"]["price"], "{order}");
    assert!(before["data"]["balance"].is_number(), "{before}");
}

#[test]
fn the_readmes_minute_works_when_pasted() {
    let demo = Demo::start();
    let blocks = page::blocks(page::README, "sh");
    let [_, minute] = &blocks[..] else {
        panic!("the README has two blocks: {blocks:?}")
    };
    let answers = snippets::run_shell(minute, &demo.ready);
    let [checked, bought, orders, refused, balance] = &answers[..] else {
        panic!("five answers: {answers:?}")
    };
    assert_eq!(checked["data"]["phone_number"], "+15551234567", "{checked}");
    assert_eq!(orders["data"][0]["id"], bought["data"]["orders"][0]["id"], "{orders}");
    assert_eq!(demo.ended(&bought["data"]["orders"][0])["data"]["status"], "delivered");
    assert_eq!(demo.ended(&refused["data"]["orders"][0])["data"]["status"], "refunded");
    assert!(balance["data"]["balance"].is_number(), "{balance}");
}
