//! What the program says of itself.

use std::fmt::Write as _;

use crate::Place;

#[test]
fn the_help_is_this() {
    insta::assert_snapshot!(Place::empty().run(&["--help"]).well().out);
}

#[test]
fn every_command_has_help() {
    let place = Place::empty();
    let manual = place.run(&["man"]).well().out;
    let commands: Vec<_> = manual
        .lines()
        .filter_map(|line| line.strip_prefix(".SS \"recarga "))
        .collect();
    let mut list = String::new();
    for command in commands {
        // Manuals write a hyphen so.
        let command = command.trim_end_matches('"').replace(r"\-", "-");
        let words: Vec<_> = command.split(' ').collect();
        let help = place.run(&[words.as_slice(), &["--help"]].concat()).well().out;
        writeln!(list, "{:<20} {}", words.join(" "), help.lines().next().unwrap()).unwrap();
    }
    insta::assert_snapshot!(list);
}

#[test]
fn shells_complete_it() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Place::empty().run(&["completions", shell]).well().out;
        assert!(script.contains("topup"), "{shell}");
    }
}

#[test]
fn wrong_arguments_are_usage() {
    let ended = Place::empty().run(&["orders", "resolve", "ord_x"]);
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
}
