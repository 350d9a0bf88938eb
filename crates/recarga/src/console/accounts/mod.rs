//! `/console/accounts`: resellers, and what each has. Making one, its page, its terms, and its money.

mod create;
mod funding;
mod show;
mod terms;
mod waiting;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::{get, post},
};
use engine::{
    accounts::{self, Account, AccountStatus, Activity},
    db::Tx,
    fundings,
    ledger::{self, Standing},
    people::Action,
};
use model::{AccountId, Money, Timestamp};
use serde::Deserialize;

use crate::web::{Page, PageError, Shared, SignedIn, html, list};

/// So many are shown at once.
const SHOWN: usize = 50;
/// A longer text is no name.
const WANTED_CHARS_MAX: usize = 100;
/// No more proposals are waited for at once than a page shows.
pub(super) const WAITING_MAX: u32 = 100;

/// Every page about accounts.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/console/accounts", get(list).post(create::create))
        .route("/console/accounts/new", get(create::show))
        .route("/console/accounts/fundings", get(waiting::show))
        .route("/console/accounts/{account}", get(show::show))
        .route(
            "/console/accounts/{account}/terms",
            get(terms::show).post(terms::change),
        )
        .route("/console/accounts/{account}/status", post(show::set_status))
        .route(
            "/console/accounts/{account}/funding",
            get(funding::show).post(funding::begin),
        )
        .route("/console/accounts/{account}/fundings/{funding}", post(waiting::answer))
}

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    status: String,
    start: String,
}

#[derive(Template)]
#[template(path = "console/accounts.html")]
struct AccountsPage {
    page: Page,
    wanted: String,
    /// Which states are shown; all if it is none.
    status: String,
    rows: Vec<Row>,
    /// How many there are in all.
    count: u64,
    before: String,
    after: String,
    /// How many fundings wait for a second person.
    waiting: u64,
}

struct Row {
    account: Account,
    standing: Standing,
    latest_at: Option<Timestamp>,
}

impl Row {
    /// What is added to a supplier's cost, in percent.
    fn is_active(&self) -> bool {
        self.account.status == AccountStatus::Active
    }
}

/// Whether an account is what somebody looks for: part of its name, or its id.
fn is_wanted(account: &Account, wanted: &str) -> bool {
    account.name.to_lowercase().contains(wanted) || account.id.to_string().starts_with(wanted)
}

async fn list(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let wanted: String = asked.q.trim().chars().take(WANTED_CHARS_MAX).collect();
    let lower = wanted.to_lowercase();
    let directory = web.app.directory();
    let mut found: Vec<_> = directory
        .accounts()
        .filter(|account| asked.status.is_empty() || account.status.as_str() == asked.status)
        .filter(|account| is_wanted(account, &lower))
        .collect();
    found.sort_by_cached_key(|account| (account.name.to_lowercase(), account.id));
    let start = asked.start.parse().unwrap_or(0).min(found.len());
    let shown: Vec<Account> = found.iter().skip(start).take(SHOWN).map(|one| (*one).clone()).collect();
    let ids: Vec<AccountId> = shown.iter().map(|account| account.id).collect();
    let sees_money = signed_in.user.may(Action::SeeMoney);
    let read = move |tx: &mut Tx<'_>| {
        let waiting = if sees_money {
            fundings::waiting(tx, WAITING_MAX)?
        } else {
            Vec::new()
        };
        Ok::<_, engine::Error>((ledger::standings(tx, &ids)?, accounts::activity(tx, &ids)?, waiting))
    };
    let (standings, activity, waiting) = web.app.db.read(read).await?;
    let row = |account: Account| Row {
        standing: standings.get(&account.id).copied().unwrap_or_else(|| nothing(&account)),
        latest_at: latest(&activity, account.id),
        account,
    };
    let to = |start: usize| {
        let start = if start == 0 { String::new() } else { start.to_string() };
        list::path(
            "/console/accounts",
            &[("q", &wanted), ("status", &asked.status), ("start", &start)],
        )
    };
    let (earlier, end) = (start.saturating_sub(SHOWN), start + SHOWN);
    let begin = [(start > 0).then_some(earlier), (end < found.len()).then_some(end)];
    let [before, after] = list::around(begin, to);
    html(&AccountsPage {
        page: signed_in.page,
        rows: shown.into_iter().map(row).collect(),
        count: found.len().try_into().unwrap_or(u64::MAX),
        before,
        after,
        waiting: waiting.len().try_into().unwrap_or(u64::MAX),
        wanted,
        status: asked.status,
    })
}

fn nothing(account: &Account) -> Standing {
    let zero = Money::zero(account.currency);
    Standing {
        balance: zero,
        held: zero,
    }
}

fn latest(activity: &[Activity], account: AccountId) -> Option<Timestamp> {
    let of_account = activity.iter().find(|activity| activity.account == account);
    of_account.and_then(|activity| activity.latest_at)
}

/// Reads an account's id from a path.
fn id_of(text: &str) -> Result<AccountId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}
