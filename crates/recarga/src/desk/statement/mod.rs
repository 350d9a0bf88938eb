//! `/statement`: every movement of the account's balance, to read and to take along.

mod files;

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use engine::{
    db::Tx,
    ledger::{self, Lines, StatementLine, Sums},
    people::Action,
};
use model::Timestamp;
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::{
    counter::Till,
    web::{
        Page, PageError, Shared, SignedIn, Web, download, html,
        list::{self, Span},
    },
};

/// A file has so many lines at most: a month of a busy shop.
const LINES_MAX: u32 = 50_000;
/// So many files are made at the same time in a process; each takes some tens of megabytes.
static FILES: Semaphore = Semaphore::const_new(2);

/// What stands in the address.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
    before: String,
    /// Whether days were chosen at all: without it is this month.
    chosen: String,
}

#[derive(Template)]
#[template(path = "desk/statement.html")]
struct StatementPage {
    page: Page,
    till: Till,
    asked: Asked,
    wrong: Option<String>,
    lines: Vec<StatementLine>,
    count: u64,
    /// What the days come to.
    sums: Sums,
    newest: String,
    older: String,
    months: [Month; 2],
}

/// A month to choose.
struct Month {
    name: &'static str,
    path: String,
}

impl Asked {
    /// Leaves out the spaces around what was typed, and fills in this month where nothing was chosen.
    fn or_this_month(mut self, now: Timestamp) -> Self {
        for day in [&mut self.from, &mut self.to] {
            *day = day.trim().to_owned();
        }
        if self.chosen.is_empty() && self.from.is_empty() && self.to.is_empty() {
            let (first, _) = month(now);
            self.from = first;
        }
        self
    }

    fn span(&self) -> Result<Span, &'static str> {
        list::span(&self.from, &self.to)
    }

    fn path(&self, before: &str) -> String {
        self.file_path("/statement", before)
    }

    /// The path of a file, or of a page, of the same days.
    fn file_path(&self, path: &str, before: &str) -> String {
        let asked = [
            ("from", self.from.as_str()),
            ("to", &self.to),
            ("chosen", "yes"),
            ("before", before),
        ];
        list::path(path, &asked)
    }
}

impl StatementPage {
    /// What a file has at most.
    fn bounds(&self) -> String {
        let max = self.page.number(&LINES_MAX);
        self.page.fill("statement.bounds", &[("max", &max)])
    }

    fn csv(&self) -> String {
        self.asked.file_path("/statement.csv", "")
    }

    fn xlsx(&self) -> String {
        self.asked.file_path("/statement.xlsx", "")
    }
}

/// The first day of the month that a moment is in, and the last day of the month before.
fn month(at: Timestamp) -> (String, String) {
    let iso = at.to_string();
    let first = format!("{}-01", iso.get(..7).unwrap_or_default());
    let begins: Timestamp = first.parse().unwrap_or(at);
    let before = begins.minus(Duration::from_hours(24)).to_string();
    (first, before.get(..10).unwrap_or_default().to_owned())
}

/// This month and the one before.
fn months(now: Timestamp) -> [Month; 2] {
    let (first, last_before) = month(now);
    let first_before = format!("{}-01", last_before.get(..7).unwrap_or_default());
    let path = |from: &str, to: &str| list::path("/statement", &[("from", from), ("to", to), ("chosen", "yes")]);
    [
        Month {
            name: "statement.this_month",
            path: path(&first, ""),
        },
        Month {
            name: "statement.last_month",
            path: path(&first_before, &last_before),
        },
    ]
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnMoney)?;
    let asked = asked.or_this_month(signed_in.page.now);
    let wrong = asked.span().err().map(|wrong| signed_in.page.t(wrong).to_owned());
    page(&web, signed_in, asked, wrong).await
}

