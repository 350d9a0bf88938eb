//! Reading a body: a JSON object whose fields are read one by one, so that an error can name its field.

use std::borrow::Cow;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{ApiError, Code};

/// Reads a body that is not too large.
pub(super) async fn read(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    let too_large = || ApiError::new(Code::TooLarge, format_args!("a body has {bytes_max} bytes at most"));
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > bytes_max) {
        return Err(too_large());
    }
    // Whatever else breaks a body off breaks the connection too: nobody reads that answer.
    to_bytes(body, bytes_max).await.map_err(|_| too_large())
}

/// Refuses what says that it is something else than JSON. Browsers say of a text in a `fetch` that
/// it is plain, and some programs say nothing: that is taken for JSON.
pub(super) fn check_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(given) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = given
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let subtype = essence.strip_prefix("application/");
    if subtype.is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json")) || essence == "text/plain" {
        Ok(())
    } else {
        Err(ApiError::new(
            Code::UnsupportedMediaType,
            "send the body as Content-Type: application/json",
        ))
    }
}

/// Reads an object without looking into its fields.
pub(super) fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ApiError> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(ApiError::new(Code::ParseError, "the body has to be a JSON object"));
    }
    serde_json::from_slice(bytes).map_err(|error| ApiError::new(Code::ParseError, format_args!("bad JSON: {error}")))
}

/// Refuses a body that is neither empty nor an object, where nothing in it is looked at.
pub(super) fn nothing(bytes: &[u8]) -> Result<(), ApiError> {
    #[derive(Deserialize)]
    struct Anything {}
    if bytes.is_empty() {
        Ok(())
    } else {
        object::<Anything>(bytes).map(|Anything {}| ())
    }
}

/// A field with its name.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    /// Its name, with the way to it: `products[0].quantity`.
    pub(super) param: &'a str,
    /// What was given; nothing, or `null`, is none.
    pub(super) given: Option<&'a RawValue>,
}

impl<'a> Field<'a> {
    /// A text of so many characters at most, none of which is a control character.
    pub(super) fn text(self, chars_max: usize) -> Result<Option<Cow<'a, str>>, ApiError> {
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
        let Some(raw) = self.given else { return Ok(None) };
        let Text(text) = serde_json::from_str(raw.get()).map_err(|_| self.wrong("has to be a text"))?;
        if text.chars().count() > chars_max {
            return Err(self.wrong(&format!("has {chars_max} characters at most")));
        }
        if text.chars().any(char::is_control) {
            return Err(self.wrong("has a control character in it"));
        }
        Ok(Some(text))
    }

    /// `true` or `false`.
    pub(super) fn flag(self) -> Result<Option<bool>, ApiError> {
        match self.given.map(RawValue::get) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(self.wrong("has to be true or false")),
        }
    }

    /// A whole number from 1; `1.0` is one.
    pub(super) fn count(self) -> Result<Option<u32>, ApiError> {
        let Some(raw) = self.given else { return Ok(None) };
        let number = Decimal::from_str_exact(raw.get())
            .or_else(|_| Decimal::from_scientific(raw.get()))
            .ok();
        let whole = number
            .filter(Decimal::is_integer)
            .and_then(|number| number.to_u32())
            .filter(|count| *count > 0);
        whole
            .map(Some)
            .ok_or_else(|| self.wrong("has to be a whole number from 1"))
    }

    /// An amount as it was written: a number or a text.
    pub(super) fn amount(self, chars_max: usize) -> Result<Option<Cow<'a, str>>, ApiError> {
        match self.given.map(RawValue::get) {
            Some(number) if number.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => {
                Ok(Some(Cow::Borrowed(number)))
            }
            Some(text) if !text.starts_with('"') => Err(self.wrong("has to be a number or a text")),
            _ => self.text(chars_max),
        }
    }

    /// An error of this field; `rule` says what it has to be.
    pub(super) fn wrong(self, rule: &str) -> ApiError {
        ApiError::invalid(self.param, rule)
    }
}
