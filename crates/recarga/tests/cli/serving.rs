//! A running server, and the commands beside it.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::{Place, first_line};

/// Something that happens soon has happened after so many requests.
pub(crate) const TRIES_MAX: u32 = 10_000;

/// A demo that runs until it is told to stop.
pub(crate) struct Demo {
    pub(crate) place: Place,
    child: Child,
    ready: Value,
}

impl Demo {
    pub(crate) fn start() -> Self {
        Self::start_in(Place::empty())
    }

    /// Waits for the line that says it is ready.
    fn start_in(place: Place) -> Self {
        let quick = [
            "sandbox.call_timeout_ms=300",
            "sandbox.slow_ms=100",
            "worker.sweep_ms=20",
        ];
        let quick = quick.iter().flat_map(|setting| ["--set", setting]);
        let arguments: Vec<_> = ["demo", "--port", "0", "--json"].into_iter().chain(quick).collect();
        let mut command = place.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let ready = serde_json::from_str(&first_line(&mut child)).unwrap();
        Self { place, child, ready }
    }

    fn said(&self, what: &str) -> String {
        self.ready[what].as_str().unwrap().to_owned()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.get_as(&self.said("api_key"), path)
    }

    fn address(&self) -> String {
        address_of(&self.said("base_url"))
    }

    /// Posts JSON as the demo's own account.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let answer = post(&self.address(), &self.said("api_key"), path, &body.to_string());
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Reads a page that needs no key.
    pub(crate) fn text(&self, path: &str) -> String {
        let address = self.address();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        exchange(&address, &request)
    }

