//! A transaction as every supplier has it; each writes it in its own way.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use super::{course::Course, fault::Code};
use crate::clock::Moment;

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Money is held, nothing was sent: DT One before the confirmation.
    Held,
    /// Sent on.
    Confirmed,
    /// The operator has it.
    Submitted,
    /// The phone has it.
    Delivered,
    /// The operator refused.
    Failed,
    /// The supplier refused.
    Rejected,
    /// Cancelled or expired before it was sent on.
    Cancelled,
    /// Delivered and taken back.
    Reversed,
}

impl Status {
    /// Whether nothing follows but a reversal.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Held | Self::Confirmed | Self::Submitted)
    }
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transaction {
    /// The supplier's reference.
    pub id: u64,
    /// The caller's.
    pub reference: String,
    /// The phone's digits, with the country's.
    pub phone: String,
    /// What the supplier calls the product.
    pub product: String,
    /// What was asked for, in US dollars or the phone's currency as the supplier counts.
    pub requested: Decimal,
    /// Its currency.
    pub requested_currency: String,
    /// What the wallet pays, in US dollars.
    pub cost: Decimal,
    /// What the phone gets.
    pub delivered: Decimal,
    /// Its currency.
    pub delivered_currency: String,
    /// Where it stands.
    pub status: Status,
    /// The supplier's code for a bad end.
    pub code: Option<String>,
    /// When it was accepted.
    pub created_at: Moment,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// From when on questions find it.
    pub visible_at: Moment,
    /// What could be spent before it.
    pub balance_before: Decimal,
    /// What could be spent after it.
    pub balance_after: Decimal,
    /// What only this supplier writes.
    pub detail: Value,
    /// How it goes on.
    #[serde(skip)]
    pub(crate) course: Course,
}

/// A transaction before it is accepted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) reference: String,
    pub(crate) phone: String,
    pub(crate) product: String,
    pub(crate) requested: Decimal,
    pub(crate) requested_currency: &'static str,
    pub(crate) cost: Decimal,
    pub(crate) delivered: Decimal,
    pub(crate) delivered_currency: &'static str,
    pub(crate) detail: Value,
    pub(crate) course: Course,
}

/// What a fault takes from a delivery or puts on a price.
const TENTH: Decimal = Decimal::from_parts(1, 0, 0, false, 1);

impl Wanted {
    /// What it costs in the end: more than the catalogue says if a fault wants it.
    pub(crate) fn charged(&self) -> Decimal {
        let more = if self.course.dearer {
            self.cost * TENTH
        } else {
            Decimal::ZERO
        };
        crate::number::cents(self.cost + more)
    }

    pub(crate) fn accepted(self, id: u64, now: Moment, balance: (Decimal, Decimal)) -> Transaction {
        let less = if self.course.less {
            self.delivered * TENTH
        } else {
            Decimal::ZERO
        };
        Transaction {
            id,
            cost: self.charged(),
            reference: self.reference,
            phone: self.phone,
            product: self.product,
            requested: self.requested,
            requested_currency: self.requested_currency.to_owned(),
            delivered: crate::number::cents(self.delivered - less),
            delivered_currency: self.delivered_currency.to_owned(),
            status: Status::Held,
            code: None,
            created_at: now,
            ended_at: None,
            visible_at: now.plus(self.course.hidden),
            balance_before: balance.0,
            balance_after: balance.1,
            detail: self.detail,
            course: self.course,
        }
    }
}

impl Transaction {
    /// The code for a bad end: the one that a rule chose, or the usual one.
    pub(crate) fn chosen_code(&self, usual: &str) -> Code {
        self.course.code.clone().unwrap_or_else(|| Code {
            name: self.code.clone().unwrap_or_else(|| usual.to_owned()),
            context: None,
            http: None,
        })
    }

    /// How long it is under way.
    pub(crate) fn duration(&self, usual: Duration) -> Duration {
        self.course.after.unwrap_or(usual)
    }
}
