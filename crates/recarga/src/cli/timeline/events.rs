//! What happened to an order, in the order in which it did.

use engine::{
    ledger::Leg,
    orders::{Attempt, AttemptCall, Call, Proposal},
};
use model::{Exchange, Outcome, Timestamp};
use serde::Serialize;

use super::Story;

/// One thing that happened.
#[derive(Serialize)]
pub(super) struct Event {
    at: String,
    pub(super) what: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) details: Vec<String>,
    #[serde(skip)]
    pub(super) moment: Timestamp,
}

impl Event {
    fn new(moment: Timestamp, what: impl Into<String>) -> Self {
        Self {
            at: moment.to_string(),
            what: what.into(),
            details: Vec::new(),
            moment,
        }
    }

    fn with(self, details: impl Iterator<Item = String>) -> Self {
        Self {
            details: details.collect(),
            ..self
        }
    }
}

impl Story {
    /// Lists what happened, in the order in which it did.
    pub(super) fn events(&self) -> Vec<Event> {
        let mut events = vec![Event::new(self.order.created_at(), "placed")];
        let holds = self.transfers.iter().filter(|leg| leg.movement == "hold");
        events.extend(holds.map(|leg| Event::new(leg.created_at, format!("{} held", leg.amount))));
        for attempt in &self.attempts {
            self.tell_attempt(attempt, &mut events);
        }
        self.proposals
            .iter()
            .for_each(|proposal| tell_proposal(proposal, &mut events));
        if let Some(decision) = &self.order.decision {
            let agreed = decision.confirmed_by.as_ref();
            let agreed = agreed.map_or_else(String::new, |second| format!(", confirmed by {second}"));
            let by = if decision.by.is_empty() {
                "a person"
            } else {
                &decision.by
            };
            let what = format!("decided by {by}{agreed}: {}, {}", decision.verdict, decision.why);
            events.push(Event::new(Timestamp::from_micros(decision.at_us), what));
        }
        if let Some(at) = self.order.status.ended_at() {
            events.push(Event::new(at, self.order.status.as_str()));
        }
        let moves = self.transfers.iter().filter(|leg| leg.movement != "hold");
        events.extend(moves.map(|leg| Event::new(leg.created_at, moved(leg))));
        // Stable: what happened at one moment stays in the order of cause and effect.
        events.sort_by_key(|event| event.moment);
        events
    }

    fn tell_attempt(&self, attempt: &Attempt, events: &mut Vec<Event>) {
        let Attempt {
            supplier,
            sku,
            cost,
            id,
            ..
        } = attempt;
        let number = id.number;
        let routed = format!(
            "attempt {number}: {sku} at {supplier}, costs {cost}{}",
            by_rules(attempt)
        );
        let offers = attempt.choice.iter().flat_map(|choice| &choice.offers);
        let offers = offers
            .zip(1..)
            .map(|(offer, place)| format!("{place}. {}: {}", offer.supplier, offer.says));
        events.push(Event::new(attempt.submitted_at, routed).with(offers));
        let mut last_is_told = false;
        for call in self.calls_of(attempt) {
            tell_call(call, events);
            last_is_told |= Some(call.answered_at) == attempt.answered_at;
        }
        if let (Some(outcome), Some(at)) = (&attempt.outcome, attempt.answered_at) {
            if !last_is_told {
                let what = format!("attempt {number}: {}{}", told(outcome), asked(attempt.questions));
                events.push(Event::new(at, what));
            }
            if let Outcome::Delivered(receipt) = outcome
                && let Some(charged) = receipt.cost.filter(|charged| charged != cost)
            {
                let what = format!("attempt {number}: {supplier} charged {charged}, the offer said {cost}");
                events.push(Event::new(at, what));
            }
            if let Some(rule) = &attempt.rule {
                events.push(Event::new(at, format!("attempt {number} is over: {rule}")));
            }
        }
    }
}

fn by_rules(attempt: &Attempt) -> String {
    match &attempt.choice {
        Some(choice) if choice.rules > 0 => format!(" (the best of {}, rules {})", choice.offers.len(), choice.rules),
        Some(choice) => format!(" (the best of {})", choice.offers.len()),
        None => String::new(),
    }
}

/// A call: what passed over the wire, and what it was understood as.
fn tell_call(call: &AttemptCall, events: &mut Vec<Event>) {
    let number = call.attempt.number;
    let verb = match call.call {
        Call::Submit => "sent",
        Call::Find => "asked",
    };
    let exchanges = call.exchanges.iter().flat_map(exchanged);
    events.push(Event::new(call.called_at, format!("attempt {number}: {verb}")).with(exchanges));
    events.push(Event::new(
        call.answered_at,
        format!("attempt {number}: {}", told(&call.outcome)),
    ));
}

fn exchanged(exchange: &Exchange) -> impl Iterator<Item = String> + use<> {
    let took = exchange
        .duration_ms
        .map_or_else(String::new, |ms| format!(" after {ms} ms"));
    let answer = match &exchange.answer {
        Some(answer) => format!("< {answer}{took}"),
        None => format!("< no answer{took}"),
    };
    let rule = exchange.rule.as_ref().map(|rule| format!("= {rule}"));
    [format!("> {}", exchange.request), answer].into_iter().chain(rule)
}

fn tell_proposal(proposal: &Proposal, events: &mut Vec<Event>) {
    let Proposal {
        verdict, why, by, at, ..
    } = proposal;
    events.push(Event::new(*at, format!("proposed by {by}: {verdict}, {why}")));
    if let Some(answer) = &proposal.answer {
        let what = format!("{} by {}: {}", answer.status, answer.by, answer.why);
        events.push(Event::new(answer.at, what));
    }
}

/// What an answer says.
pub(crate) fn told(outcome: &Outcome) -> String {
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
