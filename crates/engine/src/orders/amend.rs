//! What is found out long after an order has ended, by a person's word on the supplier's own records.

use model::{Elsewhere, Fault, Money, Outcome, Receipt, Rejection, Timestamp};

use super::{Attempt, Ground, OrderKey, OrderStatus, attempts, ending::Changes};
use crate::{Context, Error, db::Tx};

/// Why an order that has ended stays as it is.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AmendError {
    /// No such attempt.
    #[error("there is no such attempt")]
    Unknown,
    /// It doesn't stand as it was found.
    #[error("the order is {0} by now, so this does not apply any more")]
    Changed(&'static str),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Takes a delivery back that the supplier says was none: the price goes back to the account, the cost is forgiven, and
/// the account is told.
pub fn take_back(
    tx: &mut Tx<'_>,
    context: &Context,
    (key, number): (OrderKey, u32),
    (why, by): (&str, &str),
    now: Timestamp,
) -> Result<(), AmendError> {
    let (mut changes, attempts) = open(tx, key, now)?;
    let mut attempt = find(&attempts, number)?;
    let status = changes.order(key).ok_or(AmendError::Unknown)?.status;
    if !matches!(status, OrderStatus::Delivered { attempt, .. } if attempt == number) {
        return Err(AmendError::Changed(status.as_str()));
    }
    changes.read_booked(tx, &attempt)?;
    attempt.rule = Some(word(why, by));
    attempt.outcome = Some(Outcome::Reversed {
        message: why.to_owned(),
    });
    attempt.answered_at = Some(now);
    match attempts
        .iter()
        .find(|other| other.id.number != number && other.has_delivered())
    {
        // The phone has it all the same.
        Some(other) => changes.rest_on(key, &attempt, other)?,
        None => changes.reverse(key, &attempt, taken_back(why))?,
    }
    changes.write(tx, context)?;
    Ok(attempts::update(tx, &[attempt])?)
}

/// Takes in that an attempt was delivered which had ended as refused: what it cost is owed. An order that waits for its
/// next attempt ends as delivered, and nothing more is sent; another one stays as it is, so that an account keeps its refund.
/// A question about the attempt that is answered later changes nothing more.
pub fn book_late_cost(
    tx: &mut Tx<'_>,
    context: &Context,
    (key, number, cost): (OrderKey, u32, Option<Money>),
    (why, by): (&str, &str),
    now: Timestamp,
) -> Result<(), AmendError> {
    let (mut changes, attempts) = open(tx, key, now)?;
    let mut attempt = find(&attempts, number)?;
    let status = changes.order(key).ok_or(AmendError::Unknown)?.status;
    let known = matches!(attempt.outcome, Some(Outcome::Delivered(_) | Outcome::Reversed { .. }));
    if known || status.open_attempt() == Some(number) || status.delivered_by() == Some(number) {
        return Err(AmendError::Changed(status.as_str()));
    }
    let receipt = Receipt {
        supplier_reference: attempt.supplier_reference.clone(),
        cost,
        ..Receipt::default()
    };
    attempt.outcome = Some(Outcome::Delivered(receipt.clone()));
    attempt.answered_at = Some(now);
    attempt.rule = Some(word(why, by));
    match status {
        OrderStatus::Waiting { .. } => changes.deliver(key, &attempt, receipt)?,
        _ => changes.owe_late_delivery(key, &attempt, &receipt),
    }
    changes.write(tx, context)?;
    Ok(attempts::update(tx, &[attempt])?)
}

fn open(tx: &mut Tx<'_>, key: OrderKey, now: Timestamp) -> Result<(Changes, Vec<Attempt>), AmendError> {
    Ok((Changes::open(tx, &[key], now)?, attempts::attempts(tx, key)?))
}

fn find(attempts: &[Attempt], number: u32) -> Result<Attempt, AmendError> {
    let found = attempts.iter().find(|attempt| attempt.id.number == number);
    found.cloned().ok_or(AmendError::Unknown)
}

fn word(why: &str, by: &str) -> Ground {
    Ground::Word {
        by: by.to_owned(),
        confirmed_by: None,
        why: why.to_owned(),
    }
}

fn taken_back(why: &str) -> Rejection {
    Rejection {
        fault: Fault::Supplier,
        elsewhere: Elsewhere::MustNot,
        code: "taken_back".to_owned(),
        message: why.to_owned(),
        again_after_s: None,
    }
}
