//! `/preferences/…`: language and theme, for whoever looks at a page, signed in or not.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    people::{self, Profile},
};
use serde::Deserialize;

use super::{
    Fields, PageError, Shared,
    language::Language,
    visitor::{self, Visitor, local_path},
};

/// A choice, and the page to come back to.
#[derive(Deserialize)]
pub(super) struct Choice {
    value: String,
    #[serde(default)]
    back: String,
}

pub(super) async fn choose_language(
    State(web): State<Shared>,
    visitor: Visitor,
    Fields(choice): Fields<Choice>,
) -> Result<Response, PageError> {
    let language = Language::from_code(&choice.value).ok_or(PageError::BadRequest)?;
    let change = |profile: &mut Profile| profile.language = Some(language.code().to_owned());
    keep(&web, &visitor, change).await?;
    Ok(back(&web, &choice, ("language", language.code())))
}

pub(super) async fn choose_theme(
    State(web): State<Shared>,
    visitor: Visitor,
    Fields(choice): Fields<Choice>,
) -> Result<Response, PageError> {
    // What is neither light nor dark follows the system.
    let theme = visitor::theme(&choice.value);
    let change = |profile: &mut Profile| profile.theme = theme.map(str::to_owned);
    keep(&web, &visitor, change).await?;
    Ok(back(&web, &choice, ("theme", theme.unwrap_or_default())))
}

/// Keeps a choice with the person, who then has it everywhere.
async fn keep(web: &Shared, visitor: &Visitor, change: impl FnOnce(&mut Profile)) -> Result<(), PageError> {
    let Some(user) = &visitor.page.user else {
        return Ok(());
    };
    let mut profile = Profile {
        name: user.name.clone(),
        language: user.language.clone(),
        theme: user.theme.clone(),
    };
    change(&mut profile);
    let id = user.id;
    let set = move |tx: &mut Tx<'_>| people::set_profile(tx, id, &profile);
    web.app.db.write_with(set).await.map_err(|_| PageError::Internal)
}

fn back(web: &Shared, choice: &Choice, (name, value): (&str, &str)) -> Response {
    let mut answer = Redirect::to(local_path(&choice.back)).into_response();
    answer
        .headers_mut()
        .append(header::SET_COOKIE, web.cookies.keep_choice(name, value));
    answer
}
