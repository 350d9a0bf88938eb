//! What the business is given: ids, settings, and how the outside sees an invoice.

use std::{sync::Arc, time::Duration};

use model::{Ids, Money, Timestamp};

use crate::invoices::Invoice;

/// Shared by everything that writes.
pub struct Context {
    /// Names new things.
    pub ids: Ids,
    /// How the business behaves.
    pub settings: Settings,
    /// Writes an invoice as the outside sees it: the body of its events.
    pub present: Arc<dyn Fn(&Invoice) -> String + Send + Sync>,
}

/// How the business behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// An unpaid invoice keeps its price this long.
    pub invoice_expires_after: Duration,
    /// The same number and value again within this time needs consent.
    pub duplicate_window: Duration,
    /// A worker that is not heard of for this long is taken for dead. Longer than any supplier's call.
    pub lease: Duration,
    /// A worker that is held up longer than this after claiming an order doesn't submit it any more.
    pub submit_within: Duration,
    /// The clocks of machines that share a database differ by less than this.
    pub clock_skew: Duration,
    /// An order is submitted this many times at most, each after proof that the one before failed.
    pub attempts_max: u32,
    /// How long to wait before the second attempt, the third, and so on; the last one repeats.
    pub retry_pauses: Vec<Duration>,
    /// When to ask what became of an attempt.
    pub ask: AskSchedule,
    /// Pauses between the tries of a webhook delivery; after the last one it has failed.
    pub webhook_pauses: Vec<Duration>,
    /// How long a signing secret is still used after a new one was made.
    pub webhook_secret_overlap: Duration,
    /// How long first answers are kept for idempotency keys.
    pub idempotency_kept: Duration,
    /// When the database was restored to an earlier moment: it has forgotten what became of older orders.
    pub restored_at: Option<Timestamp>,
    /// An order for which no supplier may be used waits this long at most, then its money goes back.
    pub held_up_max: Duration,
    /// Whether two people have to agree on what became of an order that nobody knows about.
    pub two_person: bool,
    /// How much one person alone may pay into an account, or out of it, within a day; in dollars. None: any sum.
    pub funding_alone_max: Option<Money>,
    /// How long the evidence of calls to suppliers is kept.
    pub evidence_kept: Duration,
    /// A phone that received less than it should, by more than this share, is worth a person's look.
    pub delivered_tolerance_bps: u32,
}

/// When to ask a supplier what became of an attempt: soon, then slower, then a person is called.
#[derive(Debug, Clone)]
pub struct AskSchedule {
    /// The pauses before the first question, the second, and so on; the last one repeats.
    pub pauses: Vec<Duration>,
    /// This long after submission the order goes to the queue for people.
    pub stuck_after: Duration,
    /// An order in that queue is still asked about, this often.
    pub stuck_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let seconds = |list: &[u64]| list.iter().copied().map(Duration::from_secs).collect::<Vec<_>>();
        Self {
            invoice_expires_after: Duration::from_hours(3),
            duplicate_window: Duration::from_mins(5),
            lease: Duration::from_mins(1),
            submit_within: Duration::from_secs(5),
            clock_skew: Duration::from_secs(5),
            attempts_max: 3,
            retry_pauses: seconds(&[1, 10, 60]),
            ask: AskSchedule {
                pauses: seconds(&[2, 5, 10, 30, 60, 300, 900]),
                stuck_after: Duration::from_hours(2),
                stuck_pause: Duration::from_hours(1),
            },
            webhook_pauses: seconds(&[5, 30, 120, 900, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600, 30 * 3_600]),
            webhook_secret_overlap: Duration::from_hours(24),
            idempotency_kept: Duration::from_hours(72),
            restored_at: None,
            held_up_max: Duration::from_mins(30),
            two_person: false,
            funding_alone_max: Some(Money::new(1_000_000, "USD".parse().expect("a currency"))),
            evidence_kept: Duration::from_hours(400 * 24),
            delivered_tolerance_bps: 200,
        }
    }
}

impl Settings {
    /// How much later than its record says a submission may have left, by any machine's clock.
    pub(crate) const fn submission_slack(&self) -> Duration {
        self.submit_within.saturating_add(self.clock_skew)
    }
}

/// The pause before step `number`, counted from 0; the last one repeats.
pub(crate) fn pause(pauses: &[Duration], number: u32) -> Duration {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    pauses
        .get(number)
        .or(pauses.last())
        .copied()
        .unwrap_or(Duration::from_mins(1))
}
