//! What a choice costs us, and what an account pays for it.

use std::{fmt, str::FromStr, sync::Arc};

use model::{Category, Currency, Money, MoneyError, Product, Rounding, Sku, SupplierName, Terms};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    choice::Choice,
    snapshot::{Snapshot, SuppliedOffer},
};

/// A rate for people is written with so many digits: enough for the dearest and the weakest currency.
const RATE_DIGITS: u32 = 8;

/// What one supplier asks for a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The supplier.
    pub supplier: SupplierName,
    /// Its name for it.
    pub sku: Sku,
    /// What it asks, in its currency.
    pub cost: Money,
    /// What its connector wants to be told at submission.
    pub parameters: Option<Arc<str>>,
}

/// How an account's prices are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceTerms {
    /// What the account pays in.
    pub currency: Currency,
    /// What is added to the cost, in basis points.
    pub markup_bps: i64,
    /// Whether a price may be below the cost.
    pub below_cost: BelowCost,
}

/// What becomes of a price that would be below the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BelowCost {
    /// It is the cost.
    Refuse,
    /// It stays, and the difference is ours to pay.
    Allow,
}

/// A word that doesn't say what becomes of prices below cost.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected refuse or allow")]
pub struct UnknownBelowCost;

impl BelowCost {
    /// The word: `refuse`, `allow`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Allow => "allow",
        }
    }
}

impl fmt::Display for BelowCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for BelowCost {
    type Err = UnknownBelowCost;

    fn from_str(text: &str) -> Result<Self, UnknownBelowCost> {
        [Self::Refuse, Self::Allow]
            .into_iter()
            .find(|below_cost| below_cost.as_str() == text)
            .ok_or(UnknownBelowCost)
    }
}

/// Why there is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// No supplier sells it.
    #[error("no supplier sells this at the moment: choose another amount or try again later")]
    NoOffer,
    /// Its cost can't be converted.
    #[error("there is no exchange rate between {from} and {to}: set it with `recarga rates set`")]
    NoRate {
        /// The supplier's currency.
        from: Currency,
        /// The account's currency.
        to: Currency,
    },
    /// It is more than money can be.
    #[error("the amount is too large: choose a smaller one")]
    TooLarge,
}

impl From<MoneyError> for PriceError {
    fn from(_: MoneyError) -> Self {
        Self::TooLarge
    }
}

impl SuppliedOffer {
    /// Returns whether it can deliver an amount, which may be a package. Free amounts are balance:
    /// they never stand for a bundle that costs as much.
    pub(super) fn delivers(&self, category: Category, amount: Money, package: Option<&str>) -> bool {
        match &self.offer.terms {
            Terms::Fixed { value, .. } => package == Some(value.as_str()),
            Terms::Ranged { range, .. } => category == Category::Airtime && range.contains(amount),
        }
    }

    /// Returns what it asks for an amount that it can deliver.
    fn cost(&self, amount: Money) -> Result<Money, MoneyError> {
        match &self.offer.terms {
            Terms::Fixed { cost, .. } => Ok(*cost),
            Terms::Ranged {
                cost_rate,
                cost_currency,
                ..
            } => amount.convert(*cost_rate, *cost_currency, Rounding::Up),
        }
    }

    /// Returns what it asks for one unit of a range.
    fn cost_rate(&self) -> Option<(Decimal, Currency)> {
        match &self.offer.terms {
            Terms::Fixed { .. } => None,
            Terms::Ranged {
                cost_rate,
                cost_currency,
                ..
            } => Some((*cost_rate, *cost_currency)),
        }
    }
}

/// Returns an amount of one currency in another. Multiplies before it divides, so that a division
/// that doesn't end can't push a price over the next cent.
pub(super) fn convert(snapshot: &Snapshot, amount: Decimal, from: Currency, to: Currency) -> Option<Decimal> {
    if from == to {
        return Some(amount);
    }
    let (from, to) = (snapshot.units_per_usd(from)?, snapshot.units_per_usd(to)?);
    amount.checked_mul(to)?.checked_div(from)
}

impl Snapshot {
    /// Returns what every supplier that can deliver a choice asks for it, the cheapest first. What
    /// can't be compared because a rate is missing comes last.
    pub fn costs(&self, product: &Product, choice: &Choice) -> Vec<Cost> {
        let usd = "USD".parse().expect("a currency");
        let offers = self.offers(&product.id).iter();
        let able =
            offers.filter(|offer| offer.delivers(product.category, choice.value, choice.package_value.as_deref()));
        let mut costs: Vec<_> = able
            .filter_map(|supplied| {
                let cost = supplied.cost(choice.value).ok()?;
                // Nothing real happens to a test product, so nobody pays for it.
                let cost = if product.test {
                    Money::zero(cost.currency())
                } else {
                    cost
                };
                let compared = convert(self, cost.major(), cost.currency(), usd);
                let cost = Cost {
                    supplier: supplied.supplier.clone(),
                    sku: supplied.offer.sku.clone(),
                    cost,
                    parameters: supplied.offer.parameters.clone(),
                };
                Some((compared.is_none(), compared, cost))
            })
            .collect();
        costs.sort_by(|one, other| {
            let key = |(unknown, compared, cost): &(bool, Option<Decimal>, Cost)| {
                (*unknown, *compared, cost.supplier.clone())
            };
            key(one).cmp(&key(other))
        });
        costs.into_iter().map(|(_, _, cost)| cost).collect()
    }

    /// Returns what an account pays for a choice: the cheapest offer's cost in its currency and its
    /// markup, rounded up, and never nothing; nothing for a test product.
    pub fn price(&self, product: &Product, choice: &Choice, terms: &PriceTerms) -> Result<Money, PriceError> {
        let costs = self.costs(product, choice);
        let first = costs.first().ok_or(PriceError::NoOffer)?;
        if product.test {
            Ok(Money::zero(terms.currency))
        } else {
            self.price_of(first.cost, terms)
        }
    }

    /// Returns what an account pays for what costs us so much.
    pub fn price_of(&self, cost: Money, terms: &PriceTerms) -> Result<Money, PriceError> {
        let (from, to) = (cost.currency(), terms.currency);
        if self.rate(from, to).is_none() {
            return Err(PriceError::NoRate { from, to });
        }
        let cost = convert(self, cost.major(), from, to).ok_or(PriceError::TooLarge)?;
        let price = Money::round(marked_up(cost, terms).ok_or(PriceError::TooLarge)?, to, Rounding::Up)?;
        Ok(Money::new(price.minor().max(1), to))
    }

    /// Returns what an account pays for one unit of a range's currency, for people to see; a price
    /// is made from the exact cost and rounded only once.
    pub fn price_rate(&self, product: &Product, terms: &PriceTerms) -> Option<Decimal> {
        product.range?;
        let rates = self.offers(&product.id).iter().filter_map(SuppliedOffer::cost_rate);
        let rates = rates.filter_map(|(rate, currency)| convert(self, rate, currency, terms.currency));
        let price = marked_up(rates.min()?, terms)?;
        price.round_sf_with_strategy(RATE_DIGITS, RoundingStrategy::ToPositiveInfinity)
    }
}

/// Adds an account's markup to a cost; the one place where a price could fall below it.
fn marked_up(cost: Decimal, terms: &PriceTerms) -> Option<Decimal> {
    let factor = Decimal::ONE.checked_add(Decimal::new(terms.markup_bps, 4))?;
    let price = cost.checked_mul(factor)?;
    match terms.below_cost {
        BelowCost::Refuse => Some(price.max(cost)),
        BelowCost::Allow => Some(price),
    }
}
