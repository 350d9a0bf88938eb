//! `/console/accounts/fundings`: what waits for a second person, and what that one says.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    audit::Actor,
    db::Tx,
    fundings::{self, Direction, Funding, FundingError, NewFunding},
    people::Action,
};
use model::{AccountId, DepositId, UserId};
use serde::Deserialize;

use super::{WAITING_MAX, funding, id_of};
use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "console/fundings.html")]
struct WaitingPage {
    page: Page,
    rows: Vec<Row>,
    me: UserId,
    error: String,
}

struct Row {
    account: String,
    funding: Funding,
}

impl Row {
    fn is_withdrawal(&self) -> bool {
        self.funding.wanted.direction == Direction::Withdrawal
    }

    /// The form that answers it.
    fn path(&self) -> String {
        let NewFunding { account, id, .. } = &self.funding.wanted;
        format!("/console/accounts/{account}/fundings/{id}")
    }

    /// What a question about it is called on the page.
    fn popover(&self, answer: &str) -> String {
        format!("{answer}-{}", self.funding.wanted.id)
    }

    fn is_by(&self, user: &UserId) -> bool {
        self.funding.by.id == user.to_string()
    }
}

impl WaitingPage {
    /// What a second person is asked.
    fn question(&self, row: &Row) -> String {
        let (amount, account) = (self.page.money(&row.funding.wanted.amount), &row.account);
        let values: [(&str, &dyn std::fmt::Display); 3] = [
            ("amount", &amount),
            ("account", account),
            ("name", &row.funding.by.name),
        ];
        if row.is_withdrawal() {
            self.page.fill("funding.approve_out", &values)
        } else {
            self.page.fill("funding.approve_in", &values)
        }
    }

    /// What refusing is called: whoever proposed it takes it back.
    fn refuse(&self, row: &Row) -> &str {
        if row.is_by(&self.me) {
            self.page.t("funding.take_back")
        } else {
            self.page.t("funding.refuse")
        }
    }
}

/// What a second person says.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    answer: String,
    #[serde(default)]
    why: String,
}

/// A longer reason is cut.
const WHY_CHARS_MAX: usize = 200;

async fn page(web: &Shared, signed_in: SignedIn, error: String) -> Result<Response, PageError> {
    let read = |tx: &mut Tx<'_>| fundings::waiting(tx, WAITING_MAX);
    let waiting = web.app.db.read(read).await?;
    let directory = web.app.directory();
    let name = |account: AccountId| {
        let known = directory.account(account).map(|account| account.name.clone());
        known.unwrap_or_else(|| account.to_string())
    };
    html(&WaitingPage {
        me: signed_in.user.id,
        page: signed_in.page,
        rows: waiting
            .into_iter()
            .map(|funding| Row {
                account: name(funding.wanted.account),
                funding,
            })
            .collect(),
        error,
    })
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeMoney)?;
    page(&web, signed_in, String::new()).await
}

pub(super) async fn answer(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path((account, id)): Path<(String, String)>,
    Fields(said): Fields<Said>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ApproveFunding)?;
    let account = id_of(&account)?;
    let id: DepositId = id.parse().map_err(|_| PageError::NotFound)?;
    let approves = match said.answer.as_str() {
        "approve" => true,
        "refuse" => false,
        _ => return Err(PageError::BadRequest),
    };
    let why: String = said.why.trim().chars().take(WHY_CHARS_MAX).collect();
    let (actor, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let answer = move |tx: &mut Tx<'_>| {
        let by = Actor::user(&actor);
        let why = Some(why.as_str()).filter(|why| !why.is_empty());
        let funding = if approves {
            fundings::approve(tx, (account, id), &by, now)?
        } else {
            fundings::refuse(tx, (account, id), (&by, why), now)?
        };
        deeds::funding_answered(&funding, why).by_user(tx, &actor, now)?;
        Ok::<_, FundingError>(())
    };
    let Err(error) = web.app.db.write_with(answer).await else {
        return Ok(Redirect::to("/console/accounts/fundings").into_response());
    };
    let status = match error {
        FundingError::Answered(_) => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let faults = funding::fault(&signed_in.page, error)?;
    let text = ["amount", "answer"].map(|field| faults.of(field)).concat();
    let shown = page(&web, signed_in, text).await?;
    Ok((status, shown).into_response())
}
