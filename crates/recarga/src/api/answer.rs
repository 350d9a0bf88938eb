//! The envelope around every answer: `meta` with what was asked, and `data`.

use axum::{
    body::Body,
    http::{HeaderValue, Response, header},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The content type of every answer.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What was asked, told again.
#[derive(Default)]
pub(super) struct Meta<'a> {
    echoed: Vec<(&'static str, Echo<'a>)>,
    page: Option<(u64, u32)>,
    next: Option<String>,
    endpoint: &'a str,
}

/// A parameter as it was given.
enum Echo<'a> {
    Text(&'a str),
    Json(&'a RawValue),
}

impl<'a> Meta<'a> {
    /// `endpoint` is the path behind `/v2`.
    pub(super) fn of(endpoint: &'a str) -> Self {
        Self {
            endpoint,
            ..Self::default()
        }
    }

    /// Tells a parameter of the path or the query again.
    pub(super) fn echo(mut self, name: &'static str, text: &'a str) -> Self {
        self.echoed.push((name, Echo::Text(text)));
        self
    }

    /// Tells those parameters again that were given.
    pub(super) fn echo_given(mut self, given: &[(&'static str, Option<&'a str>)]) -> Self {
        self.echoed.extend(
            given
                .iter()
                .filter_map(|(name, text)| Some((*name, Echo::Text((*text)?)))),
        );
        self
    }

    /// Tells a field of the body again.
    pub(super) fn echo_json(mut self, name: &'static str, json: &'a RawValue) -> Self {
        self.echoed.push((name, Echo::Json(json)));
        self
    }

    /// Says which page it is, and where the next one is.
    pub(super) fn page(self, start: u64, limit: u32, next: Option<String>) -> Self {
        Self {
            page: Some((start, limit)),
            next,
            ..self
        }
    }
}

impl Serialize for Meta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, echo) in &self.echoed {
            match echo {
                Echo::Text(text) => map.serialize_entry(name, text)?,
                Echo::Json(json) => map.serialize_entry(name, json)?,
            }
        }
        if let Some((start, limit)) = self.page {
            map.serialize_entry("start", &start)?;
            map.serialize_entry("limit", &limit)?;
        }
        map.serialize_entry("_endpoint", self.endpoint)?;
        if let Some(next) = &self.next {
            map.serialize_entry("_next", next)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    meta: &'a Meta<'a>,
    data: T,
}

/// Most answers fit, so that the text is not moved while it grows.
const BYTES_USUAL: usize = 2_048;

/// Writes an answer's text.
pub(super) fn text<T: Serialize>(meta: &Meta<'_>, data: T) -> String {
    String::from_utf8(write(&Envelope { meta, data })).expect("JSON is UTF-8")
}

/// Answers.
pub(super) fn json<T: Serialize>(meta: &Meta<'_>, data: T) -> Response<Body> {
    json_text(write(&Envelope { meta, data }))
}

/// Writes anything that can't fail to be written.
pub(super) fn write<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(BYTES_USUAL);
    write_into(&mut bytes, value);
    bytes
}

/// Writes it behind what is there.
pub(super) fn write_into<T: Serialize>(bytes: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(bytes, value).expect("answers have text keys and write to memory");
}

/// Answers with a text that is JSON already.
pub(super) fn json_text(text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// What an error says.
pub(super) struct ErrorText<'a> {
    pub(super) endpoint: &'a str,
    pub(super) request_id: &'a str,
    pub(super) message: &'a str,
    pub(super) error_code: &'static str,
    pub(super) param: Option<&'a str>,
}

/// Writes an error's body.
pub(super) fn error_body(text: &ErrorText<'_>) -> Vec<u8> {
    write(&ErrorBody {
        meta: ErrorMeta {
            endpoint: text.endpoint,
            request_id: text.request_id,
        },
        message: text.message,
        error_code: text.error_code,
        param: text.param,
    })
}

/// What every error looks like.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct ErrorBody<'a> {
    meta: ErrorMeta<'a>,
    /// What is wrong and what to do about it, for people.
    message: &'a str,
    /// What is wrong, for programs.
    #[schema(example = "invalid_phone_number")]
    error_code: &'a str,
    /// Which parameter is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "products[0].phone_number", nullable = false)]
    param: Option<&'a str>,
}

/// Where an error happened.
#[derive(Serialize, ToSchema)]
struct ErrorMeta<'a> {
    /// The path behind `/v2`.
    #[serde(rename = "_endpoint")]
    #[schema(example = "/invoices")]
    endpoint: &'a str,
    /// The request's id, as in `X-Request-Id`.
    request_id: &'a str,
}
