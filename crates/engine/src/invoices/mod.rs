//! Invoices: one or more orders bought together, created whole or not at all.
//!
//! [`draft`] checks every line of a request against numbers, catalogue and prices, without the
//! database. [`Place`] writes the invoice and its orders and, if it is paid at once, holds the
//! money. [`pay`], [`cancel`] and [`expire`] move an unpaid one on.

pub mod draft;
mod end;
mod list;
mod pay;
mod place;
mod state;
mod store;

pub(crate) use end::close_orders;
pub use end::{EndError, cancel, expire};
pub use list::{InvoiceFilter, find, list};
use model::{AccountId, InvoiceId, Money, Timestamp};
pub use pay::{Paid, PayError, Payment, pay};
pub use place::{AnswerWith, Line, Place, PlaceError, Placed, Repeats};
pub use state::{InvalidTransition, InvoiceStatus, Progress};
pub(crate) use store::{find_all, with_orders};

use crate::orders::Order;

/// One or more orders bought together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: InvoiceId,
    /// Counts the account's invoices from 1, without gaps.
    pub number: i64,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// How it is paid: `balance`.
    pub payment_method: String,
    /// What all its orders cost.
    pub price: Money,
    /// The account's own reference.
    pub reference: Option<String>,
    /// Who is told when it becomes final.
    pub webhook_url: Option<String>,
    /// Until when its price holds.
    pub expires_at: Timestamp,
    /// The number of its first order; the others follow without gaps.
    pub first_order: i64,
    /// How many orders it has.
    pub orders_count: i64,
    /// How many of them have not ended.
    pub orders_open: i64,
    /// Its orders; empty where only the invoice itself was read.
    pub orders: Vec<Order>,
}

impl Invoice {
    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.id.created_at()
    }

    /// The word that a reseller sees for where it stands.
    pub fn shown_status(&self) -> &'static str {
        let begun = self
            .orders
            .iter()
            .any(|order| order.attempts > 0 || order.status.is_final());
        self.status
            .shown(if begun { Progress::Begun } else { Progress::NotBegun })
    }

    /// Where its orders are, as the orders' store reads them.
    pub(crate) const fn span(&self) -> (AccountId, i64, i64) {
        (self.account, self.first_order, self.orders_count)
    }
}
