//! What operators see of requests: how many, how they ended, how long they took.
//!
//! Labels are methods, route templates and statuses: never a number, a key or an account.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use metrics::{counter, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};

/// Writes everything that is counted, as Prometheus reads it.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// Upper ends of the histograms' buckets, in seconds.
const BUCKETS_S: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// What was recorded is sorted into buckets this often, so that it does not pile up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to count, in the whole program; once. Needs a running runtime.
pub fn install_metrics() -> Result<MetricsText, BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS_S)?.install_recorder()?;
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
pub(super) fn count(method: &Method, route: &str, status: u16, took: Duration) {
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
