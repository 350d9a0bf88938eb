//! `/console/people` for owners, `/people` for managers: who may come in, and the links that let them.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    people::{self, Action, LinkKind, NewUser, PeopleError, Role, User, UserStatus},
};
use model::{AccountId, UserId};
use serde::Deserialize;

use super::{Fields, Page, PageError, Shared, SignedIn, Web, html};
use crate::deeds;

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Page,
    place: Place,
    people: Vec<Row>,
    roles: Vec<Role>,
    accounts: Vec<(String, String)>,
    me: UserId,
    /// A link that was just made, and for whom.
    made: Option<(String, String)>,
    given: Invite,
    error: String,
}

struct Row {
    user: User,
    account: String,
}

/// Somebody to be invited.
#[derive(Deserialize, Default)]
pub(super) struct Invite {
    name: String,
    login: String,
    role: String,
    #[serde(default)]
    account: String,
}

/// What a form does to somebody.
#[derive(Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    role: String,
}

/// Whose people: everybody's for an owner, those of the account for a manager.
#[derive(Debug, Clone, Copy)]
struct Place {
    path: &'static str,
    action: Action,
    account: Option<AccountId>,
}

impl Place {
    fn of(signed_in: &SignedIn) -> Result<Self, PageError> {
        let place = match signed_in.user.works_for {
            None => Self {
                path: "/console/people",
                action: Action::ChangePeople,
                account: None,
            },
            account => Self {
                path: "/people",
                action: Action::ChangeOwnPeople,
                account,
            },
        };
        signed_in.allow(place.action)?;
        Ok(place)
    }

    /// An invitation as it is shown first: for somebody who can do least.
    fn blank(self) -> Invite {
        let role = if self.account.is_some() {
            Role::Cashier
        } else {
            Role::ReadOnly
        };
        Invite {
            role: role.to_string(),
            ..Invite::default()
        }
    }

    fn roles(self) -> Vec<Role> {
        let fits = |role: &Role| self.account.is_none() || role.is_of_account();
        Role::ALL.into_iter().filter(fits).collect()
    }
}

async fn page(
    web: &Web,
    (signed_in, place): (&SignedIn, Place),
    made: Option<(String, String)>,
    (given, error): (Invite, String),
) -> Result<Response, PageError> {
    let read = move |tx: &mut Tx<'_>| match place.account {
        Some(account) => people::list_staff(tx, account),
        None => people::list(tx),
    };
    let directory = web.app.directory();
    let name = |user: &User| {
        let account = user.works_for.and_then(|account| directory.account(account));
        account.map_or_else(String::new, |account| account.name.clone())
    };
    let found = web.app.db.read(read).await?;
    let mut accounts: Vec<_> = directory
        .accounts()
        .map(|account| (account.id.to_string(), account.name.clone()))
        .collect();
    accounts.sort_by(|one, other| one.1.cmp(&other.1));
    html(&PeoplePage {
        page: signed_in.page.clone(),
        people: found
            .into_iter()
            .map(|user| Row {
                account: name(&user),
                user,
            })
            .collect(),
        roles: place.roles(),
        accounts: if place.account.is_none() { accounts } else { Vec::new() },
        place,
        me: signed_in.user.id,
        made,
        given,
        error,
    })
}

pub(super) async fn list(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    let place = Place::of(&signed_in)?;
    page(&web, (&signed_in, place), None, (place.blank(), String::new())).await
}

