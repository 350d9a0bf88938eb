//! A worker without the API, and what machines see of it.

use std::{
    net::TcpListener,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    Killed, Place, first_line,
    serving::{TRIES_MAX, address_of, exchange, post},
};

/// A worker that runs until it is told to stop.
struct Worker {
    child: Killed,
    address: String,
}

impl Worker {
    fn start(place: &Place, settings: &[&str]) -> Self {
        let arguments = ["worker", "--bind", "127.0.0.1:0", "--json"];
        let settings = settings.iter().flat_map(|setting| ["--set", setting]);
        let mut command = place.command(&arguments.into_iter().chain(settings).collect::<Vec<_>>());
        let mut child = Killed(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let said: Value = serde_json::from_str(&first_line(&mut child.0)).unwrap();
        let url = said["metrics_url"].as_str().unwrap();
        let address = url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap();
        Self {
            child,
            address: address.to_owned(),
        }
    }

    fn get(&self, path: &str) -> String {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        );
        exchange(&self.address, &request)
    }

    /// How many orders it has ended.
    fn ended(&self) -> u32 {
        let text = self.get("/metrics");
        let counts = text.lines().filter(|line| line.starts_with("recarga_orders_total{"));
        counts
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u32>().ok())
            .sum()
    }

    fn stop(mut self) {
        Command::new("kill")
            .args(["-TERM", &self.child.0.id().to_string()])
            .status()
            .unwrap();
        assert_eq!(self.child.0.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn a_worker_says_how_it_is_and_what_it_counted() {
    let place = Place::set_up();
    let worker = Worker::start(&place, &[]);
    for path in ["/healthz", "/readyz"] {
        let answer = worker.get(path);
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains(r#"{"status":"ok"}"#),
            "{answer}"
        );
    }
    let counted = || worker.get("/metrics").contains("recarga_orders_under_way 0");
    assert!((0..TRIES_MAX).any(|_| counted()), "the gauges were never set");
    worker.stop();
}

#[test]
fn a_worker_sells_nothing() {
    let place = Place::set_up();
    let worker = Worker::start(&place, &[]);
    let answer = worker.get("/v2/ping");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains("recarga serve has the API"), "{answer}");
    worker.stop();
}

#[test]
fn a_workers_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = Place::set_up().run(&["worker", "--bind", &address]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(ended.error.contains("choose another with --bind"), "{}", ended.error);
}

#[test]
fn two_workers_share_what_there_is_to_do() {
    let place = Place::set_up();
    place.run(&["account", "fund", "main", "100000"]).well();
    // Each takes a few orders at a look.
    let few = ["worker.concurrency=4", "worker.poll_ms=20"];
    let workers = [(); 2].map(|()| Worker::start(&place, &few));
    let shop = Shop::open(&place);
    // Beyond the numbers that the sandbox has endings for.
    for number in 100..220 {
        shop.buy(&format!("+1555321{number:04}"));
    }
    let ended = || workers.iter().map(Worker::ended).sum::<u32>() == 120;
    assert!((0..TRIES_MAX).any(|_| ended()), "orders were left");
    let shares: Vec<_> = workers.iter().map(Worker::ended).collect();
    assert!(shares.iter().all(|share| *share >= 12), "{shares:?}");
    for worker in workers {
        worker.stop();
    }
}

/// A server without a worker, and a key of its account.
struct Shop {
    _child: Killed,
    address: String,
    key: String,
}

impl Shop {
    fn open(place: &Place) -> Self {
        let key = place.json(&["key", "create", "main"])["api_key"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut command = place.command(&["serve", "--no-worker", "--bind", "127.0.0.1:0", "--json"]);
        let mut child = Killed(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let said: Value = serde_json::from_str(&first_line(&mut child.0)).unwrap();
        Self {
            _child: child,
            address: address_of(said["base_url"].as_str().unwrap()),
            key,
        }
    }

    fn buy(&self, number: &str) {
        let body = format!(
            r#"{{"products":[{{"product_id":"at-t-usa","value":5,"phone_number":"{number}"}}],"payment_method":"balance","auto_pay":true}}"#
        );
        let answer = post(&self.address, &self.key, "/v2/invoices", &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
