//! What DT One sells, as listings.

use std::sync::Arc;

use model::{
    Benefits, Category, Country, Currency, Evidence, Listing, ListingTerms, Money, Range, Rounding, SoldAs,
    SupplierError,
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    DtOne, Zone,
    countries::country_of,
    list::ListError,
    wire::{Amount, Benefit, Price, Prices},
};
use crate::{
    amount::{money, rate_rounded_up},
    http::json::{Exact, list_or_nothing},
};

/// What a range's submission is told again: that the amount must be said.
pub(super) const RANGED: &str = "ranged";
/// Phones, as opposed to bills, gift cards and the like.
const SERVICE_MOBILE: &str = "1";
const FIXED_RECHARGE: &str = "FIXED_VALUE_RECHARGE";
const RANGED_RECHARGE: &str = "RANGED_VALUE_RECHARGE";

/// A product. Fields of a kind that is not sold here are not read.
#[derive(Debug, Deserialize)]
pub(super) struct Product {
    id: u64,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    service: Service,
    operator: Operator,
    source: Side,
    destination: Side,
    #[serde(default)]
    prices: Option<Prices>,
    #[serde(default)]
    rates: Option<Rates>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    benefits: Vec<Benefit>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    required_credit_party_identifier_fields: Vec<Vec<String>>,
    #[serde(default)]
    required_sender_fields: Option<Box<RawValue>>,
    #[serde(default)]
    required_beneficiary_fields: Option<Box<RawValue>>,
    #[serde(default)]
    required_debit_party_identifier_fields: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    availability_zones: Vec<String>,
    #[serde(default)]
    validity: Option<Validity>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    accepted_calculation_modes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Service {
    #[serde(default)]
    subservice: Option<Subservice>,
}

#[derive(Debug, Deserialize)]
struct Subservice {
    id: u64,
}

/// An operator, in lists and in lookups.
#[derive(Debug, Deserialize)]
pub(super) struct Operator {
    pub(super) id: u64,
    pub(super) name: String,
    country: OperatorCountry,
    #[serde(default)]
    pub(super) identified: bool,
}

#[derive(Debug, Deserialize)]
struct OperatorCountry {
    iso_code: String,
}

/// What is paid or what arrives.
#[derive(Debug, Deserialize)]
struct Side {
    amount: Amount,
    unit: String,
    #[serde(default)]
    unit_type: String,
}

/// Units of the destination for one unit of a price.
#[derive(Debug, Deserialize)]
struct Rates {
    #[serde(default)]
    wholesale: Option<Exact>,
}

#[derive(Debug, Deserialize)]
struct Validity {
    unit: String,
    quantity: Exact,
}

impl DtOne {
    /// Lists everything that can be sold for a phone with nothing but its number.
    pub(super) async fn products(&self) -> Result<Vec<Listing>, SupplierError> {
        let query = [("service_id", SERVICE_MOBILE.to_owned())];
        let evidence = Evidence::new();
        let products = self.pages("products", &query, &evidence, read_products).await?;
        let zone = self.settings.zone;
        Ok(products.iter().filter_map(|product| product.listing(zone)).collect())
    }
}

/// One product that can't be read does not hide the others.
pub(super) fn read_products(body: &str) -> Result<Vec<Product>, ListError> {
    let page: Vec<Box<RawValue>> =
        serde_json::from_str(body).map_err(|error| ListError::Unreadable(error.to_string()))?;
    let read = |raw: Box<RawValue>| {
        let product = serde_json::from_str(raw.get());
        product
            .inspect_err(|error| tracing::warn!("A product of DT One can't be read and is left out: {error}"))
            .ok()
    };
    Ok(page.into_iter().filter_map(read).collect())
}

impl Product {
    /// What is sold here, if it is something that is.
    pub(super) fn listing(&self, zone: Zone) -> Option<Listing> {
        let category = self.category()?;
        let country = self.operator.country()?;
        if !self.needs_only_a_number() || !self.availability_zones.iter().any(|one| one == zone.word()) {
            return None;
        }
        let (terms, parameters) = match self.kind.as_str() {
            FIXED_RECHARGE => (self.fixed(category)?, None),
            RANGED_RECHARGE => (self.ranged()?, Some(RANGED.into())),
            _ => return None,
        };
        Some(Listing {
            sku: self.id.to_string().into(),
            sold_as: self.operator.sold_as(),
            country,
            category,
            title: (category != Category::Airtime).then(|| self.name.clone()),
            benefits: self.contents(),
            terms,
            parameters,
        })
    }

    fn category(&self) -> Option<Category> {
        match self.service.subservice.as_ref()?.id {
            11 => Some(Category::Airtime),
            12 => Some(Category::Bundle),
            13 => Some(Category::Data),
            _ => None,
        }
    }

    /// Whether neither a sender nor anything else has to be told.
    fn needs_only_a_number(&self) -> bool {
        let number_alone = |fields: &Vec<String>| matches!(&fields[..], [field] if field == "mobile_number");
        let others = [
            &self.required_sender_fields,
            &self.required_beneficiary_fields,
            &self.required_debit_party_identifier_fields,
        ];
        let asks_nothing = |raw: &RawValue| {
            let fields: Result<Vec<Vec<String>>, _> = serde_json::from_str(raw.get());
            raw.get() == "null" || fields.is_ok_and(|fields| fields.iter().all(Vec::is_empty))
        };
        self.required_credit_party_identifier_fields.iter().any(number_alone)
            && others.into_iter().flatten().all(|raw| asks_nothing(raw))
    }

