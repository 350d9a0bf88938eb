//! `/profile/code`: setting up an app for codes, and getting rid of it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    people::{self, User},
};
use serde::Deserialize;
use serde_json::Value;

use super::{Fields, Page, PageError, Shared, SignedIn, Web, codes, html};
use crate::deeds;

#[derive(Template)]
#[template(path = "code_setup.html")]
struct SetupPage<'a> {
    page: Page,
    secret: &'a str,
    path: String,
    size: usize,
    error: &'a str,
}

#[derive(Template)]
#[template(path = "code_papers.html")]
struct PapersPage {
    page: Page,
    papers: Vec<String>,
}

/// The code that proves that the app is set up.
#[derive(Deserialize)]
pub(super) struct Proof {
    code: String,
}

async fn begun(web: &Web, user: &User) -> Result<Option<String>, PageError> {
    let id = user.id;
    Ok(web
        .app
        .db
        .read(move |tx: &mut Tx<'_>| people::begun_totp(tx, id))
        .await?)
}

fn show(page: Page, (secret, user): (&str, &User), error: &str) -> Result<Response, PageError> {
    let (path, size) = codes::qr_path(&codes::address(secret, &user.login)).ok_or(PageError::Internal)?;
    html(&SetupPage {
        page,
        secret,
        path,
        size,
        error,
    })
}

/// Shows the secret, and makes one at the first time.
pub(super) async fn begin(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.prove()?;
    let user = Arc::clone(&signed_in.user);
    if user.has_totp {
        return Ok(Redirect::to("/profile").into_response());
    }
    let secret = if let Some(secret) = begun(&web, &user).await? {
        secret
    } else {
        let (secret, id) = (codes::new_secret(&web.app.context.ids), user.id);
        let kept = secret.clone();
        let keep = move |tx: &mut Tx<'_>| people::begin_totp(tx, id, &kept);
        web.app.db.write_with(keep).await?;
        secret
    };
    show(signed_in.page, (&secret, &user), "")
}

pub(super) async fn confirm(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(proof): Fields<Proof>,
) -> Result<Response, PageError> {
    signed_in.prove()?;
    let (user, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let Some(secret) = begun(&web, &user).await? else {
        return Ok(Redirect::to("/profile").into_response());
    };
    let Some(step) = codes::step_of(&secret, &proof.code, now) else {
        let error = signed_in.page.t("code.wrong").to_owned();
        let shown = show(signed_in.page, (&secret, &user), &error)?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    };
    let papers = codes::new_papers(&web.app.context.ids);
    let kept: Vec<_> = papers.iter().map(|paper| codes::plain(paper)).collect();
    let confirm = move |tx: &mut Tx<'_>| {
        people::confirm_totp(tx, (user.id, step), &kept, now)?;
        deeds::own(&user, "user.add_codes", Value::Null).by_user(tx, &user, now)
    };
    web.app.db.write_with(confirm).await?;
    html(&PapersPage {
        page: signed_in.page,
        papers,
    })
}

pub(super) async fn remove(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.prove()?;
    let (user, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let remove = move |tx: &mut Tx<'_>| {
        people::remove_totp(tx, user.id)?;
        deeds::own(&user, "user.remove_codes", Value::Null).by_user(tx, &user, now)
    };
    web.app.db.write_with(remove).await?;
    Ok(Redirect::to("/profile").into_response())
}
