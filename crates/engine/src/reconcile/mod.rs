//! Reconciliation: a day at a supplier, compared three ways.
//!
//! Our attempts, the supplier's own records, and what our balance there has moved by. What agrees is counted, each
//! difference opens a case with its evidence and what could be done about it; nothing is changed until a person says
//! so ([`settle`]). Run again for the same day it finds the same cases, and closes those whose difference has gone.
//!
//! `compare` is the whole comparison, pure; [`reconcile`] reads our side, compares and writes.

mod balance;
mod compare;
mod day;
mod ours;
mod settle;
mod store;

use std::time::Duration;

use model::{Money, Record, SupplierName};
use serde::{Deserialize, Serialize};

pub use balance::Balance;
pub use compare::{Difference, OurAttempt, OurState};
pub use day::{Day, ParseDayError};
pub use settle::{Remedy, SettleError, settle};
pub use store::{find, missed, was_compared};

use crate::{
    Context, Error,
    cases::{self, CaseFilter, Found},
    db::Tx,
};

/// A supplier's clock, and a call that takes long, put a record this much beside our attempt at most. Records are
/// asked for with this margin around a day.
pub const MARGIN: Duration = Duration::from_hours(1);
/// More differences than a person can look at have one cause: the rest is counted.
const DIFFERENCES_MAX: usize = 1_000;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The supplier.
    pub supplier: String,
    /// The day: `2026-11-25`, in UTC.
    pub day: String,
    /// Attempts on which both agree.
    pub same: usize,
    /// Attempts whose end we don't know yet: they are asked about anyway.
    pub open: usize,
    /// What our books say that the day's attempts have cost, by currency.
    pub our_costs: Vec<Money>,
    /// What the supplier says, by currency.
    pub their_costs: Vec<Money>,
    /// Where we differ.
    pub differences: Vec<Difference>,
    /// So many differences more: a run tells a bounded number.
    pub left_out: usize,
    /// What our balance there says; none without one at both ends of the day.
    pub balance: Option<Balance>,
    /// Cases that were opened by this run.
    pub opened: usize,
    /// Cases that were closed by this run, because their difference has gone.
    pub settled: usize,
}

impl Report {
    /// Whether everything agrees.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.balance.as_ref().is_none_or(Balance::agrees)
    }
}

/// Compares a day and keeps what was found. `theirs` are the supplier's records of the day, with the margin on both sides.
pub fn reconcile(
    tx: &mut Tx<'_>,
    context: &Context,
    supplier: &SupplierName,
    (day, theirs): (Day, &[Record]),
    now: model::Timestamp,
) -> Result<Report, Error> {
    let ours = ours::read(tx, supplier, day, theirs)?;
    let mut compared = compare::compare(&ours, theirs, day);
    let left_out = compared.differences.len().saturating_sub(DIFFERENCES_MAX);
    compared.differences.truncate(DIFFERENCES_MAX);
    let balance = balance::read(tx, supplier, day, theirs)?;
    let found = |kind, subject: &str, facts| Found {
        kind,
        supplier: supplier.clone(),
        subject: subject.to_owned(),
        day: Some(day.to_string()),
        facts,
    };
    let differing = compared.differences.iter();
    let mut all: Vec<Found> = differing
        .map(|difference| found(difference.kind(), &difference.subject, difference.facts.clone()))
        .collect();
    if let Some(balance) = balance.as_ref().filter(|balance| !balance.agrees()) {
        let facts = serde_json::to_value(balance).map_err(Error::corrupt)?;
        all.push(found(cases::CaseKind::Balance, &day.to_string(), facts));
    }
    let mut opened = 0;
    for found in &all {
        opened += usize::from(cases::open_or_refresh(tx, context, found, now)?);
    }
    // What is left out may have a case as well.
    let settled = if left_out == 0 {
        close_settled(tx, supplier, (day, &all), now)?
    } else {
        0
    };
    let report = Report {
        supplier: supplier.to_string(),
        day: day.to_string(),
        same: compared.same,
        open: compared.open,
        our_costs: compared.our_costs,
        their_costs: compared.their_costs,
        differences: compared.differences,
        left_out,
        balance,
        opened,
        settled,
    };
    store::write(tx, supplier, day, &report, now)?;
    Ok(report)
}

/// Closes the day's cases whose difference is not there any more.
fn close_settled(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    (day, found): (Day, &[Found]),
    now: model::Timestamp,
) -> Result<usize, Error> {
    let filter = CaseFilter {
        supplier: Some(supplier.clone()),
        day: Some(day.to_string()),
        ..CaseFilter::default()
    };
    let mut count = 0;
    for (id, kind, subject) in cases::open_subjects(tx, &filter)? {
        let still = found.iter().any(|found| found.kind == kind && found.subject == subject);
        if !still && cases::close_by_itself(tx, id, "both sides agree by now", now)? {
            count += 1;
        }
    }
    Ok(count)
}
