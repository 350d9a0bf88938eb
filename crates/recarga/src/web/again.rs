//! `/sign-in/again`: who moves money or lets people in proves once more who they are.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{db::Tx, people};
use serde::Deserialize;

use super::{
    Fields, Page, PageError, Shared, SignedIn,
    entering::{self, Checked},
    html,
    sign_in::Onward,
    visitor::local_path,
};

#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage<'a> {
    page: Page,
    login: &'a str,
    next: &'a str,
    error: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Proof {
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn show(signed_in: SignedIn, Query(onward): Query<Onward>) -> Result<Response, PageError> {
    html(&AgainPage {
        page: signed_in.page,
        login: &signed_in.user.login,
        next: local_path(&onward.next),
        error: None,
    })
}

pub(super) async fn prove(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<Proof>,
) -> Result<Response, PageError> {
    let found = web.credentials(&signed_in.user.login).await?;
    let next = local_path(&form.next);
    let page = &signed_in.page;
    let (status, error) = match web.check_password(found.as_ref(), form.password).await? {
        Checked::Right => {
            let (session, now) = (signed_in.session.clone(), web.app.clock.now());
            let prove = move |tx: &mut Tx<'_>| people::prove_again(tx, &session, now);
            web.app.db.write_with(prove).await?;
            return Ok(Redirect::to(next).into_response());
        }
        Checked::TooOften(wait) => {
            let minutes = entering::minutes(wait);
            (StatusCode::TOO_MANY_REQUESTS, page.count("sign_in.too_often", &minutes))
        }
        Checked::Wrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            page.t("sign_in.wrong_password").to_owned(),
        ),
    };
    let shown = html(&AgainPage {
        login: &signed_in.user.login,
        page: signed_in.page,
        next,
        error: Some(error),
    })?;
    Ok((status, shown).into_response())
}
