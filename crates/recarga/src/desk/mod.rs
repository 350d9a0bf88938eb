//! The desk, for an account's own people: what was sold, what it cost, and how programs get in.
//!
//! Everything here is of the account of whoever is signed in, and of no other: ids in an address are
//! looked for in that account alone. What somebody changes is written to the account's own log.

mod developers;
mod invoice;
mod keys;
mod order;
mod orders;
mod paying;
mod settings;
mod snippets;
mod statement;
mod usage;
mod webhooks;

use axum::{
    Router,
    routing::{get, post},
};

use crate::web::Shared;

/// Every page of the desk.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/orders", get(orders::show))
        .route("/orders/{order}", get(order::show))
        .route("/invoices/{invoice}", get(invoice::show))
        .route("/invoices/{invoice}/pay", get(paying::show).post(paying::pay))
        .route("/invoices/{invoice}/cancel", post(paying::cancel))
        .route("/statement", get(statement::show))
        .route("/statement.csv", get(statement::csv))
        .route("/statement.xlsx", get(statement::xlsx))
        .route("/keys", get(keys::list).post(keys::create))
        .route("/keys/{key}/revoke", post(keys::revoke))
        .route("/webhooks", get(webhooks::show))
        .route("/webhooks/address", post(webhooks::set_address))
        .route("/webhooks/secret", post(webhooks::show_secret))
        .route("/webhooks/secret/rotate", post(webhooks::rotate_secret))
        .route("/webhooks/test", post(webhooks::send_test))
        .route("/webhooks/{delivery}", get(webhooks::delivery))
        .route("/webhooks/{delivery}/resend", post(webhooks::resend))
        .route("/developers", get(developers::show))
        .route("/settings", get(settings::show).post(settings::change))
}

/// How the state of an order looks, as its account sees it.
fn kind(status: &str) -> &'static str {
    match status {
        "delivered" => "good",
        "refunded" | "reversed" | "cancelled" => "bad",
        _ => "info",
    }
}
