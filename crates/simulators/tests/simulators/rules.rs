//! Faults that rules choose, and what else ends an answer.

use serde_json::{Value, json};
use simulators::{Endpoint, Fault, Rule, Status};

use crate::shop::Shop;

#[test]
fn a_rule_chooses_the_code_and_how_often() {
    for shop in Shop::everywhere() {
        let code = match shop.name() {
            "reloadly" => "TRANSACTION_REFUSED_BY_OPERATOR",
            "dtone" => "1007500",
            _ => "DuplicateTransactionPrevented",
        };
        shop.stage.rule(Rule::refuse(code).phone("34").times(1));
        let refused = shop.buy("one", "1234").unwrap().json();
        assert_eq!(shop.code(&refused), code);
        shop.buy("two", "1234").unwrap();
        shop.assert_books("two", Status::Delivered);
    }
}

#[test]
fn a_rule_can_strike_at_questions_too() {
    for shop in Shop::everywhere() {
        shop.buy("one", "1234").unwrap();
        for endpoint in [
            Endpoint::Query,
            Endpoint::Balance,
            Endpoint::Catalogue,
            Endpoint::Lookup,
        ] {
            shop.stage.rule(Rule::new(Fault::LostAnswer).at(endpoint));
        }
        let (balance, catalogue) = match shop.name() {
            "reloadly" => ("/accounts/balance", "/operators"),
            "dtone" => ("/balances", "/products"),
            _ => ("/GetBalance", "/GetProducts"),
        };
        assert!(shop.stage.caller.get(balance).is_err());
        assert!(shop.stage.caller.get(catalogue).is_err());
        shop.stage.running.clear_rules();
        assert!(shop.find("one").is_some());
    }
}

#[test]
fn a_stopped_simulator_answers_no_more() {
    for shop in Shop::everywhere() {
        shop.buy("one", "1234").unwrap();
        let caller = shop.stage.stop();
        assert!(caller.get("/").is_err());
    }
}

#[test]
fn at_dt_one_a_rule_at_the_confirmation_changes_how_it_goes_on() {
    let shop = Shop::everywhere().find(|shop| shop.name() == "dtone").unwrap();
    shop.stage
        .rule(Rule::new(Fault::PendingThenFailed).at(Endpoint::Confirm));
    let (_, mut order) = shop.order("one", "1234");
    order["auto_confirm"] = json!(false);
    let created = shop.stage.post("/async/transactions", &order).json();
    shop.stage
        .post(&format!("/async/transactions/{}/confirm", created["id"]), &Value::Null);
    shop.stage.advance(10);
    shop.assert_books("one", Status::Failed);
}

#[test]
fn at_dt_one_an_answer_is_lost_where_the_money_is_at_stake() {
    let shop = Shop::everywhere().find(|shop| shop.name() == "dtone").unwrap();
    let (_, mut order) = shop.order("one", "9002");
    order["auto_confirm"] = json!(false);
    let created = shop.stage.post("/async/transactions", &order).json();
    let path = format!("/async/transactions/{}/confirm", created["id"]);
    assert!(shop.stage.caller.post(&path, &Value::Null).is_err());
    shop.stage.advance(2);
    shop.assert_books("one", Status::Delivered);
}
