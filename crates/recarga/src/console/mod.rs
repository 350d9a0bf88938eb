//! The console, for those who run Recarga: how today goes, any order in seconds, and its whole story.

mod chart;
mod order;
mod orders;
mod today;

use axum::{Router, routing::get};

use crate::web::Shared;

/// Every page of the console that is about orders.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/console", get(today::show))
        .route("/console/orders", get(orders::show))
        .route("/console/orders/{order}", get(order::show))
}
