//! What a supplier is: somebody outside who adds balance to phones for money.
//!
//! The one thing to know: a supplier's silence is [`Outcome::Unknown`], never a failure. There is
//! no retry around [`Supplier::submit`], on purpose; what became of an attempt is asked with
//! [`Supplier::find`].

use std::time::Duration;

mod callback;
mod evidence;
mod listing;
mod outcome;
mod statement;

use std::sync::Arc;

use async_trait::async_trait;

pub use callback::{Callback, CallbackError};
pub use evidence::{Evidence, Exchange, ExchangeNumber};
pub use listing::{Listing, ListingTerms, SoldAs};
pub use outcome::{Cause, Elsewhere, Fault, Outcome, Receipt, Rejection};
pub use statement::{Record, RecordState};

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

    /// Lists what it sells, where it sells under our products' names. Empty for one that has names of
    /// its own: see [`Supplier::listings`].
    async fn offers(&self) -> Result<Vec<Offer>, SupplierError> {
        Ok(Vec::new())
    }

    /// Lists what it sells in its own words, to be mapped to our products. Empty for one that sells
    /// under our names.
    async fn listings(&self) -> Result<Vec<Listing>, SupplierError> {
        Ok(Vec::new())
    }

    /// Asks it to deliver. Called once per attempt, whatever happens. What passes over the wire goes
    /// into the evidence as it happens, so that it is there even if the call is cut short.
    async fn submit(&self, topup: &TopUp, evidence: &Evidence) -> Outcome;

    /// Asks what became of an earlier submission.
    async fn find(&self, attempt: &AttemptRef, evidence: &Evidence) -> Outcome;

    /// Lists attempts whose state changed after their end since a moment, such as reversals. Only
    /// hints: each is then asked about with [`Supplier::find`].
    async fn late_changes(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError>;

    /// Returns our balance there.
    async fn float(&self) -> Result<Money, SupplierError>;

    /// Returns whose number it thinks this is, likeliest first; empty if it can't say.
    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError>;

    /// Lists its own records of submissions from a moment on and before another, for reconciliation;
    /// none where it keeps no list ([`Capabilities::statement`]).
    async fn statement(&self, _from: Timestamp, _until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        Ok(Vec::new())
    }

    /// Reads a push. It is a hint and no more: the attempts that it names are asked about with
    /// [`Supplier::find`], whatever it says of them.
    fn callback(&self, _callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
        Err(CallbackError::NotServed)
    }
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
    /// Whether [`Supplier::statement`] says anything.
    pub statement: bool,
    /// At least so long between two submissions for one number; zero where it sets no such rule.
    pub number_pause: Duration,
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
    /// What the supplier's listing told to send along, if anything ([`Offer::parameters`]).
    pub parameters: Option<Arc<str>>,
}

/// An earlier submission, to be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRef {
    /// Our reference at the supplier.
    pub attempt: AttemptId,
    /// The phone.
    pub recipient: PhoneNumber,
    /// The supplier's name for what was asked for.
    pub sku: Sku,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// The supplier's own reference, if it told one.
    pub supplier_reference: Option<String>,
}

/// A supplier's guess whose a number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorGuess {
    /// The operator, by our name.
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

impl From<Cause> for SupplierError {
    fn from(cause: Cause) -> Self {
        Self::Unusable(cause.to_string())
    }
}
