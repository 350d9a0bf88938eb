//! An operator of Reloadly's as listings: a range, or one for each fixed amount.
//!
//! A free amount is ordered in the operator's currency where it takes them so, because then the phone
//! gets exactly what was sold; else in ours, converted at the listed rate and rounded up to a cent.
//! Orders in our currency earn another discount, though: who prefers that says so in the settings.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    Benefits, Category, Country, Currency, Listing, ListingTerms, Money, Range, Rounding, SoldAs, decimal_text,
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{
    settings::RangesIn,
    wire::{Fees, Operator},
};
use crate::http::json::Exact;

/// How exactly the cost of one unit is told.
const RATE_DIGITS: u32 = 10;

/// What a submission needs to know beside the amount: which operator, and in whose currency to order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parameters {
    pub(super) operator: u64,
    pub(super) order: Order,
}

/// What is written into an order's `amount`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// What the phone receives, in its currency.
    Local,
    /// So much in ours.
    Sender(String),
    /// What the phone receives at this many of its units for one of ours, within limits of ours.
    Converted { rate: String, min: String, max: String },
}

impl Parameters {
    fn text(&self) -> Option<Arc<str>> {
        serde_json::to_string(self).ok().map(Into::into)
    }
}

/// Everything that an operator sells; none where it can't be sold from here: without its currency, out of
/// service, or as PINs, which a phone doesn't receive by itself.
pub(super) fn listings(operator: &Operator, ranges: RangesIn) -> Vec<Listing> {
    let active = operator.status.as_deref().is_none_or(|status| status == "ACTIVE");
    if !active || operator.pin {
        return Vec::new();
    }
    let Some(shelf) = Shelf::of(operator) else {
        tracing::warn!("Reloadly's operator {:?} is left out: it can't be read", operator.name);
        return Vec::new();
    };
    if operator.denomination_type == "RANGE" {
        shelf.ranged(ranges).into_iter().collect()
    } else {
        shelf.fixed()
    }
}

/// An operator with its currencies read.
struct Shelf<'a> {
    operator: &'a Operator,
    id: u64,
    country: Country,
    sender: Currency,
    local: Currency,
    rate: Decimal,
}

/// What one unit of an order costs us.
struct Cost {
    share: Decimal,
    fee: Decimal,
}

impl Cost {
    fn of(discount: Option<Exact>, percentage: Option<Exact>, fee: Option<Exact>) -> Option<Self> {
        let part = |percent: Option<Exact>| percent.unwrap_or_default().0.checked_div(Decimal::ONE_HUNDRED);
        Some(Self {
            share: Decimal::ONE
                .checked_sub(part(discount)?)?
                .checked_add(part(percentage)?)?,
            fee: fee.unwrap_or_default().0,
        })
    }

    /// What an order of so much in our currency costs.
    fn at(&self, sender: Decimal) -> Option<Decimal> {
        sender.checked_mul(self.share)?.checked_add(self.fee)
    }
}

impl<'a> Shelf<'a> {
    fn of(operator: &'a Operator) -> Option<Self> {
        let id = operator.operator_id.as_ref().or(operator.id.as_ref())?;
        let sender: Currency = operator.sender_currency_code.parse().ok()?;
        let local: Currency = operator.destination_currency_code.parse().ok()?;
        let one = (sender == local).then_some(Decimal::ONE);
        let rate = operator.fx.as_ref().map(|fx| fx.rate.0).or(one)?;
        (rate > Decimal::ZERO).then_some(Self {
            operator,
            id: id.parse().ok()?,
            country: operator.country.iso_name.parse().ok()?,
            sender,
            local,
            rate,
        })
    }

