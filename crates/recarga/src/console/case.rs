//! `/console/cases/{case}`: where books differ, with its evidence from both sides, and what is done about it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    cases::{self, Case, CaseKind, CloseError, Closed},
    db::Tx,
    floats::WhyLow,
    orders::AmendError,
    people::Action,
    reconcile::{self, Balance, Remedy, SettleError},
};
use model::{CaseId, Money, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::shown_again;
use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "console/case.html")]
struct CasePage {
    page: Page,
    case: Case,
    balance: Option<Balance>,
    given: Given,
    wrong: Wrong,
}

/// What a form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    resolution: String,
    remedy: String,
}

#[derive(Debug, Default)]
struct Wrong {
    resolution: String,
    whole: String,
}

/// What one side says of a delivery.
struct Side {
    state: String,
    cost: Option<Money>,
    at: Option<Timestamp>,
    /// The supplier's reference; of ours, how the order stands.
    name: String,
}

impl Side {
    fn read(facts: &Value, (name, at): (&str, &str)) -> Self {
        let text = |key: &str| facts[key].as_str().unwrap_or_default().to_owned();
        Self {
            state: text("state"),
            cost: serde_json::from_value(facts["cost"].clone()).ok(),
            at: facts[at].as_str().and_then(|at| at.parse().ok()),
            name: text(name),
        }
    }
}

impl CasePage {
    fn facts(&self) -> &Value {
        &self.case.found.facts
    }

    fn order(&self) -> Option<&str> {
        self.facts()["order"].as_str()
    }

    fn account(&self) -> Option<&str> {
        self.facts()["account"].as_str()
    }

    /// Why a float is low.
    fn why(&self) -> Option<String> {
        let why: WhyLow = serde_json::from_value(self.facts()["low"].clone()).ok()?;
        Some(self.page.say(&why))
    }

    /// Whether it closed by itself when the difference was gone.
    fn closed_by_itself(&self) -> bool {
        self.case
            .closed
            .as_ref()
            .is_some_and(|closed| closed.by == cases::ITSELF)
    }

    /// What our books say, where we know of it.
    fn ours(&self) -> Option<Side> {
        let ours = &self.facts()["ours"];
        ours.is_object()
            .then(|| Side::read(ours, ("order_status", "submitted_at")))
    }

    /// What the phone did not receive of what was bought.
    fn missing(&self) -> Option<Money> {
        serde_json::from_value(self.facts()["missing"].clone()).ok()
    }

    /// Whether the case is about a delivery, which has two sides.
    fn has_sides(&self) -> bool {
        self.facts()["theirs"].is_array()
    }

    /// What the supplier's records say: one, none, or more than one.
    fn theirs(&self) -> Vec<Side> {
        let records = self.facts()["theirs"].as_array().into_iter().flatten();
        records
            .map(|one| Side::read(one, ("supplier_reference", "made_at")))
            .collect()
    }

    /// What the supplier charges in all.
    fn charged(&self) -> Option<Money> {
        serde_json::from_value(self.facts()["charged"].clone()).ok()
    }

    /// What can be done to put the books right.
    fn remedies(&self) -> Vec<&'static str> {
        let words = self.facts()["remedies"].as_array().into_iter().flatten();
        let known = words.filter_map(|word| word.as_str()?.parse::<Remedy>().ok());
        known.map(Remedy::as_str).collect()
    }

    /// What the supplier answered last, as it is kept.
    fn answer(&self) -> String {
        let facts = self.facts();
        let answer = if facts["told"].is_null() {
            &facts["ours"]["answer"]
        } else {
            &facts["told"]
        };
        if answer.is_null() {
            String::new()
        } else {
            serde_json::to_string_pretty(answer).unwrap_or_default()
        }
    }
}

async fn one(
    web: &Shared,
    signed_in: &SignedIn,
    id: &str,
    (given, wrong): (Given, Wrong),
) -> Result<CasePage, PageError> {
    let id: CaseId = id.parse().map_err(|_| PageError::NotFound)?;
    let case = web.app.db.read(move |tx| cases::find(tx, id)).await?;
    let case = case.ok_or(PageError::NotFound)?;
    let is_balance = case.found.kind == CaseKind::Balance;
    Ok(CasePage {
        page: signed_in.page.clone(),
        balance: (serde_json::from_value(case.found.facts.clone()).ok()).filter(|_| is_balance),
        case,
        given,
        wrong,
    })
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeMoney)?;
    html(&one(&web, &signed_in, &id, (Given::default(), Wrong::default())).await?)
}

/// Closes a case with what was found out, and puts the books right where that was chosen.
pub(super) async fn close(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::Reconcile)?;
    let case: CaseId = id.parse().map_err(|_| PageError::NotFound)?;
    let remedy: Option<Remedy> = match given.remedy.as_str() {
        "" => None,
        word => Some(word.parse().map_err(|_| PageError::BadRequest)?),
    };
    let resolution = given.resolution.trim().to_owned();
    if resolution.is_empty() {
        let wrong = Wrong {
            resolution: signed_in.page.t("cases.resolution_missing").to_owned(),
            ..Wrong::default()
        };
        return shown_again(&one(&web, &signed_in, &id, (given, wrong)).await?);
    }
    let (user, context, now) = (
        Arc::clone(&signed_in.user),
        Arc::clone(&web.app.context),
        web.app.clock.now(),
    );
    let write = move |tx: &mut Tx<'_>| {
        let closed = Closed {
            at: now,
            by: user.login.clone(),
            resolution: resolution.clone(),
        };
        let settled = reconcile::settle(tx, &context, case, (remedy, &closed))?;
        Ok::<_, SettleError>(deeds::case_closed(&settled, remedy, &closed).by_user(tx, &user, now)?)
    };
    let whole = match web.app.db.write_with(write).await {
        Ok(()) => return Ok(Redirect::to(&format!("/console/cases/{case}")).into_response()),
        Err(SettleError::Close(CloseError::Unknown(_))) => return Err(PageError::NotFound),
        Err(
            SettleError::Close(CloseError::Internal(error))
            | SettleError::Amend(AmendError::Internal(error))
            | SettleError::Internal(error),
        ) => return Err(error.into()),
        Err(SettleError::Close(CloseError::Closed(by))) => signed_in.page.fill("cases.closed_already", &[("by", &by)]),
        Err(SettleError::Amend(AmendError::Changed(state))) => {
            let state = signed_in.page.word("stage", state);
            signed_in.page.fill("cases.changed", &[("state", &state)])
        }
        Err(SettleError::BookedSince { then, now }) => {
            let (then, now) = (signed_in.page.money(&then), signed_in.page.money(&now));
            signed_in
                .page
                .fill("cases.booked_since", &[("then", &then), ("now", &now)])
        }
        Err(SettleError::NoRemedy { .. } | SettleError::Amend(AmendError::Unknown)) => {
            return Err(PageError::BadRequest);
        }
    };
    let wrong = Wrong {
        whole,
        ..Wrong::default()
    };
    shown_again(&one(&web, &signed_in, &id, (given, wrong)).await?)
}
