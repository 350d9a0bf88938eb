//! A person's word on an order whose outcome nobody could find out.

use model::{Elsewhere, Fault, Receipt, Rejection, Timestamp};

use super::{Decision, OrderKey, ending::Changes, store};
use crate::{Context, Error, db::Tx};

/// What a person found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The phone has it.
    Delivered,
    /// The phone does not have it and will not.
    Failed,
}

impl Verdict {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
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
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Ends an order by a person's word, which is kept with it.
pub fn decide(
    tx: &mut Tx<'_>,
    context: &Context,
    key: OrderKey,
    (verdict, why): (Verdict, &str),
    now: Timestamp,
) -> Result<(), DecideError> {
    let mut changes = Changes::open(tx, &[key], now)?;
    let order = changes.order(key).ok_or(DecideError::Unknown)?;
    if !order.is_confirming() {
        return Err(DecideError::NotOpen(order.status.as_str()));
    }
    let decision = Decision {
        verdict: verdict.as_str().to_owned(),
        why: why.to_owned(),
        at_us: now.as_micros(),
    };
    let attempt = store::attempts(tx, key)?
        .pop()
        .ok_or_else(|| Error::corrupt("an open attempt never written"))?;
    changes.advance(key, |order| {
        order.decision = Some(decision);
        Ok(order.status)
    })?;
    match verdict {
        Verdict::Delivered => {
            let receipt = Receipt {
                supplier_reference: attempt.supplier_reference.clone(),
                ..Receipt::default()
            };
            changes.deliver(key, &attempt, receipt)?;
        }
        Verdict::Failed => changes.refund(key, by_person(why))?,
    }
    Ok(changes.write(tx, context)?)
}

fn by_person(why: &str) -> Rejection {
    let (fault, elsewhere) = (Fault::Supplier, Elsewhere::MustNot);
    Rejection {
        fault,
        elsewhere,
        code: "decided_by_person".to_owned(),
        message: why.to_owned(),
        again_after_s: None,
    }
}
