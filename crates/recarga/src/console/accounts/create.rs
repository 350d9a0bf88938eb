//! `/console/accounts/new`: a new reseller, and the link by which its first manager comes in.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, AccountError},
    db::Tx,
    people::{self, Action, LinkKind, NewUser, PeopleError, Role, User},
};
use model::{AccountId, Currency, Ids, Timestamp};
use serde::Deserialize;

use super::{
    show::{self, Made},
    terms::{self, TermsForm},
};
use crate::{
    counter::CountryChoice,
    deeds,
    web::{Faults, Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "console/account_new.html")]
struct NewPage {
    page: Page,
    given: TermsForm,
    currency: String,
    manager: Head,
    homes: Vec<CountryChoice>,
    faults: Faults,
}

/// What somebody typed of a new account.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NewForm {
    #[serde(flatten)]
    terms: TermsForm,
    #[serde(default)]
    currency: String,
    #[serde(flatten)]
    manager: Head,
}

/// Its first manager, if somebody is to be invited already.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Head {
    manager_name: String,
    manager_login: String,
}

impl Head {
    fn is_given(&self) -> bool {
        !self.manager_name.trim().is_empty() || !self.manager_login.trim().is_empty()
    }
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
enum CreateError {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    People(#[from] PeopleError),
}

impl From<engine::Error> for CreateError {
    fn from(error: engine::Error) -> Self {
        Self::Account(error.into())
    }
}

fn page(web: &Shared, signed_in: &SignedIn, form: NewForm, faults: Faults) -> Result<Response, PageError> {
    html(&NewPage {
        page: signed_in.page.clone(),
        homes: form.terms.homes(&signed_in.page, web),
        given: form.terms,
        currency: form.currency,
        manager: form.manager,
        faults,
    })
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeAccounts)?;
    // Whoever may invite its manager as well is asked who they are before they fill that in.
    if signed_in.user.may(Action::ChangePeople) {
        signed_in.require(Action::ChangePeople)?;
    }
    let form = NewForm {
        terms: TermsForm {
            markup: "0".to_owned(),
            ..TermsForm::default()
        },
        currency: "USD".to_owned(),
        ..NewForm::default()
    };
    page(&web, &signed_in, form, Faults::default())
}

/// What is wrong with the manager, before anything is written.
fn check_head(page: &Page, manager: &Head, faults: &mut Faults) {
    if people::checked_name(&manager.manager_name).is_err() {
        faults.add("manager_name", page.t("people.name_rule"));
    }
    if people::normalised_login(&manager.manager_login).is_err() {
        faults.add("manager_login", page.t("people.login_rule"));
    }
}

pub(super) async fn create(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<NewForm>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeAccounts)?;
    let invites = form.manager.is_given();
    if invites {
        signed_in.require(Action::ChangePeople)?;
    }
    let mut faults = Faults::default();
    let currency = form.currency.trim().parse::<Currency>();
    let wrong = |_| signed_in.page.t("account.currency_wrong");
    // Limits are read in dollars as long as the currency is none: they are shown with it anyway.
    let read_in = currency.clone().unwrap_or_else(|_| "USD".parse().expect("a currency"));
    let terms = form.terms.read(&signed_in.page, read_in, &mut faults);
    let currency = faults.take("currency", currency.map_err(wrong));
    if invites {
        check_head(&signed_in.page, &form.manager, &mut faults);
    }
    if let (Some(terms), Some(currency), true) = (terms, currency, faults.is_empty()) {
        let (actor, context, now) = (
            Arc::clone(&signed_in.user),
            Arc::clone(&web.app.context),
            signed_in.page.now,
        );
        let manager = invites.then(|| form.manager.clone());
        let make = move |tx: &mut Tx<'_>| {
            let made = accounts::create_on(tx, &context.ids, (&terms, currency), now)?;
            deeds::account_created(&made).by_user(tx, &actor, now)?;
            let invite = |manager: &Head| invite_head(tx, (&context.ids, &actor), (made.id, manager), now);
            Ok::<_, CreateError>((made.id, manager.as_ref().map(invite).transpose()?))
        };
        match web.app.db.write_with(make).await {
            Ok((account, manager)) => {
                web.app.refresh().await?;
                return shown(&web, signed_in, account, manager).await;
            }
            Err(error) => faults = fault(&signed_in.page, &error)?,
        }
    }
    let shown = page(&web, &signed_in, form, faults)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

/// Shows the new account: with the link for its manager, which is shown only now.
async fn shown(
    web: &Shared,
    signed_in: SignedIn,
    account: AccountId,
    invited: Option<(String, String)>,
) -> Result<Response, PageError> {
    let Some((name, token)) = invited else {
        return Ok(Redirect::to(&format!("/console/accounts/{account}")).into_response());
    };
    let made = Made {
        name,
        link: web.link(&signed_in, &token),
    };
    show::page(web, signed_in, (account, 0), Some(made)).await
}

fn fault(page: &Page, error: &CreateError) -> Result<Faults, PageError> {
    let (field, key) = match error {
        CreateError::Account(error) => return terms::fault(page, error),
        CreateError::People(PeopleError::LoginTaken(_)) => ("manager_login", "people.login_taken"),
        CreateError::People(PeopleError::InvalidLogin) => ("manager_login", "people.login_rule"),
        CreateError::People(PeopleError::InvalidName) => ("manager_name", "people.name_rule"),
        CreateError::People(PeopleError::Internal(error)) => return Err(error.clone().into()),
        CreateError::People(_) => return Err(PageError::BadRequest),
    };
    Ok(Faults::from((field, page.t(key).to_owned())))
}

fn invite_head(
    tx: &mut Tx<'_>,
    (ids, actor): (&Ids, &User),
    (account, manager): (AccountId, &Head),
    now: Timestamp,
) -> Result<(String, String), CreateError> {
    let new = NewUser {
        login: manager.manager_login.clone(),
        name: manager.manager_name.clone(),
        role: Role::Manager,
        works_for: Some(account),
    };
    let user = people::invite(tx, ids, &new, now)?;
    let token = people::make_link(tx, ids, (LinkKind::Invitation, Some(user.id)), now)?;
    deeds::invited(&user).by_user(tx, actor, now)?;
    Ok((user.name, token))
}
