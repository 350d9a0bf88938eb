//! The outside: those who add balance to phones, each behind [`model::Supplier`].
//!
//! Nothing here knows an account, an order or our database; a supplier is told an attempt and
//! answers an [`model::Outcome`]. What every supplier needs (bounded time, bounded concurrency,
//! metrics, surviving a panic) is written once, in [`layers`].
//!
//! Start at [`Suppliers`]; [`sandbox`] is the supplier that needs nothing outside. The others are called
//! through [`http`], and their codes are read by tables ([`codes`]).

mod amount;
pub mod codes;
pub mod ding;
pub mod dtone;
pub mod http;
mod late_changes;
pub mod layers;
mod mapping;
pub mod recarga;
mod registry;
pub mod reloadly;
pub mod sandbox;
mod secret;
pub mod signature;

pub use ding::{Ding, DingSettings};
pub use dtone::{DtOne, DtOneSettings};
pub use late_changes::LateChanges;
pub use layers::{Layered, Limits};
pub use mapping::{Mapping, Unmapped};
pub use recarga::{Recarga, RecargaSettings};
pub use registry::Suppliers;
pub use reloadly::{Reloadly, ReloadlySettings};
pub use sandbox::{Sandbox, SandboxSettings};
pub use secret::Secret;
