//! `/console/cases`: where suppliers' books and ours differ, and floats that run low; and comparing a day now.

use std::{sync::Arc, time::Duration};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    Error,
    audit::Actor,
    cases::{self, Case, CaseFilter, CaseKind},
    db::Tx,
    page::PageRequest,
    people::Action,
    reconcile::{self, Day, Report},
};
use model::{Money, SupplierName, Timestamp};
use serde::Deserialize;

use super::shown_again;
use crate::{
    reconcile::ReconcileError,
    web::{Fields, Page, PageError, Shared, SignedIn, html, list},
};

/// A comparison that takes longer goes on by itself; its page looks again until it is there.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// What stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    supplier: String,
    kind: String,
    day: String,
    /// `all` for closed ones too.
    state: String,
    start: String,
    /// Since when a comparison of the day is waited for, in microseconds.
    since: String,
}

#[derive(Template)]
#[template(path = "console/cases.html")]
struct CasesPage {
    page: Page,
    asked: Asked,
    suppliers: Vec<SupplierName>,
    /// Those that keep a list that can be fetched.
    comparable: Vec<SupplierName>,
    yesterday: String,
    compared: Option<(Timestamp, Report)>,
    cases: Vec<Case>,
    previous: String,
    next: String,
    wrong: String,
}

impl Asked {
    /// The address of another page of the same list.
    fn at(&self, start: u64) -> String {
        let fields = [
            ("supplier", self.supplier.as_str()),
            ("kind", &self.kind),
            ("day", &self.day),
            ("state", &self.state),
            ("start", &start.to_string()),
        ];
        list::path("/console/cases", &fields)
    }

    fn filter(&self) -> CaseFilter {
        CaseFilter {
            closed_too: self.state == "all",
            supplier: self.supplier.parse().ok(),
            kind: self.kind.parse().ok(),
            day: self.day.parse::<Day>().ok().map(|day| day.to_string()),
        }
    }
}

impl CasesPage {
    /// The kinds of cases, with whether each is chosen.
    fn kinds(&self) -> Vec<(&'static str, bool)> {
        let word = |kind: &CaseKind| (kind.as_str(), kind.as_str() == self.asked.kind);
        CaseKind::ALL.iter().map(word).collect()
    }

    /// Amounts of several currencies.
    fn sums(&self, sums: &[Money]) -> String {
        let sums: Vec<_> = sums.iter().map(|sum| self.page.money(sum)).collect();
        if sums.is_empty() {
            "–".to_owned()
        } else {
            sums.join(" + ")
        }
    }

    /// Whether a comparison is waited for that somebody has asked for.
    fn is_awaited(&self) -> bool {
        let since = self.asked.since.parse::<i64>().ok().map(Timestamp::from_micros);
        let recent = since.filter(|since| self.page.now.since(*since) < Duration::from_mins(15));
        recent.is_some_and(|since| self.compared.as_ref().is_none_or(|(ran_at, _)| *ran_at < since))
    }
}

async fn page(web: &Shared, signed_in: &SignedIn, asked: Asked, wrong: String) -> Result<CasesPage, PageError> {
    let filter = asked.filter();
    let start = asked.start.parse().unwrap_or(0);
    let request = PageRequest {
        start,
        limit: PageRequest::LIMIT_MAX,
    };
    let day = filter.supplier.clone().zip(asked.day.parse::<Day>().ok());
    let read = move |tx: &mut Tx<'_>| {
        let compared = match &day {
            Some((supplier, day)) => reconcile::find(tx, supplier, *day)?,
            None => None,
        };
        Ok::<_, Error>((cases::list_page(tx, &filter, request)?, compared))
    };
    let (found, compared) = web.app.db.read(read).await?;
    let limit = u64::from(PageRequest::LIMIT_MAX);
    let suppliers = || web.app.suppliers.iter();
    let comparable = suppliers().filter(|(_, supplier)| supplier.capabilities().statement);
    let begin = [
        (start > 0).then_some(start.saturating_sub(limit)),
        found.more.then_some(start + limit),
    ];
    let [previous, next] = list::around(begin, |start| asked.at(start));
    Ok(CasesPage {
        page: signed_in.page.clone(),
        previous,
        next,
        suppliers: suppliers().map(|(name, _)| name.clone()).collect(),
        comparable: comparable.map(|(name, _)| name.clone()).collect(),
        yesterday: Day::of(signed_in.page.now).before().to_string(),
        compared,
        cases: found.entries,
        asked,
        wrong,
    })
}

pub(super) async fn list(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeMoney)?;
    html(&page(&web, &signed_in, asked, String::new()).await?)
}

/// Compares a day with a supplier now.
pub(super) async fn compare(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(asked): Fields<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::Reconcile)?;
    let name: SupplierName = asked.supplier.parse().map_err(|_| PageError::BadRequest)?;
    let supplier = Arc::clone(web.app.suppliers.get(&name).ok_or(PageError::NotFound)?);
    let Ok(day) = asked.day.parse::<Day>() else {
        let wrong = signed_in.page.t("cases.no_day").to_owned();
        return shown_again(&page(&web, &signed_in, Asked::default(), wrong).await?);
    };
    let (asked, now) = ((day, Some(Actor::user(&signed_in.user))), signed_in.page.now);
    let app = Arc::clone(&web.app);
    let running = tokio::spawn(async move {
        let compared = crate::reconcile::reconcile(&app.db, &app.context, supplier.as_ref(), asked, now).await;
        if let Err(error) = &compared {
            tracing::error!("{day} was not compared with {}: {error}", supplier.name());
        }
        compared.map(drop)
    });
    let wrong = match tokio::time::timeout(WAIT_MAX, running).await {
        Ok(Ok(Ok(()))) | Err(_) => {
            let since = now.as_micros();
            let path = format!("/console/cases?supplier={name}&day={day}&state=all&since={since}");
            return Ok(Redirect::to(&path).into_response());
        }
        Ok(Ok(Err(ReconcileError::Internal(error)))) => return Err(error.into()),
        Ok(Ok(Err(ReconcileError::NoStatement(_)))) => {
            signed_in.page.fill("cases.no_statement", &[("supplier", &name)])
        }
        Ok(Ok(Err(ReconcileError::TooEarly { from, .. }))) => {
            let from = signed_in.page.moment(&from);
            signed_in
                .page
                .fill("cases.too_early", &[("day", &day), ("from", &from)])
        }
        Ok(Ok(Err(ReconcileError::Supplier(error)))) => signed_in
            .page
            .fill("cases.no_answer", &[("supplier", &name), ("why", &error)]),
        Ok(Err(_)) => return Err(PageError::Internal),
    };
    shown_again(&page(&web, &signed_in, Asked::default(), wrong).await?)
}
