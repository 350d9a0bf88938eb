//! What people do about the house as a whole: rates, catalogue, numbers, routing, the database.

use std::collections::BTreeMap;

use engine::{
    catalog::{Imported, mapping::Changes, rates::Rate},
    routing::RuleVersion,
};
use model::{SupplierName, decimal_text};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Told;

/// Somebody said what a currency is worth from a moment on.
pub(crate) fn rate_set(before: Option<Decimal>, rate: &Rate) -> Told {
    let details = json!({
        "before": before.map(decimal_text),
        "after": decimal_text(rate.units_per_usd),
        "from": rate.valid_from.to_string(),
        "source": rate.source,
    });
    Told::of_house("rate.change", &rate.currency, details)
}

/// Somebody took in a file of rates.
pub(crate) fn rates_imported(source: &str, rates: usize) -> Told {
    Told::of_house("rate.import", &source, json!({ "rates": rates }))
}

/// Somebody took in a catalogue.
pub(crate) fn catalog_imported(file: &str, imported: &Imported) -> Told {
    let Imported {
        operators,
        products,
        offers,
    } = imported;
    let details = json!({ "operators": operators, "products": products, "offers": offers });
    Told::of_house("catalog.import", &file, details)
}

/// Somebody asked a supplier what it sells.
pub(crate) fn catalog_synced(supplier: &SupplierName, changes: &Changes) -> Told {
    let counts = BTreeMap::from([
        ("listed", changes.listed),
        ("written", changes.written),
        ("removed", changes.removed),
        ("created", changes.created),
    ]);
    Told::of_house("catalog.sync", supplier, json!(counts))
}

/// Somebody took in a file of what is known of numbers.
pub(crate) fn numbers_imported(file: &str, [imported, forgotten]: [usize; 2]) -> Told {
    let details = json!({ "lines": imported, "forgotten": forgotten });
    Told::of_house("number.import", &file, details)
}

/// Somebody let other rules hold.
pub(crate) fn rules_made(made: &RuleVersion, back_to: Option<i64>) -> Told {
    let action = if back_to.is_some() {
        "routing.rollback"
    } else {
        "routing.activate"
    };
    let details = json!({ "back_to": back_to, "why": made.why, "by": made.made_by });
    Told::of_house(action, &made.version, details)
}

/// Somebody said that the database was set back to an earlier moment.
pub(crate) fn restored() -> Told {
    Told::of_house("database.restored", &"database", Value::Null)
}

/// Somebody had the link made by which the first owner comes in.
pub(crate) fn setup_link_made() -> Told {
    Told::of_house("user.make_setup_link", &"owner", Value::Null)
}
