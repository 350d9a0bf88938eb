//! The documented tables say what the code does.

use std::time::Duration;

use model::decimal_text;
use suppliers::{SandboxSettings, sandbox::TABLE};

const PAGE: &str = include_str!("../../../../docs/SUPPLIERS.md");

/// The cells of the table whose first heading is this, without the heading and its line.
fn documented(heading: &str) -> Vec<Vec<String>> {
    PAGE.lines()
        .skip_while(|line| !line.starts_with(&format!("| {heading} ")))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().replace('`', "")).collect()
        })
        .collect()
}

#[test]
fn the_documented_rows_are_those_of_the_code() {
    let rows: Vec<Vec<String>> = TABLE
        .iter()
        .map(|row| vec![row.digits(), row.text.into(), row.first.into(), row.finally.into()])
        .collect();
    assert_eq!(documented("last four digits"), rows);
}

#[test]
fn the_documented_settings_are_the_defaults() {
    let settings = SandboxSettings::default();
    let seconds = |duration: Duration| format!("{} s", duration.as_secs());
    let float = format!("{} {}", decimal_text(settings.float.major()), settings.float.currency());
    let defaults = [
        ("call_timeout", seconds(settings.call_timeout)),
        ("absence_after", seconds(settings.absence_after)),
        ("absence_queries", settings.absence_queries.to_string()),
        ("slow", seconds(settings.slow)),
        ("settle_after", seconds(settings.settle_after)),
        ("reverse_after", seconds(settings.reverse_after)),
        ("late_after", seconds(settings.late_after)),
        ("float", float),
    ];
    let documented: Vec<_> = documented("setting")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(documented, defaults.map(|(name, value)| (name.to_owned(), value)));
}
