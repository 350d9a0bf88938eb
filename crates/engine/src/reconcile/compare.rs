//! The comparison of a day's attempts with the supplier's records: pure.

use std::collections::{BTreeMap, HashMap};

use model::{AccountId, AttemptId, Currency, Money, Record, RecordState, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Day, settle::Remedy};
use crate::cases::CaseKind;

/// How an attempt stands with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OurState {
    /// Nobody knows yet.
    Open,
    /// It was delivered, and its order with it.
    Delivered,
    /// It was delivered after its order had ended otherwise, or beside another attempt: the loss is ours.
    DeliveredLate,
    /// It was not delivered.
    Rejected,
    /// It was delivered and taken back.
    Reversed,
}

impl OurState {
    /// The word: `open`, `delivered`, `delivered_late`, `rejected`, `reversed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Delivered => "delivered",
            Self::DeliveredLate => "delivered_late",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
        }
    }
}

/// An attempt as our orders and books have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurAttempt {
    /// Which.
    pub id: AttemptId,
    /// Whose order.
    pub account: AccountId,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// How it stands.
    pub state: OurState,
    /// How its order stands.
    pub order_status: String,
    /// What the supplier said last.
    pub answer: Value,
    /// What our books say that it cost, adjustments counted in.
    pub cost: Money,
}

/// Something on which both sides differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    kind: String,
    /// The attempt, or the supplier's own reference where we have none.
    pub subject: String,
    /// Both sides, and what could be done.
    pub facts: Value,
}

impl Difference {
    /// What kind it is.
    pub fn kind(&self) -> CaseKind {
        self.kind.parse().unwrap_or(CaseKind::OtherState)
    }
}

/// What a comparison found.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) same: usize,
    pub(super) open: usize,
    pub(super) our_costs: Vec<Money>,
    pub(super) their_costs: Vec<Money>,
    pub(super) differences: Vec<Difference>,
}

/// Compares; only what belongs to the day is told, by our time where we have the attempt.
pub(super) fn compare(ours: &[OurAttempt], theirs: &[Record], day: Day) -> Compared {
    let mut compared = Compared::default();
    let mut records: HashMap<AttemptId, Vec<&Record>> = HashMap::new();
    let mut strange = Vec::new();
    for record in theirs {
        match record.reference.as_ref().and_then(|reference| reference.parse().ok()) {
            Some(attempt) => records.entry(attempt).or_default().push(record),
            None => strange.push(record),
        }
    }
    let (mut our_costs, mut their_costs) = (Sums::default(), Sums::default());
    for our in ours {
        let records = records.remove(&our.id).unwrap_or_default();
        if !day.has(our.submitted_at) {
            continue;
        }
        our_costs.add(our.cost);
        for record in records.iter().filter(|record| record.state == RecordState::Delivered) {
            their_costs.add_some(record.cost);
        }
        match judge(our, &records) {
            Verdict::Same => compared.same += 1,
            Verdict::Open => compared.open += 1,
            Verdict::Differs(kind) => compared.differences.push(differs(kind, our, &records)),
        }
    }
    // Their references are ours, and the attempts aren't: another installation with the same key, or a lost database.
    strange.extend(records.into_values().flatten());
    for record in strange.into_iter().filter(|record| day.has(record.made_at)) {
        if matches!(record.state, RecordState::Delivered | RecordState::Pending) {
            their_costs.add_some(record.cost);
            compared.differences.push(theirs_only(record));
        }
    }
    compared
        .differences
        .sort_by(|one, other| (&one.kind, &one.subject).cmp(&(&other.kind, &other.subject)));
    compared.our_costs = our_costs.amounts();
    compared.their_costs = their_costs.amounts();
    compared
}

enum Verdict {
    Same,
    Open,
    Differs(CaseKind),
}

