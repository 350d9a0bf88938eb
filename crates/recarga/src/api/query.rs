//! Reading a query: the parameters of a list, a search or a check.

use std::{borrow::Cow, fmt, str::FromStr};

use engine::page::PageRequest;
use model::{PhoneNumber, Timestamp};
use numbers::Numbers;

use super::error::{ApiError, Code};

/// The parameters behind a `?`, decoded.
pub(super) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// A query has so many parameters at most; ours have ten.
const PARAMS_MAX: usize = 64;
/// Where every entry passed over is counted, a list can't begin further down.
const COUNTED_START_MAX: u64 = 10_000;
/// A parameter's text is not longer than this.
const TEXT_CHARS_MAX: usize = 255;

impl<'a> Query<'a> {
    /// Reads a query.
    pub(super) fn parse(query: Option<&'a str>) -> Self {
        Self(
            form_urlencoded::parse(query.unwrap_or_default().as_bytes())
                .take(PARAMS_MAX)
                .collect(),
        )
    }

    /// A parameter; one that is empty was not given.
    pub(super) fn get(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut given = self
            .0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_ref());
        let first = given.next();
        if given.next().is_some() {
            return Err(ApiError::invalid(name, "was given twice: give it once"));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// A parameter of a type that can be read from text.
    pub(super) fn parsed<T>(&self, name: &str) -> Result<Option<T>, ApiError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let read = |text: &str| {
            text.parse()
                .map_err(|error| ApiError::invalid(name, format_args!("is wrong: {error}")))
        };
        self.get(name)?.map(read).transpose()
    }

    /// The parts of a comma list.
    pub(super) fn parsed_list<T>(&self, name: &str) -> Result<Vec<T>, ApiError>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let parts = self.get(name)?.into_iter().flat_map(|list| list.split(','));
        let read = |part: &str| {
            part.trim()
                .parse()
                .map_err(|error| ApiError::invalid(name, format_args!("is wrong: {error}")))
        };
        parts.map(read).collect()
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.get(name)? {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::invalid(name, "has to be true or false")),
        }
    }

    /// A short text without control characters.
    pub(super) fn short(&self, name: &str, chars_max: usize) -> Result<Option<&str>, ApiError> {
        match self.get(name)? {
            Some(text) if text.chars().count() > chars_max.min(TEXT_CHARS_MAX) => Err(ApiError::invalid(
                name,
                format_args!("has {chars_max} characters at most"),
            )),
            Some(text) if text.chars().any(char::is_control) => {
                Err(ApiError::invalid(name, "has a control character in it"))
            }
            text => Ok(text),
        }
    }

    /// A moment. A plus that stood in the URL as it is has become a space.
    pub(super) fn moment(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let Some(text) = self.get(name)? else { return Ok(None) };
        let read = text.parse::<Timestamp>().or_else(|error| match text.rsplit_once(' ') {
            Some((time, offset)) => format!("{time}+{offset}").parse().map_err(|_| error),
            None => Err(error),
        });
        read.map(Some)
            .map_err(|error| ApiError::invalid(name, format_args!("is wrong: {error}")))
    }

    /// A recipient, however the number is written.
    pub(super) fn recipient(&self, name: &str) -> Result<Option<PhoneNumber>, ApiError> {
        let Some(text) = self.get(name)? else { return Ok(None) };
        let wrong = |error: &dyn fmt::Display| ApiError::new(Code::InvalidPhoneNumber, error).at(name);
        let facts = Numbers::embedded()
            .read(&with_plus(text), None)
            .map_err(|error| wrong(&error))?;
        let number = PhoneNumber::from_digits(facts.number.digits());
        number.map(Some).ok_or_else(|| wrong(&"the number has too few digits"))
    }

    /// Which page.
    pub(super) fn page(&self) -> Result<PageRequest, ApiError> {
        let start = self.whole("start", 0)?.unwrap_or(0);
        let limit = self.whole("limit", 1)?.unwrap_or(u64::from(PageRequest::LIMIT_MAX));
        let limit = u32::try_from(limit)
            .ok()
            .filter(|limit| *limit <= PageRequest::LIMIT_MAX);
        let too_long = || ApiError::invalid("limit", format_args!("is at most {}", PageRequest::LIMIT_MAX));
        Ok(PageRequest {
            start,
            limit: limit.ok_or_else(too_long)?,
        })
    }

    /// Which page of a list whose entries have to be counted to.
    pub(super) fn counted_page(&self, remedy: &str) -> Result<PageRequest, ApiError> {
        let page = self.page()?;
        if page.start > COUNTED_START_MAX {
            return Err(ApiError::invalid(
                "start",
                format_args!("is at most {COUNTED_START_MAX} here: {remedy}"),
            ));
        }
        Ok(page)
    }

    fn whole(&self, name: &str, min: u64) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.get(name)? else { return Ok(None) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        // The database counts in signed numbers, and so does the description.
        let number = text.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok());
        let number = number.filter(|number| digits && *number >= min);
        number
            .map(Some)
            .ok_or_else(|| ApiError::invalid(name, format_args!("has to be a whole number from {min}")))
    }
}

/// Gives a number back the plus that stood in a URL unencoded and so became a space.
pub(super) fn with_plus(text: &str) -> Cow<'_, str> {
    match text.strip_prefix(' ') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => Cow::Owned(format!("+{rest}")),
        _ => Cow::Borrowed(text),
    }
}
