//! A product as an account sees it: with the prices that it pays.

use engine::catalog::{Choice, PriceTerms, Snapshot};
use model::{Money, Package as Offered};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::Number;

/// Something that can be bought for phones of one operator.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Product<'a> {
    /// Names it, as in URLs.
    #[schema(pattern = "^[a-z0-9._-]{1,100}$", example = "at-t-usa")]
    id: &'a str,
    /// Its name for people.
    #[schema(example = "AT&T")]
    name: &'a str,
    /// Always `phone_refill`.
    #[serde(rename = "type")]
    #[schema(pattern = "^phone_refill$", example = "phone_refill")]
    kind: &'static str,
    /// `airtime`, `data` or `bundle`.
    #[schema(pattern = "^(airtime|data|bundle)$", example = "airtime")]
    category: &'static str,
    /// The operator's country.
    #[schema(pattern = "^[A-Z]{2}$", example = "US")]
    country: &'a str,
    /// The same.
    #[schema(pattern = "^[A-Z]{2}$", example = "US")]
    country_code: &'a str,
    /// The country's English name.
    country_name: &'a str,
    /// What `value`, `amount` and `range` are counted in.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: &'a str,
    /// Always `phone_number`.
    recipient_type: &'static str,
    /// Whether it can be bought now.
    in_stock: bool,
    /// Whether it is a test product, free of real effect.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    test: bool,
    /// Fixed denominations, by growing value.
    packages: Vec<Package<'a>>,
    /// Free amounts, where the operator takes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    range: Option<Range>,
}

/// One fixed denomination.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the wire's own word")]
struct Package<'a> {
    /// Names it in an invoice.
    #[schema(example = "at-t-usa<&>25")]
    id: String,
    /// The same.
    #[schema(example = "at-t-usa<&>25")]
    package_id: String,
    /// The face value, or a bundle's short name.
    value: Value<'a>,
    /// The face value in the product's currency.
    amount: Number,
    /// What the account pays; absent while it can't be priced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    price: Option<Number>,
    /// What the price is counted in: the account's currency.
    #[schema(pattern = "^[A-Z]{3}$")]
    price_currency: &'a str,
    /// A bundle's name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    title: Option<&'a str>,
    /// Mobile data in megabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    data_mb: Option<u32>,
    /// Voice minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    minutes: Option<u32>,
    /// Text messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sms: Option<u32>,
    /// How long it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    validity_days: Option<u32>,
}

/// A package's value: an amount as a number, a bundle's name as a text.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Value<'a> {
    Amount(Number),
    Name(&'a str),
}

/// Free amounts: the smallest and whole steps from there to the largest.
#[derive(Serialize, ToSchema)]
struct Range {
    min: Number,
    max: Number,
    step: Number,
    /// What the account pays for one unit of the product's currency, rounded for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    price_rate: Option<Number>,
    /// What the account's prices are counted in.
    #[schema(pattern = "^[A-Z]{3}$")]
    price_currency: &'static str,
}

/// What every product says of itself.
pub(in crate::api) const KIND: &str = "phone_refill";
pub(in crate::api) const RECIPIENT_TYPE: &str = "phone_number";

impl<'a> Product<'a> {
    /// Writes a product down with an account's prices.
    pub(in crate::api) fn of(catalog: &'a Snapshot, product: &'a model::Product, terms: &PriceTerms) -> Self {
        let package = |offered| Package::of(catalog, product, offered, terms);
        Self {
            id: product.id.as_str(),
            name: &product.name,
            kind: KIND,
            category: product.category.as_str(),
            country: product.country.code(),
            country_code: product.country.code(),
            country_name: catalog.country_name(product.country),
            currency: product.currency.code(),
            recipient_type: RECIPIENT_TYPE,
            in_stock: product.in_stock,
            test: product.test,
            packages: product.packages.iter().map(package).collect(),
            range: product.range.map(|range| Range {
                min: range.min.into(),
                max: range.max.into(),
                step: range.step.into(),
                price_rate: catalog.price_rate(product, terms).map(Number),
                price_currency: terms.currency.code(),
            }),
        }
    }
}

impl<'a> Package<'a> {
    fn of(catalog: &Snapshot, product: &'a model::Product, offered: &'a Offered, terms: &PriceTerms) -> Self {
        let id = format!("{}<&>{}", product.id, offered.value);
        let value = match Decimal::from_str_exact(&offered.value) {
            Ok(amount) if offered.title.is_none() => Value::Amount(Number(amount)),
            _ => Value::Name(&offered.value),
        };
        let benefits = offered.benefits;
        Self {
            package_id: id.clone(),
            id,
            value,
            amount: offered.amount.into(),
            price: price_of(catalog, product, offered, terms).map(Number::from),
            price_currency: terms.currency.code(),
            title: offered.title.as_deref(),
            data_mb: benefits.data_mb,
            minutes: benefits.minutes,
            sms: benefits.sms,
            validity_days: benefits.validity_days,
        }
    }
}

/// What an account pays for a package, if it can be priced.
fn price_of(catalog: &Snapshot, product: &model::Product, package: &Offered, terms: &PriceTerms) -> Option<Money> {
    let choice = Choice {
        package_value: Some(package.value.clone()),
        value: package.amount,
        title: package.title.clone(),
    };
    catalog.price(product, &choice, terms).ok()
}
