//! `/profile`: one's own name, password, codes, and where one is signed in.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    people::{self, Passkey, PeopleError, Profile, Session},
};
use model::SessionId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Fields, Page, PageError, Shared, SignedIn, Web,
    entering::{Checked, minutes},
    html, passwords,
};
use crate::deeds;

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage {
    page: Page,
    name: String,
    login: String,
    has_totp: bool,
    papers: i64,
    passkeys: Vec<Passkey>,
    /// Whether they have proved a moment ago who they are.
    is_fresh: bool,
    sessions: Vec<Session>,
    current: SessionId,
    errors: Errors,
}

/// What is wrong, by field.
#[derive(Default)]
struct Errors {
    name: String,
    password: String,
    new_password: String,
}

async fn page(web: &Web, signed_in: &SignedIn, errors: Errors) -> Result<Response, PageError> {
    let (user, lifetimes, now) = (signed_in.user.id, web.settings.lifetimes, signed_in.page.now);
    let read = move |tx: &mut Tx<'_>| {
        let sessions = people::list_sessions(tx, user, lifetimes, now)?;
        let passkeys = people::list_passkeys(tx, user)?;
        Ok::<_, engine::Error>((sessions, people::count_recovery_codes(tx, user)?, passkeys))
    };
    let (sessions, papers, passkeys) = web.app.db.read(read).await?;
    html(&ProfilePage {
        page: signed_in.page.clone(),
        name: signed_in.user.name.clone(),
        login: signed_in.user.login.clone(),
        has_totp: signed_in.user.has_totp,
        papers,
        passkeys,
        is_fresh: signed_in.prove().is_ok(),
        sessions,
        current: signed_in.session.id,
        errors,
    })
}

async fn refuse(web: &Web, signed_in: &SignedIn, errors: Errors) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(web, signed_in, errors).await?).into_response())
}

fn back() -> Response {
    Redirect::to("/profile").into_response()
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    page(&web, &signed_in, Errors::default()).await
}

#[derive(Deserialize)]
pub(super) struct Name {
    name: String,
}

pub(super) async fn rename(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<Name>,
) -> Result<Response, PageError> {
    if people::checked_name(&form.name).is_err() {
        let name = signed_in.page.t("people.name_rule").to_owned();
        let errors = Errors {
            name,
            ..Errors::default()
        };
        return refuse(&web, &signed_in, errors).await;
    }
    let (user, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let profile = Profile {
        name: form.name,
        language: user.language.clone(),
        theme: user.theme.clone(),
    };
    let set = move |tx: &mut Tx<'_>| {
        people::set_profile(tx, user.id, &profile)?;
        let details = json!({ "before": user.name, "after": profile.name.trim() });
        if profile.name.trim() != user.name {
            deeds::own(&user, "user.rename", details).by_user(tx, &user, now)?;
        }
        Ok::<_, PeopleError>(())
    };
    web.app.db.write_with(set).await.map_err(|_| PageError::BadRequest)?;
    Ok(back())
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    password: String,
    new_password: String,
}

pub(super) async fn change_password(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<NewPassword>,
) -> Result<Response, PageError> {
    let user = Arc::clone(&signed_in.user);
    let text = |key| signed_in.page.t(key).to_owned();
    if let Some(fault) = passwords::fault(&form.new_password, (&user.login, &user.name)) {
        let errors = Errors {
            new_password: text(fault),
            ..Errors::default()
        };
        return refuse(&web, &signed_in, errors).await;
    }
    let found = web.credentials(&user.login).await?;
    let password = match web.check_password(found.as_ref(), form.password).await? {
        Checked::Right => None,
        Checked::Wrong => Some(text("sign_in.wrong_password")),
        Checked::TooOften(wait) => Some(signed_in.page.count("sign_in.too_often", &minutes(wait))),
    };
    if let Some(password) = password {
        let errors = Errors {
            password,
            ..Errors::default()
        };
        return refuse(&web, &signed_in, errors).await;
    }
    let hash = web.passwords.hash(&web.app.context.ids, form.new_password).await?;
    let (session, now) = (signed_in.session.id, signed_in.page.now);
    let set = move |tx: &mut Tx<'_>| {
        people::set_password(tx, (user.id, &hash), Some(session))?;
        deeds::own(&user, "user.set_password", Value::Null).by_user(tx, &user, now)
    };
    web.app.db.write_with(set).await?;
    Ok(back())
}

/// Signs out of another place, or of all others.
pub(super) async fn end_session(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(which): Path<String>,
) -> Result<Response, PageError> {
    let (user, current, now) = (Arc::clone(&signed_in.user), signed_in.session.id, signed_in.page.now);
    let one = match which.as_str() {
        "others" => None,
        id => Some(id.parse::<SessionId>().map_err(|_| PageError::NotFound)?),
    };
    let end = move |tx: &mut Tx<'_>| {
        match one {
            Some(session) => drop(people::revoke_session(tx, user.id, session)?),
            None => drop(people::revoke_other_sessions(tx, user.id, current)?),
        }
        deeds::session_ended(&user, one).by_user(tx, &user, now)
    };
    web.app.db.write_with(end).await?;
    Ok(back())
}
