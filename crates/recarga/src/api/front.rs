//! What every request passes: a name, a key, a limit, a time, and a count.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    middleware::Next,
    response::{IntoResponse, Response},
};
use engine::requests::End;
use futures_util::FutureExt;
use model::{Ids, Timestamp};

use super::{
    Api, asked,
    caller::Caller,
    error::{self, ApiError, Code},
    limit::Allowance,
    metrics,
};

/// Names requests that don't bring a name along: a number that no other request has.
pub(crate) struct RequestIds {
    first: u64,
    count: AtomicU64,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A name that somebody else gave is not longer.
const REQUEST_ID_BYTES_MAX: usize = 64;
/// An odd step visits every number once, and neighbours look unlike each other.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl RequestIds {
    pub(crate) fn new(ids: &Ids, now: Timestamp) -> Self {
        let mut seed = [0; 8];
        seed.copy_from_slice(&ids.next(now).as_bytes()[8..]);
        Self {
            first: u64::from_be_bytes(seed),
            count: AtomicU64::new(0),
        }
    }

    /// The name that a request brought along, if it is one that can stand in a log, or a new one.
    pub(crate) fn name(&self, headers: &HeaderMap) -> HeaderValue {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let given = headers
            .get(REQUEST_ID)
            .filter(|id| (1..=REQUEST_ID_BYTES_MAX).contains(&id.len()) && id.as_bytes().iter().all(plain));
        given.cloned().unwrap_or_else(|| {
            let number = self
                .count
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(STEP)
                .wrapping_add(self.first);
            HeaderValue::from_str(&format!("req_{number:016x}")).expect("letters and digits")
        })
    }
}

/// Takes a request in and hands its answer out.
pub(super) async fn front(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let began = api.app.clock.now();
    let request_id = api.request_ids.name(request.headers());
    let uri = request.uri().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let (allowance, admitted) = admit(&api, &mut request, route.as_ref());
    let account = request.extensions().get::<Caller>().map(|caller| caller.account);
    let answer = match admitted {
        Ok(()) => run(&api, request, next).await,
        Err(error) => error.into_response(),
    };
    let name = request_id.to_str().unwrap_or_default();
    let mut answer = error::finish(answer, asked::endpoint(uri.path()), name);
    if let Some(allowance) = allowance {
        allowance.tell(answer.headers_mut());
    }
    if let Some(account) = account {
        api.app.tally.count(account, End::of_status(answer.status().as_u16()));
    }
    note(&api, (&method, route.as_ref(), name), &answer, began);
    answer.headers_mut().insert(REQUEST_ID, request_id);
    answer
}

/// Lets a request in that has a key, where one is needed: on every endpoint but the ping.
fn admit(api: &Api, request: &mut Request, route: Option<&MatchedPath>) -> (Option<Allowance>, Result<(), ApiError>) {
    let open = route.is_none_or(|route| !route.as_str().starts_with("/v2/") || route.as_str() == "/v2/ping");
    if open {
        return (None, Ok(()));
    }
    match Caller::admit(api.app.directory(), request.headers()) {
        Err(error) => (None, Err(error)),
        Ok(caller) => {
            api.app.note_key_use(caller.account, caller.key);
            let counted = api.limiter.as_ref().map(|limiter| limiter.count(caller.key));
            request.extensions_mut().insert(caller);
            counted.map_or((None, Ok(())), |(allowance, counted)| (Some(allowance), counted))
        }
    }
}

/// Runs the handler, for so long at most. A panic of one request is no other's business.
async fn run(api: &Api, request: Request, next: Next) -> Response {
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(api.request_timeout, handled).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            tracing::error!("A request panicked");
            ApiError::new(
                Code::InternalError,
                "something is wrong with us: tell the operator the request id",
            )
            .into_response()
        }
        Err(_) => {
            let text =
                "no answer in time: what was asked may still be done, so repeat it with the same Idempotency-Key";
            ApiError::new(Code::Unavailable, text).after(1).into_response()
        }
    }
}

fn note(
    api: &Api,
    (method, route, request_id): (&Method, Option<&MatchedPath>, &str),
    answer: &Response,
    began: Timestamp,
) {
    let (route, status) = (route.map_or("none", MatchedPath::as_str), answer.status().as_u16());
    let took = api.app.clock.now().since(began);
    metrics::count(method, route, status, took);
    tracing::debug!(
        request.id = request_id,
        status,
        "Answered {method} {route} with {status} in {took:?}"
    );
}
