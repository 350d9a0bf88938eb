//! What a person has to look at although the order has its end: a delivery that came after its refund, and one that was
//! short. Nothing is taken from an account or given to it by itself.

use model::{Outcome, Receipt};
use serde_json::{Value, json};

use super::{Attempt, Ground, Order, Resolve, Resolved, ending::cost_of, shortfall};
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
        Resolved::DeliveredLate => Some(found(
            CaseKind::DeliveredLate,
            ("refused_by", json!(attempt.rule.as_ref().map(Ground::in_english))),
        )),
        Resolved::Delivered => {
            let tolerance = resolve.context.settings.delivered_tolerance_bps;
            let missing = shortfall(order.amount()?, receipt, tolerance)?;
            Some(found(CaseKind::ShortDelivery, ("missing", json!(missing))))
        }
        _ => None,
    }
}

fn found(kind: CaseKind, (order, attempt, receipt): (&Order, &Attempt, &Receipt), more: (&str, Value)) -> Found {
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
    facts[more.0] = more.1;
    Found {
        kind,
        supplier: attempt.supplier.clone(),
        subject: attempt.id.to_string(),
        day: None,
        facts,
    }
}
