//! `/console/accounts/{account}/terms`: an account's name, home country, markup and limits.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, Account, AccountError, Limits, Terms},
    catalog::BelowCost,
    db::Tx,
    people::Action,
};
use model::{Country, Currency};
use serde::Deserialize;

use super::{super::amount, id_of};
use crate::{
    counter::{CountryChoice, countries},
    deeds,
    web::{Faults, Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "console/account_terms.html")]
struct TermsPage {
    page: Page,
    account: Account,
    given: TermsForm,
    homes: Vec<CountryChoice>,
    faults: Faults,
}

impl TermsPage {
    /// Where to go if nothing shall change.
    fn back(&self) -> String {
        format!("/console/accounts/{}", self.account.id)
    }
}

/// What somebody typed of an account's terms.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct TermsForm {
    pub(super) name: String,
    pub(super) home_country: String,
    pub(super) markup: String,
    pub(super) below_cost: String,
    pub(super) order_max: String,
    pub(super) day_max: String,
    pub(super) recipient_day_max: String,
}

impl From<&Terms> for TermsForm {
    fn from(terms: &Terms) -> Self {
        Self {
            name: terms.name.clone(),
            home_country: terms
                .home_country
                .map_or_else(String::new, |country| country.to_string()),
            markup: amount::percent(terms.markup_bps),
            below_cost: match terms.below_cost {
                BelowCost::Allow => "allow".to_owned(),
                BelowCost::Refuse => String::new(),
            },
            order_max: amount::typed(terms.limits.order_max),
            day_max: amount::typed(terms.limits.day_max),
            recipient_day_max: amount::typed(terms.limits.recipient_day_max),
        }
    }
}

impl TermsForm {
    /// Reads what was typed, or says by field what is wrong with it.
    pub(super) fn read(&self, page: &Page, currency: Currency, faults: &mut Faults) -> Option<Terms> {
        if engine::people::checked_name(&self.name).is_err() {
            faults.add("name", page.t("people.name_rule"));
        }
        let mut limit = |field, text: &str| {
            faults
                .take(field, amount::read_optional(page, text, currency))
                .flatten()
        };
        let limits = Limits {
            order_max: limit("order_max", &self.order_max),
            day_max: limit("day_max", &self.day_max),
            recipient_day_max: limit("recipient_day_max", &self.recipient_day_max),
        };
        let markup = faults.take("markup", amount::read_markup(page, &self.markup));
        let home: Result<Option<Country>, _> = match self.home_country.as_str() {
            "" => Ok(None),
            code => code.parse().map(Some).map_err(|_| page.t("account.home_wrong")),
        };
        let home_country = faults.take("home_country", home).flatten();
        if !faults.is_empty() {
            return None;
        }
        Some(Terms {
            name: self.name.clone(),
            home_country,
            markup_bps: markup?,
            below_cost: if self.below_cost == "allow" {
                BelowCost::Allow
            } else {
                BelowCost::Refuse
            },
            limits,
        })
    }

    /// The countries to choose from.
    pub(super) fn homes(&self, page: &Page, web: &Shared) -> Vec<CountryChoice> {
        countries(page, &web.app.catalog(), self.home_country.parse().ok())
    }
}

/// What people are told of an error that is theirs: the field, and the message.
pub(super) fn fault(page: &Page, error: &AccountError) -> Result<Faults, PageError> {
    let (field, key) = match error {
        AccountError::InvalidName => ("name", "people.name_rule"),
        AccountError::NameTaken(_) => ("name", "account.name_taken"),
        AccountError::InvalidMarkup => ("markup", "amount.markup_rule"),
        AccountError::Unknown(_) => return Err(PageError::NotFound),
        AccountError::Internal(error) => return Err(error.clone().into()),
        AccountError::OtherCurrency(_) | AccountError::NotPositive | AccountError::InsufficientBalance(_) => {
            return Err(PageError::BadRequest);
        }
    };
    Ok(Faults::from((field, page.t(key).to_owned())))
}

async fn account_of(web: &Shared, id: &str) -> Result<Account, PageError> {
    let id = id_of(id)?;
    let found = web.app.db.read(move |tx: &mut Tx<'_>| accounts::find(tx, id)).await?;
    found.ok_or(PageError::NotFound)
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeAccounts)?;
    let account = account_of(&web, &id).await?;
    let given = TermsForm::from(&account.terms());
    html(&TermsPage {
        homes: given.homes(&signed_in.page, &web),
        page: signed_in.page,
        account,
        given,
        faults: Faults::default(),
    })
}

pub(super) async fn change(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Fields(form): Fields<TermsForm>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeAccounts)?;
    let account = account_of(&web, &id).await?;
    let mut faults = Faults::default();
    if let Some(terms) = form.read(&signed_in.page, account.currency, &mut faults) {
        let (actor, id, now) = (Arc::clone(&signed_in.user), account.id, signed_in.page.now);
        let change = move |tx: &mut Tx<'_>| {
            let [before, after] = accounts::set_terms(tx, id, |_| Ok::<_, AccountError>(terms.clone()))?;
            if let Some(told) = deeds::terms_changed(id, [&before, &after]) {
                told.by_user(tx, &actor, now)?;
            }
            Ok::<_, AccountError>(())
        };
        match web.app.db.write_with(change).await {
            Ok(()) => {
                web.app.refresh().await?;
                return Ok(Redirect::to(&format!("/console/accounts/{id}")).into_response());
            }
            Err(error) => faults = fault(&signed_in.page, &error)?,
        }
    }
    let shown = html(&TermsPage {
        homes: form.homes(&signed_in.page, &web),
        page: signed_in.page,
        account,
        given: form,
        faults,
    })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}
