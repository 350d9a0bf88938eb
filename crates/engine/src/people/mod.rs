//! People: who signs in, what they may do, and how long they stay signed in.
//!
//! A person works for the house or for one account, in one [`Role`]; what a role may do stands in one
//! table, [`Action`]. Passwords are hashed where there is time for it, outside of any transaction:
//! here only what proves them is kept. Nobody has a password that somebody else has chosen: the first
//! owner, who is invited and who has forgotten theirs come in by a link and make their own.

mod codes;
mod links;
mod passkeys;
mod role;
mod sessions;
mod store;

use std::time::Duration;

pub use codes::{
    begin_totp, begun_totp, confirm_totp, count_recovery_codes, remove_totp, take_recovery_code, take_totp_step,
};
pub use links::{
    Link, LinkError, LinkKind, MadeThemselves, find_link, make_link, make_link_for, setup_link, take_link,
};
use model::{AccountId, Ids, Timestamp, UserId};
pub use passkeys::{
    Credential, Passkey, add_passkey, find_passkey, list_passkeys, make_challenge, note_passkey, remove_passkey,
    take_challenge,
};
pub use role::{Action, Role, UnknownRole};
pub use sessions::{
    Lifetimes, Seen, Session, find_session, list_sessions, open_session, prove_again, revoke_other_sessions,
    revoke_session, sign_out, touch_session,
};
pub use store::{credentials, find, find_by_login, list, list_staff};

use crate::{
    Error, accounts,
    db::{Tx, values},
};

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What they sign in with: an e-mail address or a short name, in small letters.
    pub login: String,
    /// Their name, for people.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    /// The account whose staff they are; none for those of the house.
    pub works_for: Option<AccountId>,
    /// Whether they may come in.
    pub status: UserStatus,
    /// The language that they have chosen.
    pub language: Option<String>,
    /// Light or dark, if they have chosen.
    pub theme: Option<String>,
    /// Whether they sign in with a code besides the password.
    pub has_totp: bool,
    /// When they were last seen.
    pub seen_at: Option<Timestamp>,
    /// When they were invited.
    pub created_at: Timestamp,
}

impl User {
    /// Whether they may do something.
    pub fn may(&self, action: Action) -> bool {
        self.status == UserStatus::Active && self.role.may(action)
    }
}

/// Whether somebody may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    /// They have a link and no password yet.
    Invited,
    /// They may.
    Active,
    /// They may not any more.
    Disabled,
}

impl UserStatus {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// What proves who somebody is. Not to be shown.
#[derive(Clone)]
pub struct Credentials {
    /// Who.
    pub user: User,
    /// The password's hash, once there is one.
    pub password_hash: Option<String>,
    /// The secret of the app that shows codes, and the step of the last code that was taken.
    pub totp: Option<(String, i64)>,
    /// Wrong passwords and codes since the last right one, …
    pub failures: u32,
    /// … and when the last of them was.
    pub failed_at: Option<Timestamp>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credentials({})", self.user.id)
    }
}

impl Credentials {
    /// How long they have to wait until a password or a code is looked at again: the more wrong ones
    /// there were, the longer.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        let doublings = self.failures.checked_sub(FREE_FAILURES)?.min(DOUBLINGS_MAX);
        let pause = (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
        let since = now.since(self.failed_at?);
        pause.checked_sub(since).filter(|wait| !wait.is_zero())
    }
}

/// So many wrong ones in a row cost nothing.
const FREE_FAILURES: u32 = 5;
/// The pause after one more; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// It grows no longer: who locks somebody out by guessing doesn't do so for a day.
const LONGEST_PAUSE: Duration = Duration::from_mins(15);
const DOUBLINGS_MAX: u32 = 6;

/// Somebody new.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// What they will sign in with.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    /// Whose staff they are; none for those of the house.
    pub works_for: Option<AccountId>,
}

/// Why nobody was invited, or nothing changed about somebody.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PeopleError {
    /// A login that can't be one.
    #[error("a login is an e-mail address or a name of 2 to 100 letters, digits and . _ - + @, without spaces")]
    InvalidLogin,
    /// A name that can't be one.
    #[error("a name has 1 to 100 characters")]
    InvalidName,
    /// Somebody has it.
    #[error("somebody signs in as {0:?} already: choose another login")]
    LoginTaken(String),
    /// A manager or cashier without an account, or somebody of the house with one.
    #[error("managers and cashiers work for an account, everybody else for the house")]
    WrongPlace,
    /// Nobody could invite anybody any more.
    #[error("there has to be an active owner: make somebody else one first")]
    LastOwner,
    /// There is no such account.
    #[error("there is no account {0}")]
    UnknownAccount(AccountId),
    /// There is no such person.
    #[error("there is nobody with the id {0}")]
    Unknown(UserId),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// The longest login and name, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Writes a login as it is stored: one person has one, however they write it.
pub fn normalised_login(login: &str) -> Result<String, PeopleError> {
    let login = login.trim().to_lowercase();
    let plain = |letter: char| letter.is_alphanumeric() || "._-+@".contains(letter);
    let fits = (2..=NAME_CHARS_MAX).contains(&login.chars().count());
    (fits && login.chars().all(plain))
        .then_some(login)
        .ok_or(PeopleError::InvalidLogin)
}

/// Reads a name: without spaces around it, and there.
pub fn checked_name(name: &str) -> Result<&str, PeopleError> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    (fits && !name.chars().any(char::is_control))
        .then_some(name)
        .ok_or(PeopleError::InvalidName)
}

