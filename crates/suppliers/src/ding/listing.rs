//! What Ding sells, as listings.

use std::collections::HashMap;

use model::{
    Benefits, Category, Country, Evidence, Listing, ListingTerms, Money, Range, Rounding, SoldAs, SupplierError,
};
use rust_decimal::Decimal;
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    Batches, Ding, DingSettings,
    records::good,
    wire::{Items, Price},
};
use crate::{
    amount::{money, rate_rounded_up},
    http::{
        Ask,
        json::{Exact, list_or_nothing},
    },
};

/// What is delivered at once to the number, without a PIN to read out.
const IMMEDIATE: &str = "Immediate";
const BATCH: &str = "Batch";
const PREPAID: &str = "Prepaid";

/// A product. Fields of a kind that is not sold here are not read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Product {
    provider_code: String,
    sku_code: String,
    #[serde(default)]
    localization_key: Option<String>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    setting_definitions: Vec<SettingDefinition>,
    minimum: Price,
    maximum: Price,
    #[serde(default)]
    commission_rate: Option<Exact>,
    #[serde(default)]
    processing_mode: Option<String>,
    redemption_mechanism: String,
    #[serde(default, deserialize_with = "list_or_nothing")]
    benefits: Vec<String>,
    #[serde(default)]
    validity_period_iso: Option<String>,
    #[serde(default)]
    default_display_text: Option<String>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    payment_types: Vec<String>,
    #[serde(default)]
    lookup_bills_required: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SettingDefinition {
    #[serde(default)]
    is_mandatory: bool,
}

/// An operator.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Provider {
    #[serde(rename = "ProviderCode")]
    code: String,
    country_iso: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    #[serde(default)]
    display_text: Option<String>,
    #[serde(default)]
    localization_key: Option<String>,
}

/// What is known beside the products.
pub(super) struct Beside {
    providers: HashMap<String, Provider>,
    titles: HashMap<String, String>,
}

impl Beside {
    pub(super) fn new(providers: Vec<Provider>, titles: HashMap<String, String>) -> Self {
        let named = providers.into_iter().map(|provider| (provider.code.clone(), provider));
        Self {
            providers: named.collect(),
            titles,
        }
    }
}

impl Ding {
    /// Lists everything that can be sold for a phone with nothing but its number.
    pub(super) async fn products(&self) -> Result<Vec<Listing>, SupplierError> {
        let providers: Vec<Provider> = self.items("GetProviders", &[]).await?;
        let products: Vec<Product> = self.items("GetProducts", &[]).await?;
        let english = [("languageCodes", "en")];
        let descriptions: Vec<Description> = self.items("GetProductDescriptions", &english).await?;
        let titled = descriptions.into_iter();
        let titled = titled.filter_map(|one| Some((one.localization_key?, one.display_text?)));
        let beside = Beside::new(providers, titled.collect());
        let settings = &self.settings;
        Ok(products
            .iter()
            .filter_map(|one| one.listing(settings, &beside))
            .collect())
    }

    /// A list that comes whole.
    async fn items<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<T>, SupplierError> {
        let path = [path];
        let mut ask = Ask::get(&path).list();
        for (name, value) in query {
            ask = ask.query(name, *value);
        }
        let answer = self.http.send(ask, &Evidence::new()).await?;
        good(&answer)?;
        let items: Items<T> = answer.read()?;
        Ok(items.items)
    }
}

impl Product {
    /// What is sold here, if it is something that is.
    pub(super) fn listing(&self, settings: &DingSettings, beside: &Beside) -> Option<Listing> {
        if !self.needs_only_a_number() || (self.is_batch() && settings.batches == Batches::LeftOut) {
            return None;
        }
        let provider = beside.providers.get(&self.provider_code)?;
        let country: Country = provider.country_iso.parse().ok()?;
        let category = self.category()?;
        let is_fixed = self.minimum.send_value == self.maximum.send_value;
        let (terms, parameters) = if is_fixed {
            let sent = self.minimum.sent()?;
            (self.fixed(settings, category)?, Some(sent.to_string().into()))
        } else {
            (self.ranged(settings)?, None)
        };
        Some(Listing {
            sku: self.sku_code.as_str().into(),
            sold_as: SoldAs {
                id: provider.code.as_str().into(),
                name: provider.name.as_str().into(),
            },
            country,
            category,
            title: if category == Category::Airtime {
                None
            } else {
                self.title(beside)
            },
            benefits: Benefits {
                validity_days: self.validity_period_iso.as_deref().and_then(days),
                ..Benefits::default()
            },
            terms,
            parameters,
        })
    }

