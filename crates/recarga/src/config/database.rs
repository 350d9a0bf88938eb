//! Which database a URL names.

use std::path::{Path, PathBuf};

use engine::db::{Db, Durability};

/// A database that this version can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// An SQLite file.
    Sqlite(PathBuf),
}

/// A URL of no database that can be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// Nothing is named.
    #[error("name a database, such as sqlite:recarga-data/recarga.db")]
    Empty,
    /// It would be gone with the process that opened it.
    #[error("a database in memory would be lost when the program ends: name a file")]
    InMemory,
    /// Not yet.
    #[error("this version keeps everything in SQLite; PostgreSQL comes next: write sqlite:PATH")]
    PostgreSql,
    /// Never heard of.
    #[error("{0} databases can't be opened: write sqlite:PATH")]
    Scheme(String),
}

impl Database {
    /// Reads `sqlite:PATH` or a bare path.
    pub fn parse(url: &str) -> Result<Self, DatabaseError> {
        let path = match url.split_once(':') {
            Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
            Some(("postgres" | "postgresql", _)) => return Err(DatabaseError::PostgreSql),
            Some((scheme, rest)) if rest.starts_with("//") => return Err(DatabaseError::Scheme(scheme.to_owned())),
            _ => url,
        };
        match path {
            "" => Err(DatabaseError::Empty),
            ":memory:" => Err(DatabaseError::InMemory),
            path => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            Self::Sqlite(path) => path,
        }
    }

    /// Opens it with everything that an answer promises.
    pub fn open(&self) -> Result<Db, engine::Error> {
        match self {
            Self::Sqlite(path) => Db::open_sqlite(path, Durability::Full),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_database() {
        for url in ["sqlite:a/b.db", "sqlite://a/b.db", "a/b.db"] {
            assert_eq!(Database::parse(url).unwrap().path(), Path::new("a/b.db"), "{url}");
        }
        assert_eq!(
            Database::parse("sqlite:///a/b.db").unwrap().path(),
            Path::new("/a/b.db")
        );
    }

    #[test]
    fn another_database_is_refused() {
        assert_eq!(Database::parse("postgres://h/d"), Err(DatabaseError::PostgreSql));
        assert_eq!(
            Database::parse("mysql://h/d"),
            Err(DatabaseError::Scheme("mysql".to_owned()))
        );
        assert_eq!(Database::parse("sqlite::memory:"), Err(DatabaseError::InMemory));
        assert_eq!(Database::parse(""), Err(DatabaseError::Empty));
    }
}
