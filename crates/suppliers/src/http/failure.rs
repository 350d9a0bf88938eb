//! Why there is no answer that can be read, and what that means.

use std::error::Error as _;

use model::{Cause, Elsewhere, Fault, Outcome, Rejection, SupplierError};

use super::Answer;

/// The code of a submission that surely never left.
pub const CODE_NOT_SENT: &str = "not_sent";

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// There was no connection: not one byte of the request can have arrived.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It was sent, and no answer came in time.
    #[error("no answer in time")]
    Timeout,
    /// It may have arrived.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer goes on and on.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

impl Failure {
    /// Only what fails before there is a connection is surely not sent.
    pub(super) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            Self::NotSent(innermost(&error))
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Broken(innermost(&error))
        }
    }

    /// What a submission has become that ended so.
    pub fn submission(self) -> Outcome {
        match self {
            Self::NotSent(why) => Outcome::Rejected(Rejection {
                fault: Fault::Supplier,
                elsewhere: Elsewhere::May,
                code: CODE_NOT_SENT.to_owned(),
                message: format!("the supplier can't be reached, so it was not sent: {why}"),
                again_after_s: None,
            }),
            other => other.question(),
        }
    }

    /// What a question about a submission has become that ended so: it says nothing.
    pub fn question(self) -> Outcome {
        Outcome::Unknown(self.into())
    }
}

/// Why nothing is known where an answer was expected.
impl From<Failure> for Cause {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Timeout => Self::Timeout,
            Failure::NotSent(why) | Failure::Broken(why) => Self::Connection(why),
            Failure::TooLong(_) => Self::Unreadable(failure.to_string()),
        }
    }
}

impl From<Failure> for SupplierError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TooLong(_) => Self::Unusable(failure.to_string()),
            Failure::NotSent(why) => Self::Unreachable(why),
            Failure::Timeout | Failure::Broken(_) => Self::Unreachable(failure.to_string()),
        }
    }
}

/// What an answer with a status other than success means where no money is at stake.
pub fn error_of_status(answer: &Answer, code: Option<&str>) -> SupplierError {
    let said = code.map(|code| format!(", {code}")).unwrap_or_default();
    let status = answer.status;
    match status {
        401 | 403 => SupplierError::Unusable(format!("it refuses our credentials (status {status}{said})")),
        429 | 500.. => SupplierError::Unreachable(format!("status {status}{said}")),
        _ => SupplierError::Unusable(format!("status {status}{said}")),
    }
}

/// The innermost cause says most.
fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}
