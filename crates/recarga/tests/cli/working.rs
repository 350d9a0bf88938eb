//! A worker without the API, and what machines see of it.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{
    Place,
    serving::{TRIES_MAX, exchange},
};

/// A worker that runs until it is told to stop.
struct Worker {
    _place: Place,
    child: Child,
    address: String,
}

impl Worker {
    fn start() -> Self {
        let place = Place::set_up();
        let mut command = place.command(&["worker", "--bind", "127.0.0.1:0", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let url = said["metrics_url"].as_str().unwrap();
        let address = url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap();
        Self {
            _place: place,
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

    fn stop(mut self) {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_worker_says_how_it_is_and_what_it_counted() {
    let worker = Worker::start();
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
    let worker = Worker::start();
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
