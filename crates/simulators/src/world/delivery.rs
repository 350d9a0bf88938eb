//! What really reached a phone.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::clock::Moment;

/// What really reached a phone: the truth that books are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The phone's digits, with the country's.
    pub phone: String,
    /// How much it got.
    pub amount: Decimal,
    /// In which currency.
    pub currency: String,
    /// The caller's reference.
    pub reference: String,
    /// The supplier's transaction.
    pub transaction: u64,
    /// When.
    pub at: Moment,
    /// Whether it was taken back.
    pub reversed: bool,
}
