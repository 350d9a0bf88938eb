//! Resolving: what a supplier's answer means for an order and its money.
//!
//! [`judge`] is the whole decision, pure. Here its word is carried out and the evidence kept; what a person has to look at
//! besides becomes a case.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use model::{Absence, AccountId, Cause, Exchange, Outcome, PhoneNumber, Rejection, SupplierName, Timestamp};

use super::{
    Attempt, AttemptCall, Ground, OrderKey, Recipe, attempts,
    calls::{self, place},
    ending::Changes,
    judge::{Judgement, judge},
    noticed,
};
use crate::{
    Context, Error, cases,
    db::{Command, Tx},
    routing::{self, Claim},
};

/// Whatever a supplier says, a number is left alone there no longer than this.
const AGAIN_AFTER_MAX: Duration = Duration::from_hours(24);

/// Writes how a call to a supplier ended.
#[derive(Clone)]
pub struct Resolve {
    /// The order.
    pub key: OrderKey,
    /// Which attempt of it.
    pub attempt: u32,
    /// What the supplier said, or didn't.
    pub outcome: Outcome,
    /// Whether it is the answer to a submission or to a question.
    pub call: Call,
    /// What is done while nobody knows.
    pub recipe: Recipe,
    /// What passed over the wire; kept with the attempt.
    pub exchanges: Vec<Exchange>,
    /// When the call was begun: its answer says nothing of what happened at the supplier after that.
    pub called_at: Timestamp,
    /// The moment it is.
    pub now: Timestamp,
    /// Settings.
    pub context: Arc<Context>,
}

/// What a supplier was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// To deliver.
    Submit,
    /// To say what became of it.
    Find,
}

impl Call {
    /// The word: `submit`, `find`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Find => "find",
        }
    }
}

/// What became of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// It ended well.
    Delivered,
    /// It ended badly and the money is back.
    Refunded,
    /// It had ended well and was taken back; so is the money.
    Reversed,
    /// It will be submitted again.
    Again {
        /// When.
        due_at: Timestamp,
    },
    /// It is still to be found out.
    Confirming {
        /// When it is asked again.
        ask_at: Timestamp,
    },
    /// A person has to look.
    Stuck,
    /// It was delivered after it had been refunded, or while another attempt was under way: a person has to know.
    DeliveredLate,
    /// Such a delivery was taken back: it costs nothing any more.
    TakenBackLate,
    /// The answer changes nothing: the order had ended, or goes on with another attempt.
    Stale,
}

impl Command for Resolve {
    type Answer = Resolved;

    fn account(&self) -> AccountId {
        self.key.account
    }

    fn run(tx: &mut Tx<'_>, set: &[Self]) -> Result<Vec<Resolved>, Error> {
        let Some(first) = set.first() else {
            return Ok(Vec::new());
        };
        let keys: Vec<_> = set.iter().map(|resolve| resolve.key).collect();
        let (changes, asked) = (Changes::ask(tx, &keys)?, attempts::ask(tx, &keys)?);
        let mut changes = changes.take(tx, first.now)?;
        let mut attempts = by_number(tx.take(asked)?);
        let mut answers = Vec::with_capacity(set.len());
        let mut answered = HashMap::new();
        let (mut evidence, mut refused, mut noticed) = (Vec::new(), BTreeMap::new(), Vec::new());
        for resolve in set {
            let place = (resolve.key, resolve.attempt);
            let besides = besides(&attempts, place);
            answers.push(match attempts.get_mut(&place) {
                Some(attempt) => {
                    if matches!(resolve.outcome, Outcome::Reversed { .. }) {
                        changes.read_booked(tx, attempt)?;
                    }
                    let resolved = resolve.apply(&mut changes, attempt, besides.as_ref())?;
                    evidence.extend(resolve.evidence(attempt, resolved));
                    refused.extend(resolve.left_alone(&changes, attempt));
                    noticed.extend(noticed::about(changes.order(resolve.key), attempt, (resolve, resolved)));
                    answered.insert(place, attempt.clone());
                    resolved
                }
                None => Resolved::Stale,
            });
        }
        changes.write(tx, &first.context)?;
        attempts::update(tx, &answered.into_values().collect::<Vec<_>>())?;
        calls::keep(tx, &evidence)?;
        routing::pause_after_refusal(tx, &refused, first.now)?;
        for found in &noticed {
            cases::open(tx, &first.context, found, first.now)?;
        }
        Ok(answers)
    }
}

