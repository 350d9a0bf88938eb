//! A request as the suppliers' code reads it, and what it answers.

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Uri},
};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The parts of the path below the supplier's base, decoded.
    pub(crate) path: Vec<String>,
    /// The path as it was asked for, without the query.
    pub(crate) raw_path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// The body as JSON, or why it is none.
    pub(crate) body: Result<Value, String>,
}

impl Call {
    /// Reads a request; `base` is what its path begins with, or the call is not the supplier's.
    pub(crate) fn read(method: Method, uri: &Uri, headers: HeaderMap, body: &Bytes, base: &str) -> Self {
        let raw_path = uri.path().to_owned();
        let below = raw_path.strip_prefix(base).unwrap_or_default();
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let path = below.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let body = if body.is_empty() {
            Ok(Value::Null)
        } else {
            serde_json::from_slice(body).map_err(|error| error.to_string())
        };
        Self {
            method,
            path,
            query: query.into_owned().collect(),
            headers,
            body,
            raw_path,
        }
    }

    /// Method and path, to be matched.
    pub(crate) fn route(&self) -> (&str, Vec<&str>) {
        (self.method.as_str(), self.path.iter().map(String::as_str).collect())
    }

    /// A query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A query parameter that may be repeated or hold a list with commas.
    pub(crate) fn parameters(&self, name: &str) -> Vec<&str> {
        let found = self.query.iter().filter(|(key, _)| key == name);
        found.flat_map(|(_, value)| value.split(',')).collect()
    }

    /// A number in a query, or what holds without it.
    pub(crate) fn count(&self, name: &str, otherwise: usize) -> usize {
        self.parameter(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body's field, `null` if it has none.
    pub(crate) fn field(&self, name: &str) -> &Value {
        self.body.as_ref().map_or(&Value::Null, |body| &body[name])
    }

    /// The body's field as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.field(name).as_str()
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    pub(crate) fn ok(body: impl Into<Value>) -> Self {
        Self::new(200, body.into())
    }

    pub(crate) fn with(mut self, header: &'static str, value: usize) -> Self {
        self.headers.push((header, value.to_string()));
        self
    }
}

/// The digits of a phone number, without plus, spaces and the like.
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
