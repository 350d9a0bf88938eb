//! What people do about an order.

use engine::orders::{Consent, OrderKey, Proposal, Proposed, Word};
use serde_json::{Value, json};

use super::Told;

/// Somebody had an order looked at again.
pub(crate) fn asked(key: OrderKey) -> Told {
    Told::of_order("order.ask", key, Value::Null)
}

/// Somebody said what became of an order.
pub(crate) fn proposed(key: OrderKey, word: Word<'_>, proposed: &Proposed) -> Told {
    let action = match proposed {
        Proposed::Done => "order.decide",
        Proposed::Waits(_) => "order.propose",
    };
    let details = json!({ "verdict": word.verdict.as_str(), "why": word.why, "by": word.by });
    Told::of_order(action, key, details)
}

/// Somebody answered to what was proposed for an order.
pub(crate) fn answered(proposal: &Proposal, (consent, why, by): (Consent, &str, &str)) -> Told {
    let action = match consent {
        Consent::Confirm => "order.confirm",
        Consent::Reject => "order.reject",
    };
    let key = OrderKey {
        account: proposal.account,
        order: proposal.order,
    };
    let details = json!({
        "verdict": proposal.verdict.as_str(), "proposed_by": proposal.by, "why": why, "by": by,
    });
    Told::of_order(action, key, details)
}

/// Somebody gave the money of an order back.
pub(crate) fn given_back(key: OrderKey, (why, by): (&str, &str)) -> Told {
    Told::of_order("order.give_back", key, json!({ "why": why, "by": by }))
}
