//! Every command that changes something is in the audit log, under the name that the pages have for it.

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use crate::Place;

/// The commands that change something, in an order in which each has something to change; how each stands in the log,
/// and what else is to be known of it. KEY is the key that was made.
const DEEDS: [(&str, &str, &str); 31] = [
    (
        "account create Kiosk --markup-bps 250",
        "account.create",
        "name currency markup_percent",
    ),
    (
        "account fund Kiosk 100 --note cash",
        "funding.pay",
        "direction amount reason",
    ),
    ("account fund Kiosk -40", "funding.pay", "direction amount reason"),
    ("account limits Kiosk --day-max 50", "account.change", "before after"),
    (
        "account markup Kiosk --markup-bps 300",
        "account.change",
        "before after",
    ),
    ("account home Kiosk BR", "account.change", "before after"),
    (
        "account webhook Kiosk https://shop.example.com/in",
        "webhook.set_url",
        "url",
    ),
    ("account suspend Kiosk", "account.suspend", "before after why"),
    ("account resume Kiosk", "account.resume", "before after why"),
    ("key create Kiosk --name till", "key.create", "name scopes"),
    ("key revoke KEY", "key.revoke", ""),
    ("user setup", "user.make_setup_link", ""),
    ("user invite ana --role owner", "user.invite", "login role"),
    ("user invite bea --role support", "user.invite", "login role"),
    ("user link ana", "user.make_link", ""),
    ("user role bea finance", "user.set_role", "before after"),
    ("user disable bea", "user.disable", ""),
    ("user enable bea", "user.enable", ""),
    (
        "catalog import catalog.json",
        "catalog.import",
        "operators products offers",
    ),
    ("catalog sync sandbox", "catalog.sync", "listed"),
    ("catalog map import words.json", "mapping.import", "words"),
    ("catalog map reject rel --operator 1", "mapping.reject", ""),
    ("catalog map set rel --operator 1 digicel-haiti", "mapping.set", "ours"),
    ("catalog map clear rel --operator 1", "mapping.clear", ""),
    ("numbers import numbers.csv", "number.import", "lines forgotten"),
    ("rates set EUR 0.9", "rate.change", "before after from source"),
    ("rates import rates.csv", "rate.import", "rates"),
    ("suppliers thresholds sandbox --low 5", "supplier.thresholds", "low"),
    (
        "suppliers deposit sandbox 10 --at 2026-11-01T10:00:00Z",
        "supplier.deposit",
        "amount made_at",
    ),
    ("reconcile sandbox --date 2026-11-01", "reconcile.run", "day"),
    ("db restored", "database.restored", ""),
];

/// These change something as well, and need an order, a case or rules first: what they tell is told by the functions that
/// pages tell by, and some of it is looked for beside the tests of those.
const ELSEWHERE: &str = "catalog map accept, cases close, init, orders ask, orders confirm, orders reject, \
    orders resolve, routing activate, routing rollback, suppliers force, webhooks resend";

/// These change nothing in the database that they are run on, or are no person's doing.
const NOTHING: &str = "account list, account show, audit check, audit list, cases list, cases show, catalog export, \
    catalog list, catalog map export, catalog map list, completions, config, db backup, db copy, demo, doctor, \
    key list, ledger check, ledger statement, man, numbers check, orders list, orders show, orders stuck, rates list, \
    routing check, routing dry-run, routing history, routing show, serve, simulate reloadly, simulate dtone, \
    simulate ding, suppliers floats, suppliers health, suppliers statement, topup, user list, webhooks list, \
    webhooks show, worker";

fn with_files() -> Place {
    let place = Place::set_up();
    place.run(&["catalog", "export", "catalog.json"]).well();
    let words = r#"{"operators": [{"supplier": "rel", "sold_as": "1", "name": "Digicel", "country": "HT",
        "operator": "digicel-haiti"}]}"#;
    for (name, text) in [
        ("words.json", words),
        ("numbers.csv", "number,operator\n+4915123456789,o2-germany\n"),
        ("rates.csv", "date,currency,units_per_usd\n2026-10-01,EUR,0.5\n"),
    ] {
        fs::write(place.path().join(name), text).unwrap();
    }
    place
}

/// What was done, the latest first.
fn log(place: &Place) -> Vec<Value> {
    let done = place.json(&["audit", "list", "--limit", "1000"]);
    done.as_array().unwrap().clone()
}

#[test]
fn every_command_that_changes_something_says_so_in_the_log() {
    let place = with_files();
    let (mut key, mut count) = (String::new(), log(&place).len());
    assert_eq!(count, 2, "init has made an account and a key");
    for (command, action, details) in DEEDS {
        let words = command.split(' ').map(|word| if word == "KEY" { &key } else { word });
        let arguments: Vec<_> = words.chain(["--json"]).collect();
        let printed = place.run(&arguments).well().out;
        let done = log(&place);
        count += 1;
        assert_eq!(done.len(), count, "{command} is one entry");
        let last = &done[0];
        assert_eq!(
            (&last["action"], &last["actor"]),
            (&action.into(), &"command".into()),
            "{command}"
        );
        for name in details.split_whitespace() {
            assert!(!last["details"][name].is_null(), "{command}: {name}: {last}");
        }
        if action == "key.create" {
            let made: Value = serde_json::from_str(&printed).unwrap();
            made["id"].as_str().unwrap().clone_into(&mut key);
        }
    }
    place.run(&["audit", "check"]).well();
}

#[test]
fn what_changes_nothing_is_not_in_the_log() {
    let place = Place::set_up();
    for command in [
        "account suspend main",
        "account suspend main",
        "account limits main",
        "account home main none",
    ] {
        place.run(&command.split(' ').collect::<Vec<_>>()).well();
    }
    let done = log(&place);
    let actions: Vec<_> = done.iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["account.suspend", "key.create", "account.create"]);
}

#[test]
fn every_command_is_known_to_change_something_or_nothing() {
    let manual = Place::empty().run(&["man"]).well().out;
    let all: BTreeSet<String> = manual
        .lines()
        .filter_map(|line| line.strip_prefix(".SS \"recarga "))
        .map(|command| command.trim_end_matches('"').replace(r"\-", "-"))
        .collect();
    let is_group = |command: &String| all.iter().any(|other| other.starts_with(&format!("{command} ")));
    let leaves: Vec<&String> = all.iter().filter(|command| !is_group(command)).collect();
    let is_done = |leaf: &str| {
        DEEDS
            .iter()
            .any(|(command, ..)| format!("{command} ").starts_with(&format!("{leaf} ")))
    };
    let is_listed = |leaf: &str| {
        [ELSEWHERE, NOTHING]
            .iter()
            .any(|list| list.split(", ").any(|one| one == leaf))
    };
    let unknown: Vec<_> = leaves
        .into_iter()
        .filter(|leaf| !is_done(leaf) && !is_listed(leaf))
        .collect();
    assert!(
        unknown.is_empty(),
        "say of {unknown:?} whether the audit log is told of it"
    );
}
