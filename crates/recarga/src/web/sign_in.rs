//! `/sign-in`, `/sign-out`: with a login and a password.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use engine::{db::Tx, people};
use serde::Deserialize;

use super::{
    Fields, Page, PageError, Shared, SignedIn,
    entering::{self, Checked},
    html, second_step,
    visitor::{Visitor, local_path},
};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    page: Page,
    login: &'a str,
    next: &'a str,
    error: Option<String>,
}

/// Where to go on.
#[derive(Deserialize)]
pub(super) struct Onward {
    #[serde(default)]
    pub(super) next: String,
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn show(visitor: Visitor, Query(onward): Query<Onward>) -> Result<Response, PageError> {
    let next = local_path(&onward.next);
    if let Some(user) = &visitor.page.user {
        let home = entering::home_of(user);
        return Ok(Redirect::to(if next == "/" { home } else { next }).into_response());
    }
    html(&SignInPage {
        page: visitor.page,
        login: "",
        next,
        error: None,
    })
}

pub(super) async fn enter(
    State(web): State<Shared>,
    visitor: Visitor,
    Fields(form): Fields<SignIn>,
) -> Result<Response, PageError> {
    let found = web.credentials(&form.login).await?;
    let checked = web.check_password(found.as_ref(), form.password).await?;
    let (status, error) = match (checked, found) {
        (Checked::Right, Some(found)) if found.user.has_totp => {
            return second_step::ask(&web, visitor.page, &found, &form.next).await;
        }
        (Checked::Right, Some(found)) => return web.enter(&visitor, (found.user, "password"), Some(&form.next)).await,
        (Checked::TooOften(wait), _) => {
            let minutes = entering::minutes(wait);
            (
                StatusCode::TOO_MANY_REQUESTS,
                visitor.page.count("sign_in.too_often", &minutes),
            )
        }
        _ => (
            StatusCode::UNPROCESSABLE_ENTITY,
            visitor.page.t("sign_in.wrong").to_owned(),
        ),
    };
    let shown = html(&SignInPage {
        page: visitor.page,
        login: &form.login,
        next: local_path(&form.next),
        error: Some(error),
    })?;
    Ok((status, shown).into_response())
}

/// Shows the page again to whoever's key was refused.
pub(super) fn refuse_passkey(visitor: Visitor, next: &str) -> Result<Response, PageError> {
    if visitor.session.is_some() {
        return Err(PageError::AskAgain { back: next.to_owned() });
    }
    let error = visitor.page.t("passkey.refused").to_owned();
    let shown = html(&SignInPage {
        page: visitor.page,
        login: "",
        next,
        error: Some(error),
    })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

pub(super) async fn leave(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    let (user, session) = (signed_in.user.id, signed_in.session.id);
    let revoke = move |tx: &mut Tx<'_>| people::revoke_session(tx, user, session);
    web.app.db.write_with(revoke).await?;
    let mut answer = Redirect::to("/sign-in").into_response();
    answer
        .headers_mut()
        .append(header::SET_COOKIE, web.cookies.forget_session());
    Ok(answer)
}
