//! The business: money, invoices, orders, routing. Synchronous, over an open transaction.
//!
//! Nothing in here does I/O but the database, reads a clock or draws lots, so that a simulation
//! can drive the real code through years of bad luck in seconds.
//!
//! One top-up: [`invoices::Place`] holds its money, [`orders::Begin`] writes an attempt,
//! [`orders::Resolve`] ends it. [`db`] is the door to the database.

pub mod accounts;
pub mod audit;
pub mod batches;
pub mod cases;
pub mod catalog;
mod context;
pub mod db;
pub mod duties;
mod error;
pub mod figures;
pub mod floats;
pub mod fundings;
pub mod health;
pub mod idempotency;
pub mod invoices;
pub mod ledger;
pub(crate) mod limits;
pub mod lookup;
pub mod orders;
pub mod page;
pub mod people;
pub mod reconcile;
pub mod requests;
pub mod routing;
pub mod webhooks;

/// The tests in this crate use the same databases as those beside it, which see it from outside.
#[cfg(test)]
extern crate self as engine;
#[cfg(test)]
#[path = "../../testkit/src/database.rs"]
#[expect(dead_code, unreachable_pub, reason = "each test uses a part")]
mod test_database;

pub use context::{AskSchedule, Context, Settings};
pub use error::Error;
pub use limits::{LimitExceeded, spent_today};

/// Writes bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            for half in [byte >> 4, byte & 0xf] {
                text.push(char::from_digit(u32::from(half), 16).expect("half a byte is a digit"));
            }
            text
        })
}
