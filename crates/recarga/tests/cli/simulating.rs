//! Simulated suppliers, as people start them.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::Value;

use crate::{Killed, Place, first_line, serving::exchange};

/// A simulator.
struct Simulator {
    _child: Killed,
    ready: Value,
    _place: Place,
}

impl Simulator {
    fn start(arguments: &[&str]) -> Self {
        let all = [&["simulate"], arguments, &["--port", "0", "--json"]].concat();
        let place = Place::empty();
        let mut command = place.command(&all);
        let mut child = Killed(command.stdout(Stdio::piped()).spawn().unwrap());
        Self {
            ready: serde_json::from_str(&first_line(&mut child.0)).unwrap(),
            _child: child,
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

/// Starts a simulator as a person does; answers what it says, and the process.
fn say(arguments: &[&str]) -> (String, Killed) {
    let place = Place::empty();
    let mut command = place.command(&[&["simulate"], arguments, &["--port", "0"]].concat());
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
    (said, Killed(child))
}

/// The settings that a simulator has printed, as they stand there.
fn printed_settings(said: &str) -> &str {
    let from = said.find("[suppliers.").unwrap();
    said[from..].split("\n\n").next().unwrap()
}

#[test]
fn what_is_printed_is_all_that_a_server_needs() {
    let audience = suppliers::reloadly::Environment::Sandbox.api_url();
    let started = [
        say(&["reloadly", "--audience", audience]),
        say(&["dtone", "--key", "k", "--secret", "s"]),
        say(&["ding", "--api-key", "right"]),
    ];
    let printed: Vec<_> = started.iter().map(|(said, _)| printed_settings(said)).collect();
    let place = Place::set_up();
    let file = place.path().join("recarga.toml");
    std::fs::write(&file, printed.join("\n\n")).unwrap();
    let sources = recarga::config::Sources {
        file: Some(file),
        environment: Vec::new(),
        flags: Vec::new(),
    };
    let config = recarga::config::load(&sources).unwrap();
    let names: Vec<_> = config.suppliers.enabled().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, ["ding", "dtone", "reloadly"]);

    let mut server = place.command(&["serve", "--bind", "127.0.0.1:0", "--json"]);
    let mut server = Killed(server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let ready = first_line(&mut server.0);
    assert!(ready.contains("base_url"), "{ready}");

    let synced = place.json(&["catalog", "sync"]);
    let listed = |name: &str| {
        let one = synced.as_array().unwrap().iter().find(|one| one["supplier"] == name);
        one.unwrap_or_else(|| panic!("{synced}"))["listed"].as_u64().unwrap()
    };
    assert!(names.iter().all(|name| listed(name) > 0), "{synced}");
}

/// What a person sees, but for the port.
#[test]
fn a_person_is_told_the_settings_and_the_endings() {
    let (said, _running) = say(&["reloadly"]);
    let port = said.split("127.0.0.1:").nth(1).unwrap().lines().next().unwrap();
    insta::assert_snapshot!(said.replace(port, "PORT"));
}