    /// Orders in our currency earn another discount than orders in the operator's.
    fn cost(&self, order: &Order) -> Option<Cost> {
        let fees = self.operator.fees.as_ref();
        let fee = |read: fn(&Fees) -> Option<Exact>| fees.and_then(read);
        match order {
            Order::Local => Cost::of(
                self.operator.local_discount,
                fee(|fees| fees.local_percentage),
                fee(|fees| fees.local),
            ),
            Order::Sender(_) | Order::Converted { .. } => Cost::of(
                self.operator.international_discount.or(self.operator.commission),
                fee(|fees| fees.international_percentage),
                fee(|fees| fees.international),
            ),
        }
    }

    fn listing(&self, sku: String, title: Option<String>, terms: ListingTerms, order: Order) -> Listing {
        let operator = self.operator;
        let category = match operator {
            Operator { data: true, .. } => Category::Data,
            Operator { bundle: true, .. }
            | Operator {
                combo_product: true, ..
            } => Category::Bundle,
            _ => Category::Airtime,
        };
        Listing {
            sku: sku.into(),
            sold_as: SoldAs {
                id: self.id.to_string().into(),
                name: operator.name.as_str().into(),
            },
            country: self.country,
            category,
            title,
            benefits: Benefits::default(),
            terms,
            parameters: Parameters {
                operator: self.id,
                order,
            }
            .text(),
        }
    }

    fn ranged(&self, ranges: RangesIn) -> Option<Listing> {
        let operator = self.operator;
        let local = operator.local_min_amount.zip(operator.local_max_amount);
        let in_local = operator.supports_local_amounts && ranges == RangesIn::Local;
        let (order, min, max) = if let Some((min, max)) = local.filter(|_| in_local) {
            (Order::Local, min.0, max.0)
        } else {
            let (min, max) = operator.min_amount.zip(operator.max_amount)?;
            let order = Order::Converted {
                rate: decimal_text(self.rate),
                min: decimal_text(min.0),
                max: decimal_text(max.0),
            };
            (order, min.0.checked_mul(self.rate)?, max.0.checked_mul(self.rate)?)
        };
        let range = Range {
            min: Money::round(min, self.local, Rounding::Up).ok()?,
            max: Money::round(max, self.local, Rounding::Down).ok()?,
            step: Money::new(1, self.local),
        };
        if !range.min.is_positive() || range.min.minor() > range.max.minor() {
            return None;
        }
        // A fee weighs most on the smallest amount: told by it, no amount costs more than it is told.
        let smallest = range.min.major();
        let cost = self.cost(&order)?.at(smallest.checked_div(self.rate)?)?;
        let cost_rate = cost
            .checked_div(smallest)?
            .round_sf_with_strategy(RATE_DIGITS, RoundingStrategy::ToPositiveInfinity)?;
        let terms = ListingTerms::Ranged {
            range,
            cost_rate,
            cost_currency: self.sender,
        };
        Some(self.listing(self.id.to_string(), None, terms, order))
    }

    fn fixed(&self) -> Vec<Listing> {
        let operator = self.operator;
        let plans = operator.geographical_recharge_plans.iter().map(|plan| Amounts {
            sender: &plan.fixed_amounts,
            sender_titles: &plan.fixed_amounts_descriptions,
            local: &plan.local_amounts,
            local_titles: &plan.local_fixed_amounts_descriptions,
        });
        let whole = Amounts {
            sender: &operator.fixed_amounts,
            sender_titles: &operator.fixed_amounts_descriptions,
            local: &operator.local_fixed_amounts,
            local_titles: &operator.local_fixed_amounts_descriptions,
        };
        let denominations = gathered(plans.chain([whole]));
        let listing = |denomination: &Denomination| self.denomination(denomination);
        denominations.iter().filter_map(listing).collect()
    }