    /// Whether it reaches a prepaid phone by its number alone: no bill, no PIN, nothing else to be told.
    fn needs_only_a_number(&self) -> bool {
        let prepaid = self.payment_types.is_empty() || self.payment_types.iter().any(|one| one == PREPAID);
        let asks = self.setting_definitions.iter().any(|one| one.is_mandatory);
        prepaid && !asks && !self.lookup_bills_required && self.redemption_mechanism == IMMEDIATE
    }

    fn is_batch(&self) -> bool {
        self.processing_mode.as_deref() == Some(BATCH)
    }

    /// What it adds, by the words that Ding has for it. What is not for a phone has none of them.
    fn category(&self) -> Option<Category> {
        let has = |word: &str| self.benefits.iter().any(|one| one.eq_ignore_ascii_case(word));
        let (data, talk) = (has("Data") || has("Internet"), has("Minutes") || has("SMS"));
        match (data, talk) {
            (true, true) => Some(Category::Bundle),
            (true, false) => Some(Category::Data),
            (false, true) => Some(Category::Airtime),
            (false, false) => has("Mobile").then_some(Category::Airtime),
        }
    }

    fn fixed(&self, settings: &DingSettings, category: Category) -> Option<ListingTerms> {
        let cost = self.cost(&self.minimum, settings)?;
        let amount = self.minimum.received().filter(|amount| amount.is_positive());
        // Airtime is named by what arrives.
        let sold = cost.is_positive() && (amount.is_some() || category != Category::Airtime);
        sold.then_some(ListingTerms::Fixed { amount, cost })
    }

    fn ranged(&self, settings: &DingSettings) -> Option<ListingTerms> {
        let (least, most) = (&self.minimum, &self.maximum);
        let code = least.receive_currency_iso.as_deref()?;
        let min = money(least.receive_value?.0, code, Rounding::Up)?;
        let max = most.received().filter(|max| max.currency() == min.currency())?;
        if !min.is_positive() || max.minor() < min.minor() {
            return None;
        }
        let rate = |price: &Price| {
            let cost = self.cost(price, settings)?;
            let rate = cost.major().checked_div(price.receive_value?.0)?;
            Some((rate, cost.currency()))
        };
        let ((at_least, currency), (at_most, other)) = (rate(least)?, rate(most)?);
        // Where a fee weighs more on small amounts, the dearest end speaks for all.
        let cost_rate = rate_rounded_up(at_least.max(at_most));
        let whole = currency == other && cost_rate > Decimal::ZERO;
        whole.then_some(ListingTerms::Ranged {
            range: Range {
                min,
                max,
                step: Money::new(1, min.currency()),
            },
            cost_rate,
            cost_currency: currency,
        })
    }

    fn cost(&self, price: &Price, settings: &DingSettings) -> Option<Money> {
        let rate = self.commission_rate.unwrap_or_default().0;
        price.cost(settings.off(price.send_value.0, rate))
    }

    fn title(&self, beside: &Beside) -> Option<String> {
        let key = self.localization_key.as_deref();
        let described = key.and_then(|key| beside.titles.get(key)).cloned();
        described
            .or_else(|| self.default_display_text.clone())
            .filter(|title| !title.is_empty())
    }
}

/// Whole days of a period such as `P30D`; none where it is shorter than one.
fn days(period: &str) -> Option<u32> {
    let span: jiff::Span = period.parse().ok()?;
    let years = i64::from(span.get_years()) * 365;
    let months = i64::from(span.get_months()) * 30;
    let weeks = i64::from(span.get_weeks()) * 7;
    let hours = i64::from(span.get_hours()) / 24;
    let days = years + months + weeks + i64::from(span.get_days()) + hours;
    u32::try_from(days).ok().filter(|days| *days > 0)
}
