//! Lists of transactions: a day at most in one window, a hundred at most on one page.

use std::{collections::HashSet, time::Duration};

use model::{AttemptId, AttemptRef, Cause, Evidence, Record, RecordState, SupplierError, Timestamp};

use super::{
    DtOne,
    codes::{NOT_FOUND, code_of},
    wire::{Class, Transaction},
};
use crate::http::{Answer, Ask, Failure, error_of_status};

/// A list covers so much at most.
const WINDOW: Duration = Duration::from_hours(24);
/// As many as a page may have.
const PER_PAGE: &str = "100";
/// A list with more pages is given up.
const PAGES_MAX: u32 = 5_000;
/// A younger submission is surely found without saying when it was: some servers then look at the last
/// day only.
const YOUNG: Duration = Duration::from_hours(23);
/// An older one is also looked for from so long before we sent it: their clock is not ours.
const CLOCKS_APART: Duration = Duration::from_hours(1);
/// And in so many windows from there on.
const WINDOWS_MAX: usize = 3;

/// The one status of the class of what was taken back.
const STATUS_REVERSED: &str = "80000";

/// Why a list can't be read.
#[derive(Debug)]
pub(super) enum ListError {
    Failure(Failure),
    Status(SupplierError),
    Unreadable(String),
    TooLong,
}

impl DtOne {
    /// Finds a submission's transaction by our reference.
    pub(super) async fn by_attempt(
        &self,
        attempt: &AttemptRef,
        evidence: &Evidence,
    ) -> Result<Option<Box<Transaction>>, Cause> {
        let now = self.clock.now();
        let mut spans = vec![None];
        if now.since(attempt.submitted_at) >= YOUNG {
            let from = attempt.submitted_at.minus(CLOCKS_APART);
            spans.extend(windows(from, now).into_iter().take(WINDOWS_MAX).map(Some));
        }
        for span in spans {
            let named = ("external_id", attempt.attempt.to_string());
            let found = self.transactions(Some(named), span, evidence).await?;
            let ours = found.into_iter().filter(|one| one.is_of(attempt.attempt));
            // Two would be DT One's mistake: then the one counts that is furthest on its way to a phone.
            if let Some(first) = ours.min_by_key(rank) {
                evidence.judged(&first.rule());
                return Ok(Some(Box::new(first)));
            }
        }
        evidence.judged("no record");
        Ok(None)
    }

    /// Lists its records.
    pub(super) async fn records(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        let until = until.min(self.clock.now());
        let (mut records, mut seen) = (Vec::new(), HashSet::new());
        for span in windows(from, until) {
            for told in self.transactions(None, Some(span), &Evidence::new()).await? {
                let record = record(&told)?;
                let inside = from <= record.made_at && record.made_at < until;
                if inside && seen.insert(told.id) {
                    records.push(record);
                }
            }
        }
        Ok(records)
    }

    /// The submissions that were taken back of all that were made since a moment.
    pub(super) async fn reversed(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        let mut reversed = Vec::new();
        for span in windows(since, self.clock.now()) {
            let status = ("status_id", STATUS_REVERSED.to_owned());
            let listed = self.transactions(Some(status), Some(span), &Evidence::new()).await?;
            let ours = listed.iter().filter(|one| one.class() == Some(Class::Reversed));
            reversed.extend(ours.filter_map(Transaction::attempt));
        }
        Ok(reversed)
    }

    /// The transactions of a window, or of as long as DT One looks back.
    pub(super) async fn transactions(
        &self,
        filter: Option<(&str, String)>,
        span: Option<Span>,
        evidence: &Evidence,
    ) -> Result<Vec<Transaction>, ListError> {
        let mut query: Vec<(&str, String)> = filter.into_iter().collect();
        if let Some(Span { from, until }) = span {
            query.push(("from_date", from.to_string()));
            query.push(("to_date", until.to_string()));
        }
        self.pages("transactions", &query, evidence, |body| {
            let page: Result<Vec<Transaction>, _> = serde_json::from_str(body);
            page.map_err(|error| ListError::Unreadable(error.to_string()))
        })
        .await
    }

