//! Reloadly's report of transactions: for reconciliation, and to hear of refunds after the end.
//!
//! Its times have no zone. Which one they are in is found out from our own transactions: an attempt's
//! id says when its order was made, which is seconds before, so the hours between are the zone's.

use std::time::Duration;

use model::{AttemptId, PhoneNumber, Record, RecordState, SupplierError, Timestamp};

use super::{
    Reloadly,
    wire::{Page, Transaction},
};
use crate::http::Ask;

/// Transactions on one page.
const PAGE_SIZE: u32 = 200;
/// A span with more pages has to be asked for in parts.
const PAGES_MAX: u32 = 2_000;
/// No zone is further from UTC.
const ZONE_MAX: Duration = Duration::from_hours(14);
/// Zones differ by quarters of an hour.
const ZONE_STEP_US: i64 = 15 * 60 * 1_000_000;
/// Refunds come after days, not seconds, and the report is long: it is read this often.
pub(super) const LATE_CHANGES_EVERY: Duration = Duration::from_mins(15);

impl Reloadly {
    /// Fetches the transactions of a span, and some more: the span is taken as wide as any zone may be off.
    pub(super) async fn report(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Transaction>, SupplierError> {
        let mut transactions = Vec::new();
        for number in 1..=PAGES_MAX {
            let ask = Ask::get(&["topups", "reports", "transactions"])
                .query("startDate", civil(from.minus(ZONE_MAX)))
                .query("endDate", civil(until + ZONE_MAX))
                .query("page", number.to_string())
                .query("size", PAGE_SIZE.to_string())
                .list();
            let page: Page<Transaction> = self.ask(ask).await?.read()?;
            let last = page.is_last(number);
            transactions.extend(page.content);
            if last {
                return Ok(transactions);
            }
        }
        Err(SupplierError::Unusable(format!(
            "a report of more than {PAGES_MAX} pages"
        )))
    }
}

impl<T> Page<T> {
    /// Whether no page comes after this one.
    pub(super) fn is_last(&self, number: u32) -> bool {
        self.content.is_empty() || self.last == Some(true) || self.total_pages.is_some_and(|pages| number >= pages)
    }
}

/// Written as the report wants it: `2026-11-26 03:00:00`.
fn civil(moment: Timestamp) -> String {
    moment.to_string().replace('T', " ").chars().take(19).collect()
}

fn attempt_of(transaction: &Transaction) -> Option<AttemptId> {
    transaction
        .custom_identifier
        .as_ref()?
        .to_ascii_lowercase()
        .parse()
        .ok()
}

/// Which attempts have been refunded.
pub(super) fn refunded(transactions: &[Transaction]) -> Vec<AttemptId> {
    let refunded = |transaction: &&Transaction| transaction.status.as_deref() == Some("REFUNDED");
    transactions.iter().filter(refunded).filter_map(attempt_of).collect()
}

/// The transactions as records, at their times in UTC as well as they can be known.
pub(super) fn records(transactions: &[Transaction]) -> Vec<Record> {
    let zone_us = zone_us(transactions);
    transactions
        .iter()
        .filter_map(|transaction| record(transaction, zone_us))
        .collect()
}

/// By how many microseconds the report's times are ahead of UTC: what most of our own say.
fn zone_us(transactions: &[Transaction]) -> i64 {
    let ahead = |transaction: &Transaction| {
        let ordered_at = attempt_of(transaction)?.order.created_at();
        let ahead = told_at(transaction)?.as_micros() - ordered_at.as_micros();
        // One that was made long after its order says nothing.
        let sound = ahead.unsigned_abs() <= u64::try_from(ZONE_MAX.as_micros()).ok()?;
        sound.then_some((ahead + ZONE_STEP_US / 2).div_euclid(ZONE_STEP_US) * ZONE_STEP_US)
    };
    let mut all: Vec<_> = transactions.iter().filter_map(ahead).collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or(0)
}

fn told_at(transaction: &Transaction) -> Option<Timestamp> {
    transaction.transaction_date.as_ref()?.parse().ok()
}

fn record(transaction: &Transaction, zone_us: i64) -> Option<Record> {
    let state = match transaction.status.as_deref() {
        Some("SUCCESSFUL") => RecordState::Delivered,
        Some("FAILED") => RecordState::Rejected,
        Some("REFUNDED") => RecordState::Reversed,
        _ => RecordState::Pending,
    };
    let digits = transaction
        .recipient_phone
        .as_deref()
        .map(|phone| phone.trim_start_matches('+'));
    let attempt = attempt_of(transaction).map(|attempt| attempt.to_string());
    Some(Record {
        supplier_reference: transaction.transaction_id.clone()?,
        reference: attempt.or_else(|| transaction.custom_identifier.clone()),
        recipient: digits.and_then(|digits| PhoneNumber::from_digits(digits.parse().ok()?)),
        state,
        cost: transaction.cost().filter(|_| state == RecordState::Delivered),
        made_at: Timestamp::from_micros(told_at(transaction)?.as_micros() - zone_us),
    })
}