fn judge(our: &OurAttempt, records: &[&Record]) -> Verdict {
    let delivered: Vec<_> = records
        .iter()
        .filter(|record| record.state == RecordState::Delivered)
        .collect();
    if delivered.len() > 1 {
        return Verdict::Differs(CaseKind::DeliveredTwice);
    }
    // One that was delivered says more than others of the same reference.
    let record = delivered.first().map(|record| **record).or(records.last().copied());
    match (our.state, record.map(|record| record.state)) {
        // Whoever works on the order asks about it.
        (OurState::Open, _) => Verdict::Open,
        (OurState::Delivered | OurState::DeliveredLate, None) => Verdict::Differs(CaseKind::OursOnly),
        (OurState::Rejected | OurState::Reversed, None | Some(RecordState::Rejected | RecordState::Reversed)) => {
            // A cost that was adjusted away is none, and so is one that was forgiven.
            if our.cost.minor() == 0 {
                Verdict::Same
            } else {
                Verdict::Differs(CaseKind::OtherAmount)
            }
        }
        (OurState::Delivered | OurState::DeliveredLate, Some(RecordState::Delivered)) => {
            match record.and_then(|record| record.cost) {
                Some(cost) if cost != our.cost => Verdict::Differs(CaseKind::OtherAmount),
                _ => Verdict::Same,
            }
        }
        (
            OurState::Delivered | OurState::DeliveredLate,
            Some(RecordState::Rejected | RecordState::Reversed | RecordState::Pending),
        )
        | (OurState::Rejected | OurState::Reversed, Some(RecordState::Delivered | RecordState::Pending)) => {
            Verdict::Differs(CaseKind::OtherState)
        }
    }
}

fn differs(kind: CaseKind, our: &OurAttempt, records: &[&Record]) -> Difference {
    let delivered = records.iter().filter(|record| record.state == RecordState::Delivered);
    let charged = delivered
        .filter_map(|record| record.cost)
        .try_fold(Money::zero(our.cost.currency()), Money::checked_add);
    let charged = charged.ok();
    let not_theirs = records
        .iter()
        .any(|record| matches!(record.state, RecordState::Rejected | RecordState::Reversed));
    let costs = charged.is_some_and(Money::is_positive);
    let remedy = match (kind, our.state) {
        (CaseKind::OtherAmount | CaseKind::DeliveredTwice, _) => charged.map(|_| Remedy::AdjustCost),
        (CaseKind::OursOnly, OurState::Delivered) => Some(Remedy::ReverseOrder),
        (CaseKind::OtherState, OurState::Delivered) => not_theirs.then_some(Remedy::ReverseOrder),
        // Its order has ended otherwise already: only what it cost is wrong.
        (CaseKind::OursOnly, OurState::DeliveredLate) => charged.map(|_| Remedy::AdjustCost),
        (CaseKind::OtherState, OurState::DeliveredLate) => not_theirs.then_some(Remedy::AdjustCost),
        (CaseKind::OtherState, OurState::Rejected) => costs.then_some(Remedy::BookCost),
        (CaseKind::OtherState, OurState::Reversed) => costs.then_some(Remedy::AdjustCost),
        _ => None,
    };
    let facts = json!({
        "attempt": our.id.to_string(),
        "order": our.id.order.to_string(),
        "account": our.account.to_string(),
        "ours": {
            "state": our.state.as_str(),
            "order_status": our.order_status,
            "cost": our.cost,
            "submitted_at": our.submitted_at.to_string(),
            "answer": our.answer,
        },
        "theirs": records.iter().map(|record| shown(record)).collect::<Vec<_>>(),
        "charged": charged,
        "remedies": remedy.iter().map(|remedy| remedy.as_str()).collect::<Vec<_>>(),
    });
    Difference {
        kind: kind.as_str().to_owned(),
        subject: our.id.to_string(),
        facts,
    }
}

fn theirs_only(record: &Record) -> Difference {
    Difference {
        kind: CaseKind::TheirsOnly.as_str().to_owned(),
        subject: record.supplier_reference.clone(),
        facts: json!({ "theirs": [shown(record)], "remedies": [] }),
    }
}

/// A record as evidence; a phone's last digits are enough to find it.
fn shown(record: &Record) -> Value {
    json!({
        "supplier_reference": record.supplier_reference,
        "reference": record.reference,
        "state": record.state.as_str(),
        "cost": record.cost,
        "made_at": record.made_at.to_string(),
    })
}

/// Sums by currency.
#[derive(Default)]
pub(super) struct Sums(BTreeMap<Currency, Money>);

impl Sums {
    pub(super) fn add(&mut self, money: Money) {
        let sum = self
            .0
            .entry(money.currency())
            .or_insert_with(|| Money::zero(money.currency()));
        *sum = sum.checked_add(money).unwrap_or(*sum);
    }

    pub(super) fn add_some(&mut self, money: Option<Money>) {
        if let Some(money) = money {
            self.add(money);
        }
    }

    pub(super) fn of(&self, currency: Currency) -> Money {
        self.0.get(&currency).copied().unwrap_or_else(|| Money::zero(currency))
    }

    pub(super) fn amounts(self) -> Vec<Money> {
        self.0.into_values().filter(|sum| sum.minor() != 0).collect()
    }
}