/// Puts attempts where they are looked for.
fn by_number(attempts: Vec<Attempt>) -> HashMap<(OrderKey, u32), Attempt> {
    let placed = attempts
        .into_iter()
        .map(|attempt| ((attempt.key(), attempt.id.number), attempt));
    placed.collect()
}

/// Another attempt of the same order that is known to have delivered.
fn besides(attempts: &HashMap<(OrderKey, u32), Attempt>, (key, number): (OrderKey, u32)) -> Option<Attempt> {
    let others = attempts
        .iter()
        .filter(|((order, other), attempt)| *order == key && *other != number && attempt.has_delivered());
    others
        .min_by_key(|((_, other), _)| *other)
        .map(|(_, attempt)| attempt.clone())
}

impl Resolve {
    fn apply(
        &self,
        changes: &mut Changes,
        attempt: &mut Attempt,
        besides: Option<&Attempt>,
    ) -> Result<Resolved, Error> {
        let Some(order) = changes.order(self.key) else {
            return Ok(Resolved::Stale);
        };
        let judgement = judge(order, attempt, besides.map(|other| other.id.number), self);
        let delivered_before = attempt.has_delivered();
        // What comes late and changes nothing must not hide the answer that the end rests on.
        if judgement != Judgement::Stale {
            self.record(attempt);
        }
        if matches!(
            judgement,
            Judgement::Refund(_) | Judgement::Reverse(_) | Judgement::TryAgain { .. } | Judgement::RestOn(_)
        ) {
            attempt.rule = Some(self.rule(attempt));
        }
        match judgement {
            Judgement::Deliver(receipt) => {
                attempt.rule = attempt.rule.take().map(|before| Ground::AfterAll {
                    supplier: attempt.supplier.to_string(),
                    before: Box::new(before),
                });
                changes.deliver(self.key, attempt, receipt)?;
                Ok(Resolved::Delivered)
            }
            Judgement::RestOn(_) => {
                let other = besides.ok_or_else(|| Error::corrupt("no other attempt has delivered"))?;
                let was_delivered = (changes.order(self.key)).is_some_and(|order| order.status.is_final());
                changes.rest_on(self.key, attempt, other)?;
                Ok(if was_delivered {
                    Resolved::TakenBackLate
                } else {
                    Resolved::Delivered
                })
            }
            Judgement::Refund(rejection) => {
                changes.refund(self.key, rejection)?;
                Ok(Resolved::Refunded)
            }
            Judgement::Reverse(rejection) => {
                changes.reverse(self.key, attempt, rejection)?;
                Ok(Resolved::Reversed)
            }
            Judgement::TryAgain { rejection, due_at } => {
                changes.advance(self.key, |order| {
                    order.failure = Some(rejection);
                    order.status.try_again(due_at)
                })?;
                Ok(Resolved::Again { due_at })
            }
            Judgement::AskLater { ask_at } => {
                changes.advance(self.key, |order| order.status.ask_later(ask_at))?;
                Ok(Resolved::Confirming { ask_at })
            }
            Judgement::CallPerson { ask_at } => {
                changes.advance(self.key, |order| order.status.call_person(ask_at))?;
                Ok(Resolved::Stuck)
            }
            Judgement::DeliveredLate(_) if delivered_before => Ok(Resolved::Stale),
            Judgement::DeliveredLate(receipt) => {
                changes.owe_late_delivery(self.key, attempt, &receipt);
                Ok(Resolved::DeliveredLate)
            }
            Judgement::TakenBackLate => {
                changes.forgive_late_delivery(self.key, attempt);
                Ok(Resolved::TakenBackLate)
            }
            Judgement::Stale => Ok(Resolved::Stale),
        }
    }

