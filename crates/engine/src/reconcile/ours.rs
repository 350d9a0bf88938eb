//! Our side of a day: attempts as orders and books have them.

use std::{collections::HashMap, time::Duration};

use model::{AccountId, AttemptId, CaseId, Currency, Money, OrderId, Outcome, Record, SupplierName, Timestamp};

use super::{Day, MARGIN, OurAttempt, OurState};
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// An order may be paid for and tried again so long after it was made, at most: attempts are found by their orders' ids.
const ORDER_AGE_MAX: Duration = Duration::from_hours(7 * 24);

const COLUMNS: &str = "t.account_id, t.order_id, t.number, t.submitted_at, t.outcome, t.cost_minor, t.cost_currency,
    o.status, o.attempts, o.delivered_by";

/// Reads the attempts of a day, with the margin on both sides, and those that records name besides.
pub(super) fn read(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    day: Day,
    theirs: &[Record],
) -> Result<Vec<OurAttempt>, Error> {
    let (from, until) = (day.begins().minus(MARGIN), day.ends() + MARGIN);
    let (first, last) = (OrderId::first_at(from.minus(ORDER_AGE_MAX)), OrderId::first_at(until));
    let sql = format!(
        "SELECT {COLUMNS} FROM accounts a
         CROSS JOIN attempts t
         CROSS JOIN orders o
         WHERE o.account_id = t.account_id AND o.id = t.order_id AND t.account_id = a.id
             AND t.order_id >= ?1 AND t.order_id < ?2 AND t.supplier = ?3 AND t.submitted_at >= ?4 AND t.submitted_at < ?5
         ORDER BY t.order_id, t.number"
    );
    let mut ours = tx.query(&sql, &values![first, last, supplier, from, until], attempt)?;
    let known: std::collections::HashSet<_> = ours.iter().map(|our| our.id).collect();
    let named = theirs
        .iter()
        .filter_map(|record| record.reference.as_ref()?.parse::<AttemptId>().ok());
    let sql = format!(
        "SELECT {COLUMNS} FROM accounts a
         CROSS JOIN attempts t
         CROSS JOIN orders o
         WHERE o.account_id = t.account_id AND o.id = t.order_id
             AND t.account_id = a.id AND t.order_id = ?1 AND t.number = ?2 AND t.supplier = ?3"
    );
    for id in named.filter(|id| !known.contains(id)) {
        ours.extend(tx.find(&sql, &values![id.order, id.number, supplier], attempt)?);
    }
    let booked = booked(tx, supplier, &ours, day)?;
    for our in &mut ours {
        let costs = booked.get(&(our.account, our.id));
        let booked = costs.and_then(|costs| costs.first()).copied();
        our.cost = booked.unwrap_or_else(|| Money::zero(our.cost.currency()));
    }
    Ok(ours)
}

fn attempt(row: &Row<'_>) -> Result<OurAttempt, Error> {
    let id = AttemptId {
        order: row.parse(1)?,
        number: row.count(2)?,
    };
    let outcome: Option<Outcome> = row.json_opt(4)?;
    let status = row.text(7)?;
    let is_last = row.count(8)? == id.number;
    let has_ended_it = row.int_opt(9)?.map_or(is_last, |by| by == i64::from(id.number));
    let currency: Currency = row.parse(6)?;
    Ok(OurAttempt {
        id,
        account: row.parse(0)?,
        submitted_at: row.time(3)?,
        state: state(&status, (is_last, has_ended_it), outcome.as_ref()),
        order_status: status,
        answer: serde_json::to_value(&outcome).map_err(Error::corrupt)?,
        cost: Money::zero(currency),
    })
}

/// The last attempt of an order is the one under way, and the one that delivered unless another is named.
fn state(status: &str, (is_last, has_ended_it): (bool, bool), outcome: Option<&Outcome>) -> OurState {
    match (status, outcome) {
        ("delivering" | "confirming" | "stuck", _) if is_last => OurState::Open,
        ("delivered", _) if has_ended_it => OurState::Delivered,
        ("reversed", _) if has_ended_it => OurState::Reversed,
        (_, Some(Outcome::Delivered(_))) => OurState::DeliveredLate,
        (_, Some(Outcome::Reversed { .. })) => OurState::Reversed,
        _ => OurState::Rejected,
    }
}

type Booked = HashMap<(AccountId, AttemptId), Vec<Money>>;

/// What the books say that attempts have cost: what is owed, less what was forgiven, as later cases have adjusted it.
fn booked(tx: &mut Tx<'_>, supplier: &SupplierName, ours: &[OurAttempt], day: Day) -> Result<Booked, Error> {
    let mut booked = Booked::new();
    let payable = format!("payable:{supplier}");
    let (Some(first), Some(last)) = (
        ours.iter().map(|our| our.id.order).min(),
        ours.iter().map(|our| our.id.order).max(),
    ) else {
        return Ok(booked);
    };
    let attempt = |order: OrderId| {
        AttemptId { order, number: 1 }
            .to_string()
            .trim_end_matches("_1")
            .to_owned()
    };
    // The number follows a low line, which comes before a tilde.
    let (first, last) = (attempt(first), format!("{}~", attempt(last)));
    let sql = "SELECT t.account_id, t.subject_id, t.credit, t.amount_minor, t.currency FROM accounts a
               CROSS JOIN transfers t
               WHERE t.account_id = a.id AND t.subject_id >= ?1 AND t.subject_id < ?2 AND (t.debit = ?3 OR t.credit = ?3)";
    let rows = tx.query(sql, &values![first, last, &payable], |row| {
        leg(row, &payable, row.parse(1)?)
    })?;
    // An adjustment is of a case, which is younger than the day, and its note begins with the attempt.
    let (first, last) = (
        CaseId::first_at(day.begins()).to_string(),
        format!("{}~", CaseId::PREFIX),
    );
    let sql = "SELECT t.account_id, t.note, t.credit, t.amount_minor, t.currency FROM accounts a
               CROSS JOIN transfers t
               WHERE t.account_id = a.id AND t.subject_id >= ?1 AND t.subject_id < ?2 AND (t.debit = ?3 OR t.credit = ?3)";
    let adjusted = tx.query(sql, &values![first, last, &payable], |row| {
        let note = row.text(1)?;
        let attempt = note.split(' ').next().and_then(|id| id.parse().ok());
        leg(
            row,
            &payable,
            attempt.ok_or_else(|| Error::corrupt(format_args!("the note of an adjustment: {note:?}")))?,
        )
    })?;
    for (account, attempt, money) in rows.into_iter().chain(adjusted) {
        let costs = booked.entry((account, attempt)).or_default();
        match costs.iter_mut().find(|cost| cost.currency() == money.currency()) {
            Some(cost) => *cost = cost.checked_add(money).map_err(Error::corrupt)?,
            None => costs.push(money),
        }
    }
    Ok(booked)
}

fn leg(row: &Row<'_>, payable: &str, attempt: AttemptId) -> Result<(AccountId, AttemptId, Money), Error> {
    let minor = if row.text(2)? == payable {
        row.int(3)?
    } else {
        -row.int(3)?
    };
    Ok((row.parse(0)?, attempt, Money::new(minor, row.parse(4)?)))
}

/// When a supplier's records of a day are asked for, the margin included.
impl Day {
    /// From when on.
    pub fn asked_from(self) -> Timestamp {
        self.begins().minus(MARGIN)
    }

    /// Until when.
    pub fn asked_until(self) -> Timestamp {
        self.ends() + MARGIN
    }
}
