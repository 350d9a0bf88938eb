//! The catalogue: which operators there are, what is sold for their phones, and at what price.
//!
//! Tables hold it as it was imported; a [`Snapshot`] holds it as it is asked for. Requests read a
//! snapshot and never the database: one is built at the start and another whenever [`revision`]
//! has moved, and a reader keeps the one that it began with.
//!
//! A price comes from what a supplier asks, at the day's [`rates`], with the account's markup, and
//! never below that cost unless the account is told to. Start at [`Snapshot::list`], then
//! [`Snapshot::choose`] and [`Snapshot::price`]; [`import`] fills the tables, [`seed_default`] does
//! so the first time. What suppliers list in their own words goes through [`mapping`].

mod bundles;
mod check;
mod choice;
mod countries;
mod default;
mod file;
mod fold;
mod list;
pub mod mapping;
mod off_sale;
mod price;
pub mod rates;
mod read;
mod search;
mod snapshot;
mod store;
#[cfg(test)]
pub(crate) mod tests;

pub use check::ImportError;
pub use choice::{Choice, ChooseError, Offered, Wanted};
pub use default::{SANDBOX, Seeded, seed_default};
pub use file::{CatalogFile, OfferRecord, OperatorRecord, PackageRecord, ProductRecord, RangeRecord};
pub use fold::fold;
pub use list::{ProductFilter, ProductPage, TestProducts};
pub use off_sale::{OffSale, WhyOff, off_sale};
pub use price::{BelowCost, Cost, PriceError, PriceTerms, UnknownBelowCost};
pub use snapshot::{Snapshot, SuppliedOffer};
pub(crate) use store::touch;
pub use store::{Imported, Keep, export, import, revision};
