//! What has changed in the catalogue since it was made.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A change of one product. What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Not sold any more.
    #[serde(default)]
    pub gone: bool,
    /// Its price is multiplied with this.
    #[serde(default)]
    pub price_factor: Option<Decimal>,
    /// Amounts that are not sold any more.
    #[serde(default)]
    pub without: Vec<Decimal>,
}

/// The changes of products, by the supplier's name for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes(BTreeMap<String, Change>);

impl Changes {
    pub(crate) fn change(&mut self, product: &str, change: Change) {
        self.0.insert(product.to_owned(), change);
    }

    pub(crate) fn restore(&mut self) {
        self.0.clear();
    }

    pub(crate) fn is_gone(&self, product: &str) -> bool {
        self.0.get(product).is_some_and(|change| change.gone)
    }

    pub(crate) fn sells(&self, product: &str, amount: Decimal) -> bool {
        self.0
            .get(product)
            .is_none_or(|change| !change.without.contains(&amount))
    }

    /// What multiplies a product's price.
    pub(crate) fn factor(&self, product: &str) -> Decimal {
        let change = self.0.get(product);
        change.and_then(|change| change.price_factor).unwrap_or(Decimal::ONE)
    }
}
