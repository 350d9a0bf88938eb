//! `/sign-in/code`: who has an app for codes is asked for one after the password.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use engine::{
    db::Tx,
    people::{self, Credentials, LinkError, LinkKind},
};
use serde::Deserialize;

use super::{
    Fields, Page, PageError, Shared, Web, codes,
    entering::{self, Checked},
    html,
    visitor::{Visitor, local_path},
};

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage<'a> {
    page: Page,
    token: &'a str,
    next: &'a str,
    error: Option<String>,
}

/// A code, and what says that the password was right a moment ago.
#[derive(Deserialize)]
pub(super) struct Given {
    token: String,
    code: String,
    #[serde(default)]
    next: String,
}

/// Asks for the code of somebody whose password was right.
pub(super) async fn ask(web: &Web, page: Page, found: &Credentials, next: &str) -> Result<Response, PageError> {
    let (context, now, user) = (Arc::clone(&web.app.context), web.app.clock.now(), found.user.id);
    let make = move |tx: &mut Tx<'_>| people::make_link(tx, &context.ids, (LinkKind::SecondStep, Some(user)), now);
    let token = web.app.db.write_with(make).await?;
    html(&CodePage {
        page,
        token: &token,
        next: local_path(next),
        error: None,
    })
}

pub(super) async fn enter(
    State(web): State<Shared>,
    visitor: Visitor,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    let (token, now) = (given.token.clone(), web.app.clock.now());
    let find = move |tx: &mut Tx<'_>| {
        let link = people::find_link(tx, &token, now)?;
        let user = link
            .user
            .filter(|_| link.kind == LinkKind::SecondStep)
            .ok_or(LinkError::Unusable)?;
        people::credentials(tx, user.id)?.ok_or(LinkError::Unusable)
    };
    let back = visitor.page.path.replace("/sign-in/code", "/");
    let Ok(found) = web.app.db.read(find).await else {
        // The password was given too long ago.
        return Err(PageError::SignIn { back });
    };
    let (status, error) = match web.check_code(&found, &given.code).await? {
        Checked::Right => {
            let (context, token) = (Arc::clone(&web.app.context), given.token.clone());
            let take = move |tx: &mut Tx<'_>| people::take_link(tx, &context.ids, (&token, None), now);
            let Ok(user) = web.app.db.write_with(take).await else {
                return Err(PageError::SignIn { back });
            };
            return web
                .enter(&visitor, (user, "password and code"), Some(&given.next))
                .await;
        }
        Checked::TooOften(wait) => {
            let minutes = entering::minutes(wait);
            (
                StatusCode::TOO_MANY_REQUESTS,
                visitor.page.count("sign_in.too_often", &minutes),
            )
        }
        Checked::Wrong => (
            StatusCode::UNPROCESSABLE_ENTITY,
            visitor.page.t("code.wrong").to_owned(),
        ),
    };
    let shown = html(&CodePage {
        page: visitor.page,
        token: &given.token,
        next: local_path(&given.next),
        error: Some(error),
    })?;
    Ok((status, shown).into_response())
}

impl Web {
    /// Compares a code with the app's or with those on paper; each is taken once.
    async fn check_code(&self, found: &Credentials, code: &str) -> Result<Checked, PageError> {
        let now = self.app.clock.now();
        if let Some(wait) = found.wait(now) {
            return Ok(Checked::TooOften(wait));
        }
        let user = found.user.id;
        let step = found
            .totp
            .as_ref()
            .and_then(|(secret, _)| codes::step_of(secret, code, now));
        let code = codes::plain(code);
        let check = move |tx: &mut Tx<'_>| {
            let taken = match step {
                Some(step) => people::take_totp_step(tx, user, step)?,
                None => people::take_recovery_code(tx, user, &code, now)?,
            };
            if !taken {
                people::note_failure(tx, user, now)?;
            }
            Ok::<_, engine::Error>(taken)
        };
        let taken = self.app.db.write_with(check).await?;
        Ok(if taken { Checked::Right } else { Checked::Wrong })
    }
}
