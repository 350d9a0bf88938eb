//! Settings, and what is said when they are wrong.

use std::fs;

use crate::{Ended, Place};

fn refused(place: &Place, arguments: &[&str]) -> Ended {
    let ended = place.run(arguments);
    assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{}", ended.error);
    ended
}

#[test]
fn an_unknown_key_is_refused_by_its_name() {
    let place = Place::empty();
    fs::write(place.path().join("recarga.toml"), "[server]\nbidn = \"127.0.0.1:1\"\n").unwrap();
    let ended = refused(&place, &["config"]);
    assert!(
        ended.error.contains("recarga.toml: there is no setting server.bidn"),
        "{}",
        ended.error
    );
}

#[test]
fn an_unknown_variable_is_refused_by_its_name() {
    let place = Place::empty();
    let output = place
        .command(&["config"])
        .env("RECARGA_SERVER_BIDN", "x")
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("RECARGA_SERVER_BIDN"), "{error}");
}

#[test]
fn another_database_is_refused_with_what_to_do() {
    let ended = refused(
        &Place::empty(),
        &[
            "account",
            "list",
            "--database",
            "postgres://me:secret@host/db?sslmode=allow",
        ],
    );
    assert!(ended.error.contains("write sslmode=verify-full"), "{}", ended.error);
    assert!(!ended.error.contains("secret"), "{}", ended.error);
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_mistake() {
    let place = Place::empty();
    let ended = place.run(&["account", "list", "--database", "elsewhere.db"]);
    assert_eq!(ended.code, 1);
    assert!(ended.error.contains("recarga init"), "{}", ended.error);
    assert!(!place.path().join("elsewhere.db").exists());
}

#[test]
fn what_is_printed_can_be_read_again() {
    let place = Place::empty();
    let first = place
        .run(&["config", "--set", "orders.retry_pauses_s=2,4", "--database", "here.db"])
        .well()
        .out;
    fs::write(place.path().join("recarga.toml"), &first).unwrap();
    assert_eq!(place.run(&["config"]).well().out, first);
    assert!(
        first.contains("retry_pauses_s = [2, 4]") || first.contains("    2,\n    4,\n"),
        "{first}"
    );
}

#[test]
fn a_second_start_begins_with_what_is_there() {
    let place = Place::set_up();
    let again = place.run(&["init"]);
    assert_eq!(again.code, 1);
    assert!(again.error.contains("there is a database"), "{}", again.error);
    let config = place.run(&["config"]).well().out;
    let named = if place.url().is_some() {
        "postgres://"
    } else {
        "sqlite:recarga-data/recarga.db"
    };
    assert!(config.contains(named), "{config}");
}
