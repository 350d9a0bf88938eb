//! Pages of products, at the same price wherever they begin.

use std::ops::Range;

use model::{Category, Country, Product};

use crate::page::PageRequest;

use super::snapshot::Snapshot;

/// Which products a list holds. An empty condition holds for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Only of these countries.
    pub countries: Vec<Country>,
    /// Only of these categories.
    pub categories: Vec<Category>,
    /// Whether test products are among them.
    pub test_products: TestProducts,
}

/// Whether test products are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TestProducts {
    /// They are left out.
    #[default]
    Hidden,
    /// They are there, after all others.
    Shown,
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct ProductPage<'a> {
    /// The products.
    pub products: Vec<&'a Product>,
    /// How many the whole list has.
    pub total: usize,
    /// Whether there are more after these.
    pub more: bool,
}

/// Products that stand together: every filter is a choice of such groups.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) test: bool,
    pub(super) country: Country,
    pub(super) category: Category,
    pub(super) positions: Range<usize>,
}

/// Finds the groups in products that are sorted by what makes a group.
pub(super) fn group(products: &[Product]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (position, product) in products.iter().enumerate() {
        let same = groups.last_mut().filter(|group| {
            (group.test, group.country, group.category) == (product.test, product.country, product.category)
        });
        match same {
            Some(group) => group.positions.end = position + 1,
            None => groups.push(Group {
                test: product.test,
                country: product.country,
                category: product.category,
                positions: position..position + 1,
            }),
        }
    }
    groups
}

impl ProductFilter {
    fn takes(&self, group: &Group) -> bool {
        (self.test_products == TestProducts::Shown || !group.test)
            && (self.countries.is_empty() || self.countries.contains(&group.country))
            && (self.categories.is_empty() || self.categories.contains(&group.category))
    }
}

impl Snapshot {
    /// Lists products by country, category, and the operator's rank in the country.
    ///
    /// Groups are passed over whole, so that a page far behind costs what the first one does.
    pub fn list(&self, filter: &ProductFilter, page: PageRequest) -> ProductPage<'_> {
        let groups = || self.groups.iter().filter(|group| filter.takes(group));
        let total = groups().map(|group| group.positions.len()).sum();
        let (start, limit) = page.in_memory();
        let mut products = Vec::with_capacity(limit.min(total));
        let mut skip = start;
        for group in groups() {
            if products.len() == limit {
                break;
            }
            let passed = skip.min(group.positions.len());
            skip -= passed;
            let wanted = &self.products[group.positions.clone()][passed..];
            products.extend(wanted.iter().take(limit - products.len()));
        }
        ProductPage::new(products, total, page)
    }
}

impl<'a> ProductPage<'a> {
    pub(super) fn new(products: Vec<&'a Product>, total: usize, page: PageRequest) -> Self {
        let more = page.in_memory().0.saturating_add(products.len()) < total;
        Self { products, total, more }
    }
}
