//! Which database a URL names.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use engine::db::{Address, AddressError, Db, Durability};

/// A database that can be opened.
#[derive(Debug, Clone, PartialEq)]
pub enum Database {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server, which several machines may share.
    Postgres(Box<Address>),
}

/// Where files are kept that belong to no SQLite database.
const FOLDER: &str = "recarga-data";

/// A URL of no database that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// Nothing is named.
    #[error("name a database, such as sqlite:recarga-data/recarga.db or postgres://USER:PASSWORD@HOST/recarga")]
    Empty,
    /// It would be gone with the process that opened it.
    #[error("a database in memory would be lost when the program ends: name a file")]
    InMemory,
    /// A PostgreSQL URL that can't be used.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Never heard of.
    #[error("{0} databases can't be opened: write sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
    Scheme(String),
}

impl Database {
    /// Reads `postgres://…`, `sqlite:PATH` or a bare path.
    pub fn parse(url: &str) -> Result<Self, DatabaseError> {
        let path = match url.split_once(':') {
            Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
            Some(("postgres" | "postgresql", _)) => return Ok(Self::Postgres(Box::new(url.parse()?))),
            Some((scheme, rest)) if rest.starts_with("//") => return Err(DatabaseError::Scheme(scheme.to_owned())),
            _ => url,
        };
        match path {
            "" => Err(DatabaseError::Empty),
            ":memory:" => Err(DatabaseError::InMemory),
            path => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }

    /// Where files that go with it are kept.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Sqlite(path) => path.parent().unwrap_or(Path::new("")),
            Self::Postgres(_) => Path::new(FOLDER),
        }
    }

    /// The file that is not there although it should be.
    pub fn missing_file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) if !path.exists() => Some(path),
            Self::Sqlite(_) | Self::Postgres(_) => None,
        }
    }

    /// Opens it with everything that an answer promises.
    pub fn open(&self) -> Result<Db, engine::Error> {
        match self {
            Self::Sqlite(path) => Db::open_sqlite(path, Durability::Full),
            Self::Postgres(address) => Db::open_postgres(address, Durability::Full),
        }
    }
}

/// As people know it; no password.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_database() {
        let path = |url: &str| Database::parse(url).unwrap();
        for url in ["sqlite:a/b.db", "sqlite://a/b.db", "a/b.db"] {
            assert_eq!(path(url), Database::Sqlite("a/b.db".into()), "{url}");
        }
        assert_eq!(path("sqlite:///a/b.db"), Database::Sqlite("/a/b.db".into()));
    }

    #[test]
    fn a_server_has_databases() {
        let database = Database::parse("postgres://u:secret@h1,h2/d").unwrap();
        assert_eq!(database.to_string(), "postgres://u@h1:5432,h2:5432/d");
        assert_eq!(database.folder(), Path::new("recarga-data"));
    }

    #[test]
    fn another_database_is_refused() {
        let error = |url: &str| Database::parse(url).unwrap_err();
        assert_eq!(error("postgres://h"), DatabaseError::Address(AddressError::NoDatabase));
        assert_eq!(error("mysql://h/d"), DatabaseError::Scheme("mysql".to_owned()));
        assert_eq!(error("sqlite::memory:"), DatabaseError::InMemory);
        assert_eq!(error(""), DatabaseError::Empty);
    }
}
