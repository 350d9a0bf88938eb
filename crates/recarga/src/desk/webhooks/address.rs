//! Where webhooks go: set, changed and taken away.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, AccountError},
    db::Tx,
    people::Action,
};
use serde::Deserialize;

use super::{Shown, page};
use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn},
    webhooks::Refusal,
};

/// A longer address is none that a receiver has.
const URL_CHARS_MAX: usize = 2_048;

/// An address; none takes it away.
#[derive(Deserialize)]
pub(in crate::desk) struct Address {
    url: String,
}

/// Says why webhooks may not go somewhere.
fn refused(page: &Page, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotUrl => page.t("own_webhooks.not_url").to_owned(),
        Refusal::Scheme => page.t("own_webhooks.wrong_scheme").to_owned(),
        Refusal::Credentials => page.t("own_webhooks.credentials").to_owned(),
        Refusal::Port(port) => page.fill("own_webhooks.wrong_port", &[("port", port)]),
        Refusal::Host(host) => page.fill("own_webhooks.not_public", &[("host", host)]),
        Refusal::Address(address) => page.fill("own_webhooks.not_public", &[("host", address)]),
    }
}

pub(in crate::desk) async fn set_address(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<Address>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeOwnTechnique)?;
    let typed = form.url.trim().to_owned();
    let wrong = match web.api.webhook_targets.check(&typed) {
        _ if typed.is_empty() => None,
        _ if typed.chars().count() > URL_CHARS_MAX => Some(signed_in.page.t("own_webhooks.not_url").to_owned()),
        Err(refusal) => Some(refused(&signed_in.page, &refusal)),
        Ok(_) => None,
    };
    if let Some(wrong) = wrong {
        let shown = Shown {
            given: Some((typed, wrong)),
            ..Shown::default()
        };
        let shown = page(&web, signed_in, shown).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    let (account, user, now) = (signed_in.account()?, Arc::clone(&signed_in.user), signed_in.page.now);
    let set = move |tx: &mut Tx<'_>| {
        let url = Some(typed.as_str()).filter(|url| !url.is_empty());
        accounts::set_webhook_url(tx, account, url)?;
        deeds::webhook_url_set(account, url).by_user(tx, &user, now)?;
        Ok::<_, AccountError>(())
    };
    web.app.db.write_with(set).await?;
    web.app.refresh().await?;
    Ok(Redirect::to("/webhooks").into_response())
}
