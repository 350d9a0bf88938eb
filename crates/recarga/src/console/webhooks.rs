//! `/console/webhooks`: what accounts were told in vain, and telling it again.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    people::Action,
    webhooks::{self, TROUBLED_MAX, Trouble, Troubled},
};
use model::{AccountId, DeliveryId};
use serde::Deserialize;

use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, deliveries, html, list},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    account: String,
}

#[derive(Template)]
#[template(path = "console/webhooks.html")]
struct WebhooksPage {
    page: Page,
    trouble: Trouble,
    account: String,
    /// The accounts to choose from: id and name.
    accounts: Vec<(String, String)>,
    rows: Vec<Row>,
}

struct Row {
    account: String,
    one: Troubled,
}

impl Row {
    /// What its last try came to: a status, or why there was none.
    fn last(&self, page: &Page) -> Option<String> {
        self.one.last.as_ref().map(|last| deliveries::answer(page, last))
    }
}

impl WebhooksPage {
    fn kind(&self) -> &'static str {
        match self.trouble {
            Trouble::Failing => "warn",
            Trouble::Waiting => "info",
            Trouble::Failed => "bad",
        }
    }

    /// Whether there may be more than are shown.
    fn is_full(&self) -> bool {
        self.rows.len() >= TROUBLED_MAX
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let known = Trouble::ALL.into_iter().find(|trouble| trouble.as_str() == asked.state);
    let trouble = known.unwrap_or(Trouble::Failing);
    let account: Option<AccountId> = asked.account.parse().ok();
    let read = move |tx: &mut Tx<'_>| webhooks::troubled(tx, account, trouble);
    let found = web.app.db.read(read).await?;
    let directory = web.app.directory();
    let mut accounts: Vec<_> = directory
        .accounts()
        .map(|account| (account.id.to_string(), account.name.clone()))
        .collect();
    accounts.sort_by_cached_key(|(_, name)| name.to_lowercase());
    let row = |one: Troubled| Row {
        account: directory
            .account(one.account)
            .map_or_else(|| one.account.to_string(), |account| account.name.clone()),
        one,
    };
    html(&WebhooksPage {
        page: signed_in.page,
        trouble,
        account: account.map_or_else(String::new, |account| account.to_string()),
        accounts,
        rows: found.into_iter().map(row).collect(),
    })
}

/// Where somebody was.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    state: String,
    account: String,
}

pub(super) async fn resend(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path((account, id)): Path<(String, String)>,
    Fields(back): Fields<Back>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ResendWebhooks)?;
    let account: AccountId = account.parse().map_err(|_| PageError::NotFound)?;
    let id: DeliveryId = id.parse().map_err(|_| PageError::NotFound)?;
    let (actor, context, now) = (
        Arc::clone(&signed_in.user),
        Arc::clone(&web.app.context),
        signed_in.page.now,
    );
    let resend = move |tx: &mut Tx<'_>| {
        let Some(again) = webhooks::resend(tx, &context.ids, (account, id), now)? else {
            return Ok(false);
        };
        deeds::resent((account, id), &again).by_user(tx, &actor, now)?;
        Ok::<_, engine::Error>(true)
    };
    if !web.app.db.write_with(resend).await? {
        return Err(PageError::NotFound);
    }
    let query = [("state", back.state.as_str()), ("account", back.account.as_str())];
    Ok(Redirect::to(&list::path("/console/webhooks", &query)).into_response())
}
