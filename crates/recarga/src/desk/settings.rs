//! `/settings`: what the account is, and where its customers are from.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, Account, AccountError, Terms},
    db::Tx,
    people::Action,
};
use model::Country;
use serde::Deserialize;

use crate::{
    counter::{CountryChoice, Till, countries},
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "desk/settings.html")]
struct SettingsPage {
    page: Page,
    till: Till,
    homes: Vec<CountryChoice>,
}

/// What is chosen; nothing is no country.
#[derive(Deserialize)]
pub(super) struct Choice {
    home: String,
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeOwnSettings)?;
    let till = Till::open(&web, &signed_in).await?;
    html(&SettingsPage {
        homes: countries(&signed_in.page, &web.app.catalog(), till.account.home_country),
        page: signed_in.page,
        till,
    })
}

pub(super) async fn change(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(choice): Fields<Choice>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeOwnSettings)?;
    let home: Option<Country> = match choice.home.as_str() {
        "" => None,
        code => Some(code.parse().map_err(|_| PageError::BadRequest)?),
    };
    let known = countries(&signed_in.page, &web.app.catalog(), home);
    if home.is_some() && !known.iter().any(|country| country.chosen) {
        return Err(PageError::BadRequest);
    }
    let (account, user, now) = (signed_in.account()?, Arc::clone(&signed_in.user), signed_in.page.now);
    let set = move |tx: &mut Tx<'_>| {
        let set = |found: &Account| {
            Ok::<_, AccountError>(Terms {
                home_country: home,
                ..found.terms()
            })
        };
        let [before, after] = accounts::set_terms(tx, account, set)?;
        if let Some(told) = deeds::terms_changed(account, [&before, &after]) {
            told.by_user(tx, &user, now)?;
        }
        Ok::<_, AccountError>(())
    };
    web.app.db.write_with(set).await?;
    web.app.refresh().await?;
    Ok(Redirect::to("/settings").into_response())
}
