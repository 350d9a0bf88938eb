//! `/console/accounts/{account}`: what an account has, what moved, who works there; suspending it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    accounts::{self, Account, AccountError, AccountStatus, Activity},
    catalog::BelowCost,
    db::Tx,
    fundings::{self, Direction, Funding, Status},
    ledger::{self, Standing, StatementLine},
    page::{Page as Part, PageRequest},
    people::{self, Action, User, UserStatus},
    webhooks::{self, Delivery},
};
use model::{AccountId, Money, Timestamp};
use serde::Deserialize;

use super::{id_of, nothing};
use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, html, list, requests::RequestChart},
};

/// So many movements are shown at once.
const LINES: u32 = 15;
/// So many of what is only glanced at.
const GLANCE: u32 = 5;

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    start: String,
}

/// Somebody who was just invited, and the link that lets them in.
pub(super) struct Made {
    pub(super) name: String,
    pub(super) link: String,
}

#[derive(Template)]
#[template(path = "console/account.html")]
struct AccountPage {
    page: Page,
    account: Account,
    found: Found,
    home: &'static str,
    keys: u64,
    newer: String,
    older: String,
    made: Option<Made>,
}

/// What is read of an account.
#[derive(Clone)]
struct Found {
    account: Account,
    standing: Standing,
    activity: Option<Activity>,
    lines: Part<StatementLine>,
    people: Vec<User>,
    /// Its newest deliveries, each with how its state looks.
    deliveries: Vec<(Delivery, &'static str)>,
    fundings: Vec<Funding>,
    requests: RequestChart,
}

impl AccountPage {
    fn is_active(&self) -> bool {
        self.account.status == AccountStatus::Active
    }

    fn sells_below_cost(&self) -> bool {
        self.account.below_cost == BelowCost::Allow
    }

    /// The limits that are set, each with the message that names it.
    fn limits(&self) -> [(&'static str, Option<Money>); 3] {
        let limits = &self.account.limits;
        [
            ("order_max", limits.order_max),
            ("day_max", limits.day_max),
            ("recipient_day_max", limits.recipient_day_max),
        ]
    }

    /// A page or a form of the account.
    fn at(&self, part: &str) -> String {
        format!("/console/accounts/{}/{part}", self.account.id)
    }

    /// When it bought last.
    fn latest(&self) -> String {
        let latest = self.found.activity.and_then(|activity| activity.latest_at);
        let said = |at| self.page.fill("account.latest", &[("at", &self.page.moment(&at))]);
        latest.map_or_else(|| self.page.t("accounts.never").to_owned(), said)
    }

    fn waiting(&self) -> Vec<&Funding> {
        let waits = |funding: &&Funding| funding.status == Status::Waiting;
        self.found.fundings.iter().filter(waits).collect()
    }
}

/// How a delivery's state looks.
fn kind_of(delivery: &Delivery) -> &'static str {
    match (delivery.status.as_str(), delivery.tries) {
        ("delivered", _) => "good",
        ("failed", _) => "bad",
        (_, 0) => "info",
        _ => "warn",
    }
}

fn read(tx: &mut Tx<'_>, (id, start): (AccountId, u64), now: Timestamp) -> Result<Option<Found>, engine::Error> {
    let Some(account) = accounts::find(tx, id)? else {
        return Ok(None);
    };
    let page = |start, limit| PageRequest { start, limit };
    let standing = ledger::standings(tx, &[id])?.remove(&id);
    let deliveries = webhooks::list(tx, id, None, page(0, GLANCE))?.entries;
    Ok(Some(Found {
        standing: standing.unwrap_or_else(|| nothing(&account)),
        account,
        activity: accounts::activity(tx, &[id])?.pop(),
        lines: ledger::statement(tx, id, page(start, LINES))?,
        people: people::list_staff(tx, id)?,
        deliveries: deliveries.into_iter().map(|one| (one.clone(), kind_of(&one))).collect(),
        fundings: fundings::list(tx, id, GLANCE)?,
        requests: RequestChart::read(tx, id, now)?,
    }))
}

/// Shows an account, and a link that was just made for its manager.
pub(super) async fn page(
    web: &Shared,
    signed_in: SignedIn,
    (id, start): (AccountId, u64),
    made: Option<Made>,
) -> Result<Response, PageError> {
    web.app.store_requests().await?;
    let now = signed_in.page.now;
    let found = web
        .app
        .db
        .read(move |tx: &mut Tx<'_>| read(tx, (id, start), now))
        .await?;
    let found = found.ok_or(PageError::NotFound)?;
    let to = |start: u64| {
        let start = if start == 0 { String::new() } else { start.to_string() };
        list::path(&format!("/console/accounts/{id}"), &[("start", &start)])
    };
    let catalog = web.app.catalog();
    let home = found
        .account
        .home_country
        .map(|country| signed_in.page.country(country, catalog.country_name(country)));
    let (before, end) = (start.saturating_sub(LINES.into()), start.saturating_add(LINES.into()));
    let begin = [(start > 0).then_some(before), found.lines.more.then_some(end)];
    let [newer, older] = list::around(begin, to);
    html(&AccountPage {
        page: signed_in.page,
        account: found.account.clone(),
        home: home.unwrap_or("–"),
        keys: web.app.directory().keys_in_force(id).try_into().unwrap_or(0),
        newer,
        older,
        found,
        made,
    })
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let start = asked.start.parse().unwrap_or(0);
    page(&web, signed_in, (id_of(&id)?, start), None).await
}

/// What becomes of an account.
#[derive(Debug, Deserialize)]
pub(super) struct NewStatus {
    #[serde(default)]
    status: String,
    #[serde(default)]
    why: String,
}

/// A longer reason is cut.
const WHY_CHARS_MAX: usize = 200;

pub(super) async fn set_status(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Fields(form): Fields<NewStatus>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeAccounts)?;
    let id = id_of(&id)?;
    let status = match form.status.as_str() {
        "suspended" => AccountStatus::Suspended,
        "active" => AccountStatus::Active,
        _ => return Err(PageError::BadRequest),
    };
    let why: String = form.why.trim().chars().take(WHY_CHARS_MAX).collect();
    let (actor, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let set = move |tx: &mut Tx<'_>| {
        let before = accounts::find(tx, id)?.ok_or(AccountError::Unknown(id))?;
        if let Some(told) = deeds::status_set(&before, status, &why) {
            accounts::set_status(tx, id, status)?;
            told.by_user(tx, &actor, now)?;
        }
        Ok(())
    };
    match web.app.db.write_with(set).await {
        Ok(()) => {
            web.app.refresh().await?;
            Ok(Redirect::to(&format!("/console/accounts/{id}")).into_response())
        }
        Err(AccountError::Internal(error)) => Err(error.into()),
        Err(_) => Err(PageError::NotFound),
    }
}
