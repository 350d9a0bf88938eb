//! The rules that every statement keeps, whether it stands in one text or is a constant over a set.

use crate::{
    rust::{Constant, Source, Text},
    schema::{Column, Schema},
    spread::is_spread,
    sql::{self, column},
};

/// Everything that is wrong with the statements of a file.
pub(crate) fn findings(source: &Source, schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    let mut add = |line: usize, what: String| found.push(format!("{}:{line}: {what}", source.path));
    for text in &source.texts {
        // A part of a statement may stand in a text of its own.
        sql::foreign(&sql::words(&text.text)).for_each(|what| add(text.line, what));
    }
    for text in source.statements() {
        of_statement(&source.path, text, schema).for_each(|what| add(text.line, what));
    }
    for constant in &source.constants {
        of_constant(constant, schema).for_each(|what| add(constant.line, what));
    }
    found
}

/// A statement, and the tables in it that it names.
struct Statement<'a> {
    words: Vec<String>,
    schema: &'a Schema,
    /// The tables with what they are called.
    tables: Vec<(String, String)>,
}

fn of_statement(path: &str, text: &Text, schema: &Schema) -> impl Iterator<Item = String> {
    let words = sql::words(&text.text);
    let statement = Statement {
        tables: tables(&words, schema),
        words,
        schema,
    };
    let spread = is_spread(path, &text.text);
    let whole_books = path == "ledger/check.rs";
    let rules = [
        statement.unknown_tables(),
        statement.not_of_one_account().filter(|_| !spread),
        statement.led_by_another(),
        statement.not_side_by_side(),
        // Its sums are cast around them all.
        statement.wide_sum().filter(|_| !whole_books),
        statement.unsaid_nulls(),
    ];
    rules.into_iter().flatten()
}

/// The tables behind `FROM`, `JOIN`, `INTO` and `UPDATE`, each with its alias or its own name.
fn tables(words: &[String], schema: &Schema) -> Vec<(String, String)> {
    let named = |(place, pair): (usize, &[String])| {
        let begins = ["FROM", "JOIN", "INTO", "UPDATE"].contains(&pair[0].as_str());
        let table = pair
            .get(1)
            .filter(|table| begins && schema.tables.contains_key(*table))?;
        let after = words[place + 2..].iter().find(|word| *word != "AS");
        let alias = after.filter(|word| word.chars().all(|letter| letter.is_lowercase() || letter == '_'));
        Some((table.clone(), alias.unwrap_or(table).clone()))
    };
    words.windows(2).enumerate().filter_map(named).collect()
}

impl Statement<'_> {
    /// The tables that accounts own.
    fn owned(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let owned = |(table, alias): &(String, String)| Some((alias.clone(), self.schema.owner(table)?));
        self.tables
            .iter()
            .filter_map(move |pair| owned(pair).map(|(_, owner)| (pair.1.as_str(), owner)))
    }

    fn unknown_tables(&self) -> Option<String> {
        let from = self
            .words
            .windows(2)
            .filter(|pair| ["FROM", "JOIN"].contains(&pair[0].as_str()));
        let known = |name: &str| {
            let made = self.words.windows(2).any(|pair| pair[0] == "WITH" && pair[1] == name);
            name == "(" || made || self.schema.tables.contains_key(name)
        };
        let unknown = from.map(|pair| &pair[1]).find(|name| !known(name))?;
        Some(format!("{unknown} is no table of the migrations"))
    }

    /// Whether a word is the column that says whose a row is.
    fn names_owner(&self, word: &str) -> bool {
        let (alias, name) = word.rsplit_once('.').unwrap_or(("", word));
        self.owned()
            .any(|(table, owner)| owner == name && (alias.is_empty() || alias == table))
            || name == "account_id"
    }

    /// A statement on an account's rows compares their account with one that is given.
    fn not_of_one_account(&self) -> Option<String> {
        self.owned().next()?;
        if self.words[0] == "INSERT" {
            return None;
        }
        let given = |three: &[String]| self.names_owner(&three[0]) && three[1] == "=" && three[2].starts_with('?');
        let one = self.words.windows(3).any(given);
        (!one).then(|| "asks every machine: name the account, or say in SPREAD why not".to_owned())
    }

    /// A row goes where its account is.
    fn led_by_another(&self) -> Option<String> {
        let (_, owner) = self.owned().next().filter(|_| self.words[0] == "INSERT")?;
        let (columns, _) = sql::parenthesised(&self.words);
        (columns.first().map(String::as_str) != Some(owner)).then(|| format!("insert {owner} first"))
    }

    /// Rows of two tables are found together only where both are the same account's.
    fn not_side_by_side(&self) -> Option<String> {
        let comma = |four: &[String]| four[0] == "FROM" && (four[2] == "," || four[3] == ",");
        if self
            .words
            .windows(4)
            .any(|four| comma(four) && self.schema.tables.contains_key(&four[1]))
        {
            return Some("write JOIN … ON, with the accounts compared".to_owned());
        }
        let same = |three: &[String]| {
            three[1] == "=" && three[0].contains('.') && self.names_owner(&three[0]) && self.names_owner(&three[2])
        };
        let compared = self.words.windows(3).filter(|three| same(three)).count();
        let within = self.words.windows(5).filter(|five| self.is_within(five)).count();
        let unions = self.words.iter().filter(|word| *word == "UNION").count();
        let joined = self.owned().count().saturating_sub(1);
        (compared + within + unions < joined).then(|| "two tables are joined across accounts".to_owned())
    }

    /// `… key) IN (SELECT i.account_id …`: keys that begin with the account.
    fn is_within(&self, five: &[String]) -> bool {
        let signs = five[0] == ")" && five[1] == "IN" && five[2] == "(" && five[3] == "SELECT";
        signs && self.names_owner(&five[4])
    }

    /// PostgreSQL adds `BIGINT`s up to another type.
    fn wide_sum(&self) -> Option<String> {
        let mut opened: Vec<&str> = Vec::new();
        for (place, word) in self.words.iter().enumerate() {
            let before = place.checked_sub(1).map_or("", |before| self.words[before].as_str());
            match word.as_str() {
                "(" => opened.push(before),
                ")" => drop(opened.pop()),
                "SUM" if before != "HAVING" && !opened.contains(&"CAST") => {
                    return Some("a sum is wider than BIGINT: CAST(SUM(…) AS BIGINT)".to_owned());
                }
                _ => {}
            }
        }
        None
    }

    /// Nulls come first on one database and last on another.
    fn unsaid_nulls(&self) -> Option<String> {
        let tables = self.tables.iter().map(|(table, _)| table.as_str());
        unsaid_nulls(&self.words, &tables.collect::<Vec<_>>(), self.schema)
    }
}

