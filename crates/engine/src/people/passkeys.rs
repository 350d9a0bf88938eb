//! Passkeys: what a browser is asked to sign, and the keys that it has signed with.

use std::time::Duration;

use model::{Ids, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{
    User,
    links::{hash, new_token},
    store,
};
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// A key that signs somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// What the browser calls it.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What checks its signatures.
    pub credential: Credential,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// What checks a passkey's signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The public key, in hexadecimal digits.
    pub key: String,
    /// The algorithm, as COSE numbers it.
    pub algorithm: i64,
    /// How often the key has signed, if it counts.
    pub counter: u32,
}

/// Somebody has so long to touch a key.
const CHALLENGE_LASTS: Duration = Duration::from_mins(5);

/// Makes what a browser has to sign; for somebody who is signed in, or for whoever it will turn out to be.
pub fn make_challenge(tx: &mut Tx<'_>, ids: &Ids, user: Option<UserId>, now: Timestamp) -> Result<String, Error> {
    tx.execute("DELETE FROM challenges WHERE expires_at <= ?1", &values![now])?;
    let token = new_token(ids);
    let sql = "INSERT INTO challenges (token_hash, user_id, state, expires_at) VALUES (?1, ?2, '', ?3)";
    tx.execute(sql, &values![hash(&token), user, now + CHALLENGE_LASTS])?;
    Ok(token)
}

/// Takes what was signed back; says whether it was asked for, of this person and a moment ago.
pub fn take_challenge(tx: &mut Tx<'_>, token: &str, user: Option<UserId>, now: Timestamp) -> Result<bool, Error> {
    let sql = "DELETE FROM challenges WHERE token_hash = ?1 AND expires_at > ?2 AND COALESCE(user_id, '') = ?3";
    let whose = user.map_or_else(String::new, |user| user.to_string());
    Ok(tx.execute(sql, &values![hash(token), now, whose])? > 0)
}

/// Adds a passkey; says whether nobody had it.
pub fn add_passkey(tx: &mut Tx<'_>, user: UserId, passkey: &Passkey) -> Result<bool, Error> {
    let sql = "INSERT INTO passkeys (user_id, id, name, credential, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO NOTHING";
    let credential = serde_json::to_string(&passkey.credential).map_err(Error::corrupt)?;
    let row = values![user, &passkey.id, &passkey.name, credential, passkey.created_at];
    Ok(tx.execute(sql, &row)? > 0)
}

const COLUMNS: &str = "p.id, p.name, p.credential, p.created_at, p.used_at";

fn read(row: &Row<'_>, first: usize) -> Result<Passkey, Error> {
    let credential = row.json_opt(first + 2)?;
    Ok(Passkey {
        id: row.text(first)?,
        name: row.text(first + 1)?,
        credential: credential.ok_or_else(|| Error::corrupt("a passkey without its key"))?,
        created_at: row.time(first + 3)?,
        used_at: row.time_opt(first + 4)?,
    })
}

/// Lists somebody's passkeys.
pub fn list_passkeys(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Passkey>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM passkeys p WHERE p.user_id = ?1 ORDER BY p.created_at, p.id");
    tx.query(&sql, &values![user], |row| read(row, 0))
}

/// Finds a passkey and whose it is.
pub fn find_passkey(tx: &mut Tx<'_>, id: &str) -> Result<Option<(User, Passkey)>, Error> {
    let sql = format!(
        "SELECT {}, {COLUMNS} FROM passkeys p JOIN users u ON u.id = p.user_id WHERE p.id = ?1",
        store::COLUMNS
    );
    tx.find(&sql, &values![id], |row| {
        Ok((store::read(row)?, read(row, store::COLUMNS_COUNT)?))
    })
}

/// Notes that a passkey has signed.
pub fn note_passkey(tx: &mut Tx<'_>, user: UserId, passkey: &Passkey, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE passkeys SET credential = ?3, used_at = ?4 WHERE user_id = ?1 AND id = ?2";
    let credential = serde_json::to_string(&passkey.credential).map_err(Error::corrupt)?;
    tx.execute(sql, &values![user, &passkey.id, credential, now])
        .map(|_| ())
}

/// Takes a passkey away; says whether it was there.
pub fn remove_passkey(tx: &mut Tx<'_>, user: UserId, id: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM passkeys WHERE user_id = ?1 AND id = ?2";
    Ok(tx.execute(sql, &values![user, id])? > 0)
}
