//! A person's word on an order whose outcome nobody could find out: one proposes, and where the
//! setting asks for it, another has to agree before anything happens.

use std::{fmt, str::FromStr};

use model::{Elsewhere, Fault, Receipt, Rejection, Timestamp};

use super::{
    Answered, Attempt, Decision, Ground, Order, OrderKey, OrderStatus, Proposal, attempts,
    ending::Changes,
    hint::SPACED_BY,
    proposals::{self, proposals},
};
use crate::{Context, Error, db::Tx};

/// What a person found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The phone has it.
    Delivered,
    /// The phone does not have it and will not: the money goes back.
    Failed,
    /// The phone does not have it and will not: another attempt is made.
    Retry,
}

/// A word that is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected delivered, failed or retry")]
pub struct UnknownVerdict;

impl Verdict {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Retry => "retry",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Self, UnknownVerdict> {
        [Self::Delivered, Self::Failed, Self::Retry]
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
            .ok_or(UnknownVerdict)
    }
}

/// What a person says of an order.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// What is to become of it.
    pub verdict: Verdict,
    /// How the person knows.
    pub why: &'a str,
    /// Who says so.
    pub by: &'a str,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposed {
    /// One word was enough: it is done.
    Done,
    /// A second person has to agree.
    Waits(Proposal),
}

/// What a second person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Yes: it is done.
    Confirm,
    /// No: the order stays as it is.
    Reject,
}

