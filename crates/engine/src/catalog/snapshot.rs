//! The catalogue in memory, immutable: what requests read.

use std::{cmp::Reverse, collections::HashMap};

use model::{
    Country, Currency, Offer, Operator, OperatorId, Package, Product, ProductId, SupplierName, Terms, Timestamp,
};
use rust_decimal::Decimal;

use super::{
    countries,
    file::CatalogFile,
    list::{self, Group},
    mapping, price, rates,
    search::Words,
    store,
};
use crate::{Error, db::Tx};

/// The catalogue at one revision, with the rates of one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    revision: i64,
    valid_until: Option<Timestamp>,
    operators: Vec<SoldOperator>,
    operator_positions: HashMap<Box<str>, usize>,
    /// Operators with something on sale, likeliest first.
    selling: HashMap<Country, Vec<usize>>,
    /// Sorted: test products last, then by country, category, and the operator's rank.
    pub(super) products: Vec<Product>,
    product_positions: HashMap<Box<str>, usize>,
    pub(super) groups: Vec<Group>,
    pub(super) words: Words,
    /// At the products' positions.
    offers: Vec<Vec<SuppliedOffer>>,
    /// Units for a US dollar.
    rates: HashMap<Currency, Decimal>,
    /// Which of our operators a supplier means by its own id.
    sold_as: HashMap<SupplierName, HashMap<Box<str>, OperatorId>>,
}

/// An operator with where its products stand.
#[derive(Debug)]
struct SoldOperator {
    operator: Operator,
    products: Vec<usize>,
}

/// An offer and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppliedOffer {
    /// The supplier.
    pub supplier: SupplierName,
    /// What it sells.
    pub offer: Offer,
}

impl Snapshot {
    /// Reads the catalogue, with the newest rates that hold now.
    pub fn load(tx: &mut Tx<'_>, now: Timestamp) -> Result<Self, Error> {
        let revision = store::revision(tx)?;
        let rates = rates::list(tx, now)?;
        let rates = rates.into_iter().map(|rate| (rate.currency, rate.units_per_usd));
        let mut snapshot = Self::build(&store::on_sale(tx)?, rates.collect())?;
        snapshot.revision = revision;
        for (supplier, id, operator) in mapping::store::applied(tx)? {
            let supplier = supplier.parse().map_err(Error::corrupt)?;
            let ids = snapshot.sold_as.entry(supplier).or_default();
            ids.insert(id.into(), operator.parse().map_err(Error::corrupt)?);
        }
        snapshot.valid_until = rates::next_change(tx, now)?;
        Ok(snapshot)
    }

    /// Leaves out what may not be sold, by whose it is and of what, and takes off sale what nobody offers then.
    #[must_use]
    pub fn only(mut self, may_be_sold: impl Fn(&SupplierName, &Product) -> bool) -> Self {
        for (product, offers) in self.products.iter_mut().zip(&mut self.offers) {
            offers.retain(|offer| may_be_sold(&offer.supplier, product));
            put_on_sale(product, offers);
        }
        self.selling.clear();
        self.rank_sellers();
        self
    }

    /// Arranges a catalogue.
    pub(super) fn build(file: &CatalogFile, rates: HashMap<Currency, Decimal>) -> Result<Self, Error> {
        let mut operators: Vec<Operator> = read_all(file.operators.iter().map(super::OperatorRecord::read))?;
        // The likeliest first; their names decide where nothing else does.
        operators.sort_by(|one, other| {
            (Reverse(one.share_bps), one.id.as_str()).cmp(&(Reverse(other.share_bps), other.id.as_str()))
        });
        let mut snapshot = Self {
            rates,
            operator_positions: positions(operators.iter().map(|operator| operator.id.as_str())),
            operators: (operators.into_iter())
                .map(|operator| SoldOperator {
                    operator,
                    products: Vec::new(),
                })
                .collect(),
            ..Self::default()
        };
        snapshot.take_products(file)?;
        snapshot.take_offers(file)?;
        snapshot.rank_sellers();
        snapshot.words = snapshot.read_words();
        Ok(snapshot)
    }

    fn take_products(&mut self, file: &CatalogFile) -> Result<(), Error> {
        for record in &file.products {
            let operator = self.operator_positions.get(record.operator.as_str());
            let position =
                *operator.ok_or_else(|| Error::corrupt(format_args!("operator of product {}", record.id)))?;
            let country = self.operators[position].operator.country;
            self.products.push(record.read(country).map_err(Error::corrupt)?);
        }
        let ranks = &self.operator_positions;
        self.products.sort_by_cached_key(|product| {
            let rank = ranks[product.operator.as_str()];
            (
                product.test,
                product.country,
                product.category,
                rank,
                product.id.clone(),
            )
        });
        self.product_positions = positions(self.products.iter().map(|product| product.id.as_str()));
        self.groups = list::group(&self.products);
        for (position, product) in self.products.iter().enumerate() {
            self.operators[ranks[product.operator.as_str()]].products.push(position);
        }
        Ok(())
    }

