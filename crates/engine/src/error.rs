//! The opaque error: something is wrong with us, not with what was asked.

use std::{fmt, sync::Arc};

/// Something that no caller decides by. Its source chain is printed once, at the boundary.
#[derive(Debug, Clone)]
pub struct Error(Arc<Cause>);

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("the database refused")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database refused")]
    Postgres(#[from] tokio_postgres::Error),
    #[error("the database is closed")]
    Closed,
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    #[error("the connection to the database broke over a commit: nobody can tell whether it was made")]
    CommitUnknown(#[source] Option<tokio_postgres::Error>),
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

    /// The database is not there at the moment. Nothing was written.
    pub(crate) fn unavailable(why: impl fmt::Display) -> Self {
        Self(Arc::new(Cause::Unavailable(why.to_string())))
    }

    /// A commit was sent and no answer came, or none that says what became of it.
    pub(crate) fn commit_unknown(error: Option<tokio_postgres::Error>) -> Self {
        Self(Arc::new(Cause::CommitUnknown(error)))
    }

    pub(crate) fn is_commit_unknown(&self) -> bool {
        matches!(*self.0, Cause::CommitUnknown(_))
    }

    /// Whether the same may succeed in a moment: the database is not there, or broke over a commit.
    /// In the second case it may have succeeded already: only what may be done twice is done again.
    pub fn passes(&self) -> bool {
        matches!(*self.0, Cause::Unavailable(_) | Cause::CommitUnknown(_))
    }

    /// A stored value breaks a rule that writing it had to keep.
    pub(crate) fn corrupt(what: impl fmt::Display) -> Self {
        Self(Arc::new(Cause::Corrupt(what.to_string())))
    }

    /// The database can't be used as it is; the text says what to do.
    pub fn setup(what: impl fmt::Display) -> Self {
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

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self(Arc::new(Cause::Postgres(error)))
    }
}
