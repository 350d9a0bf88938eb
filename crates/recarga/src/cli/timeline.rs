//! The story of one order, as a timeline.

use engine::{
    ledger::Leg,
    orders::{Attempt, Order, OrderStatus},
};
use model::{Outcome, Timestamp};
use serde::Serialize;

use super::{
    orders::Printed,
    output::{Amount, precise},
};

/// Everything that has happened to an order.
pub(crate) struct Story {
    pub(crate) order: Order,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) transfers: Vec<Leg>,
}

#[derive(Serialize)]
pub(crate) struct PrintedStory {
    #[serde(flatten)]
    order: Printed,
    timeline: Vec<Event>,
    attempts_made: Vec<PrintedAttempt>,
    transfers: Vec<PrintedTransfer>,
}

/// One thing that happened.
#[derive(Serialize)]
struct Event {
    at: String,
    what: String,
    #[serde(skip)]
    moment: Timestamp,
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
            timeline: self.events(),
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
        lines.extend(
            self.events()
                .iter()
                .map(|event| format!("  {}  {}", precise(event.moment), event.what)),
        );
        let due_at = self.order.status.due_at();
        lines.extend(due_at.map(|due_at| format!("  {}  {}", precise(due_at), self.next())));
        lines.join("\n")
    }

    /// What comes next, at the time that the order is due.
    fn next(&self) -> &'static str {
        match self.order.status {
            OrderStatus::Waiting { .. } => "next: an attempt",
            OrderStatus::Delivering { .. } => "next: if its worker is dead by then, the supplier is asked",
            OrderStatus::Stuck { .. } => "next: the supplier is asked again; it needs a person: recarga orders resolve",
            _ => "next: the supplier is asked what became of it",
        }
    }

    /// Lists what happened, when, for a page.
    pub(crate) fn steps(&self) -> Vec<(Timestamp, String)> {
        self.events()
            .into_iter()
            .map(|event| (event.moment, event.what))
            .collect()
    }

    /// Lists what happened, in the order in which it did.
    fn events(&self) -> Vec<Event> {
        let mut events = Vec::new();
        let mut add = |moment: Timestamp, what: String| {
            events.push(Event {
                at: moment.to_string(),
                what,
                moment,
            });
        };
        add(self.order.created_at(), "placed".to_owned());
        let of = |movement: &'static str| self.transfers.iter().filter(move |leg| leg.movement == movement);
        for leg in of("hold") {
            add(leg.created_at, format!("{} held", leg.amount));
        }
        for attempt in &self.attempts {
            let Attempt {
                supplier,
                sku,
                cost,
                submitted_at,
                id,
                ..
            } = attempt;
            add(
                *submitted_at,
                format!("attempt {}: {sku} at {supplier}, costs {cost}", id.number),
            );
            if let (Some(outcome), Some(at)) = (&attempt.outcome, attempt.answered_at) {
                add(
                    at,
                    format!("attempt {}: {}{}", id.number, told(outcome), asked(attempt.questions)),
                );
            }
        }
        if let Some(decision) = &self.order.decision {
            add(
                Timestamp::from_micros(decision.at_us),
                format!("a person: {}, {}", decision.verdict, decision.why),
            );
        }
        if let Some(at) = self.order.status.ended_at() {
            add(at, self.order.status.as_str().to_owned());
        }
        for leg in self.transfers.iter().filter(|leg| leg.movement != "hold") {
            add(leg.created_at, moved(leg));
        }
        // Stable: what happened at one moment stays in the order of cause and effect.
        events.sort_by_key(|event| event.moment);
        events
    }
}

/// What an answer says.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered(receipt) => match &receipt.operator_reference {
            Some(reference) => format!("delivered, operator's reference {reference}"),
            None => "delivered".to_owned(),
        },
        Outcome::Rejected(rejection) => format!("refused: {rejection}"),
        Outcome::Pending { .. } => "accepted, not final".to_owned(),
        Outcome::Unknown(cause) => format!("not known: {cause}"),
        Outcome::Reversed { message } => format!("taken back: {message}"),
    }
}

fn asked(questions: u32) -> String {
    match questions {
        0 => String::new(),
        1 => " (asked once)".to_owned(),
        count => format!(" (asked {count} times)"),
    }
}

/// What a transfer did.
fn moved(leg: &Leg) -> String {
    let Leg {
        amount, debit, credit, ..
    } = leg;
    match (leg.movement.as_str(), leg.kind.as_str()) {
        (_, "settle") => format!("{amount} sold"),
        (_, "release") => format!("{amount} back on the balance"),
        ("reversal", _) => format!("{amount} back on the balance after the reversal"),
        ("cost", _) => format!("{amount} owed to the supplier ({credit})"),
        ("cost_reversal", _) => format!("{amount} no longer owed ({debit})"),
        _ => format!("{amount} from {debit} to {credit}"),
    }
}
