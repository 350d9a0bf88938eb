//! What people do about a supplier: whether it is asked, our money there, its words and its books.

use engine::{
    audit::Chain,
    cases::{Case, Closed},
    catalog::mapping::{Mapped, Saying},
    floats::{Deposit, Thresholds},
    reconcile::{Day, Remedy},
};
use model::{OperatorId, SupplierName};
use serde_json::{Value, json};

use super::Told;

/// Somebody decided whether a supplier is asked.
pub(crate) fn forced(
    supplier: &SupplierName,
    operator: Option<&OperatorId>,
    (state, why, by): (&str, &str, &str),
) -> Told {
    let operator = operator.map(OperatorId::as_str);
    let details = json!({ "state": state, "operator": operator, "why": why, "by": by });
    Told::of_house("supplier.force", supplier, details)
}

/// Somebody said when a supplier's float is low.
pub(crate) fn thresholds(supplier: &SupplierName, thresholds: &Thresholds) -> Told {
    let details = json!({ "low": thresholds.low, "stop": thresholds.stop });
    Told::of_house("supplier.thresholds", supplier, details)
}

/// Somebody noted what was paid in at a supplier.
pub(crate) fn deposited(supplier: &SupplierName, deposit: &Deposit) -> Told {
    let details = json!({
        "amount": deposit.amount, "made_at": deposit.made_at.to_string(), "note": deposit.note,
    });
    Told::of_house("supplier.deposit", supplier, details)
}

/// Somebody said what a supplier means.
pub(crate) fn mapped(supplier: &SupplierName, of: &Mapped, saying: &Saying) -> Told {
    let (kind, key) = match of {
        Mapped::Operator(id) => ("operator", id),
        Mapped::Listing(sku) => ("sku", sku),
    };
    let (action, details) = match saying {
        Saying::Accept => ("mapping.accept", Value::Null),
        Saying::Reject => ("mapping.reject", Value::Null),
        Saying::Clear => ("mapping.clear", Value::Null),
        Saying::IsOperator(operator) => ("mapping.set", json!({ "ours": operator.as_str() })),
        Saying::IsProduct(product, package) => ("mapping.set", json!({ "ours": product.as_str(), "package": package })),
    };
    Told::of_house(action, &format_args!("{supplier} {kind} {key}"), details)
}

/// Somebody took in a file of words about a supplier.
pub(crate) fn words_imported(supplier: &SupplierName, words: usize) -> Told {
    Told::of_house("mapping.import", supplier, json!({ "words": words }))
}

/// Somebody had a day compared with a supplier.
pub(crate) fn compared(supplier: &SupplierName, day: Day) -> Told {
    Told::of_house("reconcile.run", supplier, json!({ "day": day.to_string() }))
}

/// Somebody closed a case: it concerns the account whose order it is about, if there is one.
pub(crate) fn case_closed(case: &Case, remedy: Option<Remedy>, closed: &Closed) -> Told {
    let found = &case.found;
    let account = found.facts["account"].as_str().and_then(|id| id.parse().ok());
    Told {
        chain: account.map_or(Chain::House, Chain::Account),
        action: "case.close",
        subject: case.id.to_string(),
        details: json!({
            "kind": found.kind.as_str(), "supplier": found.supplier.as_str(), "subject": found.subject,
            "remedy": remedy.map(Remedy::as_str), "resolution": closed.resolution, "by": closed.by,
        }),
    }
}
