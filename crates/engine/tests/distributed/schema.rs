//! The tables as the migrations make them, and the rules that they keep.

use std::collections::BTreeMap;

use crate::sql::{self, column, parenthesised, parts};

/// The tables that no account owns, each with what it is there for. On several machines every one of them has
/// a copy of these, so that nothing that is written per order may be here, with one exception that says so.
const OF_NOBODY: [(&str, &str); 28] = [
    ("operators", "the catalogue: read by all, changed by imports"),
    ("products", "the catalogue"),
    ("offers", "the catalogue"),
    ("rates", "exchange rates: read by all, changed daily"),
    ("copies", "how far a copy has come, before anybody serves"),
    ("restores", "when the database was set back, before anybody serves"),
    (
        "revisions",
        "tells processes to read again: changed by people's doings only",
    ),
    (
        "number_overrides",
        "imported facts of numbers, which belong to no account",
    ),
    (
        "users",
        "people: they sign in before it is known whose staff they are; few, and changed by their own doings",
    ),
    ("sessions", "where people are signed in, found by a token alone"),
    ("sign_in_links", "links that people are sent, found by a token alone"),
    ("passkeys", "how people sign in"),
    ("recovery_codes", "how people sign in"),
    ("challenges", "what browsers are asked to sign, for minutes"),
    (
        "number_lessons",
        "what deliveries taught of numbers: written in batches, apart from orders",
    ),
    ("listings", "what suppliers list: written by syncs, apart from orders"),
    (
        "operator_mappings",
        "what suppliers' operators are: written by syncs and people",
    ),
    ("listing_mappings", "what listings are: written by syncs and people"),
    ("duties", "what one process at a time does now and then"),
    ("supplier_floats", "balances at suppliers, every few minutes"),
    ("supplier_deposits", "money paid in at suppliers, by people"),
    ("supplier_thresholds", "when a float is low, by people"),
    ("supplier_stops", "suppliers that are not sold from, seldom"),
    ("reconciliations", "a row for each supplier and day"),
    ("cases", "what a person has to look at"),
    (
        "routing_rules",
        "an operator's rules: read by all, changed by people's doings only",
    ),
    ("supplier_switches", "what people have forced"),
    (
        "number_pauses",
        "a supplier's rule is for a phone, whoever buys: written only for suppliers with such a rule",
    ),
];
/// The column that says whose a row is …
const OWNER: &str = "account_id";
/// … and the table of the owners themselves, whose key is the same value.
const ACCOUNTS: (&str, &str) = ("accounts", "id");

/// All tables.
#[derive(Default)]
pub(crate) struct Schema {
    pub(crate) tables: BTreeMap<String, Table>,
    /// What could not be read or should not be there.
    wrong: Vec<String>,
}

/// A table.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) columns: BTreeMap<String, Column>,
    /// The columns of the primary key, of each unique constraint and of each index.
    keys: Vec<(String, Vec<String>)>,
}

/// A column of a table.
pub(crate) struct Column {
    pub(crate) kind: String,
    pub(crate) nullable: bool,
}

impl Schema {
    /// Reads the statements of migrations.
    pub(crate) fn read(migrations: &str) -> Self {
        let mut schema = Self::default();
        let words = sql::words(migrations);
        let capitals: Vec<_> = words.iter().map(|word| word.to_uppercase()).collect();
        schema.wrong.extend(sql::foreign(&capitals));
        for statement in words
            .split(|word| word == ";")
            .filter(|statement| !statement.is_empty())
        {
            schema.take(statement);
        }
        schema
    }

    /// The column that says whose a row of a table is, if an account owns it.
    pub(crate) fn owner(&self, table: &str) -> Option<&'static str> {
        let owned = self.tables.get(table)?.columns.contains_key(OWNER);
        (owned.then_some(OWNER)).or((table == ACCOUNTS.0).then_some(ACCOUNTS.1))
    }

    fn take(&mut self, statement: &[String]) {
        let (inside, _) = parenthesised(statement);
        let heads: Vec<_> = statement.iter().take(6).map(String::as_str).collect();
        match heads.as_slice() {
            ["CREATE", "TABLE", name, "(", ..] => {
                let mut table = Table::default();
                for part in parts(inside) {
                    self.wrong
                        .extend(table.take(&part).map(|what| format!("{name}: {what}")));
                }
                self.tables.insert((*name).to_owned(), table);
            }
            ["CREATE", "INDEX", name, "ON", table, "("] | ["CREATE", "UNIQUE", "INDEX", name, "ON", table] => {
                match self.tables.get_mut(*table) {
                    Some(table) => table.keys.push((format!("index {name}"), names(inside))),
                    None => self.wrong.push(format!("index {name} on {table}, which is no table")),
                }
            }
            ["ALTER", "TABLE", name, "ADD", "COLUMN", _] => match self.tables.get_mut(*name) {
                Some(table) => self
                    .wrong
                    .extend(table.take(&statement[5..]).map(|what| format!("{name}: {what}"))),
                None => self.wrong.push(format!("{name} is altered and no table")),
            },
            ["INSERT" | "UPDATE" | "DELETE", ..] | ["DROP", "INDEX", ..] => {}
            _ => self.wrong.push(format!("what is this? {}", statement.join(" "))),
        }
    }

    /// Everything that is wrong with the tables.
    pub(crate) fn findings(&self) -> Vec<String> {
        let mut found = self.wrong.clone();
        for (name, table) in &self.tables {
            let of_nobody = OF_NOBODY.iter().any(|(nobodys, _)| nobodys == name);
            match self.owner(name) {
                Some(owner) => found.extend(
                    table
                        .not_led_by(owner)
                        .map(|key| format!("{name}: {owner} has to lead the {key}")),
                ),
                None if of_nobody => {}
                None => found.push(format!("{name} has no {OWNER} and isn't said to be nobody's")),
            }
            if !table.keys.iter().any(|(key, _)| key == PRIMARY) {
                found.push(format!("{name} has no primary key"));
            }
            for (column, Column { kind, .. }) in &table.columns {
                if !["TEXT", "BIGINT"].contains(&kind.as_str()) {
                    found.push(format!(
                        "{name}.{column} is {kind}: TEXT and BIGINT are the same everywhere"
                    ));
                }
            }
        }
        let stale = OF_NOBODY
            .iter()
            .filter(|(name, _)| !self.tables.contains_key(*name) || self.owner(name).is_some());
        found.extend(stale.map(|(name, _)| format!("{name} is said to be nobody's and isn't")));
        found
    }
}

