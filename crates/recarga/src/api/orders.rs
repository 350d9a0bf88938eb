//! `/v2/orders`: what became of each phone.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::Response,
};
use engine::orders::{self, OrderFilter};
use model::OrderId;

use super::{
    Api,
    answer::{self, Meta},
    asked::Asked,
    caller::Reader,
    documents::{Data, List, OrderParams, PageParams, SpanParams},
    error::ApiError,
    query::Query,
    wire::Order,
};

const STATUSES: [&str; 6] = ["created", "pending", "delivered", "refunded", "reversed", "cancelled"];
const REFERENCE_CHARS_MAX: usize = 128;
const FILTERS: [&str; 5] = ["after", "before", "status", "phone_number", "reference"];

/// List orders, newest first
#[utoipa::path(get, path = "/v2/orders", operation_id = "list_orders", tag = "Orders", params(OrderParams, SpanParams, PageParams),
    responses((status = 200, description = "Orders. With a filter besides the span of time, `start` is at most 10,000.",
        body = List<Order>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let query = asked.query();
    let filter = filter(&query)?;
    let page = if filter.counts() {
        query.counted_page("narrow the list with after and before")?
    } else {
        query.page()?
    };
    let account = caller.account;
    let found = api
        .app
        .db
        .read(move |tx| orders::list(tx, account, &filter, page))
        .await?;
    let mut given = Vec::with_capacity(FILTERS.len());
    for name in FILTERS {
        given.push((name, query.get(name)?));
    }
    let next = found.more.then(|| asked.next_page(&given, page));
    let meta = Meta::of(asked.endpoint())
        .echo_given(&given)
        .page(page.start, page.limit, next);
    let data: Vec<_> = found
        .entries
        .iter()
        .map(|order| Order::of(order, &asked.base_url))
        .collect();
    Ok(answer::json(&meta, data))
}

fn filter(query: &Query<'_>) -> Result<OrderFilter, ApiError> {
    let status = query.get("status")?;
    if status.is_some_and(|status| !STATUSES.contains(&status)) {
        return Err(ApiError::invalid(
            "status",
            format_args!("has to be one of {}", STATUSES.join(", ")),
        ));
    }
    Ok(OrderFilter {
        after: query.moment("after")?,
        before: query.moment("before")?,
        status: status.map(str::to_owned),
        phone_number: query.recipient("phone_number")?,
        reference: query.short("reference", REFERENCE_CHARS_MAX)?.map(str::to_owned),
        below: None,
    })
}

/// Get an order
#[utoipa::path(get, path = "/v2/orders/{id}", operation_id = "get_order", tag = "Orders",
    params(("id" = String, Path, description = "The order's id.")),
    responses((status = 200, description = "The order.", body = Data<Order>)))]
pub(super) async fn find(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
    Path(text): Path<String>,
) -> Result<Response<Body>, ApiError> {
    let (account, id) = (
        caller.account,
        text.parse::<OrderId>().map_err(|_| ApiError::not_found("order"))?,
    );
    let found = api.app.db.read(move |tx| orders::find(tx, account, id)).await?;
    let order = found.ok_or_else(|| ApiError::not_found("order"))?;
    Ok(answer::json(
        &Meta::of(asked.endpoint()).echo("id", &text),
        Order::of(&order, &asked.base_url),
    ))
}
