//! What happened to an order, in the order in which it did.

use engine::{
    ledger::Leg,
    orders::{Attempt, AttemptCall, Proposal},
};
use model::{Outcome, Timestamp};

use super::{
    Story,
    what::{Detail, Moved, What},
};

/// One thing that happened.
pub(crate) struct Event {
    pub(crate) at: Timestamp,
    pub(crate) what: What,
    pub(crate) details: Vec<Detail>,
}

impl Event {
    const fn new(at: Timestamp, what: What) -> Self {
        Self {
            at,
            what,
            details: Vec::new(),
        }
    }
}

impl Story {
    /// Lists what happened, in the order in which it did.
    pub(crate) fn events(&self) -> Vec<Event> {
        let mut events = vec![Event::new(self.order.created_at(), What::Placed)];
        let holds = self.transfers.iter().filter(|leg| leg.movement == "hold");
        events.extend(holds.map(|leg| Event::new(leg.created_at, What::Held(leg.amount))));
        for attempt in &self.attempts {
            self.tell_attempt(attempt, &mut events);
        }
        self.proposals
            .iter()
            .for_each(|proposal| tell_proposal(proposal, &mut events));
        if let Some(decision) = &self.order.decision {
            let what = What::Decided {
                by: decision.by.clone(),
                second: decision.confirmed_by.clone(),
                verdict: decision.verdict.clone(),
                why: decision.why.clone(),
            };
            events.push(Event::new(Timestamp::from_micros(decision.at_us), what));
        }
        if let Some(at) = self.order.status.ended_at() {
            events.push(Event::new(at, What::Ended(self.order.status.as_str())));
        }
        let moves = self.transfers.iter().filter(|leg| leg.movement != "hold");
        events.extend(moves.map(|leg| Event::new(leg.created_at, moved(leg))));
        // Stable: what happened at one moment stays in the order of cause and effect.
        events.sort_by_key(|event| event.at);
        events
    }

    fn tell_attempt(&self, attempt: &Attempt, events: &mut Vec<Event>) {
        let (number, supplier, cost) = (attempt.id.number, &attempt.supplier, attempt.cost);
        let offers = attempt.choice.iter().flat_map(|choice| &choice.offers).zip(1..);
        let offer = |(offer, place): (&engine::routing::Considered, usize)| Detail::Offer {
            place,
            supplier: offer.supplier.clone(),
            says: offer.says.clone(),
        };
        events.push(Event {
            at: attempt.submitted_at,
            what: What::Routed {
                number,
                sku: attempt.sku.clone(),
                supplier: supplier.clone(),
                cost,
                best_of: (attempt.choice.as_ref()).map(|choice| (choice.offers.len(), choice.rules)),
            },
            details: offers.map(offer).collect(),
        });
        let mut last_is_told = false;
        for call in self.calls_of(attempt) {
            tell_call(call, events);
            last_is_told |= Some(call.answered_at) == attempt.answered_at;
        }
        let (Some(outcome), Some(at)) = (&attempt.outcome, attempt.answered_at) else {
            return;
        };
        if !last_is_told {
            let what = What::Answered {
                number,
                outcome: outcome.clone(),
                questions: attempt.questions,
            };
            events.push(Event::new(at, what));
        }
        if let Outcome::Delivered(receipt) = outcome
            && let Some(charged) = receipt.cost.filter(|charged| *charged != cost)
        {
            let what = What::Charged {
                number,
                supplier: supplier.clone(),
                charged,
                cost,
            };
            events.push(Event::new(at, what));
        }
        if let Some(ground) = attempt.rule.clone() {
            events.push(Event::new(at, What::Over { number, ground }));
        }
    }
}

/// A call: what passed over the wire, and what it was understood as.
fn tell_call(call: &AttemptCall, events: &mut Vec<Event>) {
    let number = call.attempt.number;
    events.push(Event {
        at: call.called_at,
        what: What::Called {
            number,
            call: call.call,
        },
        details: call.exchanges.iter().cloned().map(Detail::Exchange).collect(),
    });
    let what = What::Answered {
        number,
        outcome: call.outcome.clone(),
        questions: 0,
    };
    events.push(Event::new(call.answered_at, what));
}

fn tell_proposal(proposal: &Proposal, events: &mut Vec<Event>) {
    let what = What::Proposed {
        by: proposal.by.clone(),
        verdict: proposal.verdict,
        why: proposal.why.clone(),
    };
    events.push(Event::new(proposal.at, what));
    if let Some(answer) = &proposal.answer {
        let what = What::Consented {
            by: answer.by.clone(),
            status: answer.status.clone(),
            why: answer.why.clone(),
        };
        events.push(Event::new(answer.at, what));
    }
}

/// What a transfer did.
fn moved(leg: &Leg) -> What {
    let (debit, credit) = (leg.debit.clone(), leg.credit.clone());
    let how = match (leg.movement.as_str(), leg.kind.as_str()) {
        (_, "settle") => Moved::Sold,
        (_, "release") => Moved::Back,
        ("reversal", _) => Moved::BackAfterReversal,
        ("cost", _) => Moved::Owed(credit),
        ("cost_reversal", _) => Moved::NoLongerOwed(debit),
        _ => Moved::Other(debit, credit),
    };
    What::Moved {
        amount: leg.amount,
        how,
    }
}
