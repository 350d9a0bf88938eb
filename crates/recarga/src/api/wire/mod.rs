//! The shapes of the wire: what a client reads, and nothing of how it came about.

mod account;
mod check;
mod delivery;
mod invoice;
mod number;
mod order;
mod product;

pub(super) use account::{Balance, Movement};
pub(super) use check::{Check, Known, listed_product, push_confidence};
pub(super) use delivery::{Delivery, Secret};
pub(super) use invoice::Invoice;
pub(super) use number::{Number, NumberOrText};
pub(super) use order::Order;
pub(super) use product::Product;

use std::fmt::Display;

use serde::Serializer;

/// Writes something as its text.
pub(super) fn shown<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Writes something as its text, or `null`.
#[expect(clippy::ref_option, reason = "serde hands a field over like this")]
pub(super) fn shown_opt<T: Display, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}
