//! The catalogue's tests, by what they are about.

mod choosing;
mod defaults;
mod listing;
mod pricing;
mod storing;

use std::{collections::HashMap, sync::OnceLock};

use model::{Currency, Money};
use rust_decimal::Decimal;

use super::{CatalogFile, Snapshot, default, rates};

/// The default catalogue, arranged once for all tests.
pub(crate) fn snapshot() -> &'static Snapshot {
    static SNAPSHOT: OnceLock<Snapshot> = OnceLock::new();
    SNAPSHOT.get_or_init(|| {
        let rates = rates::brought_along();
        let rates = rates.into_iter().map(|rate| (rate.currency, rate.units_per_usd));
        Snapshot::build(&default::build(), rates.collect()).unwrap()
    })
}

/// A catalogue of one operator in the United States, with some rates.
pub(crate) fn small(products: &str, offers: &str) -> Snapshot {
    let operators = r#"[{"id": "one", "name": "One", "country": "US"}]"#;
    let json = format!(r#"{{"operators": {operators}, "products": {products}, "offers": {offers}}}"#);
    let file = CatalogFile::parse(&json).unwrap();
    file.check_unique().unwrap();
    file.check(&CatalogFile::default()).unwrap();
    let rates: HashMap<_, _> = [("EUR", "0.92"), ("JPY", "150"), ("KWD", "0.307"), ("NGN", "1500")]
        .into_iter()
        .map(|(code, rate)| (currency(code), rate.parse::<Decimal>().unwrap()))
        .collect();
    Snapshot::build(&file, rates).unwrap()
}

pub(crate) fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

pub(crate) fn money(text: &str, code: &str) -> Money {
    Money::parse(text, currency(code)).unwrap()
}
