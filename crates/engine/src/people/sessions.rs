//! Where people are signed in. A session is a random token of which only the hash is kept.

use std::time::Duration;

use model::{Ids, SessionId, Timestamp, UserId};

use super::{
    User, UserStatus,
    links::{hash, new_token},
    store,
};
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without being used.
    pub idle: Duration,
    /// At most.
    pub max: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            idle: Duration::from_hours(12),
            max: Duration::from_hours(7 * 24),
        }
    }
}

/// Where somebody signed in from, for them to recognise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The browser, as it calls itself.
    pub agent: String,
    /// The network address.
    pub address: String,
}

/// One place where somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, by which it is revoked; not what lets anybody in.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// From where.
    pub seen: Seen,
    /// Since when.
    pub created_at: Timestamp,
    /// When they last proved who they are.
    pub fresh_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

/// So long after proving who they are, people are not asked again.
const FRESH_FOR: Duration = Duration::from_mins(10);
/// That a session is used is written no more often than this.
const TOUCH_EVERY: Duration = Duration::from_mins(1);
/// What browsers say of themselves is kept in so many characters.
const AGENT_CHARS_MAX: usize = 200;

impl Session {
    /// Whether they have proved who they are a moment ago.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.since(self.fresh_at) < FRESH_FOR
    }

    /// Whether it is time to write that it is used.
    pub fn is_to_be_touched(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) >= TOUCH_EVERY
    }
}

/// Signs somebody in who has proved who they are, and returns the token.
pub fn open_session(
    tx: &mut Tx<'_>,
    ids: &Ids,
    (user, seen): (UserId, &Seen),
    lifetimes: Lifetimes,
    now: Timestamp,
) -> Result<String, Error> {
    let ended = "DELETE FROM sessions WHERE user_id = ?1 AND (expires_at <= ?2 OR seen_at <= ?3)";
    tx.execute(ended, &values![user, now, now.minus(lifetimes.idle)])?;
    let came = "UPDATE users SET failures = 0, failed_at = NULL, seen_at = ?2 WHERE id = ?1";
    tx.execute(came, &values![user, now])?;
    let token = new_token(ids);
    let id = SessionId::from_uuid(ids.next(now));
    let agent: String = seen.agent.chars().take(AGENT_CHARS_MAX).collect();
    let sql =
        "INSERT INTO sessions (token_hash, id, user_id, agent, address, created_at, fresh_at, seen_at, expires_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6, ?7)";
    let row = values![hash(&token), id, user, agent, &seen.address, now, now + lifetimes.max];
    tx.execute(sql, &row)?;
    Ok(token)
}

const COLUMNS: &str = "s.id, s.user_id, s.agent, s.address, s.created_at, s.fresh_at, s.seen_at, s.expires_at";

fn read(row: &Row<'_>, first: usize) -> Result<Session, Error> {
    Ok(Session {
        id: row.parse(first)?,
        user: row.parse(first + 1)?,
        seen: Seen {
            agent: row.text(first + 2)?,
            address: row.text(first + 3)?,
        },
        created_at: row.time(first + 4)?,
        fresh_at: row.time(first + 5)?,
        seen_at: row.time(first + 6)?,
        expires_at: row.time(first + 7)?,
    })
}

/// Finds who has a token, if it still lets them in.
pub fn find_session(
    tx: &mut Tx<'_>,
    token: &str,
    lifetimes: Lifetimes,
    now: Timestamp,
) -> Result<Option<(Session, User)>, Error> {
    let sql = format!(
        "SELECT {}, {COLUMNS} FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?1",
        store::COLUMNS
    );
    let found = tx.find(&sql, &values![hash(token)], |row| {
        Ok((read(row, store::COLUMNS_COUNT)?, store::read(row)?))
    })?;
    Ok(found.filter(|(session, user)| {
        let lasts = now < session.expires_at && now.since(session.seen_at) < lifetimes.idle;
        lasts && user.status == UserStatus::Active
    }))
}

/// Notes that a session is used.
pub fn touch_session(tx: &mut Tx<'_>, session: &Session, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE sessions SET seen_at = ?3 WHERE user_id = ?1 AND id = ?2";
    tx.execute(sql, &values![session.user, session.id, now])?;
    let sql = "UPDATE users SET seen_at = ?2 WHERE id = ?1";
    tx.execute(sql, &values![session.user, now]).map(|_| ())
}

/// Notes that somebody who is signed in has proved again who they are.
pub fn prove_again(tx: &mut Tx<'_>, session: &Session, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE sessions SET fresh_at = ?3 WHERE user_id = ?1 AND id = ?2";
    tx.execute(sql, &values![session.user, session.id, now])?;
    let sql = "UPDATE users SET failures = 0, failed_at = NULL WHERE id = ?1";
    tx.execute(sql, &values![session.user]).map(|_| ())
}

/// Lists where somebody is signed in, the newest first.
pub fn list_sessions(
    tx: &mut Tx<'_>,
    user: UserId,
    lifetimes: Lifetimes,
    now: Timestamp,
) -> Result<Vec<Session>, Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sessions s WHERE s.user_id = ?1 AND s.expires_at > ?2 AND s.seen_at > ?3
         ORDER BY s.id DESC"
    );
    tx.query(&sql, &values![user, now, now.minus(lifetimes.idle)], |row| read(row, 0))
}

/// Signs somebody out of one place; says whether they were signed in there.
pub fn revoke_session(tx: &mut Tx<'_>, user: UserId, session: SessionId) -> Result<bool, Error> {
    let sql = "DELETE FROM sessions WHERE user_id = ?1 AND id = ?2";
    Ok(tx.execute(sql, &values![user, session])? > 0)
}

/// Signs somebody out everywhere else; says of how many places.
pub fn revoke_other_sessions(tx: &mut Tx<'_>, user: UserId, keep: SessionId) -> Result<usize, Error> {
    let sql = "DELETE FROM sessions WHERE user_id = ?1 AND id <> ?2";
    tx.execute(sql, &values![user, keep])
}

/// Signs somebody out everywhere.
pub(super) fn revoke_all(tx: &mut Tx<'_>, user: UserId) -> Result<(), Error> {
    tx.execute("DELETE FROM sessions WHERE user_id = ?1", &values![user])
        .map(|_| ())
}

/// Ends the session of a token.
pub fn sign_out(tx: &mut Tx<'_>, token: &str) -> Result<(), Error> {
    let sql = "DELETE FROM sessions WHERE token_hash = ?1";
    tx.execute(sql, &values![hash(token)]).map(|_| ())
}
