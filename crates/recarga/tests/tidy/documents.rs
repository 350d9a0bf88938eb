//! What documents say and the code has to keep: links, migrations, error codes.

use std::path::Path;

use engine::db::MIGRATIONS;

use crate::tree::{File, Tree};

/// Where each error code is written once, …
const ERRORS: &str = "crates/recarga/src/api/error.rs";
/// … and where clients read of it.
const API: &str = "docs/API.md";

/// Everything that documents and code disagree on.
pub(crate) fn findings(tree: &Tree) -> Vec<String> {
    let documents = tree.files.iter().filter(|file| file.has_extension("md"));
    let mut found: Vec<_> = documents.flat_map(|file| broken_links(file, &tree.root)).collect();
    let migrations: Vec<_> = tree
        .under("migrations/")
        .filter(|file| file.has_extension("sql"))
        .collect();
    found.extend(unlisted_migrations(&migrations, MIGRATIONS));
    found.extend(undocumented_codes(&tree.get(ERRORS).text, &tree.get(API).text));
    found
}

/// Links inside the repository that lead nowhere.
fn broken_links(file: &File, root: &Path) -> Vec<String> {
    let folder = root.join(Path::new(&file.path).parent().unwrap_or(Path::new("")));
    let mut found = Vec::new();
    for (line, text) in file.lines() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let outside = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !outside && !folder.join(path).exists() {
                found.push(file.finding(line, format_args!("{link} leads nowhere")));
            }
        }
    }
    found
}

/// Files that the program would not apply, and such that it applies otherwise than they are.
fn unlisted_migrations(files: &[&File], listed: &[(&str, &str)]) -> Vec<String> {
    let names = files
        .iter()
        .map(|file| file.path.trim_start_matches("migrations/").trim_end_matches(".sql"));
    let stored: Vec<_> = names.zip(files.iter().map(|file| file.text.as_str())).collect();
    let unlisted = stored.iter().filter(|migration| !listed.contains(migration));
    let mut found: Vec<_> = unlisted
        .map(|(name, _)| format!("migration {name} is not in MIGRATIONS"))
        .collect();
    let ordered = listed.iter().map(|(name, _)| name).is_sorted();
    if !ordered || listed.len() != stored.len() {
        found.push("MIGRATIONS is not the folder's files in order".to_owned());
    }
    found
}

/// Error codes that clients can meet and not read of.
fn undocumented_codes(errors: &str, api: &str) -> Vec<String> {
    let table = errors
        .split("\ncodes! {")
        .nth(1)
        .and_then(|rest| rest.split("\n}").next())
        .unwrap_or_default();
    let codes: Vec<_> = table.lines().filter_map(|line| line.split('"').nth(1)).collect();
    if codes.is_empty() {
        return vec![format!("{ERRORS} has no table of codes any more")];
    }
    let unknown = codes.iter().filter(|code| !api.contains(&format!("`{code}`")));
    unknown
        .map(|code| format!("{API}: nothing about the error code {code}"))
        .collect()
}

#[test]
fn bad_samples_are_found() {
    let errors = "\ncodes! {\n    Gone 410 \"gone\" \"It was there.\"\n    Lost 404 \"lost\" \"No.\"\n}\n";
    assert_eq!(
        undocumented_codes(errors, "| 410 | `gone` |"),
        ["docs/API.md: nothing about the error code lost"]
    );
    assert!(undocumented_codes(errors, "`gone` and `lost`").is_empty());
    assert!(!undocumented_codes("enum Code {}", "").is_empty());
    let page = File::sample(
        "docs/page.md",
        "See [there](nowhere.md), [here](README.md#top) and [out](https://a.b).",
    );
    assert_eq!(
        broken_links(&page, &Tree::read().root).len(),
        2,
        "docs/README.md does not exist"
    );
    let files = ["migrations/0001_a.sql", "migrations/0002_b.sql"].map(|path| File::sample(path, "SELECT 1"));
    let files = [&files[0], &files[1]];
    let (first, second) = (("0001_a", "SELECT 1"), ("0002_b", "SELECT 1"));
    assert!(unlisted_migrations(&files, &[first, second]).is_empty());
    assert!(!unlisted_migrations(&files, &[first]).is_empty());
    assert!(!unlisted_migrations(&files, &[second, first]).is_empty());
    assert!(!unlisted_migrations(&files, &[first, ("0002_b", "SELECT 2")]).is_empty());
}
