//! The twenty faults, at each supplier, by the recipient's last digits and by rules.

use serde_json::{Value, json};
use simulators::{Change, Endpoint, Fault, Rule, Status};

use crate::{shop::Shop, stage::until};

/// What each supplier says, in the order of `Supplier::ALL`.
fn assert_said(shop: &Shop, said: &str, expected: [&str; 3]) {
    let place = simulators::Supplier::ALL
        .iter()
        .position(|supplier| supplier.name() == shop.name());
    assert_eq!(said, expected[place.unwrap()], "{}", shop.name());
}

#[test]
fn fault_1_is_none() {
    for shop in Shop::everywhere() {
        let answer = shop.buy("one", "9001").unwrap().json();
        assert_said(&shop, &shop.state(&answer), ["SUCCESSFUL", "COMPLETED", "Complete"]);
        shop.assert_books("one", Status::Delivered);
    }
}

#[test]
fn fault_2_loses_the_answer_or_the_request_with_the_connection() {
    for shop in Shop::everywhere() {
        assert!(shop.buy("lost", "9002").is_err(), "{}: an answer came", shop.name());
        shop.assert_books("lost", Status::Delivered);
        assert!(shop.buy("never", "9402").is_err(), "{}: an answer came", shop.name());
        shop.assert_books("lost", Status::Delivered);
        assert!(shop.find("never").is_none());
    }
}

#[test]
fn fault_3_executes_when_the_late_answer_comes() {
    for shop in Shop::everywhere() {
        let (path, order) = shop.order("late", "9003");
        let call = shop.stage.posting(path, order);
        until("it is asked for", || {
            shop.stage.running.calls().iter().any(|call| call.fault.is_some())
        });
        shop.stage.advance(99);
        assert!(shop.find("late").is_none());
        until("it is delivered", || {
            shop.stage.advance(1);
            shop.find("late").is_some()
        });
        assert_eq!(shop.code(&call.join().unwrap().unwrap().json()).replace("null", ""), "");
        shop.assert_books("late", Status::Delivered);
    }
}

#[test]
fn faults_4_and_5_answer_500_and_differ_in_the_books() {
    for shop in Shop::everywhere() {
        let executed = shop.buy("executed", "9004").unwrap();
        assert_eq!(executed.status, 500);
        shop.assert_books("executed", Status::Delivered);
        let not = shop.buy("not", "9005").unwrap();
        assert_eq!((not.status, not.text), (500, executed.text));
        shop.assert_books("executed", Status::Delivered);
    }
}

#[test]
fn fault_6_is_pending_and_then_delivered_or_failed() {
    let ends = [("9006", Status::Delivered), ("9406", Status::Failed)];
    for (ending, end) in ends {
        for shop in Shop::everywhere() {
            let answer = shop.buy("one", ending).unwrap().json();
            assert_said(&shop, &shop.state(&answer), ["PROCESSING", "CONFIRMED", "Submitted"]);
            shop.stage.advance(9);
            let found = shop.find("one").unwrap();
            assert_said(&shop, &shop.state(&found), ["PROCESSING", "SUBMITTED", "Processing"]);
            shop.stage.advance(1);
            shop.assert_books("one", end);
        }
    }
}

#[test]
fn fault_7_is_pending_for_ever() {
    for shop in Shop::everywhere() {
        shop.buy("one", "9007").unwrap();
        shop.stage.advance(60 * 60 * 20);
        shop.assert_books("one", Status::Submitted);
    }
}

#[test]
fn fault_8_has_a_good_status_and_a_failure_in_the_body() {
    for shop in Shop::everywhere() {
        let answer = shop.buy("one", "9008").unwrap();
        assert!(answer.status < 300, "{}: {}", shop.name(), answer.status);
        assert_said(&shop, &shop.state(&answer.json()), ["FAILED", "REJECTED", "Failed"]);
        shop.assert_books("one", Status::Rejected);
    }
}

