//! The catalogue as a file: what is imported, exported, and stored in the tables' bodies.
//!
//! Amounts and rates are texts in major units, because JSON's numbers are not exact everywhere.

use serde::{Deserialize, Serialize};

/// Operators, their products, and what suppliers ask for them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogFile {
    /// The operators.
    #[serde(default)]
    pub operators: Vec<OperatorRecord>,
    /// Their products.
    #[serde(default)]
    pub products: Vec<ProductRecord>,
    /// What suppliers sell.
    #[serde(default)]
    pub offers: Vec<OfferRecord>,
}

/// An [`model::Operator`] as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorRecord {
    /// Its slug.
    pub id: String,
    /// Its name as people know it.
    pub name: String,
    /// Two letters.
    pub country: String,
    /// Ranks the operators of a country.
    #[serde(default)]
    pub share_bps: u32,
    /// The names that number intelligence gives it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carriers: Vec<String>,
}

/// A [`model::Product`] as it is written; its country is its operator's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductRecord {
    /// Its slug.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The operator's slug.
    pub operator: String,
    /// `airtime`, `data` or `bundle`.
    pub category: String,
    /// What its values are counted in.
    pub currency: String,
    /// Fixed denominations, by growing amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<PackageRecord>,
    /// Free amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<RangeRecord>,
    /// Whether it may be sold.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub in_stock: bool,
    /// Whether it is a test product.
    #[serde(default, skip_serializing_if = "is_no")]
    pub test: bool,
}

/// A [`model::Package`] as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageRecord {
    /// What stands after `<&>` in its id.
    pub value: String,
    /// The face value; the same as `value` if it isn't given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// A bundle's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Mobile data in megabytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_mb: Option<u32>,
    /// Voice minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Text messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<u32>,
    /// How long it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_days: Option<u32>,
}

/// A [`model::Range`] as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RangeRecord {
    /// The smallest amount.
    pub min: String,
    /// The largest amount.
    pub max: String,
    /// Amounts are `min` plus whole steps.
    pub step: String,
}

/// What a supplier sells: a package (`value` and `cost`) or a range (`range`, its `currency`, and
/// what one unit of that costs, `cost_rate`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferRecord {
    /// The supplier's name here.
    pub supplier: String,
    /// The supplier's name for it.
    pub sku: String,
    /// Our product's slug.
    pub product: String,
    /// What the supplier is paid in.
    pub cost_currency: String,
    /// The package's `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the package costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// The amounts that can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<RangeRecord>,
    /// What the range's amounts are counted in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What one unit of `currency` costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_rate: Option<String>,
    /// What the supplier's connector wants to be told again at submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<String>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_no(flag: &bool) -> bool {
    !*flag
}
