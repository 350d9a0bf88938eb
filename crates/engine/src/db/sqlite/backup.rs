//! A copy of an SQLite file while others write it.
//!
//! Copying the file itself would miss what stands in the WAL, or catch it half. `VACUUM INTO` reads one
//! consistent state, holds nobody up and leaves a single file that needs no other beside it.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{Session, open::open_reader};
use crate::{
    Error,
    db::tx::Tx,
    ledger::{self, Report},
};

/// A backup that was made and found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// How large it is.
    pub bytes: u64,
    /// What its books say.
    pub books: Report,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A backup replaces nothing.
    #[error("{} is there already: name another file", .0.display())]
    Exists(PathBuf),
    /// Another backup to the same file.
    #[error("{} is of a backup that is being made, or was cut short: delete it if none is", .0.display())]
    Unfinished(PathBuf),
    /// What was copied is not a sound database.
    #[error("the copy is damaged, and so may be the database: {0}")]
    Damaged(String),
    /// The books that were copied do not add up.
    #[error("the books are not whole, so this is no backup to rely on: {0}; see recarga ledger check")]
    BooksNotWhole(String),
    /// The file can't be written.
    #[error("can't write {}: {why}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// Copies a database as it is at this moment, checks the copy and its books, and only then gives it
/// its name.
pub fn back_up(database: &Path, to: &Path) -> Result<Backup, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let unfinished = with_ending(to, ".unfinished");
    if unfinished.exists() {
        return Err(BackupError::Unfinished(unfinished));
    }
    let made = make(database, &unfinished, to);
    if made.is_err() {
        // What is not whole must not be taken for a backup; that it is gone already is as good.
        let _ = std::fs::remove_file(&unfinished);
    }
    made
}

fn make(database: &Path, unfinished: &Path, to: &Path) -> Result<Backup, BackupError> {
    open_reader(database)?.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()])?;
    let books = check(&open_reader(unfinished)?)?;
    let failed = |why| BackupError::File {
        file: to.to_owned(),
        why,
    };
    let file = File::open(unfinished).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(unfinished, to).map_err(failed)?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let named = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
    named.map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    Ok(Backup { bytes, books })
}

fn check(copy: &Connection) -> Result<Report, BackupError> {
    let said: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Err(BackupError::Damaged(said));
    }
    let books = ledger::check(&mut Tx::sqlite(Session(copy)))?;
    match books.problems.first() {
        Some(problem) => Err(BackupError::BooksNotWhole(problem.clone())),
        None => Ok(books),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
