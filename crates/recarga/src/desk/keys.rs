//! `/keys`: with which keys programs come in. A key is shown once, when it is made.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, ApiKey, Scope},
    db::Tx,
    people::Action,
};
use model::KeyId;
use serde::Deserialize;

use crate::{
    deeds,
    web::{Faults, Fields, Page, PageError, Shared, SignedIn, html},
};

/// An account has so many keys in force at most: each is held in memory by every process.
const KEYS_MAX: usize = 50;
const NAME_CHARS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "desk/keys.html")]
struct KeysPage {
    page: Page,
    keys: Vec<ApiKey>,
    /// A key that was just made: its name, and the whole of it.
    made: Option<(String, String)>,
    /// Whether whoever looks may change something without proving again who they are.
    is_fresh: bool,
    given: NewKey,
    errors: Faults,
}

/// A key to be made.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NewKey {
    name: String,
    read: String,
    purchase: String,
}

impl NewKey {
    /// What the form has in it at first: looking does no harm.
    fn first() -> Self {
        Self {
            read: "yes".to_owned(),
            ..Self::default()
        }
    }

    fn scopes(&self) -> Vec<Scope> {
        let ticked = [(&self.read, Scope::Read), (&self.purchase, Scope::Purchase)];
        let ticked = ticked.into_iter().filter(|(box_of, _)| !box_of.is_empty());
        ticked.map(|(_, scope)| scope).collect()
    }

    fn faults(&self, page: &Page) -> Faults {
        let mut faults = Faults::default();
        if !(1..=NAME_CHARS_MAX).contains(&self.name.trim().chars().count()) {
            faults.add("name", page.t("people.name_rule"));
        }
        if self.scopes().is_empty() {
            faults.add("scopes", page.t("keys.scopes_rule"));
        }
        faults
    }
}

async fn page(
    web: &Shared,
    signed_in: SignedIn,
    made: Option<(String, String)>,
    (given, errors): (NewKey, Faults),
) -> Result<Response, PageError> {
    let account = signed_in.account()?;
    // What this process has seen is as new as it gets.
    web.app.store_key_uses().await?;
    let keys = web
        .app
        .db
        .read(move |tx: &mut Tx<'_>| accounts::keys_of(tx, account))
        .await?;
    html(&KeysPage {
        keys,
        made,
        is_fresh: signed_in.prove().is_ok(),
        page: signed_in.page,
        given,
        errors,
    })
}

pub(super) async fn list(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnTechnique)?;
    page(&web, signed_in, None, (NewKey::first(), Faults::default())).await
}

pub(super) async fn create(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<NewKey>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeOwnTechnique)?;
    let mut errors = form.faults(&signed_in.page);
    if errors.is_empty() {
        if let Some((name, token)) = make(&web, &signed_in, &form).await? {
            web.app.refresh().await?;
            return page(&web, signed_in, Some((name, token)), (NewKey::first(), errors)).await;
        }
        errors.add("name", signed_in.page.fill("keys.too_many", &[("max", &KEYS_MAX)]));
    }
    let shown = page(&web, signed_in, None, (form, errors)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

/// Makes a key, unless there are too many.
async fn make(web: &Shared, signed_in: &SignedIn, form: &NewKey) -> Result<Option<(String, String)>, PageError> {
    let (account, user) = (signed_in.account()?, Arc::clone(&signed_in.user));
    let (context, now) = (Arc::clone(&web.app.context), signed_in.page.now);
    let (name, scopes) = (form.name.trim().to_owned(), form.scopes());
    let make = move |tx: &mut Tx<'_>| {
        let in_force = accounts::keys_of(tx, account)?
            .iter()
            .filter(|key| key.revoked_at.is_none())
            .count();
        if in_force >= KEYS_MAX {
            return Ok(None);
        }
        let new = accounts::create_key(tx, &context.ids, account, (&name, &scopes), now)?;
        deeds::key_created((account, new.key.id), (&name, &scopes)).by_user(tx, &user, now)?;
        Ok::<_, PageError>(Some((name.clone(), new.token())))
    };
    web.app.db.write_with(make).await
}

pub(super) async fn revoke(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(key): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeOwnTechnique)?;
    let key: KeyId = key.parse().map_err(|_| PageError::NotFound)?;
    let (account, user, now) = (signed_in.account()?, Arc::clone(&signed_in.user), signed_in.page.now);
    let revoke = move |tx: &mut Tx<'_>| {
        if !accounts::revoke_key(tx, account, key, now)? {
            return Err(PageError::NotFound);
        }
        deeds::key_revoked((account, key)).by_user(tx, &user, now)?;
        Ok(())
    };
    web.app.db.write_with(revoke).await?;
    web.app.refresh().await?;
    Ok(Redirect::to("/keys").into_response())
}
