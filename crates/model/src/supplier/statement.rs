//! A supplier's own record of what it did, for reconciliation.

use crate::{Money, PhoneNumber, Timestamp};

/// One submission as the supplier has it in its books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The supplier's own reference.
    pub supplier_reference: String,
    /// Our reference as the supplier has it: an attempt's id, unless somebody else made the submission.
    pub reference: Option<String>,
    /// The phone, if it can be read.
    pub recipient: Option<PhoneNumber>,
    /// How it ended there.
    pub state: RecordState,
    /// What it cost us, where the supplier says so.
    pub cost: Option<Money>,
    /// When the supplier made it.
    pub made_at: Timestamp,
}

/// How a submission stands in the supplier's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordState {
    /// The phone has it and we pay for it.
    Delivered,
    /// It was not delivered and we don't pay for it.
    Rejected,
    /// It was delivered and taken back.
    Reversed,
    /// It is not final.
    Pending,
}

impl RecordState {
    /// The word: `delivered`, `rejected`, `reversed`, `pending`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
            Self::Pending => "pending",
        }
    }
}