/// Why a decision is not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DecideError {
    /// No such order.
    #[error("there is no such order")]
    Unknown,
    /// Nothing to decide.
    #[error("the order is {0}: only one that is confirming or stuck can be decided by a person")]
    NotOpen(&'static str),
    /// Nothing to do at once.
    #[error("the order is {0}: only one that is waiting, confirming or stuck can be looked at again now")]
    NotDue(&'static str),
    /// Something of it may still arrive, or it is over.
    #[error("the order is {0}: only the money of one that waits for an attempt can be given back at once")]
    NotWaiting(&'static str),
    /// It may have been sent at a time that the database has forgotten.
    #[error("the database was restored after the order was made: it may have been sent, so it is asked about first")]
    Forgotten,
    /// There can't be another attempt.
    #[error("the order has had {0} attempts, which is as many as orders.attempts_max allows: decide on its end")]
    NoAttemptLeft(u32),
    /// Somebody has proposed something already.
    #[error("{0} has proposed something for this order already: confirm or reject that first")]
    AlreadyProposed(String),
    /// There is nothing to agree to.
    #[error("nobody has proposed anything for this order")]
    NothingProposed,
    /// One person can't be two.
    #[error("{0} has proposed it: a second person has to agree")]
    SamePerson(String),
    /// Whoever decides has to be known, and how they know.
    #[error("{0} is missing: a decision is kept with who took it and how they know")]
    Missing(&'static str),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Longer names and reasons are cut: they are read by people.
const TEXT_CHARS_MAX: usize = 1_000;

pub(super) fn told(what: &'static str, text: &str) -> Result<String, DecideError> {
    let text: String = text.trim().chars().take(TEXT_CHARS_MAX).collect();
    if text.is_empty() {
        Err(DecideError::Missing(what))
    } else {
        Ok(text)
    }
}

/// Takes a person's word on an order: it is carried out, or waits for a second person where the
/// setting asks for one.
pub fn propose(
    tx: &mut Tx<'_>,
    context: &Context,
    key: OrderKey,
    word: Word<'_>,
    now: Timestamp,
) -> Result<Proposed, DecideError> {
    let (why, by) = (told("the reason", word.why)?, told("the name", word.by)?);
    let changes = open(tx, key, now)?;
    if word.verdict == Verdict::Retry {
        must_have_attempt_left(&changes, key, context)?;
    }
    let before = proposals(tx, key)?;
    if let Some(open) = before.iter().find(|one| one.is_open()) {
        return Err(DecideError::AlreadyProposed(open.by.clone()));
    }
    let decision = Decision {
        verdict: word.verdict.as_str().to_owned(),
        why,
        by,
        confirmed_by: None,
        at_us: now.as_micros(),
    };
    if !context.settings.two_person {
        carry_out(tx, context, changes, (key, word.verdict, decision))?;
        return Ok(Proposed::Done);
    }
    let proposal = Proposal {
        account: key.account,
        order: key.order,
        number: before.last().map_or(1, |last| last.number + 1),
        verdict: word.verdict,
        why: decision.why,
        by: decision.by,
        at: now,
        answer: None,
    };
    proposals::write(tx, &proposal)?;
    Ok(Proposed::Waits(proposal))
}

/// Takes a second person's yes or no to what the first one proposed.
pub fn consent(
    tx: &mut Tx<'_>,
    context: &Context,
    key: OrderKey,
    (consent, why, by): (Consent, &str, &str),
    now: Timestamp,
) -> Result<Proposal, DecideError> {
    let (why, by) = (told("the reason", why)?, told("the name", by)?);
    let changes = open(tx, key, now)?;
    let open = proposals(tx, key)?.into_iter().find(Proposal::is_open);
    let mut proposal = open.ok_or(DecideError::NothingProposed)?;
    // The first person may take back what they proposed, and no more.
    if consent == Consent::Confirm && proposal.by.to_lowercase() == by.to_lowercase() {
        return Err(DecideError::SamePerson(proposal.by));
    }
    let status = match consent {
        Consent::Confirm => "confirmed",
        Consent::Reject => "rejected",
    };
    proposal.answer = Some(Answered {
        status: status.to_owned(),
        why,
        by: by.clone(),
        at: now,
    });
    proposals::write(tx, &proposal)?;
    if consent == Consent::Confirm {
        if proposal.verdict == Verdict::Retry {
            must_have_attempt_left(&changes, key, context)?;
        }
        let decision = Decision {
            verdict: proposal.verdict.as_str().to_owned(),
            why: proposal.why.clone(),
            by: proposal.by.clone(),
            confirmed_by: Some(by),
            at_us: now.as_micros(),
        };
        carry_out(tx, context, changes, (key, proposal.verdict, decision))?;
    }
    Ok(proposal)
}

/// Has an order looked at again now: asked about, a moment after the answer before, or begun if it waits.
pub fn ask_now(tx: &mut Tx<'_>, context: &Context, key: OrderKey, now: Timestamp) -> Result<Order, DecideError> {
    let mut changes = Changes::open_unended(tx, &[key], now)?;
    let status = changes.order(key).ok_or(DecideError::Unknown)?.status;
    let order = match status {
        OrderStatus::Waiting { .. } => changes.advance(key, |order| order.status.wait(now))?,
        OrderStatus::Confirming { .. } | OrderStatus::Stuck { .. } => {
            let last = attempts::attempts(tx, key)?
                .pop()
                .and_then(|attempt| attempt.answered_at);
            let ask_at = last.map_or(now, |answered_at| now.max(answered_at + SPACED_BY));
            changes.advance(key, |order| order.status.ask_later(ask_at))?
        }
        // While it is being delivered, a question could come before the submission.
        other => return Err(DecideError::NotDue(other.as_str())),
    };
    changes.write(tx, context)?;
    Ok(order)
}

/// Locks an order that a person may decide on.
fn open(tx: &mut Tx<'_>, key: OrderKey, now: Timestamp) -> Result<Changes, DecideError> {
    let changes = Changes::open(tx, &[key], now)?;
    let order = changes.order(key).ok_or(DecideError::Unknown)?;
    if order.is_confirming() {
        Ok(changes)
    } else {
        Err(DecideError::NotOpen(order.status.as_str()))
    }
}

fn must_have_attempt_left(changes: &Changes, key: OrderKey, context: &Context) -> Result<(), DecideError> {
    let attempts = changes.order(key).map_or(0, |order| order.attempts);
    if attempts < context.settings.attempts_max {
        Ok(())
    } else {
        Err(DecideError::NoAttemptLeft(attempts))
    }
}

/// Does what people have decided, and keeps their word with the order and the attempt.
fn carry_out(
    tx: &mut Tx<'_>,
    context: &Context,
    mut changes: Changes,
    (key, verdict, decision): (OrderKey, Verdict, Decision),
) -> Result<(), DecideError> {
    let mut attempts = attempts::attempts(tx, key)?;
    let mut attempt = attempts
        .pop()
        .ok_or_else(|| Error::corrupt("an open attempt never written"))?;
    let besides = attempts.into_iter().find(Attempt::has_delivered);
    let Decision { why, by, at_us, .. } = &decision;
    let (why, at) = (why.clone(), Timestamp::from_micros(*at_us));
    attempt.rule = Some(Ground::Word {
        by: by.clone(),
        confirmed_by: decision.confirmed_by.clone(),
        why: why.clone(),
    });
    changes.advance(key, |order| {
        order.decision = Some(decision);
        Ok(order.status)
    })?;
    match (verdict, &besides) {
        (Verdict::Delivered, _) => {
            let receipt = Receipt {
                supplier_reference: attempt.supplier_reference.clone(),
                ..Receipt::default()
            };
            changes.deliver(key, &attempt, receipt)?;
        }
        // The phone has it by an earlier attempt: nothing is given back or sent again.
        (Verdict::Failed | Verdict::Retry, Some(other)) => changes.rest_on(key, &attempt, other)?,
        (Verdict::Failed, None) => changes.refund(key, by_person(&why, Elsewhere::MustNot))?,
        (Verdict::Retry, None) => {
            changes.advance(key, |order| {
                order.failure = Some(by_person(&why, Elsewhere::May));
                order.status.try_again(at)
            })?;
        }
    }
    attempts::update(tx, &[attempt])?;
    Ok(changes.write(tx, context)?)
}

pub(super) fn by_person(why: &str, elsewhere: Elsewhere) -> Rejection {
    Rejection {
        fault: Fault::Supplier,
        elsewhere,
        code: "decided_by_person".to_owned(),
        message: why.to_owned(),
        again_after_s: None,
    }
}