pub(super) async fn invite(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<Invite>,
) -> Result<Response, PageError> {
    let place = Place::of(&signed_in)?;
    signed_in.require(place.action)?;
    let role: Role = form.role.parse().map_err(|_| PageError::BadRequest)?;
    if !place.roles().contains(&role) {
        return Err(PageError::Forbidden);
    }
    let works_for = match place.account {
        Some(account) => Some(account),
        None if role.is_of_account() => form.account.parse().ok(),
        None => None,
    };
    let new = NewUser {
        login: form.login.clone(),
        name: form.name.clone(),
        role,
        works_for,
    };
    let (actor, context, now) = (
        Arc::clone(&signed_in.user),
        Arc::clone(&web.app.context),
        signed_in.page.now,
    );
    let invite = move |tx: &mut Tx<'_>| {
        let user = people::invite(tx, &context.ids, &new, now)?;
        let token = people::make_link(tx, &context.ids, (LinkKind::Invitation, Some(user.id)), now)?;
        deeds::invited(&user).by_user(tx, &actor, now)?;
        Ok::<_, PeopleError>((user, token))
    };
    match web.app.db.write_with(invite).await {
        Ok((user, token)) => {
            let made = Some((user.name, web.link(&signed_in, &token)));
            page(&web, (&signed_in, place), made, (place.blank(), String::new())).await
        }
        Err(error) => {
            let error = signed_in.page.t(message(&error)?).to_owned();
            let shown = page(&web, (&signed_in, place), None, (form, error)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
        }
    }
}

/// What people are told of an error that is theirs.
fn message(error: &PeopleError) -> Result<&'static str, PageError> {
    match error {
        PeopleError::InvalidLogin => Ok("people.login_rule"),
        PeopleError::InvalidName => Ok("people.name_rule"),
        PeopleError::LoginTaken(_) => Ok("people.login_taken"),
        PeopleError::WrongPlace | PeopleError::UnknownAccount(_) => Ok("people.choose_account"),
        PeopleError::LastOwner => Ok("people.last_owner"),
        PeopleError::Unknown(_) => Err(PageError::NotFound),
        PeopleError::Internal(error) => Err(error.clone().into()),
    }
}

pub(super) async fn change(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path((id, verb)): Path<(String, String)>,
    Fields(form): Fields<Change>,
) -> Result<Response, PageError> {
    let place = Place::of(&signed_in)?;
    signed_in.require(place.action)?;
    let id: UserId = id.parse().map_err(|_| PageError::NotFound)?;
    let role = form
        .role
        .parse::<Role>()
        .ok()
        .filter(|role| place.roles().contains(role));
    let (actor, context, now) = (
        Arc::clone(&signed_in.user),
        Arc::clone(&web.app.context),
        signed_in.page.now,
    );
    let change = move |tx: &mut Tx<'_>| {
        let theirs = |user: &User| place.account.is_none() || user.works_for == place.account;
        let user = people::find(tx, id)?.filter(theirs).ok_or(PeopleError::Unknown(id))?;
        let mut token = None;
        let told = match (verb.as_str(), role) {
            ("role", Some(role)) => {
                people::set_role(tx, id, role)?;
                deeds::role_set(&user, role)
            }
            ("disable", _) => {
                people::disable(tx, id)?;
                deeds::disabled(&user)
            }
            ("enable", _) => {
                people::enable(tx, id)?;
                deeds::enabled(&user)
            }
            ("link", _) if user.status != UserStatus::Disabled => {
                token = Some(people::make_link_for(tx, &context.ids, &user, now)?);
                deeds::link_made(&user)
            }
            _ => return Err(PeopleError::Unknown(id)),
        };
        told.by_user(tx, &actor, now)?;
        Ok((user, token))
    };
    match web.app.db.write_with(change).await {
        Ok((user, Some(token))) => {
            let made = Some((user.name, web.link(&signed_in, &token)));
            page(&web, (&signed_in, place), made, (place.blank(), String::new())).await
        }
        Ok((_, None)) => Ok(Redirect::to(place.path).into_response()),
        Err(error) => {
            let error = signed_in.page.t(message(&error)?).to_owned();
            let shown = page(&web, (&signed_in, place), None, (place.blank(), error)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
        }
    }
}

impl Web {
    /// A link to be sent to somebody: where people reach us, or as this one did.
    pub(crate) fn link(&self, signed_in: &SignedIn, token: &str) -> String {
        format!("{}/setup/{token}", self.address(signed_in))
    }
}
