//! What can go wrong on the way to a page, each shown in the same design and saying nothing of the inside.

use std::time::Duration;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use engine::accounts::AccountError;

use super::Page;

/// Why there is no page, or another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PageError {
    /// Only somebody who is signed in sees it.
    SignIn { back: String },
    /// They have to prove again who they are.
    AskAgain { back: String },
    /// They may not.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The form can't be read.
    BadRequest,
    /// A form that another site has sent.
    Foreign,
    /// Their network has tried to come in too often: so long they have to wait.
    TooMany { wait: Duration },
    /// Too much at once, or no answer in time.
    Busy,
    /// Something is wrong with us.
    Internal,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: Page,
    status: u16,
    title: &'a str,
    text: &'a str,
    request_id: &'a str,
}

impl PageError {
    const fn status(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } | Self::AskAgain { .. } => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::Foreign => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The messages that name and explain it.
    const fn messages(&self) -> (&'static str, &'static str) {
        match self {
            Self::Forbidden => ("error.forbidden_title", "error.forbidden"),
            Self::Foreign => ("error.foreign_title", "error.foreign"),
            Self::NotFound => ("error.not_found_title", "error.not_found"),
            Self::BadRequest => ("error.bad_request_title", "error.bad_request"),
            Self::TooMany { .. } => ("error.too_many_title", "error.too_many"),
            Self::Busy => ("error.busy_title", "error.busy"),
            Self::SignIn { .. } | Self::AskAgain { .. } | Self::Internal => ("error.internal_title", "error.internal"),
        }
    }

    /// Shows it to somebody.
    pub(super) fn show(&self, page: Page, request_id: &str) -> Response {
        let elsewhere = match self {
            Self::SignIn { back } => Some(("/sign-in", back)),
            Self::AskAgain { back } => Some(("/sign-in/again", back)),
            _ => None,
        };
        if let Some((path, back)) = elsewhere {
            let next: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
            return Redirect::to(&format!("{path}?next={next}")).into_response();
        }
        let (title, text) = self.messages();
        let shown = ErrorPage {
            title: page.t(title),
            text: page.t(text),
            page,
            status: self.status().as_u16(),
            request_id,
        };
        let body = shown.render().unwrap_or_else(|_| "Error".to_owned());
        let mut answer = (self.status(), Html(body)).into_response();
        if let Self::TooMany { wait } = self {
            let seconds = HeaderValue::from(wait.as_secs() + 1);
            answer.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        answer
    }
}

/// A handler's error waits for the front, which knows who is to read it.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AccountError> for PageError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unknown(_) => Self::NotFound,
            AccountError::Internal(error) => error.into(),
            other => {
                tracing::error!("A page failed: {other}");
                Self::Internal
            }
        }
    }
}

impl From<engine::Error> for PageError {
    fn from(error: engine::Error) -> Self {
        tracing::error!("A page failed: {error:?}");
        Self::Internal
    }
}
