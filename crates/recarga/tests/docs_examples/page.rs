//! The documents: their code blocks and tables.

/// How to sell top-ups.
pub(crate) const PAGE: &str = include_str!("../../../../docs/phone-top-ups.md");
/// What a stranger reads first.
pub(crate) const README: &str = include_str!("../../../../README.md");

/// A document's code blocks in a language, as they stand.
pub(crate) fn blocks(document: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let starts = document.split(&opening).skip(1);
    starts
        .map(|rest| rest.split("```").next().expect("a block ends").to_owned())
        .collect()
}

/// The rows of the page's table below a heading, without backticks.
pub(crate) fn rows(heading: &str) -> Vec<Vec<String>> {
    let section = PAGE
        .split(&format!("\n## {heading}\n"))
        .nth(1)
        .expect("the heading is there");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| {
        row.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace('`', ""))
            .collect()
    };
    rows.map(cells).collect()
}
