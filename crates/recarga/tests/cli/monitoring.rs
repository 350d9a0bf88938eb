//! What a running program counts, against the list of its metrics.

use std::collections::BTreeSet;

use recarga::api::{Kind, METRICS};

use crate::serving::{Demo, TRIES_MAX};

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:1024/hook";

/// The sandbox lists nothing in words of its own and pushes nothing, and days are compared some hours after midnight.
/// How suppliers do is shown a while after the first orders, and what goes wrong with them when it does.
const SELDOM: [&str; 9] = [
    "recarga_breaker_open",
    "recarga_breaker_opened_total",
    "recarga_callbacks_total",
    "recarga_delivered_bps",
    "recarga_delivery_median_ms",
    "recarga_delivery_p95_ms",
    "recarga_short_deliveries_total",
    "recarga_supplier_listings",
    "recarga_reconciliation_cases_total",
];

fn listed() -> BTreeSet<(String, &'static str)> {
    let kind = |kind| match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    METRICS
        .iter()
        .map(|metric| (metric.name.to_owned(), kind(metric.kind)))
        .collect()
}

fn always() -> BTreeSet<(String, &'static str)> {
    listed()
        .into_iter()
        .filter(|(name, _)| !SELDOM.contains(&name.as_str()))
        .collect()
}

/// What the `# TYPE` lines of `/metrics` say.
fn counted(text: &str) -> BTreeSet<(String, &'static str)> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types
        .filter_map(|line| line.split_once(' '))
        .map(|(name, kind)| match kind {
            "counter" => (name.to_owned(), "counter"),
            "gauge" => (name.to_owned(), "gauge"),
            "histogram" => (name.to_owned(), "histogram"),
            other => panic!("{name} is a {other}"),
        })
        .collect()
}

#[test]
fn a_program_counts_what_the_list_says_and_nothing_else() {
    let demo = Demo::start();
    let wanted = serde_json::json!({
        "products": [{ "product_id": "at-t-usa", "value": 25, "phone_number": "+15551234567" }],
        "payment_method": "balance", "auto_pay": true, "webhook_url": NOBODY,
    });
    assert_eq!(
        demo.post("/v2/invoices", &wanted)["data"]["status"],
        "payment_confirmed"
    );
    // Delivering it, and telling of it, takes a moment.
    let all = || counted(&demo.text("/metrics")).is_superset(&always());
    assert!((0..TRIES_MAX).any(|_| all()), "{}", demo.text("/metrics"));
    let text = demo.text("/metrics");
    assert!(counted(&text).is_subset(&listed()), "{text}");
    for metric in METRICS.iter().filter(|metric| !SELDOM.contains(&metric.name)) {
        assert!(
            text.contains(&format!("# HELP {} {}", metric.name, metric.help)),
            "{}",
            metric.name
        );
    }
    demo.stop();
}
