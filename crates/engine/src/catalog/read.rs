//! Records and what they mean: texts are parsed here, and trusted afterwards.

use std::str::FromStr;

use model::{
    Benefits, Category, Country, Currency, Money, Offer, Operator, Package, Product, Range, Terms, decimal_text,
};
use rust_decimal::Decimal;

use super::file::{OfferRecord, OperatorRecord, PackageRecord, ProductRecord, RangeRecord};

/// A field that can't be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub(super) struct Wrong {
    field: String,
    why: String,
}

impl Wrong {
    pub(super) fn new(field: impl Into<String>, why: &impl ToString) -> Self {
        Self {
            field: field.into(),
            why: why.to_string(),
        }
    }
}

fn parse<T: FromStr<Err: ToString>>(field: &str, text: &str) -> Result<T, Wrong> {
    text.parse().map_err(|why: T::Err| Wrong::new(field, &why))
}

fn named(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() {
        Err(Wrong::new("name", &"write the name that people know"))
    } else {
        Ok(text.to_owned())
    }
}

fn amount(field: &str, text: &str, currency: Currency) -> Result<Money, Wrong> {
    let amount = Money::parse(text, currency).map_err(|why| Wrong::new(field, &why))?;
    if amount.is_positive() {
        Ok(amount)
    } else {
        Err(Wrong::new(field, &"write an amount above 0"))
    }
}

impl OperatorRecord {
    pub(super) fn read(&self) -> Result<Operator, Wrong> {
        Ok(Operator {
            id: parse("id", &self.id)?,
            name: named(&self.name)?,
            country: parse("country", &self.country)?,
            share_bps: self.share_bps,
            carriers: self.carriers.clone(),
        })
    }
}

impl ProductRecord {
    /// Reads a product whose operator is in this country.
    pub(super) fn read(&self, country: Country) -> Result<Product, Wrong> {
        let currency = parse("currency", &self.currency)?;
        let packages = self.packages.iter().enumerate().map(|(place, package)| {
            package
                .read(currency)
                .map_err(|wrong| Wrong::new(format!("packages[{place}].{}", wrong.field), &wrong.why))
        });
        Ok(Product {
            id: parse("id", &self.id)?,
            name: named(&self.name)?,
            operator: parse("operator", &self.operator)?,
            country,
            category: parse::<Category>("category", &self.category)?,
            currency,
            packages: packages.collect::<Result<_, _>>()?,
            range: self.range.as_ref().map(|range| range.read(currency)).transpose()?,
            in_stock: self.in_stock,
            test: self.test,
        })
    }
}

impl PackageRecord {
    fn read(&self, currency: Currency) -> Result<Package, Wrong> {
        if self.value.trim().is_empty() {
            return Err(Wrong::new("value", &"write what stands after <&> in its id"));
        }
        Ok(Package {
            value: self.value.clone(),
            amount: amount("amount", self.amount.as_ref().unwrap_or(&self.value), currency)?,
            title: self.title.clone(),
            benefits: Benefits {
                data_mb: self.data_mb,
                minutes: self.minutes,
                sms: self.sms,
                validity_days: self.validity_days,
            },
        })
    }
}

impl RangeRecord {
    pub(super) fn read(&self, currency: Currency) -> Result<Range, Wrong> {
        let range = Range {
            min: amount("range.min", &self.min, currency)?,
            max: amount("range.max", &self.max, currency)?,
            step: amount("range.step", &self.step, currency)?,
        };
        if range.min.minor() > range.max.minor() {
            return Err(Wrong::new("range.max", &"write an amount that is not below range.min"));
        }
        Ok(range)
    }

    pub(super) fn write(range: &Range) -> Self {
        let [min, max, step] = [range.min, range.max, range.step].map(|amount| decimal_text(amount.major()));
        Self { min, max, step }
    }
}

impl OfferRecord {
    pub(super) fn read(&self) -> Result<Offer, Wrong> {
        let cost_currency = parse("cost_currency", &self.cost_currency)?;
        let terms = match (&self.value, &self.cost, &self.range, &self.currency, &self.cost_rate) {
            (Some(value), Some(cost), None, None, None) => Terms::Fixed {
                value: value.clone(),
                cost: amount("cost", cost, cost_currency)?,
            },
            (None, None, Some(range), Some(currency), Some(rate)) => Terms::Ranged {
                range: range.read(parse("currency", currency)?)?,
                cost_rate: positive_rate("cost_rate", rate)?,
                cost_currency,
            },
            _ => {
                let why = "write either value and cost, or range, currency and cost_rate";
                return Err(Wrong::new("value", &why));
            }
        };
        if self.sku.trim().is_empty() {
            return Err(Wrong::new("sku", &"write the supplier's name for it"));
        }
        Ok(Offer {
            sku: self.sku.as_str().into(),
            product: parse("product", &self.product)?,
            terms,
            parameters: self.parameters.as_deref().map(Into::into),
        })
    }

    pub(super) fn write(supplier: &str, offer: &Offer) -> Self {
        let mut record = Self {
            supplier: supplier.to_owned(),
            sku: offer.sku.to_string(),
            product: offer.product.to_string(),
            cost_currency: String::new(),
            value: None,
            cost: None,
            range: None,
            currency: None,
            cost_rate: None,
            parameters: offer.parameters.as_deref().map(str::to_owned),
        };
        match &offer.terms {
            Terms::Fixed { value, cost } => {
                record.cost_currency = cost.currency().to_string();
                record.value = Some(value.clone());
                record.cost = Some(decimal_text(cost.major()));
            }
            Terms::Ranged {
                range,
                cost_rate,
                cost_currency,
            } => {
                record.cost_currency = cost_currency.to_string();
                record.range = Some(RangeRecord::write(range));
                record.currency = Some(range.min.currency().to_string());
                record.cost_rate = Some(decimal_text(*cost_rate));
            }
        }
        record
    }
}

/// Reads a rate: a number above 0.
pub(super) fn positive_rate(field: &str, text: &str) -> Result<Decimal, Wrong> {
    let rate = text.parse::<Decimal>().ok().filter(|rate| *rate > Decimal::ZERO);
    rate.ok_or_else(|| {
        Wrong::new(
            field,
            &format!("{text:?} is not a rate: write a number above 0 such as 0.92"),
        )
    })
}