    /// Reads the offers and takes off sale what nobody offers.
    fn take_offers(&mut self, file: &CatalogFile) -> Result<(), Error> {
        self.offers = vec![Vec::new(); self.products.len()];
        for record in &file.offers {
            // A product may be gone while a supplier's list still has it.
            if let Some(position) = self.product_positions.get(record.product.as_str()) {
                let offer = record.read().map_err(Error::corrupt)?;
                let supplier = record.supplier.parse().map_err(Error::corrupt)?;
                self.offers[*position].push(SuppliedOffer { supplier, offer });
            }
        }
        for (product, offers) in self.products.iter_mut().zip(&self.offers) {
            put_on_sale(product, offers);
        }
        Ok(())
    }

    fn rank_sellers(&mut self) {
        let on_sale = |position: &usize| self.products[*position].in_stock && !self.products[*position].test;
        for (position, sold) in self.operators.iter().enumerate() {
            if sold.products.iter().any(on_sale) {
                self.selling.entry(sold.operator.country).or_default().push(position);
            }
        }
    }

    fn read_words(&self) -> Words {
        Words::read(&self.products, |product| {
            let operator = &self.operators[self.operator_positions[product.operator.as_str()]].operator;
            let country = countries::all().get(&product.country);
            let names = country.map_or(["", ""], |facts| [facts.name.as_str(), facts.slug.as_str()]);
            (operator.name.as_str(), names)
        })
    }

    /// Returns the revision that it was read at.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Returns when a rate that is set already begins to hold, so that a new snapshot is due.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.valid_until
    }

    /// Returns a product by its slug.
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.product_positions.get(id).map(|position| &self.products[*position])
    }

    /// Returns every operator, in no order that means anything.
    pub fn operators(&self) -> impl Iterator<Item = &Operator> {
        self.operators.iter().map(|sold| &sold.operator)
    }

    /// Returns an operator by its slug.
    pub fn operator(&self, id: &str) -> Option<&Operator> {
        let position = self.operator_positions.get(id)?;
        Some(&self.operators[*position].operator)
    }

    /// Returns the operator that a supplier means by its own id of it.
    pub fn operator_sold_as(&self, supplier: &SupplierName, id: &str) -> Option<&OperatorId> {
        self.sold_as.get(supplier)?.get(id)
    }

    /// Returns an operator's products, airtime first.
    pub fn products_of(&self, operator: &OperatorId) -> impl Iterator<Item = &Product> {
        let position = self.operator_positions.get(operator.as_str());
        let positions = position.map_or(&[][..], |position| &self.operators[*position].products);
        positions.iter().map(|position| &self.products[*position])
    }

    /// Returns the operators of a country that have something on sale, likeliest first.
    pub fn operators_of(&self, country: Country) -> impl Iterator<Item = &Operator> {
        let positions = self.selling.get(&country).map_or(&[][..], Vec::as_slice);
        positions.iter().map(|position| &self.operators[*position].operator)
    }

    /// Returns a country's English name. Every country of the catalogue has one.
    pub fn country_name(&self, country: Country) -> &'static str {
        countries::name(country).unwrap_or("unknown country")
    }

    /// Returns the country whose operators serve this one too; itself for nearly all.
    pub fn market(&self, country: Country) -> Country {
        let facts = numbers::Numbers::embedded().region(country.code());
        let market = facts.and_then(|facts| facts.market.as_str().parse().ok());
        market.unwrap_or(country)
    }

    /// Returns what suppliers sell of a product.
    pub fn offers(&self, product: &ProductId) -> &[SuppliedOffer] {
        let position = self.product_positions.get(product.as_str());
        position.map_or(&[], |position| &self.offers[*position])
    }

    /// Returns how many units of one currency are worth a unit of another.
    pub fn rate(&self, from: Currency, to: Currency) -> Option<Decimal> {
        price::convert(self, Decimal::ONE, from, to)
    }

    /// Returns how many units are worth a US dollar.
    pub(super) fn units_per_usd(&self, currency: Currency) -> Option<Decimal> {
        match currency.code() {
            "USD" => Some(Decimal::ONE),
            _ => self.rates.get(&currency).copied(),
        }
    }
}

/// Leaves of a product what somebody offers, or all of it, out of stock, if nobody offers anything.
fn put_on_sale(product: &mut Product, offers: &[SuppliedOffer]) {
    let category = product.category;
    let delivers =
        |package: &Package, offer: &SuppliedOffer| offer.delivers(category, package.amount, Some(&package.value));
    let offered = |package: &Package| offers.iter().any(|offer| delivers(package, offer));
    let ranged = offers
        .iter()
        .any(|offer| matches!(offer.offer.terms, Terms::Ranged { .. }));
    let range = product.range.filter(|_| ranged);
    if range.is_none() && !product.packages.iter().any(offered) {
        product.in_stock = false;
        return;
    }
    product.packages.retain(offered);
    product.range = range;
}

fn positions<'a>(ids: impl Iterator<Item = &'a str>) -> HashMap<Box<str>, usize> {
    ids.enumerate().map(|(position, id)| (id.into(), position)).collect()
}

fn read_all<T, E: std::fmt::Display>(records: impl Iterator<Item = Result<T, E>>) -> Result<Vec<T>, Error> {
    records.map(|record| record.map_err(Error::corrupt)).collect()
}