#[test]
fn fault_9_takes_a_delivery_back() {
    for shop in Shop::everywhere() {
        shop.buy("one", "9009").unwrap();
        shop.assert_books("one", Status::Delivered);
        shop.stage.advance(60);
        let found = shop.find("one").unwrap();
        assert_said(&shop, &shop.state(&found), ["REFUNDED", "REVERSED", "Cancelled"]);
        shop.assert_books("one", Status::Reversed);
        assert!(shop.stage.running.deliveries()[0].reversed);
    }
}

#[test]
fn fault_11_has_a_code_that_stands_in_no_table() {
    for shop in Shop::everywhere() {
        let unknown = ["PLANETS_NOT_ALIGNED", "1999999", "PlanetsNotAligned"];
        let refused = shop.buy("refused", "9011").unwrap().json();
        assert_said(&shop, &shop.code(&refused), unknown);
        shop.assert_nothing_happened();
        let executed = shop.buy("executed", "9411").unwrap().json();
        assert_said(&shop, &shop.code(&executed), unknown);
        shop.assert_books("executed", Status::Delivered);
    }
}

#[test]
fn fault_12_has_a_body_that_can_not_be_read() {
    for ending in ["9012", "9412", "9512"] {
        for shop in Shop::everywhere() {
            let answer = shop.buy("one", ending).unwrap();
            assert!(serde_json::from_str::<Value>(&answer.text).is_err(), "{}", answer.text);
            assert_eq!(answer.text.is_empty(), ending == "9012");
            assert_eq!(answer.text.starts_with("<html>"), ending == "9512");
            shop.assert_books("one", Status::Delivered);
        }
    }
}

#[test]
fn fault_13_refuses_the_credentials_in_the_middle() {
    for mut shop in Shop::everywhere() {
        let answer = shop.buy("one", "9013").unwrap();
        assert_eq!(answer.status, 401);
        assert_said(
            &shop,
            &shop.code(&answer.json()),
            ["TOKEN_EXPIRED", "1000401", "AuthenticationFailed"],
        );
        shop.assert_nothing_happened();
        if shop.name() == "reloadly" {
            assert_eq!(shop.stage.get("/accounts/balance").status, 401);
            shop.stage.caller.log_in();
            assert_eq!(shop.buy("one", "9013").unwrap().json()["status"], "SUCCESSFUL");
        }
    }
}

#[test]
fn fault_14_is_too_many_requests_and_says_so_in_headers() {
    for shop in Shop::everywhere() {
        let answer = shop.buy("one", "9014").unwrap();
        assert_eq!(answer.status, 429);
        assert_said(
            &shop,
            &shop.code(&answer.json()),
            ["RATE_LIMIT_REACHED", "1000429", "RateLimited"],
        );
        let headers = ["x-ratelimit-reset", "x-ratelimit-remaining", "retry-after"].map(|name| answer.header(name));
        assert_said(
            &shop,
            headers[usize::from(shop.name() == "dtone")].or(headers[2]).unwrap(),
            ["60", "0", "60"],
        );
        shop.assert_nothing_happened();
    }
}

#[test]
fn faults_15_16_and_19_refuse_and_move_nothing() {
    let refusals = [
        ("9015", ["INSUFFICIENT_BALANCE", "1006001", "InsufficientBalance"]),
        (
            "9016",
            [
                "OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE",
                "1003001",
                "ProviderError ProductUnavailable",
            ],
        ),
        (
            "9416",
            [
                "INVALID_AMOUNT_FOR_OPERATOR",
                "1003002",
                "ParameterOutOfRange SendValue",
            ],
        ),
    ];
    for (ending, expected) in refusals {
        for shop in Shop::everywhere() {
            let answer = shop.buy("one", ending).unwrap().json();
            assert_said(&shop, &shop.code(&answer), expected);
            shop.assert_nothing_happened();
        }
    }
}

#[test]
fn fault_15_is_also_what_an_empty_wallet_does() {
    for shop in Shop::everywhere() {
        shop.stage.running.set_wallet(5.into());
        let answer = shop.buy("one", "1234").unwrap().json();
        assert_said(
            &shop,
            &shop.code(&answer),
            ["INSUFFICIENT_BALANCE", "1006001", "InsufficientBalance"],
        );
        assert!(shop.stage.running.transactions().is_empty());
    }
}

