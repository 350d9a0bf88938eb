//! The story of one order, as a timeline.

mod events;
mod what;

use engine::{
    ledger::Leg,
    orders::{Attempt, AttemptCall, Ground, Order, OrderStatus, Proposal},
    routing::{Choice, Considered},
};
use model::{Exchange, Money, Outcome};
use serde::Serialize;

pub(crate) use self::{
    events::Event,
    what::{Detail, Moved, What, told},
};
use super::{
    orders::Printed,
    output::{Amount, precise},
};

/// Everything that has happened to an order.
pub(crate) struct Story {
    pub(crate) order: Order,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) calls: Vec<AttemptCall>,
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) transfers: Vec<Leg>,
}

#[derive(Serialize)]
pub(crate) struct PrintedStory {
    #[serde(flatten)]
    order: Printed,
    timeline: Vec<PrintedEvent>,
    attempts_made: Vec<PrintedAttempt>,
    transfers: Vec<PrintedTransfer>,
}

#[derive(Serialize)]
struct PrintedEvent {
    at: String,
    what: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
}

impl From<&Event> for PrintedEvent {
    fn from(event: &Event) -> Self {
        Self {
            at: event.at.to_string(),
            what: event.what.in_english(),
            details: event.details.iter().flat_map(Detail::in_english).collect(),
        }
    }
}

/// What was considered for an attempt.
#[derive(Serialize)]
struct PrintedChoice {
    rules: i64,
    offers: Vec<PrintedOffer>,
}

#[derive(Serialize)]
struct PrintedOffer {
    supplier: String,
    cost: Money,
    score_bps: i64,
    says: String,
}

impl From<&Choice> for PrintedChoice {
    fn from(choice: &Choice) -> Self {
        let offer = |one: &Considered| PrintedOffer {
            supplier: one.supplier.clone(),
            cost: one.cost,
            score_bps: one.score_bps,
            says: one.in_english(),
        };
        Self {
            rules: choice.rules,
            offers: choice.offers.iter().map(offer).collect(),
        }
    }
}

#[derive(Serialize)]
struct PrintedAttempt {
    id: String,
    supplier: String,
    sku: String,
    cost: Amount,
    submitted_at: String,
    questions: u32,
    supplier_reference: Option<String>,
    outcome: Option<Outcome>,
    answered_at: Option<String>,
    choice: Option<PrintedChoice>,
    rule: Option<String>,
    calls: Vec<PrintedCall>,
}

/// A call with its evidence.
#[derive(Serialize)]
pub(crate) struct PrintedCall {
    call: &'static str,
    called_at: String,
    answered_at: String,
    outcome: Outcome,
    exchanges: Vec<Exchange>,
}

impl From<&AttemptCall> for PrintedCall {
    fn from(call: &AttemptCall) -> Self {
        Self {
            call: call.call.as_str(),
            called_at: call.called_at.to_string(),
            answered_at: call.answered_at.to_string(),
            outcome: call.outcome.clone(),
            exchanges: call.exchanges.clone(),
        }
    }
}

#[derive(Serialize)]
struct PrintedTransfer {
    movement: String,
    kind: String,
    debit: String,
    credit: String,
    amount: Amount,
    created_at: String,
}

impl Story {
    pub(crate) fn printed(&self) -> PrintedStory {
        let attempt = |one: &Attempt| PrintedAttempt {
            id: one.id.to_string(),
            supplier: one.supplier.to_string(),
            sku: one.sku.clone(),
            cost: one.cost.into(),
            submitted_at: one.submitted_at.to_string(),
            questions: one.questions,
            supplier_reference: one.supplier_reference.clone(),
            outcome: one.outcome.clone(),
            answered_at: one.answered_at.map(|at| at.to_string()),
            choice: one.choice.as_ref().map(PrintedChoice::from),
            rule: one.rule.as_ref().map(Ground::in_english),
            calls: self.calls_of(one).map(PrintedCall::from).collect(),
        };
        let transfer = |leg: &Leg| PrintedTransfer {
            movement: leg.movement.clone(),
            kind: leg.kind.clone(),
            debit: leg.debit.clone(),
            credit: leg.credit.clone(),
            amount: leg.amount.into(),
            created_at: leg.created_at.to_string(),
        };
        PrintedStory {
            order: Printed::from(&self.order),
            timeline: self.events().iter().map(PrintedEvent::from).collect(),
            attempts_made: self.attempts.iter().map(attempt).collect(),
            transfers: self.transfers.iter().map(transfer).collect(),
        }
    }

    pub(crate) fn text(&self) -> String {
        let Order {
            id,
            product_name,
            value,
            phone_number,
            price,
            account,
            invoice,
            ..
        } = &self.order;
        let mut lines = vec![
            format!("{id}  {}", self.order.status.as_str()),
            format!("  {value} {product_name} for {phone_number}, price {price}"),
            format!("  account {account}, invoice {invoice}"),
        ];
        lines.extend(
            self.order
                .reference
                .iter()
                .map(|reference| format!("  reference {reference}")),
        );
        lines.push(String::new());
        for event in self.events() {
            lines.push(format!("  {}  {}", precise(event.at), event.what.in_english()));
            let details = event.details.iter().flat_map(Detail::in_english);
            lines.extend(details.map(|detail| format!("      {detail}")));
        }
        let due_at = self.order.status.due_at();
        lines.extend(due_at.map(|due_at| format!("  {}  {}", precise(due_at), self.next())));
        lines.join("\n")
    }

    fn calls_of(&self, attempt: &Attempt) -> impl Iterator<Item = &AttemptCall> {
        let id = attempt.id;
        self.calls.iter().filter(move |call| call.attempt == id)
    }

    /// What comes next, at the time that the order is due.
    fn next(&self) -> String {
        if let Some(held_up) = self.order.held_up.as_ref().filter(|_| self.order.is_held_up()) {
            return format!(
                "next: it is looked at again; it waits because {}",
                held_up.why.in_english()
            );
        }
        let next = match self.order.status {
            OrderStatus::Waiting { .. } => "next: an attempt",
            OrderStatus::Delivering { .. } => "next: if its worker is dead by then, the supplier is asked",
            OrderStatus::Stuck { .. } => "next: the supplier is asked again; it needs a person: recarga orders resolve",
            _ => "next: the supplier is asked what became of it",
        };
        next.to_owned()
    }
}
