//! The counter: an account's staff tops up phones.
//!
//! A sale goes through three pages that keep nothing but their address: [`sell`] recognises a number and
//! shows what there is for it, [`confirm`] repeats number and price, and posts it; [`progress`] follows
//! the order to its end. A confirmation carries a key of its own, so that a form that is sent twice buys
//! once. [`bulk`] does the same for a file of numbers.

mod bulk;
mod confirm;
mod progress;
mod said;
mod sell;
mod till;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

pub(crate) use self::{
    said::{exceeded, fault, too_low},
    till::{CountryChoice, Till, countries},
};
use crate::web::Shared;

/// A file of numbers that is larger is refused.
const FILE_BYTES_MAX: usize = 512 * 1_024;

/// Every page of the counter.
pub(crate) fn routes() -> Router<Shared> {
    let bulk = Router::new()
        .route("/bulk", get(bulk::show).post(bulk::read))
        .route("/bulk/{batch}", get(bulk::follow))
        .route("/bulk/{batch}/submit", post(bulk::submit))
        .route("/bulk/{batch}/results.csv", get(bulk::results))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX));
    Router::new()
        .route("/", get(sell::show))
        .route("/topups", post(confirm::buy))
        .route("/topups/new", get(confirm::show))
        .route("/topups/{order}", get(progress::show))
        .merge(bulk)
}
