//! Metrics: what is counted, what is written of it, and what rules and dashboards ask for are the same.

use recarga::api::{Kind, METRICS, Metric};

use crate::tree::{File, Tree};

/// Every metric's name begins so.
const PREFIX: &str = "recarga_";
const DOCUMENT: &str = "docs/OPERATIONS.md";
/// Labels that Prometheus adds.
const ADDED: [&str; 3] = ["le", "job", "instance"];
/// Labels whose values are words of the code.
const WORDED: [&str; 3] = ["call", "outcome", "end"];

/// Everything that code, rules, dashboards and the document disagree on.
pub(crate) fn findings(tree: &Tree) -> Vec<String> {
    let sources: Vec<_> = tree
        .files
        .iter()
        .filter(|file| file.path.contains("/src/") && file.has_extension("rs"))
        .collect();
    let asking: Vec<_> = tree.under("deploy/").collect();
    let mut found: Vec<_> = asking.iter().flat_map(|file| wrong_questions(file, &sources)).collect();
    if !asking.iter().any(|file| file.text.contains(PREFIX)) {
        found.push("deploy/ asks for no metric any more".to_owned());
    }
    found.extend(sources.iter().flat_map(|file| unlisted(&file.text)));
    let document = &tree.get(DOCUMENT).text;
    for Metric { name, .. } in METRICS {
        if !sources.iter().any(|file| is_counted(&file.text, name)) {
            found.push(format!("{name} is nowhere counted"));
        }
        if !document.contains(&format!("`{name}`")) {
            found.push(format!("{DOCUMENT}: nothing about {name}"));
        }
    }
    found
}

/// Whether a macro of `metrics` has this name: the table's own lines are none.
fn is_counted(source: &str, name: &str) -> bool {
    ["counter!(", "gauge!(", "histogram!("]
        .iter()
        .any(|count| source.contains(&format!("{count}\"{name}\"")))
}

/// What is counted and stands in no list.
fn unlisted(source: &str) -> Vec<String> {
    let counted = ["counter!(", "gauge!(", "histogram!("]
        .iter()
        .flat_map(|count| source.split(*count).skip(1))
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    counted
        .filter(|name| !METRICS.iter().any(|metric| metric.name == *name))
        .map(|name| format!("{name} is counted and not in METRICS"))
        .collect()
}

/// Metrics, labels and values that a file asks for and that don't exist.
fn wrong_questions(file: &File, sources: &[&File]) -> Vec<String> {
    let mut found = Vec::new();
    // A dashboard's expressions stand in JSON.
    let text = file.text.replace("\\\"", "\"");
    for (place, _) in text.match_indices(PREFIX) {
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        let rest = &text[place..];
        let name = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
        let Some(metric) = METRICS.iter().find(|metric| is_named(metric, name)) else {
            found.push(format!("{}: there is no metric {name}", file.path));
            continue;
        };
        let selector = rest[name.len()..]
            .strip_prefix('{')
            .and_then(|rest| rest.split('}').next());
        for (label, value) in selector.into_iter().flat_map(conditions) {
            if !metric.labels.contains(&label) && !ADDED.contains(&label) {
                found.push(format!("{}: {name} has no label {label}", file.path));
            }
            let words = value.split('|').filter(|_| WORDED.contains(&label));
            let unknown = |word: &&str| {
                !sources
                    .iter()
                    .any(|source| source.text.contains(&format!("\"{word}\"")))
            };
            found.extend(
                words
                    .filter(unknown)
                    .map(|word| format!("{}: {label} of {name} is never {word}", file.path)),
            );
        }
    }
    found
}

/// `call="submit", outcome=~"a|b"`, taken apart.
fn conditions(selector: &str) -> impl Iterator<Item = (&str, &str)> {
    selector.split(',').filter_map(|condition| {
        let (label, value) = condition.split_once('=')?;
        let methods = label.trim().trim_end_matches('!');
        Some((methods, value.trim_start_matches('~').trim_matches('"')))
    })
}

fn is_named(metric: &Metric, name: &str) -> bool {
    let parts = ["_bucket", "_sum", "_count"];
    let whole = name == metric.name;
    match metric.kind {
        Kind::Histogram => parts.iter().any(|part| name.strip_suffix(part) == Some(metric.name)),
        Kind::Counter | Kind::Gauge => whole,
    }
}

#[test]
fn bad_questions_are_found() {
    let source = File::sample("crates/a/src/a.rs", "\"submit\" \"unknown\"");
    let wrong = |text: &str| wrong_questions(&File::sample("deploy/a.yml", text), &[&source]);
    assert!(
        wrong("rate(recarga_supplier_calls_total{call=\"submit\", outcome=~\"unknown|submit\", supplier=\"a\"}[1m])")
            .is_empty()
    );
    assert!(wrong("sum by (le) (recarga_http_request_seconds_bucket)").is_empty());
    for (text, said) in [
        ("recarga_orders_lost > 0", "there is no metric recarga_orders_lost"),
        (
            "recarga_http_request_seconds > 1",
            "there is no metric recarga_http_request_seconds",
        ),
        ("recarga_orders_total{colour=\"submit\"}", "has no label colour"),
        (
            "recarga_supplier_calls_total{outcome=\"silent\"}",
            "outcome of recarga_supplier_calls_total is never silent",
        ),
        (
            "{\"expr\": \"recarga_orders_total{end=\\\"gone\\\"}\"}",
            "end of recarga_orders_total is never gone",
        ),
    ] {
        let found = wrong(text);
        assert!(found.len() == 1 && found[0].contains(said), "{text}: {found:?}");
    }
    assert!(is_counted(
        "counter!(\"recarga_orders_total\", 1)",
        "recarga_orders_total"
    ));
    assert!(!is_counted(
        "metric(Kind::Counter, \"recarga_orders_total\")",
        "recarga_orders_total"
    ));
}
