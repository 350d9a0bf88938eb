//! The console, for those who run Recarga: how today goes, any order in seconds and its whole story, who delivers
//! and what is sold, and what a person has to look at.

mod accounts;
mod amount;
mod audit;
mod case;
mod cases;
mod catalog;
mod chart;
mod deciding;
mod mapping;
mod order;
mod orders;
mod product;
mod rates;
mod routing;
mod suppliers;
mod today;
mod waiting;
mod webhooks;

use askama::Template;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};

use crate::web::{PageError, Shared, html};

/// Every page of the console.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .merge(accounts::routes())
        .route("/console", get(today::show))
        .route("/console/audit", get(audit::show))
        .route("/console/audit/check", get(audit::check))
        .route("/console/orders", get(orders::show))
        .route("/console/orders/{order}", get(order::show))
        .route("/console/orders/{order}/ask", post(deciding::ask))
        .route(
            "/console/orders/{order}/decide",
            get(deciding::show).post(deciding::propose),
        )
        .route("/console/orders/{order}/consent", post(deciding::answer))
        .route(
            "/console/orders/{order}/give-back",
            get(deciding::show_give_back).post(deciding::give_back),
        )
        .route("/console/waiting", get(waiting::show))
        .route("/console/suppliers", get(suppliers::list))
        .route("/console/suppliers/{supplier}", get(suppliers::show))
        .route("/console/suppliers/{supplier}/force", post(suppliers::force))
        .route(
            "/console/suppliers/{supplier}/thresholds",
            post(suppliers::set_thresholds),
        )
        .route("/console/catalog", get(catalog::list))
        .route("/console/catalog/mapping", get(mapping::show).post(mapping::say))
        .route("/console/catalog/{product}", get(product::show))
        .route("/console/routing", get(routing::show))
        .route("/console/routing/try", post(routing::try_out))
        .route("/console/routing/activate", post(routing::activate))
        .route("/console/routing/{version}", get(routing::version))
        .route("/console/routing/{version}/rollback", post(routing::rollback))
        .route("/console/cases", get(cases::list))
        .route("/console/cases/compare", post(cases::compare))
        .route("/console/cases/{case}", get(case::show))
        .route("/console/cases/{case}/close", post(case::close))
        .route("/console/rates", get(rates::show).post(rates::change))
        .route("/console/webhooks", get(webhooks::show))
        .route("/console/webhooks/{account}/{delivery}/resend", post(webhooks::resend))
}

/// A form that is shown again, because something in it is wrong.
fn shown_again(template: &impl Template) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(template)?).into_response())
}
