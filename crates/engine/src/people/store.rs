//! People's SQL and nothing else.

use model::{AccountId, UserId};

use super::{Credentials, User, UserStatus};
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// The columns of a user, for statements that call the table `u`.
pub(super) const COLUMNS: &str = "u.id, u.login, u.name, u.role, u.works_for, u.status, u.language, u.theme,
    u.totp_confirmed_at, u.seen_at, u.created_at";
/// How many columns that are.
pub(super) const COLUMNS_COUNT: usize = 11;

pub(super) fn read(row: &Row<'_>) -> Result<User, Error> {
    let status = match row.text(5)?.as_str() {
        "active" => UserStatus::Active,
        "invited" => UserStatus::Invited,
        _ => UserStatus::Disabled,
    };
    Ok(User {
        id: row.parse(0)?,
        login: row.text(1)?,
        name: row.text(2)?,
        role: row.parse(3)?,
        works_for: row.parse_opt(4)?,
        status,
        language: row.text_opt(6)?,
        theme: row.text_opt(7)?,
        has_totp: row.int_opt(8)?.is_some(),
        seen_at: row.time_opt(9)?,
        created_at: row.time(10)?,
    })
}

/// Finds somebody.
pub fn find(tx: &mut Tx<'_>, id: UserId) -> Result<Option<User>, Error> {
    tx.find(
        &format!("SELECT {COLUMNS} FROM users u WHERE u.id = ?1"),
        &values![id],
        read,
    )
}

/// Finds who signs in like this.
pub fn find_by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<User>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.login = ?1");
    tx.find(&sql, &values![login], read)
}

/// Everybody, oldest first.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<User>, Error> {
    tx.query(&format!("SELECT {COLUMNS} FROM users u ORDER BY u.id"), &[], read)
}

/// Everybody who works for an account, oldest first.
pub fn list_staff(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<User>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.works_for = ?1 ORDER BY u.id");
    tx.query(&sql, &values![account], read)
}

/// What proves who somebody is.
pub fn credentials(tx: &mut Tx<'_>, id: UserId) -> Result<Option<Credentials>, Error> {
    let sql = format!(
        "SELECT {COLUMNS}, u.password_hash, u.totp_secret, u.totp_step, u.failures, u.failed_at
         FROM users u WHERE u.id = ?1"
    );
    tx.find(&sql, &values![id], |row| {
        let next = |column: usize| COLUMNS_COUNT + column;
        let user = read(row)?;
        let secret = row.text_opt(next(1))?.filter(|_| user.has_totp);
        let step = row.int_opt(next(2))?.unwrap_or(0);
        Ok(Credentials {
            user,
            password_hash: row.text_opt(next(0))?,
            totp: secret.map(|secret| (secret, step)),
            failures: u32::try_from(row.int(next(3))?).unwrap_or(u32::MAX),
            failed_at: row.time_opt(next(4))?,
        })
    })
}

/// Adds somebody; says whether the login was free.
pub(super) fn insert(tx: &mut Tx<'_>, user: &User) -> Result<bool, Error> {
    let sql = "INSERT INTO users (id, login, name, role, works_for, status, failures, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) ON CONFLICT DO NOTHING";
    let row = values![
        user.id,
        &user.login,
        &user.name,
        user.role.as_str(),
        user.works_for,
        user.status.as_str(),
        user.created_at
    ];
    Ok(tx.execute(sql, &row)? > 0)
}

/// Whether somebody else signs in like this.
pub(super) fn login_of_another(tx: &mut Tx<'_>, user: &User) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM users WHERE login = ?1 AND id <> ?2";
    let found = tx.find(sql, &values![&user.login, user.id], |row| row.int(0))?;
    Ok(found.is_some())
}

/// Makes the login, name and password of somebody who came in by a link their own.
pub(super) fn activate(tx: &mut Tx<'_>, user: &User, password_hash: &str) -> Result<(), Error> {
    let sql = "UPDATE users SET login = ?2, name = ?3, password_hash = ?4, language = ?5, status = 'active',
                   failures = 0, failed_at = NULL
               WHERE id = ?1";
    let row = values![
        user.id,
        &user.login,
        &user.name,
        password_hash,
        user.language.as_deref()
    ];
    tx.execute(sql, &row).map(|_| ())
}