    /// Asks as any client does.
    pub(crate) fn get_as(&self, key: &str, path: &str) -> Value {
        let address = self.address();
        let request = format!(
            "GET /v2{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
        );
        let answer = exchange(&address, &request);
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn topup(&self, arguments: &[&str]) -> (i32, Value) {
        let (base, data) = (self.said("base_url"), ["--yes", "--json", "--server"]);
        let ended = self
            .place
            .run(&[&["topup"], arguments, &data, &[base.as_str()]].concat());
        let printed = if ended.out.is_empty() { ended.error } else { ended.out };
        (ended.code, serde_json::from_str(&printed).unwrap())
    }

    /// Tells it to stop and waits until it has, well.
    pub(crate) fn stop(mut self) -> Place {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.place
    }
}

/// Where a server listens, by the URL of its API.
pub(crate) fn address_of(base_url: &str) -> String {
    let address = base_url.strip_prefix("http://").unwrap();
    address.strip_suffix("/v2").unwrap().to_owned()
}

/// Posts JSON with a key, and answers what came as it stands.
pub(crate) fn post(address: &str, key: &str, path: &str, body: &str) -> String {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(address, &request)
}

/// Sends a request as it stands and reads the answer to its end.
pub(crate) fn exchange(address: &str, request: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_demo_answers_and_stops_when_it_is_told_to() {
    let demo = Demo::start();
    assert_eq!(demo.get("/ping")["message"], "pong");
    assert_eq!(demo.get("/accounts/balance")["data"]["balance"], 10_000);
    assert!(demo.said("webhook_secret").starts_with("whsec_"));
    demo.stop();
}

#[test]
fn a_second_start_has_the_same_account_and_key() {
    let demo = Demo::start();
    let first = (demo.said("api_key"), demo.said("account_id"));
    let place = demo.stop();
    let demo = Demo::start_in(place);
    assert_eq!((demo.said("api_key"), demo.said("account_id")), first);
    assert_eq!(demo.get("/accounts/balance")["data"]["balance"], 10_000);
    demo.stop();
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = Place::empty().run(&["demo", "--port", &port]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(ended.error.contains("choose another with --port"), "{}", ended.error);
}

#[test]
fn a_topup_says_by_its_exit_code_how_it_ended() {
    let demo = Demo::start();
    let (code, told) = demo.topup(&["+15551234567", "--product", "at-t-usa", "--amount", "25"]);
    assert_eq!((code, told["status"].as_str()), (0, Some("delivered")), "{told}");
    let story = demo.place.json(&["orders", "show", told["order_id"].as_str().unwrap()]);
    assert_eq!(story["status"], "delivered");
    let (code, told) = demo.topup(&["+15551230001", "--product", "at-t-usa", "--amount", "25"]);
    assert_eq!((code, told["status"].as_str()), (3, Some("refunded")), "{told}");
    let (code, told) = demo.topup(&["+15551230007", "--product", "at-t-usa", "--amount", "25", "--wait", "0"]);
    assert_eq!((code, told["status"].as_str()), (4, Some("pending")), "{told}");
    let (code, told) = demo.topup(&["+15551234567", "--product", "at-t-usa", "--amount", "26"]);
    assert_eq!(code, 1, "{told}");
    let place = demo.stop();
    assert_eq!(place.json(&["ledger", "check"])["whole"], true);
}

#[test]
fn a_topup_that_is_repeated_with_its_key_is_placed_once() {
    let demo = Demo::start();
    let buy = [
        "+15551234567",
        "--product",
        "at-t-usa",
        "--amount",
        "25",
        "--idempotency-key",
        "once",
    ];
    let (first, again) = (demo.topup(&buy).1, demo.topup(&buy).1);
    assert_eq!(first["order_id"], again["order_id"]);
    let place = demo.stop();
    assert_eq!(place.json(&["orders", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_key_that_is_made_beside_a_running_server_is_let_in() {
    let demo = Demo::start();
    let made = demo.place.json(&["key", "create", "Demo"]);
    let let_in = || {
        demo.get_as(made["api_key"].as_str().unwrap(), "/accounts/balance")
            .get("data")
            .is_some()
    };
    assert!(
        (0..TRIES_MAX).any(|_| let_in()),
        "the server never looked at its accounts again"
    );
    demo.stop();
}

#[test]
fn a_person_ends_what_nobody_knows() {
    let demo = Demo::start();
    let lost = ["+15551230007", "--product", "at-t-usa", "--amount", "25", "--wait", "0"];
    let order = demo.topup(&lost).1["order_id"].as_str().unwrap().to_owned();
    let place = &demo.place;
    let known = || place.json(&["orders", "list", "--status", "confirming"])[0]["id"] == order.as_str();
    assert!((0..TRIES_MAX).any(|_| known()), "the supplier's silence went unnoticed");
    let resolved = place.json(&[
        "orders",
        "resolve",
        &order,
        "--failed",
        "--why",
        "their list doesn't have it",
        "--by",
        "ana",
    ]);
    assert_eq!(resolved["status"], "refunded");
    let done = place.json(&["audit", "list", "--account", "Demo"]);
    assert_eq!(
        (&done[0]["action"], &done[0]["details"]["verdict"]),
        (&"order.decide".into(), &"failed".into())
    );
    let story = place.run(&["orders", "show", &order]).well().out;
    assert!(
        story.contains("decided by ana: failed, their list doesn't have it"),
        "{story}"
    );
    assert_eq!(
        place
            .run(&[
                "orders",
                "resolve",
                &order,
                "--delivered",
                "--why",
                "a mistake",
                "--by",
                "ana"
            ])
            .code,
        1
    );
    demo.stop();
}

#[test]
fn a_suspended_account_can_look_but_not_buy() {
    let demo = Demo::start();
    demo.place.run(&["account", "suspend", "Demo"]).well();
    let buy = ["+15551234567", "--product", "at-t-usa", "--amount", "25"];
    let (code, told) = demo.topup(&buy);
    assert_eq!(code, 1);
    assert!(told["error"].as_str().unwrap().contains("account_suspended"), "{told}");
    demo.place.run(&["account", "resume", "Demo"]).well();
    assert_eq!(demo.topup(&buy).0, 0);
    demo.stop();
}