    /// One fixed amount, ordered in the currency in which it costs less: the phone gets the same.
    fn denomination(&self, denomination: &Denomination) -> Option<Listing> {
        let local = denomination.local.filter(|_| self.operator.supports_local_amounts);
        let in_local = local.and_then(|local| {
            let cost = self.cost(&Order::Local)?.at(local.checked_div(self.rate)?)?;
            Some((cost, Order::Local))
        });
        let in_sender = denomination.sender.and_then(|sender| {
            let order = Order::Sender(decimal_text(sender));
            Some((self.cost(&order)?.at(sender)?, order))
        });
        let (cost, order) = in_local.into_iter().chain(in_sender).min_by_key(|(cost, _)| *cost)?;
        // A denomination keeps its amount in the operator's currency, whatever the rate does.
        let sku = match (denomination.local, denomination.sender) {
            (Some(local), _) => format!("{}@{}{}", self.id, decimal_text(local), self.local),
            (None, sender) => format!("{}@{:.2}", self.id, sender?),
        };
        let terms = ListingTerms::Fixed {
            amount: Some(self.received(denomination).filter(|received| received.is_positive())?),
            cost: Money::round(cost, self.sender, Rounding::Up)
                .ok()
                .filter(|cost| cost.is_positive())?,
        };
        Some(self.listing(sku, denomination.title.clone(), terms, order))
    }

    /// What the phone receives: as listed, as told for the amount, or converted.
    fn received(&self, denomination: &Denomination) -> Option<Money> {
        if let Some(local) = denomination.local {
            return Money::from_decimal(local, self.local).ok();
        }
        let sender = denomination.sender?;
        let told = self.operator.suggested_amounts_map.iter();
        let told = told.filter_map(|(amount, received)| Some((Exact::parse(amount)?.0, received.0)));
        let told = told.into_iter().find(|(amount, _)| *amount == sender);
        let received = told
            .map(|(_, received)| received)
            .or_else(|| sender.checked_mul(self.rate))?;
        Money::round(received, self.local, Rounding::Down).ok()
    }
}

/// The fixed amounts of a country, or of a part of it. Where both lists are as long, they are the same
/// amounts in two currencies.
struct Amounts<'a> {
    sender: &'a [Exact],
    sender_titles: &'a BTreeMap<String, String>,
    local: &'a [Exact],
    local_titles: &'a BTreeMap<String, String>,
}

/// One fixed amount, in our currency, the operator's, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Denomination {
    sender: Option<Decimal>,
    local: Option<Decimal>,
    title: Option<String>,
}

impl Amounts<'_> {
    fn denominations(&self) -> Vec<Denomination> {
        let denomination = |sender: Option<Decimal>, local: Option<Decimal>| Denomination {
            sender,
            local,
            title: sender
                .and_then(|sender| titled(self.sender_titles, sender))
                .or_else(|| local.and_then(|local| titled(self.local_titles, local))),
        };
        if self.sender.len() == self.local.len() {
            let both = self.sender.iter().zip(self.local);
            return both
                .map(|(sender, local)| denomination(Some(sender.0), Some(local.0)))
                .collect();
        }
        let sender = self.sender.iter().map(|sender| denomination(Some(sender.0), None));
        let local = self.local.iter().map(|local| denomination(None, Some(local.0)));
        if self.sender.is_empty() {
            local.collect()
        } else {
            sender.collect()
        }
    }
}

fn titled(titles: &BTreeMap<String, String>, amount: Decimal) -> Option<String> {
    let title = titles
        .iter()
        .find(|(text, _)| Exact::parse(text).is_some_and(|exact| exact.0 == amount));
    title.map(|(_, title)| title.clone())
}

/// Puts the amounts of a whole country and of its parts together, each once. One that is described
/// differently in two places has no title: what it brings depends on where the phone is.
fn gathered<'a>(all: impl Iterator<Item = Amounts<'a>>) -> Vec<Denomination> {
    let mut kept: Vec<Denomination> = Vec::new();
    let found = all.flat_map(|amounts| amounts.denominations());
    for denomination in found {
        let same = |known: &&mut Denomination| match (known.local, denomination.local) {
            (Some(known), Some(new)) => known == new,
            _ => known.sender.is_some() && known.sender == denomination.sender,
        };
        match kept.iter_mut().find(same) {
            None => kept.push(denomination),
            Some(known) if known.title != denomination.title => known.title = None,
            Some(_) => {}
        }
    }
    kept
}
