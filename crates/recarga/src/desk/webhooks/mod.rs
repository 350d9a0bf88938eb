//! `/webhooks`: where the account is told what became of its invoices, and whether it was.

mod address;
mod log;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, Account, AccountError},
    db::Tx,
    people::Action,
    webhooks,
};
use model::{DeliveryId, Timestamp};
use serde::Deserialize;

pub(super) use self::{
    address::set_address,
    log::{delivery, resend},
};
use crate::{
    deeds,
    web::{
        Page, PageError, Shared, SignedIn,
        deliveries::{self, Deliveries},
        html, list,
    },
};

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    before: String,
}

#[derive(Template)]
#[template(path = "desk/webhooks.html")]
struct WebhooksPage {
    page: Page,
    account: Account,
    /// The address as it was typed, and what is wrong with it.
    given: Option<(String, String)>,
    /// A secret to be shown, this once.
    secret: Option<Secret>,
    /// Until when the secret before signs too.
    overlap: Option<Timestamp>,
    /// Whether whoever looks may change something without proving again who they are.
    is_fresh: bool,
    log: Deliveries,
    newest: String,
    older: String,
}

/// The signing secret.
struct Secret {
    text: String,
    is_new: bool,
}

impl WebhooksPage {
    fn address(&self) -> &str {
        match (&self.given, &self.account.webhook_url) {
            (Some((typed, _)), _) => typed,
            (None, Some(url)) => url,
            (None, None) => "",
        }
    }

    fn error(&self) -> &str {
        self.given.as_ref().map_or("", |(_, error)| error)
    }
}

/// What a page shows beside what it always does.
#[derive(Default)]
struct Shown {
    given: Option<(String, String)>,
    secret: Option<Secret>,
    before: String,
}

async fn page(web: &Shared, signed_in: SignedIn, shown: Shown) -> Result<Response, PageError> {
    let id = signed_in.account()?;
    let before: Option<DeliveryId> = shown.before.parse().ok();
    let read = move |tx: &mut Tx<'_>| {
        let account = accounts::find(tx, id)?.ok_or(AccountError::Unknown(id))?;
        let found = webhooks::list(tx, id, before, list::FIRST)?;
        let ids: Vec<_> = found.entries.iter().map(|delivery| delivery.id).collect();
        let tries = webhooks::last_tries(tx, id, &ids)?;
        Ok::<_, AccountError>((account, found, tries))
    };
    let (account, found, tries) = web.app.db.read(read).await?;
    let last = found
        .entries
        .last()
        .filter(|_| found.more)
        .map(|delivery| delivery.id.to_string());
    let until = account.webhook_secrets.before.as_ref().map(|(_, until)| *until);
    html(&WebhooksPage {
        overlap: until.filter(|until| *until > signed_in.page.now),
        is_fresh: signed_in.prove().is_ok(),
        page: signed_in.page,
        account,
        given: shown.given,
        secret: shown.secret,
        log: Deliveries {
            rows: found.entries,
            tries,
            path: "/webhooks",
        },
        newest: if before.is_some() {
            "/webhooks".to_owned()
        } else {
            String::new()
        },
        older: last.map_or_else(String::new, |last| list::path("/webhooks", &[("before", &last)])),
    })
}

async fn with_secret(web: &Shared, signed_in: SignedIn, secret: Secret) -> Result<Response, PageError> {
    let shown = Shown {
        secret: Some(secret),
        ..Shown::default()
    };
    page(web, signed_in, shown).await
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnTechnique)?;
    let shown = Shown {
        before: asked.before,
        ..Shown::default()
    };
    page(&web, signed_in, shown).await
}

/// Shows the secret to somebody who has proved who they are; the log says that they saw it.
pub(super) async fn show_secret(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeOwnTechnique)?;
    let (account, user, now) = (signed_in.account()?, Arc::clone(&signed_in.user), signed_in.page.now);
    let read = move |tx: &mut Tx<'_>| {
        let found = accounts::find(tx, account)?.ok_or(AccountError::Unknown(account))?;
        deeds::secret_shown(account).by_user(tx, &user, now)?;
        Ok::<_, AccountError>(found.webhook_secrets.current)
    };
    let text = web.app.db.write_with(read).await?;
    with_secret(&web, signed_in, Secret { text, is_new: false }).await
}

/// Makes another secret; the one before signs too for a while.
pub(super) async fn rotate_secret(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeOwnTechnique)?;
    let (account, user, now) = (signed_in.account()?, Arc::clone(&signed_in.user), signed_in.page.now);
    let context = Arc::clone(&web.app.context);
    let rotate = move |tx: &mut Tx<'_>| {
        let made = accounts::rotate_webhook_secret(tx, (&context.ids, &context.settings), account, now)?;
        deeds::secret_rotated(account).by_user(tx, &user, now)?;
        Ok::<_, AccountError>(made.current)
    };
    let text = web.app.db.write_with(rotate).await?;
    // Webhooks that leave from now on are signed with it.
    web.app.refresh().await?;
    with_secret(&web, signed_in, Secret { text, is_new: true }).await
}

/// Sends a test event to the account's address.
pub(super) async fn send_test(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::ResendOwnWebhooks)?;
    let (id, user, now) = (signed_in.account()?, Arc::clone(&signed_in.user), signed_in.page.now);
    let context = Arc::clone(&web.app.context);
    let tell = move |tx: &mut Tx<'_>| {
        let account = accounts::find(tx, id)?.ok_or(PageError::NotFound)?;
        // The button is only there where an address is.
        let url = account.webhook_url.clone().ok_or(PageError::BadRequest)?;
        let sent = webhooks::send_test(tx, &context, (&account, &url), now)?;
        deeds::test_sent(&sent).by_user(tx, &user, now)?;
        Ok::<_, PageError>(sent.id)
    };
    let sent = web.app.db.write_with(tell).await?;
    Ok(Redirect::to(&format!("/webhooks/{sent}")).into_response())
}
