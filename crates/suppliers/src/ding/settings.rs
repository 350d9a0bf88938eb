//! Ding's settings.

use std::time::Duration;

use model::{Absence, Capabilities, SupplierName};
use reqwest::Url;
use rust_decimal::Decimal;

use crate::Secret;

/// Where Ding answers.
pub const BASE_URL: &str = "https://api.dingconnect.com/api/V1";

/// How an account at Ding is used.
#[derive(Debug, Clone)]
pub struct DingSettings {
    /// What the supplier is called here.
    pub name: SupplierName,
    /// Where it answers.
    pub base_url: Url,
    /// The API key.
    pub api_key: Secret,
    /// How the commission is paid.
    pub commission: Commission,
    /// Whether products are sold that are delivered in batches.
    pub batches: Batches,
    /// How long the answer to a transfer is waited for.
    pub timeout: Duration,
}

/// How a commission is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commission {
    /// By itself: it doesn't make a transfer cheaper.
    Separate,
    /// By taking less from the balance.
    Netted,
}

/// What becomes of products that are delivered in batches, some time after they were paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batches {
    /// They are not sold.
    LeftOut,
    /// They are sold, and their orders are pending for as long.
    Sold,
}

/// Ding gives an operator 90 s; the answer has to come back, too.
pub const TIMEOUT: Duration = Duration::from_secs(95);
/// The questions before and after a transfer, of its price and of its record, are answered within this, each.
const QUESTION_TIMEOUT: Duration = Duration::from_secs(15);

impl DingSettings {
    /// What the account can be relied on for.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            call_timeout: self.timeout + self.question_timeout() * 2,
            // When a transfer that was begun shows in the records is not documented.
            absence: Absence::NeverProof,
            lookup: true,
            statement: true,
            number_pause: Duration::ZERO,
        }
    }

    /// How long the answer to a question is waited for: no longer than that to a transfer.
    pub(super) fn question_timeout(&self) -> Duration {
        self.timeout.min(QUESTION_TIMEOUT)
    }

    /// What a rate of commission takes off a cost; the rate is a part of one.
    pub(super) fn off(&self, sent: Decimal, rate: Decimal) -> Decimal {
        match self.commission {
            Commission::Separate => Decimal::ZERO,
            Commission::Netted => sent.checked_mul(rate).unwrap_or_default(),
        }
    }
}