async fn page(web: &Web, signed_in: SignedIn, asked: Asked, wrong: Option<String>) -> Result<Response, PageError> {
    let till = Till::open(web, &signed_in).await?;
    let (account, currency) = (till.account.id, till.account.currency);
    let before: Option<i64> = asked.before.parse().ok();
    let span = asked.span().ok();
    let read = move |tx: &mut Tx<'_>| {
        let nothing = Lines { first: 1, last: 0 };
        let all = span.map_or(Ok(nothing), |span| ledger::lines_of(tx, account, span))?;
        let shown = before.map_or(all, |line| all.before(line));
        let lines = ledger::read_lines(tx, account, shown, list::FIRST.limit.into())?;
        Ok::<_, engine::Error>((all, lines, ledger::sums(tx, account, currency, all)?))
    };
    let (all, lines, sums) = web.app.db.read(read).await?;
    let last = lines.last().map(|line| line.line).filter(|line| *line > all.first);
    let status = wrong.as_ref().map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    let shown = StatementPage {
        months: months(signed_in.page.now),
        newest: if before.is_some() {
            asked.path("")
        } else {
            String::new()
        },
        older: last.map_or_else(String::new, |last| asked.path(&last.to_string())),
        page: signed_in.page,
        till,
        asked,
        wrong,
        lines,
        count: all.count(),
        sums,
    };
    Ok((status, html(&shown)?).into_response())
}

pub(super) async fn csv(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    file(&web, signed_in, asked, Format::Csv).await
}

pub(super) async fn xlsx(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    file(&web, signed_in, asked, Format::Xlsx).await
}

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Xlsx,
}

/// Answers with a file of the days that are asked for; too many lines are refused with what to do about it.
async fn file(web: &Shared, signed_in: SignedIn, asked: Asked, format: Format) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnMoney)?;
    let asked = asked.or_this_month(signed_in.page.now);
    let span = match asked.span() {
        Ok(span) => span,
        Err(wrong) => {
            let wrong = signed_in.page.t(wrong).to_owned();
            return page(web, signed_in, asked, Some(wrong)).await;
        }
    };
    let _turn = FILES.acquire().await.map_err(|_| PageError::Busy)?;
    let Some(lines) = lines(web, &signed_in, span).await? else {
        let max = signed_in.page.number(&LINES_MAX);
        let wrong = signed_in.page.fill("statement.too_many", &[("max", &max)]);
        return page(web, signed_in, asked, Some(wrong)).await;
    };
    let name = |ending: &str| {
        let days = [asked.from.as_str(), &asked.to]
            .into_iter()
            .filter(|day| !day.is_empty());
        let days: Vec<_> = std::iter::once("statement").chain(days).collect();
        format!("{}.{ending}", days.join("_"))
    };
    let page = signed_in.page;
    let write = move || match format {
        Format::Csv => files::csv(&lines).map_err(|error| error.to_string()),
        Format::Xlsx => files::xlsx(&page, &lines).map_err(|error| error.to_string()),
    };
    let written = tokio::task::spawn_blocking(write)
        .await
        .map_err(|_| PageError::Internal)?;
    let bytes = written.map_err(|error| {
        tracing::error!("A statement can't be written: {error}");
        PageError::Internal
    })?;
    Ok(match format {
        Format::Csv => download::attachment(&name("csv"), download::CSV, bytes),
        Format::Xlsx => download::attachment(&name("xlsx"), download::XLSX, bytes),
    })
}

/// Reads the lines of a span of time, unless there are too many for a file.
async fn lines(web: &Web, signed_in: &SignedIn, span: Span) -> Result<Option<Vec<StatementLine>>, PageError> {
    let account = signed_in.account()?;
    let read = move |tx: &mut Tx<'_>| {
        let all = ledger::lines_of(tx, account, span)?;
        if all.count() > LINES_MAX.into() {
            return Ok(None);
        }
        tx.take_time()?;
        ledger::read_lines(tx, account, all, LINES_MAX.into()).map(Some)
    };
    Ok(web.app.db.read(read).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_where_the_one_before_has_ended() {
        let month_of = |at: &str| month(at.parse().unwrap());
        let days = |first: &str, last: &str| (first.to_owned(), last.to_owned());
        assert_eq!(month_of("2026-11-26T08:30:00Z"), days("2026-11-01", "2026-10-31"));
        assert_eq!(month_of("2027-01-01T00:00:00Z"), days("2027-01-01", "2026-12-31"));
        assert_eq!(month_of("2028-03-31T23:59:59Z"), days("2028-03-01", "2028-02-29"));
    }
}
