//! `GET /v2/ping`.

use axum::{body::Body, http::Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;

/// What a ping answers; clients differ in where they look for the word.
#[derive(Serialize, ToSchema)]
pub(super) struct Pong {
    meta: PongMeta,
    #[schema(example = "pong")]
    message: &'static str,
    data: PongData,
}

#[derive(Serialize, ToSchema)]
struct PongMeta {
    #[serde(rename = "_endpoint")]
    #[schema(example = "/ping")]
    endpoint: &'static str,
}

#[derive(Serialize, ToSchema)]
struct PongData {
    #[schema(example = "pong")]
    message: &'static str,
}

/// Say whether the API is there
///
/// Needs no key.
#[utoipa::path(get, path = "/v2/ping", operation_id = "ping", tag = "Service", security(()),
    responses((status = 200, description = "It is.", body = Pong)))]
pub(super) async fn ping() -> Response<Body> {
    let (meta, message) = (PongMeta { endpoint: "/ping" }, "pong");
    answer::json_text(answer::write(&Pong {
        meta,
        message,
        data: PongData { message },
    }))
}
