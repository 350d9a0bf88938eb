//! What an answer means, pure. Nothing turns an unknown outcome into a failure but the supplier's own word, or its
//! repeated "no record" once that is proof by its capabilities.

use std::time::Duration;

use model::{Absence, Cause, Elsewhere, Fault, Outcome, Receipt, Rejection, Timestamp};

use super::{Attempt, Order, OrderStatus, Resolve};
use crate::{Settings, context::pause};

/// Questions whose answers make a proof come this soon after each other: people wait for it, and a record that shows late
/// is not missed.
const PROOF_PAUSE: Duration = Duration::from_mins(1);

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judgement {
    Deliver(Receipt),
    Refund(Rejection),
    Reverse(Rejection),
    TryAgain {
        rejection: Rejection,
        due_at: Timestamp,
    },
    AskLater {
        ask_at: Timestamp,
    },
    CallPerson {
        ask_at: Timestamp,
    },
    DeliveredLate(Receipt),
    /// A delivery that the order did not wait for, or not alone, was taken back.
    TakenBackLate,
    /// This attempt failed, or was taken back; an earlier one turned out delivered meanwhile.
    RestOn(u32),
    Stale,
}

/// Says what an answer means; `besides` is another attempt of the order that is known to have delivered.
pub(super) fn judge(order: &Order, attempt: &Attempt, besides: Option<u32>, resolve: &Resolve) -> Judgement {
    let judgement = judge_alone(order, attempt, resolve);
    // The phone has it: nothing more is sent, and nothing is given back.
    match (besides, &judgement) {
        (Some(other), Judgement::Refund(_) | Judgement::TryAgain { .. } | Judgement::Reverse(_)) => {
            Judgement::RestOn(other)
        }
        _ => judgement,
    }
}

fn judge_alone(order: &Order, attempt: &Attempt, resolve: &Resolve) -> Judgement {
    let settings = &resolve.context.settings;
    if order.status.open_attempt() != Some(resolve.attempt) {
        return judge_closed(order, attempt, resolve);
    }
    match &resolve.outcome {
        Outcome::Delivered(receipt) => Judgement::Deliver(receipt.clone()),
        Outcome::Rejected(rejection) => after_proof(order, rejection.clone(), settings, resolve.now),
        Outcome::Reversed { message } => Judgement::Refund(reversed(message)),
        Outcome::Unknown(Cause::NoRecord) if is_proof(attempt, resolve) => {
            after_proof(order, no_record(), settings, resolve.now)
        }
        Outcome::Pending { .. } | Outcome::Unknown(_) => ask_later(attempt, resolve),
    }
}

/// The attempt has an end already, or another one goes on.
fn judge_closed(order: &Order, attempt: &Attempt, resolve: &Resolve) -> Judgement {
    match (&order.status, &resolve.outcome) {
        // "Delivered" was said before "reversed" and only came later.
        (_, Outcome::Delivered(_)) if matches!(attempt.outcome, Some(Outcome::Reversed { .. })) => Judgement::Stale,
        (OrderStatus::Delivered { attempt, .. }, Outcome::Reversed { message }) if *attempt == resolve.attempt => {
            Judgement::Reverse(reversed(message))
        }
        (OrderStatus::Delivered { attempt, .. } | OrderStatus::Reversed { attempt, .. }, _)
            if *attempt == resolve.attempt =>
        {
            Judgement::Stale
        }
        // Its supplier has said otherwise before. Whatever was sent since has failed, and nothing more will be sent.
        (OrderStatus::Waiting { .. }, Outcome::Delivered(receipt)) => Judgement::Deliver(receipt.clone()),
        (_, Outcome::Delivered(receipt)) => Judgement::DeliveredLate(receipt.clone()),
        (_, Outcome::Reversed { .. }) if matches!(attempt.outcome, Some(Outcome::Delivered(_))) => {
            Judgement::TakenBackLate
        }
        _ => Judgement::Stale,
    }
}

/// Nothing was delivered: another attempt if one may help, else the money goes back.
fn after_proof(order: &Order, rejection: Rejection, settings: &Settings, now: Timestamp) -> Judgement {
    if rejection.elsewhere == Elsewhere::May && order.attempts < settings.attempts_max {
        let due_at = now + pause(&settings.retry_pauses, order.attempts.saturating_sub(1));
        Judgement::TryAgain { rejection, due_at }
    } else {
        Judgement::Refund(rejection)
    }
}

fn ask_later(attempt: &Attempt, resolve: &Resolve) -> Judgement {
    let (settings, now) = (&resolve.context.settings, resolve.now);
    let stuck_after = resolve.recipe.stuck_after.unwrap_or(settings.ask.stuck_after);
    if now.since(attempt.submitted_at) >= stuck_after {
        Judgement::CallPerson {
            ask_at: now + settings.ask.stuck_pause,
        }
    } else {
        Judgement::AskLater {
            ask_at: next_question(attempt, resolve),
        }
    }
}

/// When to ask again: as set, or sooner where a supplier has no record and may prove so that nothing was delivered.
fn next_question(attempt: &Attempt, resolve: &Resolve) -> Timestamp {
    let now = resolve.now;
    let as_set = now + pause(&resolve.context.settings.ask.pauses, attempt.questions);
    if !matches!(resolve.outcome, Outcome::Unknown(Cause::NoRecord)) {
        return as_set;
    }
    match resolve.evidence_from(attempt) {
        None => as_set,
        Some(from) if now < from => as_set.min(from),
        Some(_) => as_set.min(now + PROOF_PAUSE),
    }
}

/// Whether this "no record" completes the proof.
fn is_proof(attempt: &Attempt, resolve: &Resolve) -> bool {
    match resolve.recipe.absence {
        Absence::NeverProof => false,
        Absence::Proof { queries, .. } => resolve.is_evidence(attempt) && attempt.absences + 1 >= queries,
    }
}

fn reversed(message: &str) -> Rejection {
    let (fault, elsewhere) = (Fault::Operator, Elsewhere::MustNot);
    Rejection {
        fault,
        elsewhere,
        code: "reversed".to_owned(),
        message: message.to_owned(),
        again_after_s: None,
    }
}

fn no_record() -> Rejection {
    Rejection {
        fault: Fault::Supplier,
        elsewhere: Elsewhere::May,
        code: "no_record".to_owned(),
        message: "the supplier never received it".to_owned(),
        again_after_s: None,
    }
}
