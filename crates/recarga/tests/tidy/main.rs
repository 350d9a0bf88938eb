//! Tidiness: what a reviewer would otherwise have to say again and again.
//!
//! Each rule is a pure function over text with a bad sample beside it, so that it is known to be
//! able to fail. How long a function may be is left to clippy (`too-many-lines-threshold`).

mod dependencies;
mod documents;
mod layout;
mod licences;
mod monitoring;
mod text;
mod tree;

use tree::Tree;

/// Fails with one line per finding.
fn assert_clean(findings: &[String]) {
    assert!(
        findings.is_empty(),
        "{} findings:\n{}",
        findings.len(),
        findings.join("\n")
    );
}

#[test]
fn text_is_tidy() {
    let tree = Tree::read();
    assert!(tree.files.len() > 50, "the whole repository is read");
    assert_clean(&tree.files.iter().flat_map(text::findings).collect::<Vec<_>>());
}

#[test]
fn crates_depend_on_each_other_as_drawn() {
    assert_clean(&layout::findings(&Tree::read()));
}

#[test]
fn what_we_depend_on_is_allowed() {
    assert_clean(&dependencies::findings(&Tree::read()));
}

#[test]
fn documents_are_true() {
    assert_clean(&documents::findings(&Tree::read()));
}

#[test]
fn rules_and_dashboards_ask_for_what_is_counted() {
    assert_clean(&monitoring::findings(&Tree::read()));
}
