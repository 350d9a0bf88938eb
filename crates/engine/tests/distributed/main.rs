//! What lets the tables be spread over several machines, each account on one: read from the
//! migrations and from every statement of the engine.
//!
//! `account_id` leads whatever an account owns, a statement is about one account unless it says why
//! not, and nothing is used that only one database has. Each rule has a bad sample beside it, so
//! that it is known to be able to fail. `migrations/README.md` says what the rules are for.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod rust;
mod schema;
mod spread;
mod sql;
mod statements;

use std::{
    fs,
    path::{Path, PathBuf},
};

use rust::Source;
use schema::Schema;

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    paths.into_iter().flat_map(below).collect()
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension == wanted)
}

fn migrations() -> Schema {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let paths = files(&folder).into_iter();
    let texts = paths.filter(|path| has_extension(path, "sql"));
    Schema::read(&texts.map(|path| read(&path)).collect::<Vec<_>>().join("\n"))
}

/// The engine's code, but for the folder that knows which database it is, and but for its tests.
fn sources() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = |path: &PathBuf| path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
    let written = |name: &String| {
        let test = name.contains("/tests/") || name.ends_with("/tests.rs");
        has_extension(Path::new(name), "rs") && !name.starts_with("db/") && !test
    };
    let named = files(&folder).into_iter().map(|path| (name(&path), path));
    named
        .filter(|(name, _)| written(name))
        .map(|(name, path)| Source::read(&name, &read(&path)))
        .collect()
}

fn assert_clean(findings: &[String]) {
    assert!(
        findings.is_empty(),
        "{} findings:\n{}",
        findings.len(),
        findings.join("\n")
    );
}

#[test]
fn every_table_of_an_account_is_keyed_by_it() {
    let schema = migrations();
    assert!(schema.tables.len() > 15, "all migrations are read");
    assert_clean(&schema.findings());
}

#[test]
fn every_statement_is_about_one_account_or_says_why_not() {
    let (schema, sources) = (migrations(), sources());
    let (constants, texts) = sources.iter().fold((0, 0), |(constants, texts), source| {
        (constants + source.constants.len(), texts + source.statements().count())
    });
    assert!(
        constants > 25 && texts > 60,
        "all statements are read: {constants} and {texts}"
    );
    let mut found: Vec<_> = sources
        .iter()
        .flat_map(|source| statements::findings(source, &schema))
        .collect();
    found.extend(spread::unused(&sources));
    assert_clean(&found);
}
