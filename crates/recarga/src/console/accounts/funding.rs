//! `/console/accounts/{account}/funding`: paying money into a balance, or out of it.
//!
//! A form carries the name of what it will become, so that one that is sent twice pays once.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, Account},
    audit::Actor,
    db::Tx,
    fundings::{self, Direction, FundingError, NewFunding, REASON_CHARS, REFERENCE_CHARS_MAX, Status},
    ledger::{self, Standing},
    people::Action,
};
use model::{DepositId, Money};
use serde::Deserialize;

use super::{super::amount, id_of, nothing};
use crate::{
    deeds,
    web::{Faults, Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "console/funding.html")]
struct FundingPage {
    page: Page,
    account: Account,
    standing: Standing,
    /// What one person may pay alone; none if there is no bound.
    alone_max: Option<Money>,
    given: FundingForm,
    faults: Faults,
}

impl FundingPage {
    /// Where to go if nothing shall change.
    fn back(&self) -> String {
        format!("/console/accounts/{}", self.account.id)
    }
}

/// What somebody typed of a funding.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FundingForm {
    id: String,
    direction: String,
    currency: String,
    amount: String,
    reason: String,
    reference: String,
}

impl FundingForm {
    /// Reads what was typed, or says by field what is wrong with it.
    fn read(&self, page: &Page, account: &Account, faults: &mut Faults) -> Result<Option<NewFunding>, PageError> {
        let id = self.id.parse().map_err(|_| PageError::BadRequest)?;
        let direction = faults.take(
            "direction",
            self.direction
                .parse::<Direction>()
                .map_err(|_| page.t("funding.direction_missing")),
        );
        let mut amount = faults.take("amount", amount::read_positive(page, &self.amount, account.currency));
        if self.currency != account.currency.code() {
            let (code, name) = (account.currency.code(), page.currency(&account.currency));
            let other = page.fill("amount.other_currency", &[("currency", &code), ("name", &name)]);
            amount = None;
            faults.add("amount", other);
        }
        let reason = self.reason.trim();
        if !(REASON_CHARS.0..=REASON_CHARS.1).contains(&reason.chars().count()) {
            let (min, max) = REASON_CHARS;
            faults.add(
                "reason",
                page.fill("funding.reason_rule", &[("min", &min), ("max", &max)]),
            );
        }
        let reference = self.reference.trim();
        if reference.chars().count() > REFERENCE_CHARS_MAX {
            faults.add(
                "reference",
                page.fill("funding.reference_rule", &[("max", &REFERENCE_CHARS_MAX)]),
            );
        }
        let (Some(direction), Some(amount), true) = (direction, amount, faults.is_empty()) else {
            return Ok(None);
        };
        Ok(Some(NewFunding {
            account: account.id,
            id,
            direction,
            amount,
            reason: reason.to_owned(),
            reference: Some(reference).filter(|text| !text.is_empty()).map(str::to_owned),
        }))
    }
}

/// An account with what it has.
async fn account_of(web: &Shared, id: &str) -> Result<(Account, Standing), PageError> {
    let id = id_of(id)?;
    let read = move |tx: &mut Tx<'_>| {
        let account = accounts::find(tx, id)?;
        Ok::<_, engine::Error>((account, ledger::standings(tx, &[id])?.remove(&id)))
    };
    let (account, standing) = web.app.db.read(read).await?;
    let account = account.ok_or(PageError::NotFound)?;
    let standing = standing.unwrap_or_else(|| nothing(&account));
    Ok((account, standing))
}

fn alone_max(web: &Shared, account: &Account) -> Option<Money> {
    fundings::alone_max(&web.app.context.settings, &web.app.catalog(), account.currency)
}

fn new_id(web: &Shared) -> String {
    DepositId::from_uuid(web.app.context.ids.next(web.app.clock.now())).to_string()
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::FundAccounts)?;
    let (account, standing) = account_of(&web, &id).await?;
    let given = FundingForm {
        id: new_id(&web),
        direction: Direction::Deposit.to_string(),
        ..FundingForm::default()
    };
    html(&FundingPage {
        page: signed_in.page,
        alone_max: alone_max(&web, &account),
        account,
        standing,
        given,
        faults: Faults::default(),
    })
}

pub(super) async fn begin(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Fields(form): Fields<FundingForm>,
) -> Result<Response, PageError> {
    signed_in.require(Action::FundAccounts)?;
    let (account, standing) = account_of(&web, &id).await?;
    let (account_id, alone_max) = (account.id, alone_max(&web, &account));
    let mut faults = Faults::default();
    let mut taken = false;
    if let Some(new) = form.read(&signed_in.page, &account, &mut faults)? {
        let (actor, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
        let begin = move |tx: &mut Tx<'_>| {
            let is_known = fundings::find(tx, new.account, new.id)?.is_some();
            let funding = fundings::begin(tx, &new, (&Actor::user(&actor), alone_max), now)?;
            if !is_known {
                deeds::funding_begun(&funding).by_user(tx, &actor, now)?;
            }
            Ok::<_, FundingError>(funding)
        };
        match web.app.db.write_with(begin).await {
            Ok(funding) if funding.status == Status::Waiting => {
                return Ok(Redirect::to("/console/accounts/fundings").into_response());
            }
            Ok(_) => return Ok(Redirect::to(&format!("/console/accounts/{account_id}")).into_response()),
            Err(error) => {
                taken = matches!(error, FundingError::NameTaken(_));
                faults = fault(&signed_in.page, error)?;
            }
        }
    }
    let given = if taken {
        FundingForm {
            id: new_id(&web),
            ..form
        }
    } else {
        form
    };
    let shown = html(&FundingPage {
        page: signed_in.page,
        account,
        standing,
        alone_max,
        given,
        faults,
    })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

/// What people are told of an error that is theirs.
pub(super) fn fault(page: &Page, error: FundingError) -> Result<Faults, PageError> {
    let (field, text) = match error {
        FundingError::InsufficientBalance(short) => {
            let available = page.money(&short.available);
            ("amount", page.fill("funding.too_low", &[("available", &available)]))
        }
        FundingError::NameTaken(_) => ("amount", page.t("funding.sent_already").to_owned()),
        FundingError::OwnProposal => ("answer", page.t("funding.own").to_owned()),
        FundingError::Answered(_) => ("answer", page.t("funding.answered_already").to_owned()),
        FundingError::Unknown(_) | FundingError::UnknownAccount(_) => return Err(PageError::NotFound),
        FundingError::Internal(error) => return Err(error.into()),
        // The form was checked before.
        FundingError::OtherCurrency(_)
        | FundingError::NotPositive
        | FundingError::TooLarge(_)
        | FundingError::NoReason
        | FundingError::LongReference => return Err(PageError::BadRequest),
    };
    Ok(Faults::from((field, text)))
}