    /// Keeps the answer with the attempt.
    fn record(&self, attempt: &mut Attempt) {
        if self.call == Call::Find {
            attempt.questions += 1;
        }
        attempt.absences = match &self.outcome {
            Outcome::Unknown(Cause::NoRecord) if self.is_evidence(attempt) => attempt.absences + 1,
            Outcome::Unknown(Cause::NoRecord) => attempt.absences,
            _ => 0,
        };
        let reference = match &self.outcome {
            Outcome::Delivered(receipt) => receipt.supplier_reference.clone(),
            Outcome::Pending { supplier_reference } => supplier_reference.clone(),
            Outcome::Rejected(_) | Outcome::Unknown(_) | Outcome::Reversed { .. } => None,
        };
        attempt.supplier_reference = reference.or(attempt.supplier_reference.take());
        attempt.outcome = Some(self.outcome.clone());
        attempt.answered_at = Some(self.now);
    }

    /// What the call leaves behind, if it left evidence. A late answer to a submission is kept too,
    /// though it changes nothing; a late answer to a question has no place of its own.
    fn evidence(&self, attempt: &Attempt, resolved: Resolved) -> Option<AttemptCall> {
        let number = match self.call {
            Call::Submit => 0,
            Call::Find if resolved == Resolved::Stale => return None,
            Call::Find => place(attempt.questions),
        };
        (!self.exchanges.is_empty()).then(|| AttemptCall {
            account: attempt.account,
            attempt: attempt.id,
            number,
            call: self.call,
            called_at: self.called_at,
            answered_at: self.now,
            outcome: self.outcome.clone(),
            exchanges: self.exchanges.clone(),
        })
    }

    /// The number that a refusal wants to be left alone, and until when.
    fn left_alone(&self, changes: &Changes, attempt: &Attempt) -> Option<((SupplierName, PhoneNumber), Claim)> {
        let Outcome::Rejected(Rejection {
            again_after_s: Some(seconds),
            ..
        }) = self.outcome
        else {
            return None;
        };
        let pause = Duration::from_secs(seconds.into()).min(AGAIN_AFTER_MAX);
        let claim = Claim {
            attempt: attempt.id,
            until: self.now + pause,
        };
        let number = changes.order(self.key)?.phone_number;
        Some(((attempt.supplier.clone(), number), claim))
    }

    /// The evidence that ended the attempt: the supplier's own word, or its repeated "no record".
    fn rule(&self, attempt: &Attempt) -> Ground {
        let supplier = attempt.supplier.to_string();
        let line = self.exchanges.last().and_then(|exchange| exchange.rule.clone());
        match &self.outcome {
            Outcome::Rejected(rejection) => Ground::Refused {
                supplier,
                code: rejection.code.clone(),
                line,
            },
            Outcome::Reversed { .. } => Ground::TakenBack { supplier, line },
            _ => Ground::NoRecord {
                supplier,
                times: attempt.absences,
                after_s: self.called_at.since(attempt.submitted_at).as_secs(),
                line,
            },
        }
    }

    /// Whether "no record" says something: the question was put after an unanswered call could still
    /// execute, and after the answer before it. An answer that was long on its way, or comes twice, is neither.
    pub(super) fn is_evidence(&self, attempt: &Attempt) -> bool {
        let late = (self.evidence_from(attempt)).is_some_and(|from| self.called_at >= from);
        let fresh = attempt
            .answered_at
            .is_none_or(|answered_at| self.called_at > answered_at);
        self.call == Call::Find && late && fresh
    }

    /// From when on an unanswered call can't execute any more, so that "no record" says something; none where it never
    /// does.
    pub(super) fn evidence_from(&self, attempt: &Attempt) -> Option<Timestamp> {
        let Absence::Proof { after, .. } = self.recipe.absence else {
            return None;
        };
        Some(attempt.submitted_at + after + self.context.settings.submission_slack())
    }
}
