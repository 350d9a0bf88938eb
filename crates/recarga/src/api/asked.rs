//! What was asked: the path, the query, and under which name we were called.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, header, request::Parts, uri::Authority},
};
use engine::page::PageRequest;

use super::{Api, error::ApiError, query::Query};

/// The prefix of every endpoint.
const PREFIX: &str = "/v2";

/// What was asked.
pub(super) struct Asked {
    uri: Uri,
    /// Where we are, for links: `https://topups.example.com`.
    pub(super) base_url: String,
}

/// The endpoint of a path: what stands behind `/v2`.
pub(super) fn endpoint(path: &str) -> &str {
    path.strip_prefix(PREFIX)
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path)
}

impl Asked {
    /// The endpoint, as `meta` tells it.
    pub(super) fn endpoint(&self) -> &str {
        endpoint(self.uri.path())
    }

    /// The parameters behind the `?`.
    pub(super) fn query(&self) -> Query<'_> {
        Query::parse(self.uri.query())
    }

    /// The URL of the same list with these parameters instead.
    fn again(&self, filters: &[(&str, Option<&str>)], tail: &[(&str, &str)]) -> String {
        let given = filters.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let mut parameters = form_urlencoded::Serializer::new(String::new());
        parameters.extend_pairs(given).extend_pairs(tail);
        format!("{}{}?{}", self.base_url, self.uri.path(), parameters.finish())
    }

    /// The URL of the page behind this one, with its filters.
    pub(super) fn next_page(&self, filters: &[(&str, Option<&str>)], page: PageRequest) -> String {
        let start = page.start.saturating_add(u64::from(page.limit));
        self.again(
            filters,
            &[("start", &start.to_string()), ("limit", &page.limit.to_string())],
        )
    }

    /// The URL of the entries before this one.
    pub(super) fn next_before(&self, id: &str, limit: u32) -> String {
        self.again(&[], &[("before_id", id), ("limit", &limit.to_string())])
    }
}

/// Takes a configured URL without what we add ourselves.
pub(super) fn trimmed(public_url: &str) -> &str {
    let url = public_url.trim_end_matches('/');
    url.strip_suffix(PREFIX).unwrap_or(url)
}

/// Where we are, as the request says; nothing, so that links are relative, if it does not.
fn called(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let Some(host) = host else { return String::new() };
    let secure = headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto.as_bytes() == b"https");
    let mut url = String::with_capacity(64);
    write!(url, "{}://{host}", if secure { "https" } else { "http" }).expect("a string takes everything");
    url
}

impl FromRequestParts<Arc<Api>> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let base_url = api.public_url.clone().unwrap_or_else(|| called(&parts.headers));
        Ok(Self {
            uri: parts.uri.clone(),
            base_url,
        })
    }
}
