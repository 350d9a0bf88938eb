//! `GET /healthz`, `/readyz`, `/metrics`: what machines look at.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, Response, header},
};
use engine::accounts::Directory;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Api, answer,
    error::{ApiError, Code},
};

/// That all is well.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

fn well() -> Response<Body> {
    answer::json_text(answer::write(&Health { status: "ok" }))
}

/// Say that the process runs
#[utoipa::path(get, path = "/healthz", operation_id = "get_health", tag = "Service", security(()),
    responses((status = 200, description = "It does.", body = Health)))]
pub(super) async fn alive() -> Response<Body> {
    well()
}

/// Say whether requests can be served: reads the database
#[utoipa::path(get, path = "/readyz", operation_id = "get_readiness", tag = "Service", security(()),
    responses((status = 200, description = "They can.", body = Health)))]
pub(super) async fn ready(State(api): State<Arc<Api>>) -> Result<Response<Body>, ApiError> {
    let read = api.app.db.read(Directory::current_revision).await;
    let unready = |error| {
        tracing::error!("Not ready: {error:?}");
        ApiError::new(Code::Unavailable, "the database can't be read").after(1)
    };
    read.map(|_| well()).map_err(unready)
}

/// Says where the rest is.
pub(super) async fn elsewhere() -> ApiError {
    let text = "a worker has /healthz, /readyz and /metrics; recarga serve has the API";
    ApiError::new(Code::NotFound, text)
}

/// Tell what was counted, as Prometheus reads it
#[utoipa::path(get, path = "/metrics", operation_id = "get_metrics", tag = "Service", security(()),
    responses((status = 200, description = "Everything that is counted.", body = String, content_type = "text/plain")))]
pub(super) async fn metrics(State(api): State<Arc<Api>>) -> Result<Response<Body>, ApiError> {
    let text = api
        .metrics
        .as_ref()
        .ok_or_else(|| ApiError::new(Code::NotFound, "metrics are switched off"))?;
    let mut response = Response::new(Body::from(text()));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
