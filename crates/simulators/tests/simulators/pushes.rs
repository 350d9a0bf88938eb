//! What the suppliers send by themselves, and what can go wrong with it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread::spawn,
    time::Duration,
};

use serde_json::Value;
use simulators::{CallbackTarget, Supplier};

use crate::{
    shop::Shop,
    stage::{config, until},
};

/// A push as it came.
struct Push {
    head: String,
    body: Value,
}

/// Takes pushes and answers each with a status.
struct Receiving {
    url: String,
    pushes: Receiver<Push>,
}

impl Receiving {
    fn answering(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/push", listener.local_addr().unwrap());
        let (sender, pushes) = channel();
        spawn(move || {
            for stream in listener.incoming() {
                let mut reader = BufReader::new(stream.unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    reader.read_line(&mut head).unwrap();
                }
                let length = head
                    .to_lowercase()
                    .split("content-length: ")
                    .nth(1)
                    .unwrap()
                    .lines()
                    .next()
                    .unwrap()
                    .parse();
                let mut body = vec![0; length.unwrap()];
                reader.read_exact(&mut body).unwrap();
                let body = serde_json::from_slice(&body).unwrap();
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                reader.get_mut().write_all(answer.as_bytes()).unwrap();
                if sender.send(Push { head, body }).is_err() {
                    return;
                }
            }
        });
        Self { url, pushes }
    }

    fn next(&self) -> Push {
        self.pushes.recv_timeout(Duration::from_secs(20)).unwrap()
    }
}

/// A shop that pushes to a receiver.
fn shop(supplier: Supplier, receiving: &Receiving) -> Shop {
    let mut config = config(supplier);
    config.callback = Some(CallbackTarget {
        url: Some(receiving.url.clone()),
        user: "user".to_owned(),
        secret: "secret".to_owned(),
    });
    Shop::with(config)
}

const PUSHING: [Supplier; 2] = [Supplier::Reloadly, Supplier::DtOne];

/// The state that a push tells.
fn told(push: &Push) -> &str {
    let state = push.body["data"]["status"].as_str();
    state.or(push.body["status"]["class"]["message"].as_str()).unwrap()
}

/// Whether a push is genuine. The signature itself is tested where it is made.
fn is_genuine(shop: &Shop, push: &Push) -> bool {
    let head = push.head.to_lowercase();
    match shop.name() {
        "dtone" => push.head.contains("Basic dXNlcjpzZWNyZXQ="),
        _ => head.contains("x-reloadly-signature: ") && head.contains("x-reloadly-request-timestamp: 1769853600"),
    }
}

#[test]
fn the_end_of_a_transaction_is_pushed() {
    for supplier in PUSHING {
        let receiving = Receiving::answering("200 OK");
        let shop = shop(supplier, &receiving);
        shop.buy("one", "1234").unwrap();
        let push = receiving.next();
        assert!(matches!(told(&push), "SUCCESSFUL" | "COMPLETED"));
        assert!(is_genuine(&shop, &push), "{}", push.head);
        shop.stage.running.reverse("one");
        assert!(matches!(told(&receiving.next()), "REFUNDED" | "REVERSED"));
    }
}

#[test]
fn a_push_can_be_lost_doubled_or_out_of_order() {
    for supplier in PUSHING {
        let receiving = Receiving::answering("200 OK");
        let shop = shop(supplier, &receiving);
        shop.buy("lost", "9010").unwrap();
        shop.buy("twice", "9410").unwrap();
        shop.buy("order", "9510").unwrap();
        let pushes = [(); 4].map(|()| receiving.next());
        let references = pushes.each_ref().map(|push| {
            let told = push.body["external_id"]
                .as_str()
                .or(push.body["data"]["customIdentifier"].as_str());
            told.unwrap()
        });
        assert_eq!(references, ["twice", "twice", "order", "order"]);
        assert!(matches!(told(&pushes[2]), "SUCCESSFUL" | "COMPLETED"));
        assert!(matches!(told(&pushes[3]), "PROCESSING" | "SUBMITTED"));
    }
}

#[test]
fn a_forged_push_says_the_opposite_and_does_not_know_the_secret() {
    for supplier in PUSHING {
        let receiving = Receiving::answering("200 OK");
        let shop = shop(supplier, &receiving);
        shop.buy("one", "9610").unwrap();
        let [forged, genuine] = [(); 2].map(|()| receiving.next());
        assert!(matches!(told(&forged), "FAILED" | "DECLINED"));
        assert!(matches!(told(&genuine), "SUCCESSFUL" | "COMPLETED"));
        let proof = |push: &Push| {
            let head = push.head.to_lowercase();
            let lines = head
                .lines()
                .find(|line| line.starts_with("authorization") || line.contains("signature"));
            lines.unwrap().to_owned()
        };
        assert_ne!(proof(&forged), proof(&genuine));
    }
}

#[test]
fn a_push_can_come_before_the_answer() {
    for supplier in PUSHING {
        let receiving = Receiving::answering("200 OK");
        let shop = shop(supplier, &receiving);
        shop.buy("one", "9710").unwrap();
        assert!(receiving.pushes.try_recv().is_ok(), "it was taken before the answer");
    }
}

#[test]
fn a_later_push_goes_out_by_itself_where_the_first_came_early() {
    for supplier in PUSHING {
        let receiving = Receiving::answering("200 OK");
        let shop = shop(supplier, &receiving);
        shop.buy("one", "9710").unwrap();
        assert!(matches!(told(&receiving.next()), "SUCCESSFUL" | "COMPLETED"));
        shop.stage.running.reverse("one");
        assert!(matches!(told(&receiving.next()), "REFUNDED" | "REVERSED"), "{supplier}");
    }
}

#[test]
fn the_push_of_a_hold_that_expires_waits_for_no_call() {
    let receiving = Receiving::answering("200 OK");
    let shop = shop(Supplier::DtOne, &receiving);
    let (_, mut order) = shop.order("one", "9710");
    order["auto_confirm"] = false.into();
    shop.stage.post("/async/transactions", &order);
    shop.stage.advance(2 * 3_600);
    assert_eq!(told(&receiving.next()), "CANCELLED");
}

#[test]
fn a_push_that_is_not_taken_is_tried_four_times() {
    let receiving = Receiving::answering("500 Internal Server Error");
    let shop = shop(Supplier::DtOne, &receiving);
    shop.buy("one", "1234").unwrap();
    let running = &shop.stage.running;
    for tries in 1..=4 {
        until("the push is tried", || running.pushes().len() == tries);
        shop.stage.advance(60);
    }
    until("everything due has happened", || running.calls().len() == 1);
    assert_eq!(running.pushes().iter().map(|push| push.attempt).max(), Some(4));
}

#[test]
fn ding_pushes_nothing() {
    let receiving = Receiving::answering("200 OK");
    let shop = shop(Supplier::Ding, &receiving);
    shop.buy("one", "1234").unwrap();
    assert!(shop.stage.running.pushes().is_empty());
}
