//! SQLite, bundled: WAL before 3.51.3 could corrupt a database, so the system's is never used.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{Error, db::Durability};

/// Another process on the same file may hold it this long.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// More than the number of different statements, so that none is prepared twice.
const STATEMENTS_CACHED: usize = 256;
/// Switching a file to WAL takes another process a moment; this is many.
const SWITCH_ATTEMPTS_MAX: u32 = 100_000;
/// The WAL is folded back in after so many pages (4 KiB each): seldom enough that a flood isn't
/// slowed, often enough that the file stays small.
const CHECKPOINT_PAGES: u32 = 8_000;

/// Opens the one connection that writes.
pub(in crate::db) fn open_writer(path: &Path, durability: Durability) -> Result<Connection, Error> {
    let conn = Connection::open(path)
        .map_err(|error| Error::setup(format_args!("can't open the database {}: {error}", path.display())))?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    let mode = switch_to_wal(&conn)?;
    if mode != "wal" {
        return Err(Error::setup(format_args!(
            "{} is on a file system without WAL: use a local disk",
            path.display()
        )));
    }
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::ProcessOnly => "OFF",
    };
    conn.pragma_update(None, "synchronous", synchronous)?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "cache_size", -16_000)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

/// Switches a file to WAL. Processes that open a fresh file at once may find it busy, and SQLite's
/// own timeout does not cover this one step.
fn switch_to_wal(conn: &Connection) -> Result<String, Error> {
    for _ in 0..SWITCH_ATTEMPTS_MAX {
        match conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => std::thread::yield_now(),
            result => return Ok(result?),
        }
    }
    Err(Error::setup("the database stays busy: is another program holding it?"))
}

/// Opens a connection that reads.
pub(in crate::db) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    conn.pragma_update(None, "cache_size", -4_000)?;
    Ok(conn)
}
