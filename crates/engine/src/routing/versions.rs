//! The versions of the rule set: each is kept for good, the newest holds. Going back makes a new
//! version of an old one's text, so that what held when is never in doubt.

use model::Timestamp;

use super::RuleSet;
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// A version of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersion {
    /// Counts them from 1.
    pub version: i64,
    /// The rules.
    pub rules: RuleSet,
    /// Why they were made.
    pub why: String,
    /// By whom.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
}

/// Why rules don't come to hold.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ActivateError {
    /// No such version.
    #[error("there is no version {0} of the routing rules: recarga routing history shows them")]
    Unknown(i64),
    /// Somebody else was first.
    #[error("somebody else has changed the routing rules at this moment: look at them and try again")]
    Outrun,
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

const COLUMNS: &str = "version, body, why, made_by, made_at";

fn read(row: &Row<'_>) -> Result<RuleVersion, Error> {
    Ok(RuleVersion {
        version: row.int(0)?,
        rules: row.json_opt(1)?.unwrap_or_default(),
        why: row.text(2)?,
        made_by: row.text(3)?,
        made_at: row.time(4)?,
    })
}

/// The number of the version that holds; 0 before the first.
pub fn latest(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT version FROM routing_rules ORDER BY version DESC LIMIT 1";
    Ok(tx.find(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

/// The version that holds, if there ever was one.
pub fn active(tx: &mut Tx<'_>) -> Result<Option<RuleVersion>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM routing_rules ORDER BY version DESC LIMIT 1");
    tx.find(&sql, &[], read)
}

/// The latest versions, newest first.
pub fn history(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<RuleVersion>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM routing_rules ORDER BY version DESC LIMIT ?1");
    tx.query(&sql, &values![limit], read)
}

/// Finds a version.
pub fn version(tx: &mut Tx<'_>, version: i64) -> Result<Option<RuleVersion>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM routing_rules WHERE version = ?1");
    tx.find(&sql, &values![version], read)
}

/// Makes a new version, which holds from now on.
pub fn activate(
    tx: &mut Tx<'_>,
    rules: &RuleSet,
    (why, made_by): (&str, &str),
    now: Timestamp,
) -> Result<RuleVersion, ActivateError> {
    let version = latest(tx)? + 1;
    let body = serde_json::to_string(rules).map_err(Error::corrupt)?;
    let sql = "INSERT INTO routing_rules (version, body, why, made_by, made_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (version) DO NOTHING";
    if tx.execute(sql, &values![version, body, why, made_by, now])? == 0 {
        return Err(ActivateError::Outrun);
    }
    Ok(RuleVersion {
        version,
        rules: rules.clone(),
        why: why.to_owned(),
        made_by: made_by.to_owned(),
        made_at: now,
    })
}

/// Makes a new version of an old one's text.
pub fn rollback(
    tx: &mut Tx<'_>,
    to: i64,
    (why, made_by): (&str, &str),
    now: Timestamp,
) -> Result<RuleVersion, ActivateError> {
    let old = version(tx, to)?.ok_or(ActivateError::Unknown(to))?;
    activate(tx, &old.rules, (why, made_by), now)
}
