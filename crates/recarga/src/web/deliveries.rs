//! The log of webhooks as a table: what was told, to whom, and what they said. `deliveries.html` shows it.

use std::collections::HashMap;

use engine::webhooks::{Delivery, Try};
use model::DeliveryId;

use super::Page;

/// Deliveries with the last try of each.
pub(crate) struct Deliveries {
    /// The deliveries, newest first.
    pub(crate) rows: Vec<Delivery>,
    /// Their last tries.
    pub(crate) tries: HashMap<DeliveryId, Try>,
    /// Where each has a page of its own, below.
    pub(crate) path: &'static str,
}

impl Deliveries {
    /// What the receiver said last, or why it said nothing; nothing before the first try.
    pub(crate) fn answer(&self, page: &Page, delivery: &DeliveryId) -> String {
        self.tries
            .get(delivery)
            .map_or_else(String::new, |tried| answer(page, tried))
    }
}

/// What a receiver said to a try, or why it said nothing.
pub(crate) fn answer(page: &Page, tried: &Try) -> String {
    match (tried.status_code, &tried.error) {
        (Some(code), _) => format!("HTTP {code}"),
        (None, Some(silence)) => page.say(silence),
        (None, None) => String::new(),
    }
}

/// How a try looks.
pub(crate) fn try_kind(tried: &Try) -> &'static str {
    match tried.status_code {
        Some(200..=299) => "good",
        _ => "warn",
    }
}

/// How the state of a delivery looks.
pub(crate) fn kind(status: &str) -> &'static str {
    match status {
        "delivered" => "good",
        "failed" => "bad",
        _ => "info",
    }
}
