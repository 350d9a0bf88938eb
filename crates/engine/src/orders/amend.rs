//! What is found out long after an order has ended, by a person's word on the supplier's own records.

use model::{Elsewhere, Fault, Outcome, Receipt, Rejection, Timestamp};

use super::{Attempt, OrderKey, OrderStatus, attempts, ending::Changes};
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
    why: &str,
    now: Timestamp,
) -> Result<(), AmendError> {
    let (mut changes, mut attempt) = open(tx, (key, number), now)?;
    let status = changes.order(key).ok_or(AmendError::Unknown)?.status;
    if !matches!(status, OrderStatus::Delivered { attempt, .. } if attempt == number) {
        return Err(AmendError::Changed(status.as_str()));
    }
    let message = why.to_owned();
    attempt.outcome = Some(Outcome::Reversed {
        message: message.clone(),
    });
    attempt.answered_at = Some(now);
    let rejection = Rejection {
        fault: Fault::Supplier,
        elsewhere: Elsewhere::MustNot,
        code: "taken_back".to_owned(),
        message,
        again_after_s: None,
    };
    changes.reverse(key, &attempt, rejection)?;
    changes.write(tx, context)?;
    Ok(attempts::update(tx, &[attempt])?)
}

/// Books the cost of an attempt that the supplier delivered although its order had ended otherwise. The account keeps its
/// refund; a question about the attempt that is answered later changes nothing more.
pub fn book_late_cost(
    tx: &mut Tx<'_>,
    context: &Context,
    (key, number): (OrderKey, u32),
    now: Timestamp,
) -> Result<(), AmendError> {
    let (mut changes, mut attempt) = open(tx, (key, number), now)?;
    let status = changes.order(key).ok_or(AmendError::Unknown)?.status;
    let known = matches!(attempt.outcome, Some(Outcome::Delivered(_) | Outcome::Reversed { .. }));
    if known || status.open_attempt() == Some(number) {
        return Err(AmendError::Changed(status.as_str()));
    }
    attempt.outcome = Some(Outcome::Delivered(Receipt::default()));
    attempt.answered_at = Some(now);
    changes.owe_late_delivery(key, &attempt, &Receipt::default());
    changes.write(tx, context)?;
    Ok(attempts::update(tx, &[attempt])?)
}

fn open(tx: &mut Tx<'_>, (key, number): (OrderKey, u32), now: Timestamp) -> Result<(Changes, Attempt), AmendError> {
    let changes = Changes::open(tx, &[key], now)?;
    let attempt = attempts::attempts(tx, key)?
        .into_iter()
        .find(|attempt| attempt.id.number == number);
    Ok((changes, attempt.ok_or(AmendError::Unknown)?))
}
