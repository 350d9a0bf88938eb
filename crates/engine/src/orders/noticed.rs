//! What a person has to look at although the order has its end: a delivery that came after it, or while another attempt was
//! under way, and one that was short. Nothing is taken from an account or given to it by itself.

use model::{Outcome, Receipt};
use serde_json::{Value, json};

use super::{Attempt, Ground, Order, OrderStatus, Resolve, Resolved, ending::cost_of, shortfall};
use crate::cases::{CaseKind, Found};

/// What an answer that was written is remarkable for.
pub(super) fn about(
    order: Option<&Order>,
    attempt: &Attempt,
    (resolve, resolved): (&Resolve, Resolved),
) -> Option<Found> {
    let (order, Outcome::Delivered(receipt)) = (order?, &resolve.outcome) else {
        return None;
    };
    let found = |kind, more| found(kind, (order, attempt, receipt), more);
    match resolved {
        Resolved::DeliveredLate => {
            let refused_by = attempt.rule.as_ref().map(Ground::in_english);
            let more = json!({ "refused_by": refused_by, "why": happened(order, attempt) });
            Some(found(CaseKind::DeliveredLate, more))
        }
        Resolved::Delivered => {
            let tolerance = resolve.context.settings.delivered_tolerance_bps;
            let missing = shortfall(order.amount()?, receipt, tolerance)?;
            Some(found(CaseKind::ShortDelivery, json!({ "missing": missing })))
        }
        _ => None,
    }
}

/// What happened before an attempt turned out delivered, and what follows from it.
fn happened(order: &Order, attempt: &Attempt) -> String {
    let number = attempt.id.number;
    match order.status {
        OrderStatus::Delivering { attempt: next, .. }
        | OrderStatus::Confirming { attempt: next, .. }
        | OrderStatus::Stuck { attempt: next, .. } => format!(
            "attempt {number} was delivered after all, when attempt {next} may have been sent already: if that one was not \
             delivered, the order ends as delivered by attempt {number} and nothing more is sent; if it was, the phone has it \
             twice and the account pays once"
        ),
        OrderStatus::Delivered { attempt: by, .. } => format!(
            "attempt {number} was delivered as well as attempt {by}: the phone has it twice, the account pays once"
        ),
        OrderStatus::Created
        | OrderStatus::Waiting { .. }
        | OrderStatus::Refunded { .. }
        | OrderStatus::Reversed { .. }
        | OrderStatus::Cancelled { .. } => format!(
            "attempt {number} was delivered after the order was {}: its cost is owed, and the account keeps what it has",
            order.status.as_str()
        ),
    }
}

fn found(kind: CaseKind, (order, attempt, receipt): (&Order, &Attempt, &Receipt), more: Value) -> Found {
    let mut facts = json!({
        "attempt": attempt.id.to_string(),
        "order": order.id.to_string(),
        "account": order.account.to_string(),
        "ordered": order.value,
        "price": order.price,
        "ours": {
            "order_status": order.status.as_str(),
            "cost": cost_of(attempt, Some(receipt)).cost,
            "submitted_at": attempt.submitted_at.to_string(),
        },
        "told": receipt,
        "remedies": [],
    });
    if let Value::Object(more) = more {
        for (name, value) in more {
            facts[name] = value;
        }
    }
    Found {
        kind,
        supplier: attempt.supplier.clone(),
        subject: attempt.id.to_string(),
        day: None,
        facts,
    }
}