#[test]
fn fault_16_is_also_what_a_changed_catalogue_does() {
    for shop in Shop::everywhere() {
        let product = match shop.name() {
            "reloadly" => "1000",
            "dtone" => "6002",
            _ => "S0HT10",
        };
        let gone = Change {
            gone: true,
            ..Change::default()
        };
        shop.stage.running.change_catalogue(product, gone);
        let answer = shop.buy("gone", "1234").unwrap().json();
        let expected = [
            "OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE",
            "1003001",
            "ProviderError ProductUnavailable",
        ];
        assert_said(&shop, &shop.code(&answer), expected);
        shop.stage.running.restore_catalogue();
        shop.buy("back", "1234").unwrap();
        shop.assert_books("back", Status::Delivered);
    }
}

#[test]
fn fault_16_can_cost_more_than_the_catalogue_says() {
    for shop in Shop::everywhere() {
        let usual = Shop::everywhere().find(|other| other.name() == shop.name()).unwrap();
        usual.buy("one", "1234").unwrap();
        shop.buy("one", "9516").unwrap();
        let (usual, dearer) = (usual.stage.spent(), shop.stage.spent());
        assert_eq!(
            dearer * rust_decimal::Decimal::from(10),
            usual * rust_decimal::Decimal::from(11),
            "{}",
            shop.name()
        );
    }
}

#[test]
fn fault_17_shows_the_record_only_later() {
    for shop in Shop::everywhere() {
        assert!(shop.buy("one", "9017").is_err());
        shop.assert_books("one", Status::Delivered);
        shop.stage.advance(29);
        assert!(shop.find("one").is_none(), "{}", shop.name());
        shop.stage.advance(1);
        assert!(shop.find("one").is_some(), "{}", shop.name());
    }
}

#[test]
fn fault_18_delivers_less_than_was_quoted() {
    for shop in Shop::everywhere() {
        let answer = shop.buy("one", "9018").unwrap().json();
        assert_eq!(shop.stage.running.deliveries()[0].amount, 1_170.into());
        let told = match shop.name() {
            "reloadly" => &answer["deliveredAmount"],
            "dtone" => &answer["benefits"][0]["amount"]["base"],
            _ => &answer["TransferRecord"]["Price"]["ReceiveValue"],
        };
        assert_eq!(told, &json!(1_170), "{}", shop.name());
    }
}

#[test]
fn fault_19_says_that_the_number_is_another_operators() {
    for shop in Shop::everywhere() {
        let answer = shop.buy("one", "9019").unwrap().json();
        let said = if shop.name() == "dtone" {
            answer["status"]["message"].as_str().unwrap().to_owned()
        } else {
            shop.code(&answer)
        };
        let expected = [
            "INVALID_RECIPIENT_PHONE",
            "DECLINED-INVALID-CREDIT-PARTY",
            "AccountNumberInvalid ProviderRefusedRequest",
        ];
        assert_said(&shop, &said, expected);
        assert_eq!(shop.stage.spent(), 0.into());
    }
}

#[test]
fn fault_19_is_told_by_lookup_too() {
    let shop = Shop::everywhere().next().unwrap();
    let found = |ending: &str| {
        let path = format!("/operators/auto-detect/phone/5093637{ending}/countries/HT");
        shop.stage.get(&path).json()["operatorId"].clone()
    };
    assert_ne!(found("1234"), found("9019"));
    let before = found("1234");
    shop.stage
        .rule(Rule::new(Fault::WrongOperator).at(Endpoint::Lookup).phone("1234"));
    assert_ne!(found("1234"), before);
}

#[test]
fn fault_20_lets_a_number_rest() {
    for shop in Shop::everywhere() {
        shop.buy("one", "9020").unwrap();
        let second = shop.buy("two", "9020").unwrap().json();
        let said = if shop.name() == "dtone" {
            shop.state(&second)
        } else {
            shop.code(&second)
        };
        assert_said(&shop, &said, ["PHONE_RECENTLY_RECHARGED", "DECLINED", "RateLimited"]);
        shop.stage.advance(120);
        shop.buy("three", "9020").unwrap();
        assert_eq!(
            ["one", "two", "three"].map(|reference| shop.stage.delivered(reference)),
            [1, 0, 1]
        );
    }
}
