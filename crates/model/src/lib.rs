//! The words of the trade: ids, money, time, catalogue, and what a supplier is.
//!
//! Everything here is plain data and pure functions. No I/O, no clock, no chance: time and ids
//! are made by a [`Clock`] and [`Ids`] that the program hands down. Whoever reads one of these
//! types may trust it, because each is checked where it is made.
//!
//! Start at [`Money`]; a supplier is described in [`supplier`], what is sold in [`catalog`].

pub mod catalog;
mod id;
mod ids;
mod money;
mod phone;
pub mod supplier;
mod time;

pub use catalog::{
    Benefits, Category, Offer, Operator, OperatorId, Package, Product, ProductId, Range, Sku, Slug, Terms,
};
pub use id::{
    AccountId, AttemptId, BatchId, CaseId, DeliveryId, DepositId, EventId, InvoiceId, KeyId, OrderId, ParseIdError,
    SessionId, UserId,
};
pub use ids::Ids;
pub use money::{Currency, Money, MoneyError, Rounding, decimal_text};
pub use phone::{Country, ParseCountryError, ParsePhoneNumberError, PhoneNumber};
pub use supplier::{
    Absence, AttemptRef, Callback, CallbackError, Capabilities, Cause, Elsewhere, Evidence, Exchange, ExchangeNumber,
    Fault, Listing, ListingTerms, OperatorGuess, Outcome, Receipt, Record, RecordState, Rejection, SoldAs, Supplier,
    SupplierError, SupplierName, TopUp,
};
pub use time::{Clock, ParseTimestampError, Timestamp};
