//! The documented tables say what the code does.

use std::time::Duration;

use model::{Fault, decimal_text};
use suppliers::{
    SandboxSettings,
    codes::{Code, Meaning},
    recarga, reloadly,
    sandbox::TABLE,
};

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

/// A row as the page should have it: the code, what it proves, whose fault it is, and what follows.
fn row(code: &Code) -> Vec<String> {
    let fault = |fault: Fault| serde_json::to_string(&fault).unwrap().replace('"', "");
    let (proves, fault, then) = match code.meaning {
        Meaning::No(whose) => ("rejected", fault(whose), "another supplier may be tried".to_owned()),
        Meaning::NoForAll(whose) => ("rejected", fault(whose), "nobody else is tried".to_owned()),
        Meaning::NoForNow(whose, seconds) => {
            let then = format!("this supplier is left alone for the number for {seconds} s");
            ("rejected", fault(whose), then)
        }
        Meaning::Pending => ("pending", String::new(), "it is asked about".to_owned()),
        Meaning::Unclear => ("nothing", String::new(), "it is asked about".to_owned()),
    };
    vec![code.code.to_owned(), proves.to_owned(), fault, then]
}

#[test]
fn the_documented_codes_are_those_of_the_code() {
    let rows = |codes: &[Code]| codes.iter().map(row).collect::<Vec<_>>();
    assert_eq!(documented("Reloadly's code"), rows(&reloadly::CODES));
    assert_eq!(documented("the v2 API's code"), rows(&recarga::CODES));
}
