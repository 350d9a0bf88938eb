//! Whether a catalogue holds together, before any of it is written.

use std::collections::{HashMap, HashSet};

use model::{Category, Country, Product, SupplierName, Terms};

use super::{
    countries,
    file::{CatalogFile, OfferRecord, ProductRecord},
    read::Wrong,
};
use crate::Error;

/// Why a catalogue is not taken; nothing of it is written then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not what a catalogue file looks like.
    #[error("the catalogue can't be read: {0}")]
    Unreadable(String),
    /// A record can't be used.
    #[error("{place}: {why}")]
    Invalid {
        /// Which record: `product at-t-usa`, `line 3`.
        place: String,
        /// The field and what to do about it.
        why: String,
    },
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl ImportError {
    pub(crate) fn invalid(place: impl Into<String>, why: &impl ToString) -> Self {
        Self::Invalid {
            place: place.into(),
            why: why.to_string(),
        }
    }
}

impl CatalogFile {
    /// Reads a file of JSON. Whether it holds together is asked when it is imported.
    pub fn parse(json: &str) -> Result<Self, ImportError> {
        serde_json::from_str(json).map_err(|error| ImportError::Unreadable(error.to_string()))
    }

    /// Refuses a file that names one thing twice.
    pub(super) fn check_unique(&self) -> Result<(), ImportError> {
        let operators = self
            .operators
            .iter()
            .map(|operator| format!("operator {}", operator.id));
        let products = self.products.iter().map(|product| format!("product {}", product.id));
        let offers = (self.offers.iter()).map(|offer| format!("offer {} of {}", offer.sku, offer.supplier));
        let mut seen = HashSet::new();
        match operators
            .chain(products)
            .chain(offers)
            .find(|name| !seen.insert(name.clone()))
        {
            Some(twice) => Err(ImportError::invalid(twice, &"stands there twice: remove one")),
            None => Ok(()),
        }
    }

    /// Refuses records that are wrong or belong to nothing, be it here or in what is there already.
    pub(super) fn check(&self, known: &Self) -> Result<(), ImportError> {
        let mut operators = known.countries();
        for record in &self.operators {
            let place = || format!("operator {}", record.id);
            let operator = record.read().map_err(|wrong| ImportError::invalid(place(), &wrong))?;
            if countries::name(operator.country).is_none() {
                let wrong = Wrong::new(
                    "country",
                    &format!("{} is no country: use one such as US", operator.country),
                );
                return Err(ImportError::invalid(place(), &wrong));
            }
            operators.insert(&record.id, operator.country);
        }
        let mut products = known.products(&operators);
        for record in &self.products {
            let read = || {
                let country = operators.get(record.operator.as_str());
                let unknown = || {
                    Wrong::new(
                        "operator",
                        &format!("{:?} is not in the catalogue: add it", record.operator),
                    )
                };
                let product = record.read(*country.ok_or_else(unknown)?)?;
                check_product(&product)?;
                Ok(product)
            };
            let place = || format!("product {}", record.id);
            let product = read().map_err(|wrong: Wrong| ImportError::invalid(place(), &wrong))?;
            products.insert(&record.id, product);
        }
        for record in &self.offers {
            let place = || format!("offer {} of {}", record.sku, record.supplier);
            check_offer(record, &products).map_err(|wrong| ImportError::invalid(place(), &wrong))?;
        }
        Ok(())
    }

    /// Leaves out offers for what is there no more: a supplier may still have it.
    pub(super) fn without_dangling_offers(self) -> Self {
        let products = self.products(&self.countries());
        let offers = self.offers.iter().filter(|offer| check_offer(offer, &products).is_ok());
        let offers = offers.cloned().collect();
        Self { offers, ..self }
    }

    fn countries(&self) -> HashMap<&str, Country> {
        let operators = self.operators.iter();
        operators
            .filter_map(|record| Some((record.id.as_str(), record.read().ok()?.country)))
            .collect()
    }

    fn products(&self, operators: &HashMap<&str, Country>) -> HashMap<&str, Product> {
        let read = |record: &ProductRecord| record.read(*operators.get(record.operator.as_str())?).ok();
        let products = self.products.iter();
        products
            .filter_map(|record| Some((record.id.as_str(), read(record)?)))
            .collect()
    }
}

fn check_offer(record: &OfferRecord, products: &HashMap<&str, Product>) -> Result<(), Wrong> {
    let offer = record.read()?;
    (record.supplier.parse::<SupplierName>()).map_err(|why| Wrong::new("supplier", &why))?;
    let unknown = || Wrong::new("product", &format!("{} is not in the catalogue: add it", offer.product));
    check_terms(&offer.terms, products.get(record.product.as_str()).ok_or_else(unknown)?)
}

fn check_product(product: &Product) -> Result<(), Wrong> {
    if product.packages.is_empty() && product.range.is_none() {
        return Err(Wrong::new("packages", &"add a package, or a range"));
    }
    let mut values = HashSet::new();
    for (place, package) in product.packages.iter().enumerate() {
        let field = format!("packages[{place}]");
        if !values.insert(&package.value) {
            return Err(Wrong::new(
                field,
                &format!("{:?} stands there twice: remove one", package.value),
            ));
        }
        if place > 0 && product.packages[place - 1].amount.minor() > package.amount.minor() {
            return Err(Wrong::new(field, &"sort packages by growing amount"));
        }
    }
    Ok(())
}

/// Refuses what is offered but not part of the product.
fn check_terms(terms: &Terms, product: &Product) -> Result<(), Wrong> {
    match terms {
        Terms::Fixed { value, .. } => {
            if product.packages.iter().any(|package| package.value == *value) {
                return Ok(());
            }
            let why = format!(
                "{} has no package {value:?}: add it there, or use one it has",
                product.id
            );
            Err(Wrong::new("value", &why))
        }
        Terms::Ranged { .. } if product.category != Category::Airtime => {
            let why = format!("{} is sold in packages only: offer these", product.id);
            Err(Wrong::new("range", &why))
        }
        Terms::Ranged { range, .. } if range.min.currency() == product.currency => Ok(()),
        Terms::Ranged { .. } => {
            let why = format!("{} is counted in {}: use that", product.id, product.currency);
            Err(Wrong::new("currency", &why))
        }
    }
}
