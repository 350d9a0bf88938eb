//! Reading a form, and what is wrong with it.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

use super::PageError;

/// The fields of a form.
pub(crate) struct Fields<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Fields<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let form = Form::<T>::from_request(request, state).await;
        form.map(|Form(fields)| Self(fields)).map_err(|_| PageError::BadRequest)
    }
}

/// What is wrong with a form, by field, in the reader's language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Faults(BTreeMap<&'static str, String>);

impl Faults {
    /// Says what is wrong with a field.
    pub(crate) fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.insert(field, text.into());
    }

    /// Takes what was read of a field, or says what is wrong with it.
    pub(crate) fn take<T>(&mut self, field: &'static str, read: Result<T, impl Into<String>>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(text) => {
                self.add(field, text);
                None
            }
        }
    }

    /// What is wrong with a field; nothing if nothing is.
    pub(crate) fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    /// Whether the form is right.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<(&'static str, String)> for Faults {
    fn from((field, text): (&'static str, String)) -> Self {
        Self(BTreeMap::from([(field, text)]))
    }
}
