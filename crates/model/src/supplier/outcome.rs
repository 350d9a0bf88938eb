//! How a submission can end, and what is known of the end.

use serde::{Deserialize, Serialize};

use crate::Money;

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
    /// What the supplier says it cost us, where it says so; else the offer's cost stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Money>,
    /// What the supplier says the phone received, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Money>,
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
    /// How many seconds this supplier should not be asked for this number again, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_after_s: Option<u32>,
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
