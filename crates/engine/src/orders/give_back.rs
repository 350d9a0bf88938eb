//! Giving the money of an order back that waits: no attempt of it is open, so nothing can arrive any more.

use model::{Elsewhere, Timestamp};

use super::{
    Decision, Order, OrderKey, OrderStatus, Verdict,
    decide::{DecideError, by_person, told},
    ending::Changes,
    restored,
};
use crate::{Context, db::Tx};

/// Ends an order that waits for an attempt, by a person's word: its money goes back.
pub fn give_back(
    tx: &mut Tx<'_>,
    context: &Context,
    key: OrderKey,
    (why, by): (&str, &str),
    now: Timestamp,
) -> Result<Order, DecideError> {
    let (why, by) = (told("the reason", why)?, told("the name", by)?);
    let mut changes = Changes::open(tx, &[key], now)?;
    let order = changes.order(key).ok_or(DecideError::Unknown)?;
    if !matches!(order.status, OrderStatus::Waiting { .. }) {
        return Err(DecideError::NotWaiting(order.status.as_str()));
    }
    if restored::is_forgotten(order.id, &context.settings) {
        return Err(DecideError::Forgotten);
    }
    changes.advance(key, |order| {
        order.decision = Some(Decision {
            verdict: Verdict::Failed.as_str().to_owned(),
            why: why.clone(),
            by,
            confirmed_by: None,
            at_us: now.as_micros(),
        });
        Ok(order.status)
    })?;
    changes.refund(key, by_person(&why, Elsewhere::MustNot))?;
    let ended = changes.order(key).cloned().ok_or(DecideError::Unknown)?;
    changes.write(tx, context)?;
    Ok(ended)
}
