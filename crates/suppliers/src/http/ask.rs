//! One request and its answer.

use std::time::Duration;

use model::Cause;
use reqwest::{
    Client, Method, RequestBuilder, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{EVIDENCE_BYTES_MAX, redact::redacted};
use crate::Secret;

/// Longer answers are refused, unless a list is asked for.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Longer lists, or pages of them, are refused.
const LIST_BYTES_MAX: usize = 64 << 20;
/// A question without a time of its own is answered within this.
const TIMEOUT: Duration = Duration::from_secs(15);

/// How a request says whose it is. It never stands in evidence.
#[derive(Debug, Clone)]
pub enum Auth {
    /// `Authorization: Bearer …`
    Bearer(Secret),
    /// `Authorization: Basic …`
    Basic {
        /// The user or key.
        user: String,
        /// The password or secret.
        password: Secret,
    },
    /// A header of the supplier's own.
    Header(HeaderName, Secret),
}

/// One request.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    method: Method,
    path: Vec<&'a str>,
    query: Vec<(&'a str, String)>,
    headers: Vec<(HeaderName, String)>,
    accept: &'static str,
    auth: Option<Auth>,
    body: Option<String>,
    timeout: Duration,
    pub(super) answer_bytes_max: usize,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl<'a> Ask<'a> {
    fn new(method: Method, path: &[&'a str]) -> Self {
        Self {
            method,
            path: path.to_vec(),
            query: Vec::new(),
            headers: Vec::new(),
            accept: "application/json",
            auth: None,
            body: None,
            timeout: TIMEOUT,
            answer_bytes_max: ANSWER_BYTES_MAX,
        }
    }

    /// A question, under the parts of a path.
    pub fn get(path: &[&'a str]) -> Self {
        Self::new(Method::GET, path)
    }

    /// A request with a JSON body, under the parts of a path.
    pub fn post(path: &[&'a str], body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).expect("what is sent is plain data");
        Self {
            body: Some(body),
            ..Self::new(Method::POST, path)
        }
    }

    /// Adds a parameter to the address.
    #[must_use]
    pub fn query(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a header. It doesn't stand in evidence.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Asks for another kind of answer than JSON as such.
    #[must_use]
    pub fn accept(mut self, kind: &'static str) -> Self {
        self.accept = kind;
        self
    }

    /// Says whose request it is, where that is not the same for all.
    #[must_use]
    pub fn auth(mut self, auth: &Auth) -> Self {
        self.auth = Some(auth.clone());
        self
    }

    /// Gives it a time of its own.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Expects a long answer.
    #[must_use]
    pub fn list(mut self) -> Self {
        self.answer_bytes_max = LIST_BYTES_MAX;
        self
    }

    pub(super) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        url.path_segments_mut()
            .expect("a base URL is checked")
            .pop_if_empty()
            .extend(&self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }

    /// What stands in the evidence.
    pub(super) fn noted(&self, url: &Url) -> String {
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let body = self.body.as_deref().map(|body| format!("\n{}", kept(body)));
        format!("{} {}{query}{}", self.method, url.path(), body.unwrap_or_default())
    }

    pub(super) fn request(&self, client: &Client, url: Url, auth: Option<&Auth>) -> RequestBuilder {
        let mut request = client
            .request(self.method.clone(), url)
            .timeout(self.timeout)
            .header(ACCEPT, self.accept);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request = match self.auth.as_ref().or(auth) {
            None => request,
            Some(Auth::Bearer(token)) => request.header(AUTHORIZATION, hidden(&format!("Bearer {}", token.expose()))),
            Some(Auth::Basic { user, password }) => request.basic_auth(user, Some(password.expose())),
            Some(Auth::Header(name, secret)) => request.header(name, hidden(secret.expose())),
        };
        match &self.body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.clone()),
            None => request,
        }
    }
}

/// A header's value that is not shown by accident. One that can't stand in a header is sent as nothing,
/// and refused by whoever reads it.
fn hidden(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

impl Answer {
    /// Whether the status says that it went well.
    pub const fn is_success(&self) -> bool {
        self.status / 100 == 2
    }

    /// Reads the body.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Cause> {
        let unreadable = |error| Cause::Unreadable(format!("status {}: {error}", self.status));
        serde_json::from_str(&self.body).map_err(unreadable)
    }

    /// Returns a header as a text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn noted(&self) -> String {
        format!("{} {}", self.status, kept(&self.body))
    }
}

/// As much of a body as evidence takes, without secrets.
fn kept(body: &str) -> String {
    redacted(&body[..body.floor_char_boundary(EVIDENCE_BYTES_MAX)])
}
