//! What commands print: tables and sentences for people, JSON for programs.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use model::{Money, Timestamp};
use serde::Serialize;

use super::Failure;

/// Where a command's results go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

/// A column of a table.
pub(crate) struct Column {
    title: &'static str,
    alignment: CellAlignment,
}

/// A column of words.
pub(crate) const fn words(title: &'static str) -> Column {
    Column {
        title,
        alignment: CellAlignment::Left,
    }
}

/// A column of amounts.
pub(crate) const fn amounts(title: &'static str) -> Column {
    Column {
        title,
        alignment: CellAlignment::Right,
    }
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program reads.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Prints a list: an array, or a table, or that there is nothing.
    pub(crate) fn list<T: Serialize>(
        self,
        entries: &[T],
        columns: &[Column],
        row: impl Fn(&T) -> Vec<String>,
        none: &str,
    ) {
        if self.json {
            print_json(&entries);
        } else if entries.is_empty() {
            print(none);
        } else {
            print(&table(columns, entries.iter().map(row)));
        }
    }

    /// Prints one thing: an object, or what a person is told of it.
    pub(crate) fn one(self, entry: &impl Serialize, text: impl FnOnce() -> String) {
        if self.json {
            print_json(entry);
        } else {
            print(&text());
        }
    }

    /// Prints why it ended badly.
    pub(crate) fn failure(self, failure: &Failure) {
        let line = if self.json {
            serde_json::json!({ "error": failure.text }).to_string()
        } else {
            format!("error: {}", failure.text)
        };
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Lays rows out under titles.
pub(crate) fn table(columns: &[Column], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|column| column.title));
    for (index, column) in columns.iter().enumerate() {
        let laid = table.column_mut(index).expect("the header has made it");
        laid.set_cell_alignment(column.alignment);
        laid.set_padding((0, 2));
    }
    table.add_rows(rows);
    // The last column's padding would only wrap lines in narrow terminals.
    table
        .to_string()
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Prints a line. Whoever reads may have had enough already: that is no failure.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints an object or an array on one line.
pub(crate) fn print_json(entry: &impl Serialize) {
    print(&serde_json::to_string(entry).expect("plain data"));
}

/// An amount as programs read it: exact, as text.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Amount {
    amount: String,
    currency: &'static str,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self {
            amount: model::decimal_text(money.major()),
            currency: money.currency().code(),
        }
    }
}

/// A moment as people read it: to the second, in UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    text.get(..19)
        .map_or_else(|| text.clone(), |seconds| seconds.replace('T', " "))
}

/// A moment to the millisecond.
pub(crate) fn precise(at: Timestamp) -> String {
    at.to_string().replace('T', " ").trim_end_matches('Z').to_owned()
}

/// What is there, or a dash.
pub(crate) fn or_dash(text: Option<impl ToString>) -> String {
    text.map_or_else(|| "–".to_owned(), |text| text.to_string())
}
