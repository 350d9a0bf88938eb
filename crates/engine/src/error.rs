//! The opaque error: something is wrong with us, not with what was asked.

use std::{fmt, sync::Arc};

/// Something that no caller decides by. Its source chain is printed once, at the boundary.
#[derive(Debug, Clone)]
pub struct Error(Arc<Cause>);

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("the database refused")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database is closed")]
    Closed,
    #[error("the database holds what it should not: {0}")]
    Corrupt(String),
    #[error("{0}")]
    Setup(String),
}

impl Error {
    /// The database is closing and takes nothing more.
    pub(crate) fn closed() -> Self {
        Self(Arc::new(Cause::Closed))
    }

    /// A stored value breaks a rule that writing it had to keep.
    pub(crate) fn corrupt(what: impl fmt::Display) -> Self {
        Self(Arc::new(Cause::Corrupt(what.to_string())))
    }

    /// The database can't be used as it is; the text says what to do.
    pub(crate) fn setup(what: impl fmt::Display) -> Self {
        Self(Arc::new(Cause::Setup(what.to_string())))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.0)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self(Arc::new(Cause::Sqlite(error)))
    }
}
