//! What a supplier is: somebody outside who adds balance to phones for money.
//!
//! The one thing to know: a supplier's silence is [`Outcome::Unknown`], never a failure. There is
//! no retry around [`Supplier::submit`], on purpose; what became of an attempt is asked with
//! [`Supplier::find`].

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{AttemptId, Country, Money, Offer, OperatorId, PhoneNumber, ProductId, Sku, Slug, Timestamp};

/// Names a configured supplier: `sandbox`.
pub type SupplierName = Slug;

/// Somebody who delivers top-ups.
#[async_trait]
pub trait Supplier: Send + Sync {
    /// The name it is configured under.
    fn name(&self) -> &SupplierName;

    /// What it can be relied on for.
    fn capabilities(&self) -> Capabilities;

    /// Lists what it sells.
    async fn offers(&self) -> Result<Vec<Offer>, SupplierError>;

    /// Asks it to deliver. Called once per attempt, whatever happens.
    async fn submit(&self, topup: &TopUp) -> Outcome;

    /// Asks what became of an earlier submission.
    async fn find(&self, attempt: &AttemptRef) -> Outcome;

    /// Lists attempts whose state changed after their end since a moment, such as reversals. Only
    /// hints: each is then asked about with [`Supplier::find`].
    async fn late_changes(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError>;

    /// Returns our balance there.
    async fn float(&self) -> Result<Money, SupplierError>;

    /// Returns whose number it thinks this is, likeliest first; empty if it can't say.
    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError>;
}

/// What a supplier can be relied on for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// After this long without an answer a call counts as unanswered.
    pub call_timeout: Duration,
    /// What it means when the supplier has no record of our reference.
    pub absence: Absence,
    /// Whether [`Supplier::lookup`] says anything.
    pub lookup: bool,
}

/// What it means when a supplier has no record of our reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Nothing: its records are late, short-lived or can't be searched.
    NeverProof,
    /// That it was not and will not be delivered, once an unanswered call can't execute any more.
    Proof {
        /// How long after submission an unanswered call may still execute.
        after: Duration,
        /// How many times in a row the supplier must say so.
        queries: u32,
    },
}

/// One submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopUp {
    /// Our reference at the supplier.
    pub attempt: AttemptId,
    /// The phone.
    pub recipient: PhoneNumber,
    /// The product's country.
    pub country: Country,
    /// Our product.
    pub product: ProductId,
    /// The supplier's name for it.
    pub sku: Sku,
    /// What the phone receives.
    pub amount: Money,
    /// What the offer said it costs.
    pub cost: Money,
}

/// An earlier submission, to be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRef {
    /// Our reference at the supplier.
    pub attempt: AttemptId,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The supplier's own reference, if it told one.
    pub supplier_reference: Option<String>,
}

/// Every way that a submission or a question about it can end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The phone has it.
    Delivered(Receipt),
    /// It was not delivered and nothing is owed, surely.
    Rejected(Rejection),
    /// Accepted and not final: ask again.
    Pending {
        /// The supplier's own reference, if it told one.
        supplier_reference: Option<String>,
    },
    /// Nobody can tell yet whether money moved: ask again.
    Unknown(Cause),
    /// It was delivered and taken back later; nothing is owed any more.
    Reversed {
        /// The supplier's words.
        message: String,
    },
}

/// What a supplier says of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// The supplier's own reference.
    pub supplier_reference: Option<String>,
    /// The operator's reference, which the phone's owner can show the operator.
    pub operator_reference: Option<String>,
}

/// Why nothing was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Rejection {
    /// Whose fault it is.
    pub fault: Fault,
    /// Whether another supplier may be tried.
    pub elsewhere: Elsewhere,
    /// The supplier's code.
    pub code: String,
    /// The supplier's words.
    pub message: String,
}

/// Whose fault a rejection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The number can't be topped up.
    Number,
    /// The number is another operator's.
    WrongOperator,
    /// The amount is not sold.
    Amount,
    /// Our balance at the supplier is too low.
    Float,
    /// The supplier takes it for a repetition.
    Duplicate,
    /// The supplier has a fault.
    Supplier,
    /// The operator has a fault.
    Operator,
}

/// Whether another supplier may be tried after a rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Elsewhere {
    /// Another supplier, or this one later, may succeed.
    May,
    /// Nobody will succeed with this number and amount.
    MustNot,
}

/// Why an outcome is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "cause", content = "detail")]
pub enum Cause {
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Connection(String),
    /// An answer that can't be read.
    #[error("an answer that can't be read: {0}")]
    Unreadable(String),
    /// A code that stands in no table.
    #[error("an unlisted code: {0}")]
    UnlistedCode(String),
    /// The supplier has no record of our reference.
    #[error("the supplier has no record of it")]
    NoRecord,
    /// We stopped between writing the attempt and reading the answer.
    #[error("we stopped before the answer came")]
    Interrupted,
}

/// A supplier's guess whose a number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorGuess {
    /// The operator.
    pub operator: OperatorId,
    /// Whether the supplier is sure, as after a portability query.
    pub sure: bool,
}

/// Why a question to a supplier that moves no money failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SupplierError {
    /// It can't be reached or did not answer.
    #[error("the supplier can't be reached: {0}")]
    Unreachable(String),
    /// It answered something that can't be used.
    #[error("the supplier's answer can't be used: {0}")]
    Unusable(String),
}
