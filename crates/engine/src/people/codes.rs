//! Codes besides a password: those of an app, which change, and those on paper, each good for once.

use model::{Timestamp, UserId};

use super::links::hash;
use crate::{
    Error,
    db::{Tx, values},
};

/// Keeps the secret of an app that is being set up: it counts once a code has proved that it is there.
pub fn begin_totp(tx: &mut Tx<'_>, user: UserId, secret: &str) -> Result<(), Error> {
    let sql = "UPDATE users SET totp_secret = ?2, totp_step = NULL WHERE id = ?1 AND totp_confirmed_at IS NULL";
    tx.execute(sql, &values![user, secret]).map(|_| ())
}

/// The secret of an app that is being set up.
pub fn begun_totp(tx: &mut Tx<'_>, user: UserId) -> Result<Option<String>, Error> {
    let sql = "SELECT totp_secret FROM users WHERE id = ?1 AND totp_confirmed_at IS NULL";
    Ok(tx.find(sql, &values![user], |row| row.text_opt(0))?.flatten())
}

/// Asks for a code from now on, the first of which was of this step. The codes on paper are new.
pub fn confirm_totp(
    tx: &mut Tx<'_>,
    (user, step): (UserId, i64),
    papers: &[String],
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE users SET totp_confirmed_at = ?3, totp_step = ?2 WHERE id = ?1 AND totp_secret IS NOT NULL";
    tx.execute(sql, &values![user, step, now])?;
    tx.execute("DELETE FROM recovery_codes WHERE user_id = ?1", &values![user])?;
    for code in papers {
        let sql = "INSERT INTO recovery_codes (user_id, code_hash) VALUES (?1, ?2)";
        tx.execute(sql, &values![user, hash(code)])?;
    }
    Ok(())
}

/// Asks for no code any more.
pub fn remove_totp(tx: &mut Tx<'_>, user: UserId) -> Result<(), Error> {
    let sql = "UPDATE users SET totp_secret = NULL, totp_confirmed_at = NULL, totp_step = NULL WHERE id = ?1";
    tx.execute(sql, &values![user])?;
    tx.execute("DELETE FROM recovery_codes WHERE user_id = ?1", &values![user])
        .map(|_| ())
}

/// Takes the code of a step; says whether it is newer than the last one, so that none is taken twice.
pub fn take_totp_step(tx: &mut Tx<'_>, user: UserId, step: i64) -> Result<bool, Error> {
    let sql = "UPDATE users SET totp_step = ?2 WHERE id = ?1 AND COALESCE(totp_step, 0) < ?2";
    Ok(tx.execute(sql, &values![user, step])? > 0)
}

/// Takes a code on paper; says whether it was one that nobody has used.
pub fn take_recovery_code(tx: &mut Tx<'_>, user: UserId, code: &str, now: Timestamp) -> Result<bool, Error> {
    let sql = "UPDATE recovery_codes SET used_at = ?3 WHERE user_id = ?1 AND code_hash = ?2 AND used_at IS NULL";
    Ok(tx.execute(sql, &values![user, hash(code), now])? > 0)
}

/// How many codes on paper are left.
pub fn count_recovery_codes(tx: &mut Tx<'_>, user: UserId) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) FROM recovery_codes WHERE user_id = ?1 AND used_at IS NULL";
    Ok(tx.find(sql, &values![user], |row| row.int(0))?.unwrap_or(0))
}
