//! How a command ends: an exit code, and what to say if it went wrong.

use std::{error::Error, process::ExitCode};

use crate::config::ConfigError;

/// The exit codes, which `recarga --help` lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// It failed, or something is wrong.
    Failed,
    /// Wrong arguments or settings; nothing was done.
    Usage,
    /// Not delivered, the money is back.
    Refunded,
    /// Nobody knows yet.
    Confirming,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Refunded => 3,
            Exit::Confirming => 4,
        })
    }
}

/// Why a command ended badly, with every cause behind it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) text: String,
}

impl Failure {
    /// What was asked for can't be done; the text says what can.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            text: text.into(),
        }
    }

    /// It was asked for in a way that makes no sense.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            text: text.into(),
        }
    }
}

/// Any error ends a command; settings that can't be used end it before it began.
impl<E: Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.ends_with(&cause_text) {
                text = format!("{text}: {cause_text}");
            }
            source = cause.source();
        }
        let error: &dyn Error = &error;
        let settings = error.is::<ConfigError>();
        Self {
            exit: if settings { Exit::Usage } else { Exit::Failed },
            text,
        }
    }
}
