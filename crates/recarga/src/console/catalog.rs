//! `/console/catalog`: what is sold, by country and operator, and by whom.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use engine::{
    catalog::{ProductFilter, Snapshot, TestProducts, fold},
    page::PageRequest,
    people::Action,
};
use model::{Country, Money, Operator, Product};
use serde::Deserialize;

use crate::web::{Page, PageError, Shared, SignedIn, html, list};

/// So many products are shown at once.
const PAGE: usize = 50;
/// A longer question is no product's name.
const WANTED_CHARS_MAX: usize = 100;

/// What stands in the address of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    country: String,
    operator: String,
    /// `off` for what can't be bought.
    state: String,
    start: String,
}

#[derive(Template)]
#[template(path = "console/catalog.html")]
struct CatalogPage {
    page: Page,
    asked: Asked,
    countries: Vec<(String, &'static str)>,
    total: usize,
    lines: Vec<ProductLine>,
    previous: String,
    next: String,
}

impl CatalogPage {
    fn count(&self) -> u64 {
        u64::try_from(self.total).unwrap_or(u64::MAX)
    }
}

/// A product in a line.
pub(super) struct ProductLine {
    pub(super) product: Product,
    pub(super) operator: String,
    pub(super) country: &'static str,
    /// Who sells it now.
    sellers: Vec<String>,
}

impl ProductLine {
    pub(super) fn new(page: &Page, catalog: &Snapshot, product: &Product) -> Self {
        let mut sellers: Vec<_> = catalog
            .offers(&product.id)
            .iter()
            .map(|offer| offer.supplier.to_string())
            .collect();
        sellers.sort();
        sellers.dedup();
        let operator = catalog.operator(product.operator.as_str());
        Self {
            operator: operator.map_or_else(|| product.operator.to_string(), |operator| operator.name.clone()),
            country: page.country(product.country, catalog.country_name(product.country)),
            product: product.clone(),
            sellers,
        }
    }

    /// `5–100`, `5 · 10 · 25`, or both; of many the first and how many there are.
    fn values(&self, page: &Page) -> String {
        let plain = |money: Money| page.short(&money);
        let range = self
            .product
            .range
            .map(|range| format!("{}–{}", plain(range.min), plain(range.max)));
        let packages = self.product.packages.iter().map(|package| match &package.title {
            Some(title) => title.clone(),
            None => package.value.clone(),
        });
        let mut values: Vec<_> = range.into_iter().chain(packages).collect();
        let more = values.len().saturating_sub(VALUES_SHOWN);
        values.truncate(VALUES_SHOWN);
        if more > 0 {
            values.push(format!("+{more}"));
        }
        values.join(" · ")
    }
}

/// So many amounts of a product are named in its line.
const VALUES_SHOWN: usize = 4;

impl Asked {
    /// The address of another page of the same list.
    fn at(&self, start: usize) -> String {
        let fields = [
            ("q", self.q.as_str()),
            ("country", &self.country),
            ("operator", &self.operator),
            ("state", &self.state),
            ("start", &start.to_string()),
        ];
        list::path("/console/catalog", &fields)
    }

    /// Everything that fits, in the order in which it is shown.
    fn found<'a>(&self, catalog: &'a Snapshot) -> Vec<&'a Product> {
        let all = PageRequest {
            start: 0,
            limit: u32::MAX,
        };
        let country: Option<Country> = self.country.parse().ok();
        let wanted: String = self.q.trim().chars().take(WANTED_CHARS_MAX).collect();
        let mut found = if wanted.is_empty() {
            let filter = ProductFilter {
                countries: country.into_iter().collect(),
                test_products: TestProducts::Shown,
                ..ProductFilter::default()
            };
            catalog.list(&filter, all).products
        } else {
            let mut found = catalog.search(&wanted, TestProducts::Shown, all).products;
            found.retain(|product| country.is_none_or(|country| product.country == country));
            found
        };
        found.retain(|product| self.operator.is_empty() || product.operator.as_str() == self.operator);
        found.retain(|product| self.state != "off" || !product.in_stock);
        found
    }
}

/// The countries that something is known of, by their names.
fn countries(page: &Page, catalog: &Snapshot) -> Vec<(String, &'static str)> {
    let named = |operator: &Operator| {
        let country = operator.country;
        (
            country.to_string(),
            page.country(country, catalog.country_name(country)),
        )
    };
    let mut countries: Vec<_> = catalog.operators().map(named).collect();
    countries.sort_by_cached_key(|(code, name)| (fold(name), code.clone()));
    countries.dedup();
    countries
}

pub(super) async fn list(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let catalog = web.app.catalog();
    let found = asked.found(&catalog);
    let start = asked.start.parse().unwrap_or(0).min(found.len());
    let lines = found.iter().skip(start).take(PAGE);
    let (before, end) = (start.saturating_sub(PAGE), start + PAGE);
    let begin = [(start > 0).then_some(before), (end < found.len()).then_some(end)];
    let [previous, next] = list::around(begin, |start| asked.at(start));
    let page = signed_in.page;
    html(&CatalogPage {
        countries: countries(&page, &catalog),
        total: found.len(),
        lines: (lines.map(|product| ProductLine::new(&page, &catalog, product))).collect(),
        previous,
        next,
        asked,
        page,
    })
}
