//! What operators see in numbers: every metric of the program, and the counting of requests.
//!
//! Labels are few and short, such as methods, route templates and statuses: never a number, a key or
//! an account.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};

/// Writes everything that is counted, as Prometheus reads it.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// What a metric is to Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until the program starts again.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How many were that quick: `_bucket`, `_sum` and `_count`.
    Histogram,
}

/// A metric that this program has.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name, before `_bucket` and the like.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

const fn metric(kind: Kind, name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric {
        name,
        kind,
        labels,
        help,
    }
}

/// Every metric there is. Rules, dashboards and documents speak of these; a test sees to it.
pub const METRICS: [Metric; 26] = [
    metric(
        Kind::Gauge,
        "recarga_build_info",
        &["version"],
        "1, with the version that runs",
    ),
    metric(
        Kind::Counter,
        "recarga_http_requests_total",
        &["method", "route", "status"],
        "Requests answered",
    ),
    metric(
        Kind::Histogram,
        "recarga_http_request_seconds",
        &["method", "route"],
        "How long requests took",
    ),
    metric(
        Kind::Counter,
        "recarga_orders_total",
        &["end"],
        "Orders that ended in this process: delivered, refunded, reversed or delivered_late",
    ),
    metric(
        Kind::Gauge,
        "recarga_orders_under_way",
        &[],
        "Orders in the database that are not over",
    ),
    metric(
        Kind::Gauge,
        "recarga_orders_stuck",
        &[],
        "Orders in the database that need a person",
    ),
    metric(
        Kind::Gauge,
        "recarga_orders_overdue_seconds",
        &[],
        "How long the order has been due that has waited for a worker the longest",
    ),
    metric(
        Kind::Counter,
        "recarga_supplier_calls_total",
        &["supplier", "call", "outcome"],
        "Calls to suppliers",
    ),
    metric(
        Kind::Histogram,
        "recarga_supplier_call_seconds",
        &["supplier", "call"],
        "How long calls to suppliers took",
    ),
    metric(
        Kind::Gauge,
        "recarga_supplier_float",
        &["supplier", "currency"],
        "Our balance at a supplier, in whole units of its currency",
    ),
    metric(
        Kind::Gauge,
        "recarga_supplier_float_lasts_seconds",
        &["supplier"],
        "How long our balance at a supplier lasts, by what went in the last day",
    ),
    metric(
        Kind::Gauge,
        "recarga_supplier_stopped",
        &["supplier"],
        "1 while nothing is sold from a supplier because our balance there is too low",
    ),
    metric(
        Kind::Counter,
        "recarga_reconciliation_cases_total",
        &["supplier"],
        "Differences that comparing a day with a supplier has found",
    ),
    metric(
        Kind::Gauge,
        "recarga_supplier_listings",
        &["supplier", "status"],
        "What a supplier lists, by whether it is mapped to what we sell",
    ),
    metric(
        Kind::Counter,
        "recarga_breaker_opened_total",
        &["supplier", "operator"],
        "Times that a supplier was left alone for an operator, because its orders went wrong",
    ),
    metric(
        Kind::Gauge,
        "recarga_breaker_open",
        &["supplier", "operator"],
        "1 while a supplier is left alone for an operator",
    ),
    metric(
        Kind::Gauge,
        "recarga_delivered_bps",
        &["supplier", "operator"],
        "Of ten thousand submissions, how many arrived lately",
    ),
    metric(
        Kind::Gauge,
        "recarga_delivery_median_ms",
        &["supplier", "operator"],
        "How long half of the deliveries took lately, in milliseconds",
    ),
    metric(
        Kind::Gauge,
        "recarga_delivery_p95_ms",
        &["supplier", "operator"],
        "How long 95 of 100 deliveries took lately, in milliseconds",
    ),
    metric(
        Kind::Counter,
        "recarga_short_deliveries_total",
        &[],
        "Deliveries of which the supplier says that another amount arrived than was bought",
    ),
    metric(
        Kind::Counter,
        "recarga_callbacks_total",
        &["supplier", "verdict"],
        "Pushes of suppliers: taken, forged, unreadable, not_served or failed",
    ),
    metric(
        Kind::Counter,
        "recarga_webhook_tries_total",
        &["end"],
        "Webhooks posted: delivered, again (tried later) or failed (given up)",
    ),
    metric(
        Kind::Counter,
        "recarga_database_statements_total",
        &[],
        "Statements sent to PostgreSQL",
    ),
    metric(
        Kind::Counter,
        "recarga_database_round_trips_total",
        &[],
        "Times that PostgreSQL's answer was waited for",
    ),
    metric(
        Kind::Counter,
        "recarga_database_retries_total",
        &[],
        "Transactions that ran again, after a conflict or a lost connection",
    ),
    metric(
        Kind::Counter,
        "recarga_database_connections_total",
        &[],
        "Connections made to PostgreSQL",
    ),
];

/// Upper ends of the histograms' buckets, in seconds.
const BUCKETS_S: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// What was recorded is sorted into buckets this often, so that it does not pile up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to count, in the whole program; once. Needs a running runtime.
pub fn install_metrics() -> Result<MetricsText, BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS_S)?.install_recorder()?;
    for Metric { name, kind, help, .. } in METRICS {
        match kind {
            Kind::Counter => describe_counter!(name, help),
            Kind::Gauge => describe_gauge!(name, help),
            Kind::Histogram => describe_histogram!(name, help),
        }
    }
    gauge!("recarga_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    let kept = handle.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            kept.run_upkeep();
        }
    });
    Ok(Arc::new(move || handle.render()))
}

/// Counts one request.
pub(crate) fn count(method: &Method, route: &str, status: u16, took: Duration) {
    let method = match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    };
    let route = route.to_owned();
    counter!("recarga_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    histogram!("recarga_http_request_seconds", "method" => method, "route" => route).record(took.as_secs_f64());
}
