//! `/setup/{token}`: the first owner, who is invited and who has forgotten the password make their own.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use engine::{
    db::Tx,
    people::{self, Link, LinkError, LinkKind, MadeThemselves, PeopleError},
};
use serde::Deserialize;

use super::{Fields, Page, PageError, Shared, html, passwords, visitor::Visitor};
use crate::deeds;

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage<'a> {
    page: Page,
    kind: &'static str,
    /// Whether they say who they are, and not only choose a password.
    introduces: bool,
    name: &'a str,
    login: &'a str,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "link_enter.html")]
struct EnterPage {
    page: Page,
    name: String,
    role: String,
}

#[derive(Template)]
#[template(path = "link_over.html")]
struct OverPage {
    page: Page,
}

/// What is wrong, by field, as keys of messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Errors {
    name: &'static str,
    login: &'static str,
    password: &'static str,
}

/// What they say of themselves.
#[derive(Deserialize, Default)]
pub(super) struct Made {
    #[serde(default)]
    name: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
}

const fn kind_of(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Setup => "link.setup",
        LinkKind::Invitation => "link.invitation",
        LinkKind::Reset => "link.reset",
        LinkKind::SignIn | LinkKind::SecondStep => "link.sign_in",
    }
}

async fn find(web: &Shared, token: &str) -> Result<Option<Link>, PageError> {
    let (token, now) = (token.to_owned(), web.app.clock.now());
    match web.app.db.read(move |tx| people::find_link(tx, &token, now)).await {
        // A second step isn't a link that anybody is sent.
        Ok(link) => Ok(Some(link).filter(|link| link.kind != LinkKind::SecondStep)),
        Err(LinkError::Unusable) => Ok(None),
        Err(LinkError::Internal(error) | LinkError::People(PeopleError::Internal(error))) => Err(error.into()),
        Err(LinkError::People(_)) => Err(PageError::Internal),
    }
}

fn over(page: Page) -> Result<Response, PageError> {
    Ok((StatusCode::NOT_FOUND, html(&OverPage { page })?).into_response())
}

fn form(page: Page, link: &Link, (made, errors): (&Made, Errors)) -> Result<Response, PageError> {
    html(&LinkPage {
        page,
        kind: kind_of(link.kind),
        introduces: link.kind != LinkKind::Reset,
        name: &made.name,
        login: &made.login,
        errors,
    })
}

/// What the form has in it at first.
fn known(link: &Link) -> Made {
    link.user.as_ref().map_or_else(Made::default, |user| Made {
        name: user.name.clone(),
        login: user.login.clone(),
        password: String::new(),
    })
}

pub(super) async fn show(
    State(web): State<Shared>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some(link) = find(&web, &token).await? else {
        return over(visitor.page);
    };
    match (&link.kind, &link.user) {
        // A button, so that whoever only looks at a link, as mail programs do, doesn't use it up.
        (LinkKind::SignIn, Some(user)) => html(&EnterPage {
            name: user.name.clone(),
            role: visitor.page.word("role", &user.role),
            page: visitor.page,
        }),
        _ => form(visitor.page, &link, (&known(&link), Errors::default())),
    }
}

pub(super) async fn take(
    State(web): State<Shared>,
    visitor: Visitor,
    Path(token): Path<String>,
    Fields(given): Fields<Made>,
) -> Result<Response, PageError> {
    let Some(link) = find(&web, &token).await? else {
        return over(visitor.page);
    };
    let made = if link.kind == LinkKind::Reset {
        Made {
            password: given.password,
            ..known(&link)
        }
    } else {
        given
    };
    let themselves = if link.kind == LinkKind::SignIn {
        None
    } else {
        let errors = faults(&made);
        if errors != Errors::default() {
            let shown = form(visitor.page, &link, (&made, errors))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
        }
        Some(MadeThemselves {
            login: made.login.clone(),
            name: made.name.clone(),
            password_hash: web.passwords.hash(&web.app.context.ids, made.password.clone()).await?,
            language: Some(visitor.page.language.code().to_owned()),
        })
    };
    let (context, now) = (Arc::clone(&web.app.context), web.app.clock.now());
    let take = move |tx: &mut Tx<'_>| {
        let user = people::take_link(tx, &context.ids, (&token, themselves.as_ref()), now)?;
        deeds::link_used(&user).by_user(tx, &user, now)?;
        Ok(user)
    };
    match web.app.db.write_with(take).await {
        Ok(user) => web.enter(&visitor, (user, "link"), None).await,
        Err(LinkError::Unusable) => over(visitor.page),
        Err(LinkError::People(PeopleError::LoginTaken(_))) => {
            let errors = Errors {
                login: "people.login_taken",
                ..Errors::default()
            };
            let shown = form(visitor.page, &link, (&made, errors))?;
            Ok((StatusCode::CONFLICT, shown).into_response())
        }
        Err(LinkError::Internal(error) | LinkError::People(PeopleError::Internal(error))) => Err(error.into()),
        Err(LinkError::People(_)) => Err(PageError::BadRequest),
    }
}

fn faults(made: &Made) -> Errors {
    Errors {
        name: people::checked_name(&made.name).map_or("people.name_rule", |_| ""),
        login: people::normalised_login(&made.login).map_or("people.login_rule", |_| ""),
        password: passwords::fault(&made.password, (&made.login, &made.name)).unwrap_or_default(),
    }
}
