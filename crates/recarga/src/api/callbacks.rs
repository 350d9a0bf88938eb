//! `POST /callbacks/{supplier}`: where suppliers push. No key of ours is asked for: the supplier's connector
//! checks whose it is.
//!
//! A push is a hint and no more: each attempt that it names is asked about, and what the push says of
//! it is not even read. So one that is forged, late, repeated or out of order changes nothing.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use engine::orders::{self, Hinted};
use metrics::counter;
use model::{AttemptId, Callback, CallbackError, Supplier};

use super::{
    Api,
    error::{ApiError, Code},
};
use crate::{App, worker};

/// A push that is larger isn't one.
const BODY_BYTES_MAX: usize = 64 * 1_024;
/// A push names one attempt; a longer list is cut.
const ATTEMPTS_MAX: usize = 16;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/callbacks/{supplier}", post(take))
}

async fn take(State(api): State<Arc<Api>>, Path(name): Path<String>, request: Request) -> Response {
    let named = name.parse().ok();
    let Some(supplier) = named.as_ref().and_then(|name| api.app.suppliers.get(name)).cloned() else {
        return ApiError::not_found("supplier").into_response();
    };
    let callback = match read(&api.app, request).await {
        Ok(callback) => callback,
        Err(error) => return error.into_response(),
    };
    let (verdict, answer) = match supplier.callback(&callback) {
        Ok(attempts) => match hear(&api.app, &supplier, attempts).await {
            Ok(()) => ("taken", StatusCode::NO_CONTENT.into_response()),
            Err(error) => {
                tracing::error!("A push of {name} is not taken, it has to come again: {error:?}");
                let text = "it can't be taken at the moment: send it again";
                (
                    "failed",
                    ApiError::new(Code::Unavailable, text).after(1).into_response(),
                )
            }
        },
        Err(error) => {
            tracing::warn!(
                supplier = name,
                "A push to /callbacks/{name} is not listened to: {error}"
            );
            refused(&error)
        }
    };
    counter!("recarga_callbacks_total", "supplier" => name, "verdict" => verdict).increment(1);
    answer
}

fn refused(error: &CallbackError) -> (&'static str, Response) {
    let (verdict, answer) = match error {
        CallbackError::NotServed => ("not_served", ApiError::not_found("callback of this supplier")),
        CallbackError::Forged(_) => (
            "forged",
            ApiError::new(Code::Unauthorized, "its signature can't be verified"),
        ),
        CallbackError::Unreadable(_) => ("unreadable", ApiError::new(Code::ParseError, "it can't be read")),
    };
    (verdict, answer.into_response())
}

async fn read(app: &App, request: Request) -> Result<Callback, ApiError> {
    let (parts, body): (_, Body) = request.into_parts();
    let text = |value: &axum::http::HeaderValue| Some(value.to_str().ok()?.to_owned());
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)));
    let headers = headers.collect();
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        ApiError::new(
            Code::TooLarge,
            format_args!("a push has {BODY_BYTES_MAX} bytes at most"),
        )
    })?;
    Ok(Callback {
        headers,
        body: body.to_vec(),
        received_at: app.clock.now(),
    })
}

/// Has each attempt asked about: by a worker where its outcome isn't known, else at once.
async fn hear(app: &Arc<App>, supplier: &Arc<dyn Supplier>, attempts: Vec<AttemptId>) -> Result<(), engine::Error> {
    for attempt in attempts.into_iter().take(ATTEMPTS_MAX) {
        let (name, now) = (supplier.name().clone(), app.clock.now());
        match app
            .db
            .write_with(move |tx| orders::hint(tx, &name, attempt, now))
            .await?
        {
            Hinted::AskedAt(key, at) if at <= now => app.inbox.put([key]),
            Hinted::Over => {
                let (app, supplier) = (Arc::clone(app), Arc::clone(supplier));
                tokio::spawn(async move {
                    if let Err(error) = worker::hear(&app, supplier.as_ref(), attempt).await {
                        tracing::error!("Can't ask about attempt {attempt} after a push: {error:?}");
                    }
                });
            }
            Hinted::AskedAt(..) | Hinted::LeftAlone | Hinted::Unknown => {}
        }
    }
    Ok(())
}
