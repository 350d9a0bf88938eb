//! `/console/routing`: the rules that hold, what they were before, and other ones: tried on past orders first, then
//! made to hold with a reason.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    Error,
    db::Tx,
    orders::{self, Attempt, Order, OrderFilter},
    page::PageRequest,
    people::Action,
    routing::{self, ActivateError, Conditions, DryRun, Moved, RuleProblem, RuleSet, RuleVersion},
};
use model::{AccountId, SupplierName, Timestamp};
use serde::Deserialize;

use super::shown_again;
use crate::{
    deeds,
    routes::callable,
    web::{Fields, Page, PageError, Shared, SignedIn, html},
};

/// So many versions are listed.
const HISTORY: u32 = 50;
/// Rules are tried on so many of the newest orders at most, …
const ORDERS_MAX: u32 = 2_000;
/// … divided among the accounts, but no fewer of each, …
const ORDERS_OF_ACCOUNT_MIN: u32 = 20;
/// … of so long.
const SPAN: Duration = Duration::from_hours(7 * 24);
/// So many of those that would have gone elsewhere are listed.
const MOVED_SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "console/routing.html")]
struct RoutingPage {
    page: Page,
    active: Option<RuleVersion>,
    history: Vec<RuleVersion>,
    text: String,
    unreadable: String,
    problems: Vec<RuleProblem>,
}

/// What is asked before rules come to hold: what they would have done, and why they shall.
#[derive(Template)]
#[template(path = "console/rules.html")]
struct RulesPage {
    page: Page,
    /// An earlier version; none for rules that somebody has just written.
    version: Option<RuleVersion>,
    /// What holds now; 0 before the first.
    base: i64,
    text: String,
    problems: Vec<RuleProblem>,
    run: Option<DryRun>,
    why: String,
    /// What is wrong with all of it, and with the reason.
    wrong: String,
    why_wrong: String,
}

/// What a form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    rules: String,
    base: i64,
    why: String,
}

impl RulesPage {
    /// Where the form goes that makes them hold.
    fn action(&self) -> String {
        match &self.version {
            Some(version) => format!("/console/routing/{}/rollback", version.version),
            None => "/console/routing/activate".to_owned(),
        }
    }

    /// What all of it would have cost more, or less.
    fn difference(&self, run: &DryRun) -> String {
        let sums: Vec<_> = run.difference().iter().map(|sum| self.page.money(sum)).collect();
        if sums.is_empty() {
            "–".to_owned()
        } else {
            sums.join(", ")
        }
    }

    /// Those that would have gone elsewhere, as far as they are listed.
    fn moved(run: &DryRun) -> &[Moved] {
        run.moved.get(..MOVED_SHOWN).unwrap_or(&run.moved)
    }

    const fn unsold_kind(&self) -> &'static str {
        match &self.run {
            Some(run) if run.unsold > 0 => "warn",
            _ => "",
        }
    }

    /// Whether they hold already.
    fn is_active(&self) -> bool {
        self.version
            .as_ref()
            .is_some_and(|version| version.version == self.base)
    }
}

fn text_of(rules: &RuleSet) -> Result<String, PageError> {
    toml::to_string(rules).map_err(|error| {
        tracing::error!("Rules can't be written: {error}");
        PageError::Internal
    })
}

async fn page(
    web: &Shared,
    signed_in: &SignedIn,
    text: Option<String>,
    (unreadable, problems): (String, Vec<RuleProblem>),
) -> Result<RoutingPage, PageError> {
    let read = |tx: &mut Tx<'_>| Ok::<_, Error>((routing::active(tx)?, routing::history(tx, HISTORY)?));
    let (active, history) = web.app.db.read(read).await?;
    let default = RuleSet::default();
    let rules = active.as_ref().map_or(&default, |version| &version.rules);
    let text = match text {
        Some(text) => text,
        None => text_of(rules)?,
    };
    Ok(RoutingPage {
        page: signed_in.page.clone(),
        active,
        history,
        text,
        unreadable,
        problems,
    })
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    html(&page(&web, &signed_in, None, (String::new(), Vec::new())).await?)
}

/// What is wrong with rules, by what is sold and who delivers now.
fn problems(web: &Shared, rules: &RuleSet) -> Vec<RuleProblem> {
    let names: BTreeSet<SupplierName> = web.app.suppliers.iter().map(|(name, _)| name.clone()).collect();
    rules.problems(&web.app.catalog(), &names)
}

/// The newest orders since a moment, of each account the same number at most, and where they went.
fn past(tx: &mut Tx<'_>, accounts: &[AccountId], since: Timestamp) -> Result<Vec<(Order, Attempt)>, Error> {
    let count = u32::try_from(accounts.len()).unwrap_or(u32::MAX).max(1);
    let page = PageRequest {
        start: 0,
        limit: (ORDERS_MAX / count).max(ORDERS_OF_ACCOUNT_MIN),
    };
    let filter = OrderFilter {
        after: Some(since),
        ..OrderFilter::default()
    };
    let mut found = Vec::new();
    for account in accounts
        .iter()
        .take(usize::try_from(ORDERS_MAX / page.limit).unwrap_or(1))
    {
        found.extend(orders::list(tx, *account, &filter, page)?.entries);
    }
    routing::past(tx, found)
}