/// Adds somebody who has no password yet: a link lets them make one.
pub fn invite(tx: &mut Tx<'_>, ids: &Ids, new: &NewUser, now: Timestamp) -> Result<User, PeopleError> {
    let login = normalised_login(&new.login)?;
    let name = checked_name(&new.name)?.to_owned();
    if new.role.is_of_account() != new.works_for.is_some() {
        return Err(PeopleError::WrongPlace);
    }
    if let Some(account) = new.works_for
        && accounts::find(tx, account)?.is_none()
    {
        return Err(PeopleError::UnknownAccount(account));
    }
    let id = UserId::from_uuid(ids.next(now));
    let user = User {
        id,
        login,
        name,
        role: new.role,
        works_for: new.works_for,
        status: UserStatus::Invited,
        language: None,
        theme: None,
        has_totp: false,
        seen_at: None,
        created_at: id.created_at(),
    };
    if store::insert(tx, &user)? {
        Ok(user)
    } else {
        Err(PeopleError::LoginTaken(user.login))
    }
}

/// Gives somebody another role in the same place.
pub fn set_role(tx: &mut Tx<'_>, id: UserId, role: Role) -> Result<User, PeopleError> {
    let user = find(tx, id)?.ok_or(PeopleError::Unknown(id))?;
    if role.is_of_account() != user.works_for.is_some() {
        return Err(PeopleError::WrongPlace);
    }
    if user.role == Role::Owner && role != Role::Owner {
        check_another_owner(tx, id)?;
    }
    let sql = "UPDATE users SET role = ?2 WHERE id = ?1";
    tx.execute(sql, &values![id, role.as_str()])?;
    Ok(User { role, ..user })
}

/// Keeps somebody out from now on; wherever they are signed in, they are not any more.
pub fn disable(tx: &mut Tx<'_>, id: UserId) -> Result<User, PeopleError> {
    let user = find(tx, id)?.ok_or(PeopleError::Unknown(id))?;
    if user.role == Role::Owner && user.status == UserStatus::Active {
        check_another_owner(tx, id)?;
    }
    tx.execute("UPDATE users SET status = 'disabled' WHERE id = ?1", &values![id])?;
    sessions::revoke_all(tx, id)?;
    links::forget_links(tx, id)?;
    Ok(User {
        status: UserStatus::Disabled,
        ..user
    })
}

/// Lets somebody in again; without a password, by a new link.
pub fn enable(tx: &mut Tx<'_>, id: UserId) -> Result<User, PeopleError> {
    let found = credentials(tx, id)?.ok_or(PeopleError::Unknown(id))?;
    let status = match found.password_hash {
        Some(_) => UserStatus::Active,
        None => UserStatus::Invited,
    };
    let sql = "UPDATE users SET status = ?2, failures = 0, failed_at = NULL WHERE id = ?1";
    tx.execute(sql, &values![id, status.as_str()])?;
    Ok(User { status, ..found.user })
}

/// Lets somebody in who has no password, by links that sign in: for the demo.
pub fn admit(tx: &mut Tx<'_>, id: UserId) -> Result<(), Error> {
    tx.execute("UPDATE users SET status = 'active' WHERE id = ?1", &values![id])
        .map(|_| ())
}

/// Changes the password; wherever else they are signed in, they are not any more.
pub fn set_password(
    tx: &mut Tx<'_>,
    (id, password_hash): (UserId, &str),
    keep: Option<model::SessionId>,
) -> Result<(), Error> {
    let sql = "UPDATE users SET password_hash = ?2, failures = 0, failed_at = NULL WHERE id = ?1";
    tx.execute(sql, &values![id, password_hash])?;
    match keep {
        Some(session) => revoke_other_sessions(tx, id, session).map(|_| ()),
        None => sessions::revoke_all(tx, id),
    }
}

/// Notes a wrong password or code.
pub fn note_failure(tx: &mut Tx<'_>, id: UserId, now: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE users SET failures = failures + 1, failed_at = ?2 WHERE id = ?1";
    tx.execute(sql, &values![id, now]).map(|_| ())
}

/// Changes what somebody has chosen for themselves.
pub fn set_profile(tx: &mut Tx<'_>, id: UserId, profile: &Profile) -> Result<(), PeopleError> {
    let name = checked_name(&profile.name)?;
    let sql = "UPDATE users SET name = ?2, language = ?3, theme = ?4 WHERE id = ?1";
    let row = values![id, name, profile.language.as_deref(), profile.theme.as_deref()];
    tx.execute(sql, &row)?;
    Ok(())
}

/// What somebody chooses for themselves.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Their name.
    pub name: String,
    /// Their language; none is that of the browser.
    pub language: Option<String>,
    /// Light or dark; none is that of the system.
    pub theme: Option<String>,
}

/// Whether there is an owner who can come in.
pub fn has_owner(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM users WHERE role = 'owner' AND status = 'active' LIMIT 1";
    Ok(tx.find(sql, &[], |row| row.int(0))?.is_some())
}

fn check_another_owner(tx: &mut Tx<'_>, id: UserId) -> Result<(), PeopleError> {
    let sql = "SELECT 1 FROM users WHERE role = 'owner' AND status = 'active' AND id <> ?1 LIMIT 1";
    match tx.find(sql, &values![id], |row| row.int(0))? {
        Some(_) => Ok(()),
        None => Err(PeopleError::LastOwner),
    }
}
