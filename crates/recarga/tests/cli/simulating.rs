//! Simulated suppliers, as people start them.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use serde_json::Value;

use crate::{Place, serving::exchange};

/// A simulator that is killed in the end.
struct Simulator {
    child: Child,
    ready: Value,
    _place: Place,
}

impl Simulator {
    fn start(arguments: &[&str]) -> Self {
        let all = [&["simulate"], arguments, &["--port", "0", "--json"]].concat();
        let place = Place::empty();
        let mut command = place.command(&all);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            child,
            ready: serde_json::from_str(&line).unwrap(),
            _place: place,
        }
    }

    /// Asks for a path of the supplier's with a header.
    fn get(&self, path: &str, header: &str) -> String {
        let base = self.ready["base_url"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        let (address, below) = base.split_once('/').unwrap_or((base, ""));
        let slash = if below.is_empty() { "" } else { "/" };
        let request =
            format!("GET {slash}{below}{path} HTTP/1.1\r\nHost: {address}\r\n{header}\r\nConnection: close\r\n\r\n");
        exchange(address, &request)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_supplier_answers_whatever_the_credentials() {
    let dtone = Simulator::start(&["dtone"]);
    let answer = dtone.get("/balances", "Authorization: Basic YW55OmFueQ==");
    assert!(answer.contains(r#""available":10000"#), "{answer}");
    let ding = Simulator::start(&["ding", "--wallet", "12.50"]);
    let answer = ding.get("/GetBalance", "api_key: any");
    assert!(answer.contains(r#""Balance":12.5"#), "{answer}");
    let reloadly = Simulator::start(&["reloadly"]);
    let answer = reloadly.get("/accounts/balance", "Authorization: Bearer none");
    assert!(answer.contains("INVALID_TOKEN"), "{answer}");
}

#[test]
fn told_credentials_are_the_only_ones() {
    let ding = Simulator::start(&["ding", "--api-key", "right"]);
    assert!(ding.get("/GetBalance", "api_key: right").starts_with("HTTP/1.1 200"));
    assert!(ding.get("/GetBalance", "api_key: wrong").starts_with("HTTP/1.1 401"));
    let missing = Place::empty().run(&["simulate", "dtone", "--key", "alone"]);
    assert_eq!(missing.code, 2, "{}", missing.error);
}

#[test]
fn a_taken_port_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = Place::empty().run(&["simulate", "ding", "--port", &port]);
    assert_eq!(ended.code, 1);
    assert!(ended.error.contains("choose another with --port"), "{}", ended.error);
}

/// What a person sees, but for the port.
#[test]
fn a_person_is_told_the_settings_and_the_endings() {
    let place = Place::empty();
    let mut command = place.command(&["simulate", "reloadly", "--port", "0"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut said = String::new();
    for line in lines {
        said += &line;
        said.push('\n');
        if line.contains("Ctrl-C") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let port = said.split("127.0.0.1:").nth(1).unwrap().lines().next().unwrap();
    insta::assert_snapshot!(said.replace(port, "PORT"));
}
