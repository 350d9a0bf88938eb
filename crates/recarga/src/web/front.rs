//! What every page passes: who comes, from where, how long it may take, and the headers that keep it safe.

use std::panic::AssertUnwindSafe;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;

use super::{PageError, Shared, Web, language::Language, page::Page, visitor};
use crate::api::count_request;

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
);
const SAFE: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"),
    ),
];

/// Takes a request for a page in and hands the page out.
pub(super) async fn front(State(web): State<Shared>, request: Request, next: Next) -> Response {
    frame(&web, request, Some(next)).await
}

/// Shows people who went astray a page; programs get the API's own answer.
pub(super) async fn nowhere(State(web): State<Shared>, request: Request, next: Next) -> Response {
    let accepts = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let reads_pages = accepts.is_some_and(|kinds| kinds.contains("text/html"));
    let unknown = request.extensions().get::<MatchedPath>().is_none();
    if unknown && reads_pages && !request.uri().path().starts_with("/v2") {
        frame(&web, request, None).await
    } else {
        next.run(request).await
    }
}

/// Lets a page run, if there is one, and dresses what comes of it.
async fn frame(web: &Web, request: Request, next: Option<Next>) -> Response {
    let began = web.app.clock.now();
    let id = web.request_ids.name(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let name = id.to_str().unwrap_or_default();
    let (parts, body) = request.into_parts();
    let mut answer = match visitor::Visitor::recognise(web, &parts).await {
        Ok(visitor) => answer(web, visitor, (Request::from_parts(parts, body), name), next).await,
        Err(error) => {
            let page = Page {
                language: Language::default(),
                theme: None,
                user: None,
                path: parts.uri.path().to_owned(),
                now: began,
            };
            PageError::from(error).show(page, name)
        }
    };
    let headers = answer.headers_mut();
    for (name, value) in SAFE {
        headers.insert(name, value);
    }
    // What one person sees isn't kept for another, nor for who comes after them on the same machine.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert("x-request-id", id.clone());
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    count_request(
        &method,
        route,
        answer.status().as_u16(),
        web.app.clock.now().since(began),
    );
    answer
}

async fn answer(
    web: &Web,
    visitor: visitor::Visitor,
    (mut request, name): (Request, &str),
    next: Option<Next>,
) -> Response {
    let page = visitor.page.clone();
    if visitor::is_foreign(request.method(), request.headers()) {
        return PageError::Foreign.show(page, name);
    }
    let Some(next) = next else {
        return PageError::NotFound.show(page, name);
    };
    request.extensions_mut().insert(visitor);
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    let mut answer = match tokio::time::timeout(web.settings.request_timeout, handled).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            tracing::error!(request.id = name, "A page panicked");
            return PageError::Internal.show(page, name);
        }
        Err(_) => return PageError::Busy.show(page, name),
    };
    if let Some(error) = answer.extensions_mut().remove::<PageError>() {
        return error.show(page, name);
    }
    match answer.status() {
        StatusCode::NOT_FOUND if answer.headers().get(header::CONTENT_TYPE).is_none() => {
            PageError::NotFound.show(page, name)
        }
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::PAYLOAD_TOO_LARGE => PageError::BadRequest.show(page, name),
        // What can't even be read is refused before any page of ours, in words for programs.
        status if status.is_client_error() && !is_page(&answer) => PageError::BadRequest.show(page, name),
        _ => answer,
    }
}

fn is_page(answer: &Response) -> bool {
    let kind = answer.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html") || kind.starts_with("application/json")
}
