//! Rules and breakers, as people set them.

use std::fs;

use crate::Place;

const RULES: &str = r#"
[[exclude]]
supplier = "sandbox"
where = { country = "MX" }
why = "a dispute"

[[supplier]]
name = "sandbox"
number_pause_s = 60
"#;

fn with_rules(text: &str) -> Place {
    let place = Place::set_up();
    fs::write(place.path().join("rules.toml"), text).unwrap();
    place
}

#[test]
fn rules_are_checked_activated_and_taken_back() {
    let place = with_rules(RULES);
    place.run(&["routing", "check", "rules.toml"]).well();
    let reason = ["--why", "the March invoice", "--by", "ana"];
    let made = place.json(&[&["routing", "activate", "rules.toml"], reason.as_slice()].concat());
    assert_eq!(made["version"], 1);
    let shown = place.run(&["routing", "show"]).well().out;
    assert!(
        shown.contains("why = \"a dispute\"") && shown.contains("number_pause_s = 60"),
        "{shown}"
    );
    fs::write(place.path().join("shown.toml"), shown).unwrap();
    place.run(&["routing", "check", "shown.toml"]).well();
    place
        .run(&[&["routing", "rollback", "1"], reason.as_slice()].concat())
        .well();
    let history = place.json(&["routing", "history"]);
    assert_eq!(
        (history[0]["version"].as_i64(), history[1]["made_by"].as_str()),
        (Some(2), Some("ana"))
    );
    let done = place.json(&["audit", "list"]);
    assert_eq!(
        (&done[0]["action"], &done[0]["details"]["back_to"], &done[1]["action"]),
        (&"routing.rollback".into(), &1.into(), &"routing.activate".into())
    );
    let run = place.json(&["routing", "dry-run", "--rules", "rules.toml", "--last", "12h"]);
    assert_eq!((run["orders"].as_i64(), run["elsewhere"].as_i64()), (Some(0), Some(0)));
}

#[test]
fn what_is_wrong_with_rules_is_said_and_nothing_is_changed() {
    let place = with_rules("[[exclude]]\nsupplier = \"nobody\"\nwhy = \"x\"\n");
    let refused = place.run(&["routing", "activate", "rules.toml", "--why", "x", "--by", "ana"]);
    let told = "exclude 1: supplier: there is no supplier \"nobody\"; there are sandbox";
    assert!(refused.code == 1 && refused.error.contains(told), "{}", refused.error);
    fs::write(place.path().join("rules.toml"), "[[exclude]]\nsuplier = \"x\"\n").unwrap();
    let unreadable = place.run(&["routing", "check", "rules.toml"]);
    assert!(
        unreadable.code == 2 && unreadable.error.contains("suplier"),
        "{}",
        unreadable.error
    );
    assert_eq!(place.json(&["routing", "history"]), serde_json::json!([]));
}

#[test]
fn a_version_that_names_what_is_no_more_does_not_come_back() {
    let place = with_rules("[[prefer]]\nsuppliers = [\"sandbox\"]\nwhere = { operator = \"at-t-usa\" }\n");
    let reason = ["--why", "the March invoice", "--by", "ana"];
    place
        .run(&[&["routing", "activate", "rules.toml"], reason.as_slice()].concat())
        .well();
    place.run(&["catalog", "export", "catalog.json"]).well();
    let path = place.path().join("catalog.json");
    let mut catalog: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for (list, field) in [("operators", "id"), ("products", "operator"), ("offers", "product")] {
        let of_another = |one: &serde_json::Value| !one[field].as_str().unwrap().starts_with("at-t-usa");
        catalog[list].as_array_mut().unwrap().retain(of_another);
    }
    fs::write(&path, catalog.to_string()).unwrap();
    place.run(&["catalog", "import", "catalog.json", "--replace"]).well();
    let refused = place.run(&[&["routing", "rollback", "1"], reason.as_slice()].concat());
    assert_eq!(refused.code, 1);
    for told in ["version 1 can't hold:", "prefer 1", "at-t-usa"] {
        assert!(refused.error.contains(told), "{told}: {}", refused.error);
    }
    assert_eq!(place.json(&["routing", "history"]).as_array().unwrap().len(), 1);
    let unknown = place.run(&[&["routing", "rollback", "9"], reason.as_slice()].concat());
    assert!(unknown.code == 1 && unknown.error.contains('9'), "{}", unknown.error);
}

#[test]
fn a_supplier_is_forced_open_and_left_to_its_figures_again() {
    let place = Place::set_up();
    let force = [
        "suppliers",
        "force",
        "sandbox",
        "open",
        "--operator",
        "at-t-usa",
        "--by",
        "ana",
    ];
    assert_eq!(place.run(&force).code, 2, "a reason is missing");
    place
        .run(&[force.as_slice(), &["--why", "they asked us to"]].concat())
        .well();
    let done = place.json(&["audit", "list"]);
    assert_eq!(
        (&done[0]["action"], &done[0]["details"]["why"]),
        (&"supplier.force".into(), &"they asked us to".into())
    );
    let health = place.json(&["suppliers", "health"]);
    assert_eq!(
        (&health[0]["operator"], &health[0]["forced"]),
        (&"at-t-usa".into(), &"open".into())
    );
    let auto = [
        "suppliers",
        "force",
        "sandbox",
        "auto",
        "--operator",
        "at-t-usa",
        "--by",
        "ana",
    ];
    place.run(&auto).well();
    assert_eq!(place.json(&["suppliers", "health"]), serde_json::json!([]));
}
