//! `/_sim`, and the page that documents it.

use std::process::Command;

use serde_json::{Value, json};
use simulators::{SUFFIXES, Supplier};

use crate::{shop::Shop, stage::Caller};

const PAGE: &str = include_str!("../../../../docs/SIMULATORS.md");

fn admin(shop: &Shop) -> Caller {
    Caller::new(&shop.stage.running.admin_url(), ("x-nobody", String::new()))
}

#[test]
fn every_documented_command_works() {
    let shop = Shop::everywhere().next().unwrap();
    let commands = PAGE.split("```sh\n").nth(2).unwrap().split("```").next().unwrap();
    let commands = commands.replace("http://127.0.0.1:9201/_sim", &shop.stage.running.admin_url());
    let commands = commands.replace("curl -sS", "curl -sS --fail-with-body");
    let done = Command::new("bash")
        .args(["-euc", &commands])
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    assert!(said.contains(r#""fault":"refuse""#), "{said}");
    assert_eq!(shop.stage.running.wallet().available.to_string(), "0.50");
}

#[test]
fn the_page_has_every_ending() {
    for suffix in SUFFIXES {
        let fault = json!(suffix.fault);
        let row = format!(
            "| `{}` | `{}` | {} |",
            suffix.digits,
            fault.as_str().unwrap(),
            suffix.meaning
        );
        assert!(PAGE.contains(&row), "docs/SIMULATORS.md lacks: {row}");
    }
}

#[test]
fn books_are_shown_as_they_are() {
    for shop in Shop::everywhere() {
        shop.buy("one", "1234").unwrap();
        let show = |path: &str| admin(&shop).get(path).unwrap().json();
        let delivery = &show("/deliveries")[0];
        assert_eq!(
            (&delivery["phone"], &delivery["amount"]),
            (&json!("50936371234"), &json!("1300"))
        );
        assert_eq!(
            (&delivery["reference"], &delivery["reversed"]),
            (&json!("one"), &json!(false))
        );
        assert_eq!(show("/transactions")[0]["status"], "delivered");
        let wallet = show("/wallet");
        assert_eq!(wallet["spent"], json!(shop.stage.spent()));
        assert_eq!(show("/calls").as_array().unwrap().last().unwrap()["reference"], "one");
    }
}

#[test]
fn a_delivery_is_taken_back_by_its_reference() {
    for shop in Shop::everywhere() {
        shop.buy("one", "1234").unwrap();
        let reverse = |reference: &str| {
            admin(&shop)
                .post("/reverse", &json!({ "reference": reference }))
                .unwrap()
        };
        assert_eq!(reverse("one").status, 200);
        assert!(shop.stage.running.deliveries()[0].reversed);
        let again = reverse("one");
        assert_eq!(again.status, 400);
        assert!(again.text.contains("no delivery"), "{}", again.text);
    }
}

#[test]
fn the_clock_is_moved() {
    let shop = Shop::everywhere().next().unwrap();
    let moved = admin(&shop).post("/clock", &json!({ "advance_s": 90 })).unwrap().json();
    assert_eq!(moved["now"], "2026-01-31T10:01:30.000000Z");
}

#[test]
fn a_wrong_wish_is_told_what_would_be_right() {
    let shop = Shop::everywhere().next().unwrap();
    let wrong = [
        ("/faults", json!({ "fault": "gremlins" }), "lost_answer"),
        ("/faults", json!({ "fault": "plain", "phone": "77" }), "phones"),
        ("/faults", json!({ "fault": "refuse" }), "code"),
        (
            "/faults",
            json!({ "fault": "plain", "probability": "2" }),
            "probability",
        ),
        ("/wallet", json!({}), "available"),
        ("/wallet", json!("much"), "SetWallet"),
        ("/catalogue", json!({ "product": "1", "lost": true }), "price_factor"),
        ("/clock", json!({ "advance_s": -1 }), "u64"),
        ("/nowhere", Value::Null, "POST /_sim/faults"),
    ];
    for (path, body, named) in wrong {
        let answer = admin(&shop).post(path, &body).unwrap();
        assert_eq!(answer.status, 400, "{path} {body}");
        assert!(answer.text.contains(named), "{path} {body}: {}", answer.text);
    }
}

#[test]
fn a_change_of_the_catalogue_shows_in_it() {
    let shop = Shop::everywhere().next().unwrap();
    let operator = |id: u32| shop.stage.get(&format!("/operators/{id}"));
    let before = operator(1_010).json();
    let discount = before["internationalDiscount"].clone();
    let change = |body: Value| assert_eq!(admin(&shop).post("/catalogue", &body).unwrap().status, 200);
    change(json!({ "product": "1010", "without": ["20"], "price_factor": "1.05" }));
    let after = operator(1_010).json();
    assert_eq!(after["fixedAmounts"], json!([2, 5, 10, 30]));
    assert_ne!(after["internationalDiscount"], discount);
    change(json!({ "product": "1010", "gone": true }));
    assert_eq!(operator(1_010).status, 400);
}

#[test]
fn only_told_credentials_are_accepted() {
    for supplier in Supplier::ALL {
        let mut config = crate::stage::config(supplier);
        config.credentials = Some(simulators::Credentials {
            user: "someone".to_owned(),
            secret: "else".to_owned(),
        });
        let shop = Shop::refused(config);
        let answer = shop.buy("one", "1234").unwrap();
        assert_eq!(answer.status, 401, "{supplier}");
        shop.assert_nothing_happened();
    }
}