/// Tries rules on past orders.
async fn run(web: &Shared, signed_in: &SignedIn, rules: RuleSet) -> Result<DryRun, PageError> {
    let since = signed_in.page.now.minus(SPAN);
    let accounts: Vec<AccountId> = web.app.directory().accounts().map(|account| account.id).collect();
    let past = web.app.db.read(move |tx| past(tx, &accounts, since)).await?;
    let conditions = Conditions {
        rules: Arc::new(rules),
        suppliers: Some(Arc::new(callable(&web.app.suppliers))),
        ..Conditions::default()
    };
    Ok(routing::dry_run(&web.app.catalog(), &conditions, &past))
}

/// Shows rules before they hold, with what they would have done.
async fn before(
    web: &Shared,
    signed_in: &SignedIn,
    (version, rules): (Option<RuleVersion>, RuleSet),
    given: &Given,
) -> Result<RulesPage, PageError> {
    let problems = problems(web, &rules);
    let base = web.app.db.read(routing::latest).await?;
    Ok(RulesPage {
        page: signed_in.page.clone(),
        text: match &version {
            Some(version) => text_of(&version.rules)?,
            None => given.rules.clone(),
        },
        version,
        base,
        run: if problems.is_empty() {
            Some(run(web, signed_in, rules).await?)
        } else {
            None
        },
        problems,
        why: given.why.clone(),
        wrong: String::new(),
        why_wrong: String::new(),
    })
}

/// Reads rules that somebody has written, and refuses what can't hold, with every place named.
async fn written(web: &Shared, signed_in: &SignedIn, text: &str) -> Result<Result<RuleSet, RoutingPage>, PageError> {
    let wrong = match toml::from_str::<RuleSet>(text) {
        Err(error) => (error.to_string(), Vec::new()),
        Ok(rules) => match problems(web, &rules) {
            problems if problems.is_empty() => return Ok(Ok(rules)),
            problems => (String::new(), problems),
        },
    };
    page(web, signed_in, Some(text.to_owned()), wrong).await.map(Err)
}

/// Shows what written rules would have done.
pub(super) async fn try_out(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeRouting)?;
    match written(&web, &signed_in, &given.rules).await? {
        Ok(rules) => html(&before(&web, &signed_in, (None, rules), &given).await?),
        Err(wrong) => shown_again(&wrong),
    }
}

/// Lets written rules hold from now on.
pub(super) async fn activate(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeRouting)?;
    let rules = match written(&web, &signed_in, &given.rules).await? {
        Ok(rules) => rules,
        Err(wrong) => return shown_again(&wrong),
    };
    make(&web, &signed_in, (None, rules), given).await
}

/// Makes a version, and shows it; or the form again with what is wrong.
async fn make(
    web: &Shared,
    signed_in: &SignedIn,
    (version, rules): (Option<RuleVersion>, RuleSet),
    given: Given,
) -> Result<Response, PageError> {
    let why = given.why.trim().to_owned();
    if why.is_empty() {
        let shown = before(web, signed_in, (version, rules), &given).await?;
        let why_wrong = signed_in.page.t("routing.why_missing").to_owned();
        return shown_again(&RulesPage { why_wrong, ..shown });
    }
    let (user, now, base) = (Arc::clone(&signed_in.user), signed_in.page.now, given.base);
    let back_to = version.as_ref().map(|version| version.version);
    let written = rules.clone();
    let write = move |tx: &mut Tx<'_>| {
        // Whoever has seen other rules tried something else.
        if routing::latest(tx)? != base {
            return Err(ActivateError::Outrun);
        }
        let told = (why.as_str(), user.login.as_str());
        let made = match back_to {
            Some(version) => routing::rollback(tx, version, told, now)?,
            None => routing::activate(tx, &written, told, now)?,
        };
        Ok(deeds::rules_made(&made, back_to).by_user(tx, &user, now)?)
    };
    match web.app.db.write_with(write).await {
        Ok(()) => {
            web.app.refresh().await?;
            Ok(Redirect::to("/console/routing").into_response())
        }
        Err(ActivateError::Outrun) => {
            let shown = before(web, signed_in, (version, rules), &given).await?;
            let wrong = signed_in.page.t("routing.outrun").to_owned();
            shown_again(&RulesPage { wrong, ..shown })
        }
        Err(ActivateError::Unknown(_)) => Err(PageError::NotFound),
        Err(ActivateError::Internal(error)) => Err(error.into()),
    }
}

async fn find(web: &Shared, number: i64) -> Result<RuleVersion, PageError> {
    let found = web.app.db.read(move |tx| routing::version(tx, number)).await?;
    found.ok_or(PageError::NotFound)
}

/// Shows a version, and what would have gone elsewhere by it.
pub(super) async fn version(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let found = find(&web, number.parse().map_err(|_| PageError::NotFound)?).await?;
    let rules = found.rules.clone();
    html(&before(&web, &signed_in, (Some(found), rules), &Given::default()).await?)
}

/// Lets an earlier version hold again, as a new one.
pub(super) async fn rollback(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(number): Path<String>,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeRouting)?;
    let found = find(&web, number.parse().map_err(|_| PageError::NotFound)?).await?;
    let rules = found.rules.clone();
    // What was right when it was made may name what is no more.
    if !problems(&web, &rules).is_empty() {
        return shown_again(&before(&web, &signed_in, (Some(found), rules), &given).await?);
    }
    make(&web, &signed_in, (Some(found), rules), given).await
}
