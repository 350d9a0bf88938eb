//! The catalogue as mapping needs it: all packages, on sale or not, and those that it adds.

use std::collections::{BTreeSet, HashMap};

use model::{
    Category, Country, Currency, Money, Operator, OperatorId, Package, Product, ProductId, Rounding, decimal_text,
};
use rust_decimal::Decimal;

use super::super::{
    file::{CatalogFile, PackageRecord, ProductRecord, RangeRecord},
    rates, store,
};
use super::names::Name;
use crate::{Error, db::Tx};

/// Operators with their names taken apart, and their products.
pub(super) struct Shelf {
    operators: HashMap<Country, Vec<Named>>,
    products: HashMap<ProductId, Product>,
    of_operator: HashMap<OperatorId, Vec<ProductId>>,
    /// As they are stored: nobody's later change to them is overwritten.
    stored: HashMap<ProductId, String>,
    rates: HashMap<Currency, Decimal>,
    changed: BTreeSet<ProductId>,
}

/// An operator and every name that it goes by.
pub(super) struct Named {
    pub(super) operator: Operator,
    pub(super) names: Vec<Name>,
}

/// A product that mapping has made or added to, and what is stored of it now.
pub(super) struct ChangedProduct {
    pub(super) record: ProductRecord,
    pub(super) before: Option<String>,
}

impl Shelf {
    pub(super) fn load(tx: &mut Tx<'_>, now: model::Timestamp) -> Result<Self, Error> {
        let rates = rates::list(tx, now)?;
        let rates = rates.into_iter().map(|rate| (rate.currency, rate.units_per_usd));
        Self::arrange(&store::stored_products(tx)?, rates.collect())
    }

    pub(super) fn arrange(file: &CatalogFile, rates: HashMap<Currency, Decimal>) -> Result<Self, Error> {
        let mut shelf = Self {
            operators: HashMap::new(),
            products: HashMap::new(),
            of_operator: HashMap::new(),
            stored: HashMap::new(),
            rates,
            changed: BTreeSet::new(),
        };
        let mut countries = HashMap::new();
        for record in &file.operators {
            let operator = record.read().map_err(Error::corrupt)?;
            let country = operator.country;
            countries.insert(record.id.clone(), country);
            let texts = [&operator.name].into_iter().chain(&operator.carriers);
            let names = texts.map(|text| Name::read(text, country)).collect();
            shelf
                .operators
                .entry(country)
                .or_default()
                .push(Named { operator, names });
        }
        for record in &file.products {
            let country = countries.get(&record.operator);
            let country = country.ok_or_else(|| Error::corrupt(format_args!("operator of product {}", record.id)))?;
            let product = record.read(*country).map_err(Error::corrupt)?;
            shelf.stored.insert(product.id.clone(), store::body(record));
            shelf.put(product);
        }
        Ok(shelf)
    }

    fn put(&mut self, product: Product) {
        let of = self.of_operator.entry(product.operator.clone()).or_default();
        if !of.contains(&product.id) {
            of.push(product.id.clone());
        }
        self.products.insert(product.id.clone(), product);
    }

    pub(super) fn operators_of(&self, country: Country) -> &[Named] {
        self.operators.get(&country).map_or(&[], Vec::as_slice)
    }

    pub(super) fn operator(&self, id: &OperatorId) -> Option<&Operator> {
        self.operators
            .values()
            .flatten()
            .map(|named| &named.operator)
            .find(|operator| operator.id == *id)
    }

    pub(super) fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.get(id)
    }

    /// What an operator sells of these categories; the product that is called as the operator first.
    pub(super) fn products_of<'a>(
        &'a self,
        operator: &'a OperatorId,
        categories: &'a [Category],
    ) -> impl Iterator<Item = &'a Product> {
        let ids = self.of_operator.get(operator).into_iter().flatten();
        let mut products: Vec<_> = ids.filter_map(|id| self.products.get(id)).collect();
        products.sort_by_key(|product| (product.id != *operator, product.id.clone()));
        products
            .into_iter()
            .filter(|product| !product.test && categories.contains(&product.category))
    }

    /// What an amount is worth in another currency, roughly: a face value for what has none.
    pub(super) fn worth(&self, amount: Money, currency: Currency) -> Option<Money> {
        let units = |currency: Currency| match currency.code() {
            "USD" => Some(Decimal::ONE),
            _ => self.rates.get(&currency).copied(),
        };
        let worth = amount
            .major()
            .checked_mul(units(currency)?)?
            .checked_div(units(amount.currency())?)?;
        let worth = Money::round(worth, currency, Rounding::HalfEven).ok()?;
        Some(Money::new(worth.minor().max(1), currency))
    }

    /// Puts a new product there.
    pub(super) fn add_product(&mut self, product: Product) {
        self.changed.insert(product.id.clone());
        self.put(product);
    }

    /// Adds a package to a product, in the order of amounts.
    pub(super) fn add_package(&mut self, id: &ProductId, package: Package) {
        let Some(product) = self.products.get_mut(id) else {
            return;
        };
        let place = product
            .packages
            .partition_point(|other| other.amount.minor() <= package.amount.minor());
        product.packages.insert(place, package);
        self.changed.insert(id.clone());
    }

    /// Lets a product be sold in free amounts.
    pub(super) fn add_range(&mut self, id: &ProductId, range: model::Range) {
        let Some(product) = self.products.get_mut(id) else {
            return;
        };
        product.range = Some(range);
        self.changed.insert(id.clone());
    }

    /// Takes out what was made or added to.
    pub(super) fn changed(&self) -> Vec<ChangedProduct> {
        let changed = self.changed.iter().filter_map(|id| self.products.get(id));
        changed
            .map(|product| ChangedProduct {
                record: record_of(product),
                before: self.stored.get(&product.id).cloned(),
            })
            .collect()
    }
}

fn record_of(product: &Product) -> ProductRecord {
    let package = |package: &Package| {
        let amount = decimal_text(package.amount.major());
        PackageRecord {
            value: package.value.clone(),
            amount: (amount != package.value).then_some(amount),
            title: package.title.clone(),
            data_mb: package.benefits.data_mb,
            minutes: package.benefits.minutes,
            sms: package.benefits.sms,
            validity_days: package.benefits.validity_days,
        }
    };
    ProductRecord {
        id: product.id.to_string(),
        name: product.name.clone(),
        operator: product.operator.to_string(),
        category: product.category.as_str().to_owned(),
        currency: product.currency.to_string(),
        packages: product.packages.iter().map(package).collect(),
        range: product.range.as_ref().map(RangeRecord::write),
        in_stock: product.in_stock,
        test: product.test,
    }
}
