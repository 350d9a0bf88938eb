//! What is sold: operators, their products, and the offers of suppliers behind them.

use std::{fmt, str::FromStr, sync::Arc};

use rust_decimal::Decimal;

use crate::{Country, Currency, Money};

/// A short name in lower case, as in URLs: `at-t-usa`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slug(Arc<str>);

/// Longer names are refused.
const SLUG_BYTES_MAX: usize = 100;

/// A text that is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected letters a-z, digits, '-', '_' or '.', at most 100, such as at-t-usa")]
pub struct ParseSlugError;

impl Slug {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = ParseSlugError;

    fn from_str(text: &str) -> Result<Self, ParseSlugError> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
        if (1..=SLUG_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(ParseSlugError)
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names an operator in a country.
pub type OperatorId = Slug;
/// Names a product; part of its packages' ids.
pub type ProductId = Slug;
/// What a supplier calls one thing that it sells.
pub type Sku = Arc<str>;

/// A mobile operator in one country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its slug, such as `at-t-usa`.
    pub id: OperatorId,
    /// Its name as people know it.
    pub name: String,
    /// Where it operates.
    pub country: Country,
    /// Its share of the country's numbering space in basis points: ranks the likelier first.
    pub share_bps: u32,
    /// The names that number intelligence gives the carrier of its prefixes.
    pub carriers: Vec<String>,
}

/// What kind of thing a product adds to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Balance in the operator's currency.
    Airtime,
    /// Mobile data for some days.
    Data,
    /// Data, minutes and messages together.
    Bundle,
}

impl Category {
    /// The word used everywhere: `airtime`, `data`, `bundle`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Airtime => "airtime",
            Self::Data => "data",
            Self::Bundle => "bundle",
        }
    }
}

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(text: &str) -> Result<Self, UnknownCategory> {
        [Self::Airtime, Self::Data, Self::Bundle]
            .into_iter()
            .find(|category| category.as_str() == text)
            .ok_or(UnknownCategory)
    }
}

/// A word that is not a category.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected airtime, data or bundle")]
pub struct UnknownCategory;

/// Something an account can buy for a phone of one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its slug; the airtime product of an operator has the operator's own.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// Whose phones it is for.
    pub operator: OperatorId,
    /// The operator's country.
    pub country: Country,
    /// What it adds.
    pub category: Category,
    /// What its values are counted in.
    pub currency: Currency,
    /// Fixed denominations, by growing value.
    pub packages: Vec<Package>,
    /// Free amounts, where the operator takes them.
    pub range: Option<Range>,
    /// Whether it can be bought now.
    pub in_stock: bool,
    /// Whether it is a test product: hidden unless asked for, without real effect.
    pub test: bool,
}

/// One fixed denomination of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// What stands after `<&>` in its id: `25`, or a bundle's short name.
    pub value: String,
    /// The face value in the product's currency.
    pub amount: Money,
    /// A bundle's name for people.
    pub title: Option<String>,
    /// What a bundle contains.
    pub benefits: Benefits,
}

/// What a bundle adds, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Benefits {
    /// Mobile data in megabytes (10⁶ bytes).
    pub data_mb: Option<u32>,
    /// Voice minutes.
    pub minutes: Option<u32>,
    /// Text messages.
    pub sms: Option<u32>,
    /// How long it lasts.
    pub validity_days: Option<u32>,
}

/// Free amounts of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The smallest amount.
    pub min: Money,
    /// The largest amount.
    pub max: Money,
    /// Amounts are `min` plus whole steps.
    pub step: Money,
}

impl Range {
    /// Whether the amount is one of the range's.
    pub fn contains(&self, amount: Money) -> bool {
        amount.currency() == self.min.currency()
            && (self.min.minor()..=self.max.minor()).contains(&amount.minor())
            && (amount.minor() - self.min.minor()) % self.step.minor() == 0
    }
}

/// What a supplier sells and what it costs us there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The supplier's name for it.
    pub sku: Sku,
    /// Our product that it delivers.
    pub product: ProductId,
    /// What is delivered and at what cost.
    pub terms: Terms,
    /// What the supplier's connector wants to be told again at submission, as its listing said; opaque
    /// to everybody else.
    pub parameters: Option<Arc<str>>,
}

/// The amounts that an offer is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// One package of the product.
    Fixed {
        /// The package's `value`.
        value: String,
        /// What we pay the supplier, in the supplier's currency.
        cost: Money,
    },
    /// Any amount of a range.
    Ranged {
        /// The amounts, in the product's currency.
        range: Range,
        /// What we pay for one major unit of the product's currency.
        cost_rate: Decimal,
        /// The supplier's currency.
        cost_currency: Currency,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_takes_its_steps_only() {
        let usd: Currency = "USD".parse().unwrap();
        let money = |minor| Money::new(minor, usd);
        let range = Range {
            min: money(500),
            max: money(2_000),
            step: money(250),
        };
        assert!(range.contains(money(500)) && range.contains(money(2_000)) && range.contains(money(750)));
        assert!(!range.contains(money(600)) && !range.contains(money(499)) && !range.contains(money(2_001)));
        assert!(!range.contains(Money::new(500, "EUR".parse().unwrap())));
    }

    #[test]
    fn a_slug_is_lower_case_and_short() {
        assert_eq!("at-t-usa".parse::<Slug>().unwrap().as_str(), "at-t-usa");
        for wrong in ["", "AT&T", "a b", "é", &"x".repeat(101)] {
            assert!(wrong.parse::<Slug>().is_err(), "{wrong}");
        }
    }
}