    fn fixed(&self, category: Category) -> Option<ListingTerms> {
        let cost = self.prices.as_ref()?.wholesale.as_ref()?.cost()?;
        let amount = match self.destination {
            Side {
                amount: Amount::One(amount),
                ref unit,
                ref unit_type,
            } if unit_type == "CURRENCY" => exact(amount, unit),
            _ => None,
        };
        // Airtime is named by what arrives.
        let sold = cost.is_positive() && (amount.is_some() || category != Category::Airtime);
        sold.then_some(ListingTerms::Fixed { amount, cost })
    }

    fn ranged(&self) -> Option<ListingTerms> {
        let Amount::Between { min, max, increment } = self.destination.amount else {
            return None;
        };
        let modes = &self.accepted_calculation_modes;
        let by_destination = modes.is_empty() || modes.iter().any(|mode| mode == "DESTINATION_AMOUNT");
        if self.destination.unit_type != "CURRENCY" || !by_destination {
            return None;
        }
        let currency = self.destination.unit.parse().ok()?;
        let range = range(min, max, increment, currency)?;
        let cost_currency = self.cost_currency()?;
        let cost_rate = self.cost_rate(range)?;
        Some(ListingTerms::Ranged {
            range,
            cost_rate,
            cost_currency,
        })
    }

    fn cost_currency(&self) -> Option<Currency> {
        let wholesale = self.prices.as_ref().and_then(|prices| prices.wholesale.as_ref());
        let unit = wholesale.map_or(&self.source.unit, |price| &price.unit);
        unit.parse().ok()
    }

    /// What one unit costs: the dearest of what the rate and the ends of the prices say, with the fee as
    /// it weighs on the smallest amount.
    fn cost_rate(&self, range: Range) -> Option<Decimal> {
        let (least, most) = (range.min.major(), range.max.major());
        let wholesale = self.prices.as_ref().and_then(|prices| prices.wholesale.as_ref());
        let by_rate = self.rates.as_ref().and_then(|rates| rates.wholesale);
        let by_rate = by_rate.and_then(|rate| Decimal::ONE.checked_div(rate.0));
        let by_ends = |amount: Amount| match amount {
            Amount::Between { max, .. } => max.checked_div(most),
            Amount::One(_) => None,
        };
        let by_price = wholesale.map_or(self.source.amount, |price| price.amount);
        let rate = by_rate.into_iter().chain(by_ends(by_price)).max()?;
        let fee = wholesale.map(Price::fee).unwrap_or_default();
        let rate = rate_rounded_up(rate.checked_add(fee.checked_div(least)?)?);
        (rate > Decimal::ZERO).then_some(rate)
    }

    fn contents(&self) -> Benefits {
        let mut contents = Benefits {
            validity_days: self.validity.as_ref().and_then(Validity::days),
            ..Benefits::default()
        };
        for benefit in &self.benefits {
            let Some(amount) = benefit.amount.base.one() else {
                continue;
            };
            let unit = benefit.unit.as_str();
            match benefit.kind.as_str() {
                "DATA" => contents.data_mb = whole(amount, megabytes(unit)),
                "TALKTIME" => contents.minutes = whole(amount, minutes(unit)),
                "SMS" => contents.sms = whole(amount, Some(Decimal::ONE)),
                _ => {}
            }
        }
        contents
    }
}

impl Operator {
    /// Its country; none for those of a whole region.
    pub(super) fn country(&self) -> Option<Country> {
        country_of(&self.country.iso_code)
    }

    fn sold_as(&self) -> SoldAs {
        SoldAs {
            id: Arc::from(self.id.to_string()),
            name: Arc::from(self.name.as_str()),
        }
    }
}

impl Validity {
    /// Whole days, where it has some; -1 stands for no end.
    fn days(&self) -> Option<u32> {
        let quantity = self.quantity.0.to_u32().filter(|quantity| *quantity > 0)?;
        match self.unit.as_str() {
            "HOUR" => Some(quantity / 24).filter(|days| *days > 0),
            "DAY" => Some(quantity),
            "WEEK" => quantity.checked_mul(7),
            "MONTH" => quantity.checked_mul(30),
            _ => None,
        }
    }
}

fn range(min: Decimal, max: Decimal, increment: Option<Decimal>, currency: Currency) -> Option<Range> {
    let min = Money::round(min, currency, Rounding::Up).ok()?;
    let max = Money::round(max, currency, Rounding::Down).ok()?;
    let step = increment.and_then(|step| Money::round(step, currency, Rounding::Up).ok());
    let step = step
        .filter(|step| step.is_positive())
        .unwrap_or(Money::new(1, currency));
    (min.is_positive() && min.minor() <= max.minor()).then_some(Range { min, max, step })
}

fn exact(amount: Decimal, unit: &str) -> Option<Money> {
    let exact = money(amount, unit, Rounding::Down)?;
    (exact.is_positive() && exact.major() == amount).then_some(exact)
}

/// A whole number of units, rounded down: no more is promised than there is. -1 stands for no end.
fn whole(amount: Decimal, each: Option<Decimal>) -> Option<u32> {
    let amount = amount.checked_mul(each?)?.floor();
    amount.to_u32().filter(|amount| *amount > 0)
}

fn megabytes(unit: &str) -> Option<Decimal> {
    match unit {
        "KB" => Some(Decimal::new(1, 3)),
        "MB" => Some(Decimal::ONE),
        "GB" => Some(Decimal::ONE_THOUSAND),
        "TB" => Some(Decimal::from(1_000_000)),
        _ => None,
    }
}

fn minutes(unit: &str) -> Option<Decimal> {
    match unit {
        "SECOND" | "SECONDS" => Decimal::ONE.checked_div(Decimal::from(60)),
        "MINUTE" | "MINUTES" => Some(Decimal::ONE),
        "HOUR" | "HOURS" => Some(Decimal::from(60)),
        _ => None,
    }
}
