//! Orders: one phone, one product, delivered once or refunded.
//!
//! Money is held when an order is paid for and moves exactly once afterwards. An attempt is
//! written before its supplier is called, so that a crash leaves a question, never a doubt.
//!
//! A worker finds what is [`due`], claims it with [`Begin`], calls the supplier, and writes how it
//! ended with [`Resolve`], with the evidence of the call. What nobody knows a person ends: one
//! [`propose`]s, and where two have to agree, another gives [`consent`].

mod amend;
mod attempts;
mod begin;
mod calls;
mod decide;
mod due;
mod ending;
mod everywhere;
mod give_back;
mod ground;
mod hint;
mod judge;
mod list;
mod noticed;
mod plan;
mod proposals;
mod recipe;
mod resolve;
pub mod restored;
mod state;
mod store;

pub use amend::{AmendError, book_late_cost, take_back};
pub use attempts::{Attempt, attempts, find_by_attempt, first_attempts};
pub use begin::{Begin, Begun, Question, Submission};
pub use calls::{AttemptCall, calls, forget_calls};
pub use decide::{Consent, DecideError, Proposed, Verdict, Word, ask_now, consent, propose};
pub use due::{OpenOrders, count_open, due, stuck};
pub use everywhere::{Search, newest, search};
pub use give_back::give_back;
pub use ground::Ground;
pub use hint::{Hinted, hint};
pub(crate) use list::of_ids;
pub use list::{OrderFilter, find, list};
use model::{AccountId, Country, InvoiceId, Money, OrderId, PhoneNumber, ProductId, Receipt, Rejection, Timestamp};
pub use proposals::{Answered, Proposal, open_proposals, proposals};
pub use recipe::{Recipe, shortfall};
pub use resolve::{Call, Resolve, Resolved};
use serde::{Deserialize, Serialize};
pub use state::{InvalidTransition, OrderStatus};
pub use store::{find_any, find_invoice};
pub(crate) use store::{insert, of_invoices, update};

use crate::{ledger::OrderMoney, routing::Obstacle};

/// One phone, one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: OrderId,
    /// Counts the account's orders from 1, without gaps.
    pub number: i64,
    /// The invoice that it was bought with.
    pub invoice: InvoiceId,
    /// What is bought.
    pub product: ProductId,
    /// The product's name when it was bought.
    pub product_name: String,
    /// Which package, unless the amount is free.
    pub package_value: Option<String>,
    /// What the phone receives.
    pub value: Money,
    /// The phone.
    pub phone_number: PhoneNumber,
    /// The product's country.
    pub country: Country,
    /// What the account pays.
    pub price: Money,
    /// The account's own reference.
    pub reference: Option<String>,
    /// Where it stands.
    pub status: OrderStatus,
    /// How many attempts have been written.
    pub attempts: u32,
    /// Why the last attempt failed, or the order as a whole.
    pub failure: Option<Rejection>,
    /// What the supplier says of the delivery.
    pub receipt: Option<Receipt>,
    /// What a person decided.
    pub decision: Option<Decision>,
    /// Why it waits although it could be begun.
    pub held_up: Option<HeldUp>,
}

/// Why an order waits although it could be begun: no supplier may be used for it yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldUp {
    /// Since when, in microseconds since 1970.
    pub since_us: i64,
    /// What bars the supplier that may be used soonest.
    pub why: Obstacle,
}

/// A person's decision on an order whose outcome nobody knew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// `delivered`, `failed` or `retry`.
    pub verdict: String,
    /// The person's reason.
    pub why: String,
    /// Who decided.
    #[serde(default)]
    pub by: String,
    /// Who agreed, where two had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<String>,
    /// When, in microseconds since 1970.
    pub at_us: i64,
}

/// Where an order is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderKey {
    /// Whose it is.
    pub account: AccountId,
    /// Which.
    pub order: OrderId,
}

impl Order {
    /// Where it is kept.
    pub const fn key(&self) -> OrderKey {
        OrderKey {
            account: self.account,
            order: self.id,
        }
    }

    /// What it costs the account.
    pub const fn money(&self) -> OrderMoney {
        OrderMoney {
            account: self.account,
            order: self.id,
            price: self.price,
        }
    }

    /// What the phone is to receive, where that is an amount: of a bundle its contents count, whatever it is worth.
    pub fn amount(&self) -> Option<Money> {
        let is_amount = |name: &String| name.parse::<rust_decimal::Decimal>().is_ok();
        self.package_value.as_ref().is_none_or(is_amount).then_some(self.value)
    }

    /// When it was made.
    pub fn created_at(&self) -> Timestamp {
        self.id.created_at()
    }

    /// Whether it waits only because no supplier may be used for it yet.
    pub const fn is_held_up(&self) -> bool {
        matches!(self.status, OrderStatus::Waiting { .. }) && self.held_up.is_some()
    }

    /// Whether its outcome is being found out.
    pub const fn is_confirming(&self) -> bool {
        matches!(self.status, OrderStatus::Confirming { .. } | OrderStatus::Stuck { .. })
    }
}
