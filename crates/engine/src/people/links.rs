//! Links that let somebody in once. Only the hash of what stands in one is kept.

use std::time::Duration;

use model::{Ids, Timestamp, UserId};
use sha2::{Digest, Sha256};

use super::{NewUser, PeopleError, Role, User, UserStatus, has_owner, normalised_login, store};
use crate::{
    Error,
    db::{Tx, values},
};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// Making the first owner. Works as long as there is none.
    Setup,
    /// Making a password for the first time.
    Invitation,
    /// Making another password.
    Reset,
    /// Coming in without a password as often as one likes, for the demo.
    SignIn,
    /// The password was right, a code is still asked for.
    SecondStep,
}

impl LinkKind {
    const ALL: [Self; 5] = [
        Self::Setup,
        Self::Invitation,
        Self::Reset,
        Self::SignIn,
        Self::SecondStep,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::SignIn => "sign-in",
            Self::SecondStep => "second-step",
        }
    }

    /// How long one works.
    const fn lasts(self) -> Duration {
        match self {
            Self::Setup | Self::Invitation => Duration::from_hours(7 * 24),
            Self::Reset | Self::SignIn => Duration::from_hours(24),
            Self::SecondStep => Duration::from_mins(5),
        }
    }
}

/// A link that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What for.
    pub kind: LinkKind,
    /// For whom; nobody is there yet for the one that makes the first owner.
    pub user: Option<User>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Why a link lets nobody in.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LinkError {
    /// Nobody made it, or it was used, or it has expired: a link doesn't say which.
    #[error("this link doesn't work any more: ask for a new one")]
    Unusable,
    /// What they made of themselves can't be.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Makes a token of 256 random bits.
pub(super) fn new_token(ids: &Ids) -> String {
    let mut bytes = [0_u8; 32];
    ids.fill_secret(&mut bytes);
    crate::hex(&bytes)
}

/// What is kept of a token: it has so many random bits that one fast hash does.
pub(super) fn hash(token: &str) -> String {
    crate::hex(&Sha256::digest(token))
}

/// Makes a link for somebody, and returns what stands in it. Earlier ones for them stop working: but who tries with the
/// password while a link is on its way to them, and lacks the code, still has that link.
pub fn make_link(
    tx: &mut Tx<'_>,
    ids: &Ids,
    (kind, user): (LinkKind, Option<UserId>),
    now: Timestamp,
) -> Result<String, Error> {
    tx.execute("DELETE FROM sign_in_links WHERE expires_at <= ?1", &values![now])?;
    match (kind, user) {
        (LinkKind::SecondStep, Some(user)) => {
            let sql = "DELETE FROM sign_in_links WHERE user_id = ?1 AND kind = ?2";
            tx.execute(sql, &values![user, kind.as_str()])?;
        }
        (_, Some(user)) => forget_links(tx, user)?,
        (_, None) => {}
    }
    let token = new_token(ids);
    let sql =
        "INSERT INTO sign_in_links (token_hash, kind, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = values![hash(&token), kind.as_str(), user, now, now + kind.lasts()];
    tx.execute(sql, &row)?;
    Ok(token)
}

/// Makes the link by which somebody comes in: to their first password, or to another one.
pub fn make_link_for(tx: &mut Tx<'_>, ids: &Ids, user: &User, now: Timestamp) -> Result<String, Error> {
    let kind = match user.status {
        UserStatus::Invited => LinkKind::Invitation,
        UserStatus::Active | UserStatus::Disabled => LinkKind::Reset,
    };
    make_link(tx, ids, (kind, Some(user.id)), now)
}

/// Makes the link for the first owner, unless there is one. Those of other starts go on working
/// until there is.
pub fn setup_link(tx: &mut Tx<'_>, ids: &Ids, now: Timestamp) -> Result<Option<String>, Error> {
    if has_owner(tx)? {
        return Ok(None);
    }
    make_link(tx, ids, (LinkKind::Setup, None), now).map(Some)
}

/// Finds a link that works.
pub fn find_link(tx: &mut Tx<'_>, token: &str, now: Timestamp) -> Result<Link, LinkError> {
    let sql = "SELECT kind, user_id, expires_at FROM sign_in_links WHERE token_hash = ?1";
    let found = tx.find(sql, &values![hash(token)], |row| {
        Ok((row.text(0)?, row.parse_opt::<UserId>(1)?, row.time(2)?))
    })?;
    let (kind, user, expires_at) = found.ok_or(LinkError::Unusable)?;
    let kind = LinkKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let kind = kind.ok_or_else(|| Error::corrupt("a link of no kind"))?;
    let user = match user {
        Some(user) => Some(store::find(tx, user)?.ok_or(LinkError::Unusable)?),
        None => None,
    };
    let over = match (&user, kind) {
        (None, _) => has_owner(tx)?,
        (Some(user), LinkKind::SignIn | LinkKind::SecondStep) => user.status != UserStatus::Active,
        (Some(user), _) => user.status == UserStatus::Disabled,
    };
    if over || expires_at <= now {
        return Err(LinkError::Unusable);
    }
    Ok(Link { kind, user, expires_at })
}

/// Uses a link up, and lets them in with what they made of themselves: all but a link that only
/// signs in asks for a password.
pub fn take_link(
    tx: &mut Tx<'_>,
    ids: &Ids,
    (token, made): (&str, Option<&MadeThemselves>),
    now: Timestamp,
) -> Result<User, LinkError> {
    let Link { kind, user, .. } = find_link(tx, token, now)?;
    if let (LinkKind::SignIn, Some(user)) = (kind, &user) {
        return Ok(user.clone());
    }
    // Of two who use it at once, one finds it gone.
    let deleted = tx.execute("DELETE FROM sign_in_links WHERE token_hash = ?1", &values![hash(token)])?;
    if deleted == 0 {
        return Err(LinkError::Unusable);
    }
    let (user, made) = match (kind, user, made) {
        (LinkKind::SecondStep, Some(user), _) => return Ok(user),
        (_, _, None) => return Err(LinkError::Unusable),
        (_, Some(user), Some(made)) => (user, made),
        (_, None, Some(made)) => {
            let new = NewUser {
                login: made.login.clone(),
                name: made.name.clone(),
                role: Role::Owner,
                works_for: None,
            };
            (super::invite(tx, ids, &new, now)?, made)
        }
    };
    let user = User {
        login: normalised_login(&made.login)?,
        name: super::checked_name(&made.name)?.to_owned(),
        language: made.language.clone().or(user.language),
        status: UserStatus::Active,
        ..user
    };
    if store::login_of_another(tx, &user)? {
        return Err(PeopleError::LoginTaken(user.login).into());
    }
    store::activate(tx, &user, &made.password_hash)?;
    super::sessions::revoke_all(tx, user.id)?;
    forget_links(tx, user.id)?;
    if kind == LinkKind::Setup {
        tx.execute("DELETE FROM sign_in_links WHERE kind = 'setup'", &[])?;
    }
    Ok(user)
}

/// What people say of themselves as they come in for the first time.
#[derive(Clone)]
pub struct MadeThemselves {
    /// What they sign in with from now on.
    pub login: String,
    /// Their name.
    pub name: String,
    /// The hash of the password that they chose.
    pub password_hash: String,
    /// The language that the page was in.
    pub language: Option<String>,
}

/// Makes all of somebody's links useless.
pub(super) fn forget_links(tx: &mut Tx<'_>, user: UserId) -> Result<(), Error> {
    tx.execute("DELETE FROM sign_in_links WHERE user_id = ?1", &values![user])
        .map(|_| ())
}