fn unsaid_nulls(words: &[String], tables: &[&str], schema: &Schema) -> Option<String> {
    let nullable = |name: &str| {
        let columns = tables
            .iter()
            .filter_map(|table| schema.tables.get(*table)?.columns.get(name));
        columns.into_iter().any(|Column { nullable, .. }| *nullable)
    };
    let excluded = |name: &str| {
        words
            .windows(4)
            .any(|four| column(&four[0]) == name && four[1..] == ["IS", "NOT", "NULL"])
    };
    let places = words
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| *pair == ["ORDER", "BY"]);
    for (place, _) in places {
        let list = words[place + 2..]
            .split(|word| ["LIMIT", ")", "OFFSET"].contains(&word.as_str()))
            .next()
            .unwrap_or_default();
        for part in sql::parts(list) {
            let name = column(&part[0]);
            if nullable(name) && !excluded(name) && !part.contains(&"NULLS".to_owned()) {
                return Some(format!("ordered by {name}, which may be null: say NULLS FIRST or LAST"));
            }
        }
    }
    None
}

fn of_constant(constant: &Constant, schema: &Schema) -> impl Iterator<Item = String> {
    let Constant {
        kind,
        table,
        keys,
        sets,
        rest,
        ..
    } = constant;
    let mut found = Vec::new();
    let readable = !keys.is_empty() && schema.tables.contains_key(table);
    if !readable {
        found.push(format!("a {kind} whose table and columns are not written out here"));
    }
    if let Some(owner) = schema.owner(table).filter(|_| readable) {
        if keys.first().is_none_or(|(first, _)| first != owner) {
            found.push(format!("{owner} has to lead the columns of this {kind} on {table}"));
        }
        if sets.iter().any(|(name, _)| name == owner) {
            found.push(format!("{owner} never changes: the row would have to move"));
        }
        let words = sql::words(rest);
        let (target, _) = sql::parenthesised(&words);
        let conflict = words.first().is_some_and(|word| word == "ON");
        if conflict && target.first().is_none_or(|first| first != owner) {
            found.push(format!("the conflict is looked for where {owner} leads"));
        }
    }
    for (name, kind) in keys.iter().chain(sets) {
        let written = schema.tables.get(table).and_then(|table| table.columns.get(name));
        if written.is_none_or(|column| column.kind != if kind == "text" { "TEXT" } else { "BIGINT" }) {
            found.push(format!("{table} has no {kind} column {name}"));
        }
    }
    found.extend(unsaid_nulls(&sql::words(rest), &[table.as_str()], schema));
    found.into_iter()
}

#[cfg(test)]
mod samples;