    /// Reads a list page by page.
    pub(super) async fn pages<T>(
        &self,
        path: &str,
        query: &[(&str, String)],
        evidence: &Evidence,
        read: impl Fn(&str) -> Result<Vec<T>, ListError> + Send + Sync,
    ) -> Result<Vec<T>, ListError>
    where
        T: Send,
    {
        let mut all = Vec::new();
        for page in 1..=PAGES_MAX {
            let path = [path];
            let mut ask = self.own(Ask::get(&path)).list().query("per_page", PER_PAGE);
            ask = ask.query("page", page.to_string());
            for (name, value) in query {
                ask = ask.query(name, value.clone());
            }
            let answer = self.http.send(ask, evidence).await.map_err(ListError::Failure)?;
            if is_none(&answer) {
                return Ok(all);
            }
            if !answer.is_success() {
                return Err(ListError::Status(error_of(&answer)));
            }
            all.extend(read(&answer.body)?);
            if answer.header("x-next-page").is_none_or(str::is_empty) {
                return Ok(all);
            }
        }
        Err(ListError::TooLong)
    }
}

/// An empty list may also be answered with the code of a transaction that isn't there.
fn is_none(answer: &Answer) -> bool {
    answer.status == 404 && code_of(answer).is_some_and(|(code, _)| code == NOT_FOUND)
}

/// What a status other than success means for a question.
pub(super) fn error_of(answer: &Answer) -> SupplierError {
    let code = code_of(answer).map(|(code, message)| format!("{code} {message}"));
    error_of_status(answer, code.as_deref())
}

/// A window of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// Cuts a span of time into windows that a list may have.
pub(super) fn windows(from: Timestamp, until: Timestamp) -> Vec<Span> {
    let mut windows = Vec::new();
    let mut start = from;
    while start < until {
        let end = (start + WINDOW).min(until);
        windows.push(Span {
            from: start,
            until: end,
        });
        start = end;
    }
    windows
}

const fn rank(transaction: &Transaction) -> u8 {
    match transaction.class() {
        Some(Class::Completed) => 0,
        None | Some(Class::Confirmed | Class::Submitted) => 1,
        Some(Class::Created) => 2,
        Some(Class::Reversed) => 3,
        Some(Class::Rejected | Class::Cancelled | Class::Declined) => 4,
    }
}

fn record(told: &Transaction) -> Result<Record, SupplierError> {
    let unusable = |what: &str| SupplierError::Unusable(format!("transaction {} has {what}", told.id));
    let state = match told.class() {
        Some(Class::Created | Class::Confirmed | Class::Submitted) => RecordState::Pending,
        Some(Class::Completed) => RecordState::Delivered,
        Some(Class::Rejected | Class::Cancelled | Class::Declined) => RecordState::Rejected,
        Some(Class::Reversed) => RecordState::Reversed,
        None => return Err(unusable("a status of an unknown class")),
    };
    Ok(Record {
        supplier_reference: told.id.to_string(),
        reference: told.external_id.clone(),
        recipient: told.recipient(),
        state,
        cost: told.cost(),
        made_at: told.made_at().ok_or_else(|| unusable("no creation date"))?,
    })
}

impl From<ListError> for Cause {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Failure(failure) => failure.into(),
            ListError::Status(error) => Self::Unreadable(error.to_string()),
            ListError::Unreadable(why) => Self::Unreadable(why),
            ListError::TooLong => Self::Unreadable("a list without an end".to_owned()),
        }
    }
}

impl From<ListError> for SupplierError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Failure(failure) => failure.into(),
            ListError::Status(error) => error,
            ListError::Unreadable(why) => Self::Unusable(why),
            ListError::TooLong => Self::Unusable(format!("a list of more than {PAGES_MAX} pages")),
        }
    }
}
