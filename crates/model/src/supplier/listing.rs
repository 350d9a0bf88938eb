//! What a supplier sells, in its own words, before it is mapped to our products.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::{Benefits, Category, Country, Currency, Money, Range, Sku};

/// One thing that a supplier sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The supplier's name for it: unique in its list, and the same every time it is listed.
    pub sku: Sku,
    /// Whose phones it is for, in the supplier's words.
    pub sold_as: SoldAs,
    /// The operator's country.
    pub country: Country,
    /// What it adds.
    pub category: Category,
    /// Its name for people, where it has one: a bundle's, mostly.
    pub title: Option<String>,
    /// What a bundle contains, where the supplier says so as data.
    pub benefits: Benefits,
    /// What the phone receives and what it costs.
    pub terms: ListingTerms,
    /// What the connector wants to be told again at submission; opaque to everybody else.
    pub parameters: Option<Arc<str>>,
}

/// A supplier's operator.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SoldAs {
    /// The supplier's id of the operator.
    pub id: Arc<str>,
    /// The supplier's name of the operator.
    pub name: Arc<str>,
}

/// The amounts that a listing is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListingTerms {
    /// One denomination or bundle.
    Fixed {
        /// What the phone receives; none where the supplier doesn't say, as for some bundles.
        amount: Option<Money>,
        /// What we pay, in the supplier's currency.
        cost: Money,
    },
    /// Any amount of a range.
    Ranged {
        /// What the phone receives.
        range: Range,
        /// What we pay for one major unit of the range's currency.
        cost_rate: Decimal,
        /// The supplier's currency.
        cost_currency: Currency,
    },
}
