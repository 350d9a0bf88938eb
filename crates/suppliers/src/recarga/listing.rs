//! A product of another server as listings: one for each package, and one for its range.

use model::{Benefits, Category, Country, Currency, Listing, ListingTerms, Money, Range, Rounding, SoldAs};

use super::wire::{Package, Product, Range as WireRange};
use crate::http::json::Exact;

/// What stands between a product and its package.
pub(super) const SEPARATOR: &str = "<&>";

/// Everything that a product sells for phones. Prices without a currency of their own are in the account's.
pub(super) fn listings(product: &Product, account: Currency) -> Vec<Listing> {
    let for_phones = product
        .recipient_type
        .as_deref()
        .is_none_or(|kind| kind == "phone_number");
    let in_stock = product.in_stock.unwrap_or(true);
    let Some(shelf) = Shelf::of(product, account).filter(|_| for_phones && in_stock) else {
        return Vec::new();
    };
    let packages = product.packages.iter().filter_map(|package| shelf.package(package));
    let range = product.range.as_ref().and_then(|range| shelf.range(range));
    packages.chain(range).collect()
}

struct Shelf<'a> {
    product: &'a Product,
    country: Country,
    category: Category,
    currency: Currency,
    account: Currency,
}

impl<'a> Shelf<'a> {
    fn of(product: &'a Product, account: Currency) -> Option<Self> {
        Some(Self {
            product,
            country: product
                .country_code
                .as_ref()
                .or(product.country.as_ref())?
                .parse()
                .ok()?,
            category: category(product)?,
            currency: product.currency.parse().ok()?,
            account,
        })
    }

    fn listing(&self, sku: &str, terms: ListingTerms) -> Listing {
        Listing {
            sku: sku.into(),
            sold_as: SoldAs {
                id: self.product.id.as_str().into(),
                name: self.product.name.as_str().into(),
            },
            country: self.country,
            category: self.category,
            title: None,
            benefits: Benefits::default(),
            terms,
            parameters: None,
        }
    }

    /// What prices are counted in.
    fn priced_in(&self, told: Option<&String>) -> Option<Currency> {
        told.map_or(Some(self.account), |code| code.parse().ok())
    }

    fn package(&self, package: &Package) -> Option<Listing> {
        let id = package.package_id.as_ref().or(package.id.as_ref())?;
        // An id without its product can't be told from a range when it is bought.
        let _ = id.strip_prefix(self.product.id.as_str())?.strip_prefix(SEPARATOR)?;
        let currency = self.priced_in(package.price_currency.as_ref())?;
        let cost = Money::round(package.price?.0, currency, Rounding::Up).ok()?;
        let value = package.value.as_deref();
        let amount = package.amount.or_else(|| value.and_then(Exact::parse));
        let named = value.filter(|value| Exact::parse(value).is_none());
        let terms = ListingTerms::Fixed {
            amount: amount.and_then(|amount| Money::from_decimal(amount.0, self.currency).ok()),
            cost,
        };
        let listing = Listing {
            title: package.title.clone().or_else(|| named.map(str::to_owned)),
            benefits: Benefits {
                data_mb: package.data_mb,
                minutes: package.minutes,
                sms: package.sms,
                validity_days: package.validity_days,
            },
            ..self.listing(id, terms)
        };
        cost.is_positive().then_some(listing)
    }

    fn range(&self, range: &WireRange) -> Option<Listing> {
        let money = |amount: Exact| Money::from_decimal(amount.0, self.currency).ok();
        let read = Range {
            min: money(range.min)?,
            max: money(range.max)?,
            step: range.step.and_then(money).unwrap_or(Money::new(1, self.currency)),
        };
        let cost_rate = range.price_rate?.0;
        let sound = read.min.is_positive() && read.step.is_positive() && read.min.minor() <= read.max.minor();
        let terms = ListingTerms::Ranged {
            range: read,
            cost_rate,
            cost_currency: self.priced_in(range.price_currency.as_ref())?,
        };
        let sold = sound && cost_rate.is_sign_positive() && !cost_rate.is_zero();
        sold.then(|| self.listing(&self.product.id, terms))
    }
}

/// What a product adds; none for what a phone doesn't receive by itself, as PINs.
fn category(product: &Product) -> Option<Category> {
    if let Some(category) = product.category.as_ref().and_then(|word| word.parse().ok()) {
        return Some(category);
    }
    let has = |word: &str| product.categories.iter().any(|own| own.eq_ignore_ascii_case(word));
    match () {
        () if has("pin") || has("dth") => None,
        () if has("data") => Some(Category::Data),
        () if has("bundles") => Some(Category::Bundle),
        () => Some(Category::Airtime),
    }
}
