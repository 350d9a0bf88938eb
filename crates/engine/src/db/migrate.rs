//! Brings the tables up to date: one set of files for every database, forward only.

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::Error;

/// The migrations, in order. A released one never changes.
pub const MIGRATIONS: &[(&str, &str)] = &[
    (
        "0001_foundation",
        include_str!("../../../../migrations/0001_foundation.sql"),
    ),
    ("0002_routing", include_str!("../../../../migrations/0002_routing.sql")),
    (
        "0003_suppliers",
        include_str!("../../../../migrations/0003_suppliers.sql"),
    ),
    ("0004_people", include_str!("../../../../migrations/0004_people.sql")),
    ("0005_figures", include_str!("../../../../migrations/0005_figures.sql")),
    ("0006_batches", include_str!("../../../../migrations/0006_batches.sql")),
    (
        "0009_restores",
        include_str!("../../../../migrations/0009_restores.sql"),
    ),
    (
        "0010_endpoints",
        include_str!("../../../../migrations/0010_endpoints.sql"),
    ),
    (
        "0011_fundings",
        include_str!("../../../../migrations/0011_fundings.sql"),
    ),
    (
        "0012_delivered_by",
        include_str!("../../../../migrations/0012_delivered_by.sql"),
    ),
    (
        "0013_requests",
        include_str!("../../../../migrations/0013_requests.sql"),
    ),
];

pub(super) const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migrations (position BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

/// Applies what is missing, all of it or nothing; safe when several processes start at once.
pub(super) fn migrate_sqlite(conn: &mut Connection) -> Result<(), Error> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(TABLE)?;
    let applied = {
        let mut statement = tx.prepare("SELECT name, checksum FROM migrations ORDER BY position")?;
        statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<Vec<(String, String)>, _>>()?
    };
    for (position, name, sql) in missing(&applied)? {
        tx.execute_batch(&for_sqlite(sql))?;
        let insert = "INSERT INTO migrations (position, name, checksum) VALUES (?1, ?2, ?3)";
        tx.execute(insert, (position, name, checksum(sql)))?;
    }
    Ok(tx.commit()?)
}

/// A migration: its position, its name, its text.
type Migration = (i64, &'static str, &'static str);

/// What has not been applied yet; refuses a database that a newer or a changed program has made.
pub(super) fn missing(applied: &[(String, String)]) -> Result<Vec<Migration>, Error> {
    check_applied(applied)?;
    let all = (0..)
        .zip(MIGRATIONS)
        .map(|(position, (name, sql))| (position, *name, *sql));
    Ok(all.skip(applied.len()).collect())
}

/// Refuses a database that a newer or a changed program has made.
fn check_applied(applied: &[(String, String)]) -> Result<(), Error> {
    for (position, (name, sum)) in applied.iter().enumerate() {
        match MIGRATIONS.get(position) {
            None => {
                let text =
                    format!("the database has migration {name}, which this program doesn't know: use a newer one");
                return Err(Error::setup(text));
            }
            Some((_, sql)) if *sum != checksum(sql) => {
                let text = format!("migration {name} is not the one this database was made with: restore it");
                return Err(Error::setup(text));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn for_sqlite(sql: &str) -> String {
    understood_by("sqlite", sql)
}

/// Texts are compared byte by byte, as SQLite does, whatever language the database was made for.
pub(super) fn for_postgres(sql: &str) -> String {
    understood_by("postgresql", sql).replace(" TEXT", " TEXT COLLATE \"C\"")
}

/// `/*sqlite … */` holds what only SQLite understands; for every other database it is a comment.
fn understood_by(database: &str, sql: &str) -> String {
    let begins = format!("/*{database} ");
    let mut parts = sql.split(&begins);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(&part.replacen("*/", "", 1));
    }
    text
}

pub(super) fn checksum(sql: &str) -> String {
    crate::hex(&Sha256::digest(sql))
}
