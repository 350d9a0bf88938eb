//! Listings as they are stored: amounts are texts in major units, as in a catalogue file.

use std::{str::FromStr, sync::Arc};

use model::{Benefits, Category, Listing, ListingTerms, Money, SoldAs, decimal_text};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::super::file::RangeRecord;
use crate::Error;

/// A [`Listing`] as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ListingRecord {
    sold_as: String,
    name: String,
    country: String,
    category: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_mb: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sms: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    validity_days: Option<u32>,
    terms: TermsRecord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum TermsRecord {
    Fixed {
        amount: Option<MoneyRecord>,
        cost: MoneyRecord,
    },
    Ranged {
        range: RangeRecord,
        currency: String,
        cost_rate: String,
        cost_currency: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MoneyRecord {
    amount: String,
    currency: String,
}

impl From<Money> for MoneyRecord {
    fn from(money: Money) -> Self {
        Self {
            amount: decimal_text(money.major()),
            currency: money.currency().to_string(),
        }
    }
}

impl MoneyRecord {
    fn read(&self) -> Result<Money, Error> {
        Money::parse(&self.amount, parse(&self.currency)?).map_err(Error::corrupt)
    }
}

fn parse<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse()
        .map_err(|_| Error::corrupt(format_args!("{text:?} in a listing")))
}

impl ListingRecord {
    pub(super) fn write(listing: &Listing) -> Self {
        let terms = match &listing.terms {
            ListingTerms::Fixed { amount, cost } => TermsRecord::Fixed {
                amount: amount.map(Into::into),
                cost: (*cost).into(),
            },
            ListingTerms::Ranged {
                range,
                cost_rate,
                cost_currency,
            } => TermsRecord::Ranged {
                range: RangeRecord::write(range),
                currency: range.min.currency().to_string(),
                cost_rate: decimal_text(*cost_rate),
                cost_currency: cost_currency.to_string(),
            },
        };
        Self {
            sold_as: listing.sold_as.id.to_string(),
            name: listing.sold_as.name.to_string(),
            country: listing.country.to_string(),
            category: listing.category.as_str().to_owned(),
            title: listing.title.clone(),
            data_mb: listing.benefits.data_mb,
            minutes: listing.benefits.minutes,
            sms: listing.benefits.sms,
            validity_days: listing.benefits.validity_days,
            terms,
            parameters: listing.parameters.as_deref().map(str::to_owned),
        }
    }

    pub(super) fn read(&self, sku: &str) -> Result<Listing, Error> {
        let terms = match &self.terms {
            TermsRecord::Fixed { amount, cost } => ListingTerms::Fixed {
                amount: amount.as_ref().map(MoneyRecord::read).transpose()?,
                cost: cost.read()?,
            },
            TermsRecord::Ranged {
                range,
                currency,
                cost_rate,
                cost_currency,
            } => ListingTerms::Ranged {
                range: range.read(parse(currency)?).map_err(Error::corrupt)?,
                cost_rate: parse::<Decimal>(cost_rate)?,
                cost_currency: parse(cost_currency)?,
            },
        };
        Ok(Listing {
            sku: sku.into(),
            sold_as: SoldAs {
                id: self.sold_as.as_str().into(),
                name: self.name.as_str().into(),
            },
            country: parse(&self.country)?,
            category: parse::<Category>(&self.category)?,
            title: self.title.clone(),
            benefits: Benefits {
                data_mb: self.data_mb,
                minutes: self.minutes,
                sms: self.sms,
                validity_days: self.validity_days,
            },
            terms,
            parameters: self.parameters.as_deref().map(Arc::from),
        })
    }
}

/// Whether a listing can be stored and sold at all: amounts above nothing, a range with steps.
pub(super) fn is_usable(listing: &Listing) -> bool {
    let named = !listing.sku.trim().is_empty() && !listing.sold_as.id.trim().is_empty();
    named
        && match &listing.terms {
            ListingTerms::Fixed { amount, cost } => cost.is_positive() && amount.is_none_or(Money::is_positive),
            ListingTerms::Ranged { range, cost_rate, .. } => {
                let amounts = [range.min, range.max, range.step];
                let ordered = range.min.minor() <= range.max.minor();
                amounts.iter().all(|amount| amount.is_positive()) && ordered && *cost_rate > Decimal::ZERO
            }
        }
}