const PRIMARY: &str = "primary key";

impl Table {
    /// Takes a column or a constraint; says what can't be.
    fn take(&mut self, part: &[String]) -> Option<String> {
        let named = |key: &str| (key.to_owned(), names(parenthesised(part).0));
        match part[0].as_str() {
            "PRIMARY" => self.keys.push(named(PRIMARY)),
            "UNIQUE" => self.keys.push(named("unique constraint")),
            "CHECK" => {}
            "CONSTRAINT" | "EXCLUDE" => return Some(format!("{}: write it without", part[0])),
            name => {
                let has = |word: &str| part.iter().any(|part| part == word);
                let column = Column {
                    kind: part.get(1).cloned().unwrap_or_default(),
                    nullable: !part.windows(2).any(|pair| pair == ["NOT", "NULL"]) && !has("PRIMARY"),
                };
                for (key, there) in [(PRIMARY, has("PRIMARY")), ("unique constraint", has("UNIQUE"))] {
                    self.keys.extend(there.then(|| (key.to_owned(), vec![name.to_owned()])));
                }
                self.columns.insert(name.to_owned(), column);
            }
        }
        None
    }

    fn not_led_by(&self, owner: &str) -> impl Iterator<Item = &str> {
        let other = move |(_, columns): &&(String, Vec<String>)| columns.first().is_none_or(|first| first != owner);
        self.keys.iter().filter(other).map(|(key, _)| key.as_str())
    }
}

/// The first word of each part: the columns of a key.
fn names(words: &[String]) -> Vec<String> {
    parts(words).iter().map(|part| column(&part[0]).to_owned()).collect()
}

#[cfg(test)]
pub(crate) const SAMPLE: &str = "
    CREATE TABLE accounts (id TEXT NOT NULL PRIMARY KEY, name TEXT);
    CREATE TABLE orders (account_id TEXT NOT NULL, id TEXT NOT NULL, number BIGINT NOT NULL, due_at BIGINT,
        PRIMARY KEY (account_id, id))/*sqlite WITHOUT ROWID*/;
    CREATE TABLE events (account_id TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (account_id, id));
    CREATE UNIQUE INDEX orders_number ON orders (account_id, number);
    CREATE TABLE operators (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE products (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE offers (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE rates (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE copies (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE restores (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE revisions (subject TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE number_overrides (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE number_lessons (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE listings (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE operator_mappings (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE listing_mappings (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE duties (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE supplier_floats (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE supplier_deposits (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE supplier_thresholds (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE supplier_stops (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE reconciliations (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE cases (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE users (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE sessions (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE sign_in_links (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE passkeys (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE recovery_codes (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE challenges (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE routing_rules (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE supplier_switches (id TEXT NOT NULL PRIMARY KEY);
    CREATE TABLE number_pauses (id TEXT NOT NULL PRIMARY KEY);";

#[test]
fn bad_tables_are_found() {
    assert_eq!(Schema::read(SAMPLE).findings(), Vec::<String>::new());
    let samples = [
        "CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY)",
        "CREATE TABLE notes (account_id TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (id, account_id))",
        "CREATE TABLE notes (account_id TEXT NOT NULL, id TEXT NOT NULL PRIMARY KEY)",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE)",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL, UNIQUE (id))",
        "CREATE TABLE notes (account_id TEXT NOT NULL)",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY, at TIMESTAMPTZ NOT NULL)",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY, id BIGSERIAL)",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY, id BIGINT GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id))",
        "CREATE TABLE notes (account_id TEXT PRIMARY KEY, FOREIGN KEY (account_id) REFERENCES accounts (id))",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL DEFAULT now())",
        "CREATE TABLE notes (account_id TEXT NOT NULL PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP)",
        "CREATE UNIQUE INDEX orders_id ON orders (id)",
        "CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL",
        "CREATE INDEX nothing_id ON nothing (account_id)",
        "CREATE SEQUENCE numbers",
        "CREATE EXTENSION pgcrypto",
        "CREATE TRIGGER told AFTER INSERT ON orders EXECUTE FUNCTION tell()",
        "CREATE VIEW open AS SELECT id FROM orders",
        "ALTER TABLE orders ADD COLUMN data JSONB",
        "ALTER TABLE rates ADD COLUMN account_id TEXT",
    ];
    for sample in samples {
        let found = Schema::read(&format!("{SAMPLE}{sample};")).findings();
        assert!(!found.is_empty(), "nothing found in {sample}");
    }
}
