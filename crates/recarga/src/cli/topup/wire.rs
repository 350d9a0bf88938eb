//! The parts of the API's answers that a top-up needs.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

/// `{"data": …}`.
#[derive(Debug, Deserialize)]
pub(super) struct Answer<T> {
    pub(super) data: T,
}

/// `GET /check_phone_number`.
#[derive(Debug, Deserialize)]
pub(super) struct Checked {
    pub(super) operators: Vec<Operator>,
}

/// A product that can top a number up.
#[derive(Debug, Deserialize)]
pub(super) struct Operator {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) category: Option<String>,
    #[serde(default)]
    pub(super) confidence: String,
}

impl Operator {
    pub(super) fn is_airtime(&self) -> bool {
        self.category.as_deref().is_none_or(|category| category == "airtime")
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.confidence == "confirmed"
    }

    pub(super) fn is_likely(&self) -> bool {
        self.is_confirmed() || self.confidence == "likely"
    }
}

/// `GET /products/{id}`.
#[derive(Debug, Deserialize)]
pub(super) struct Product {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) packages: Vec<Package>,
    pub(super) range: Option<Range>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) value: Text,
    pub(super) price: Option<Text>,
    pub(super) price_currency: Option<String>,
    pub(super) title: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Range {
    pub(super) min: Text,
    pub(super) max: Text,
}

impl Product {
    /// What can be bought, in a few words.
    pub(super) fn choices(&self) -> String {
        let range = self
            .range
            .iter()
            .map(|range| format!("{} to {} {}", range.min, range.max, self.currency));
        let packages = self.packages.iter().map(|package| package.value.to_string());
        range.chain(packages).collect::<Vec<_>>().join(", ")
    }
}

/// `POST /invoices`, `GET /invoices/{id}`.
#[derive(Debug, Deserialize)]
pub(super) struct Invoice {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) payment: Payment,
    pub(super) orders: Vec<Order>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Payment {
    price: Text,
    currency: String,
}

impl fmt::Display for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.price, self.currency)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) pending_reason: Option<String>,
    pub(super) error: Option<Fault>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Fault {
    pub(super) message: String,
}

/// An error's body.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) error_code: String,
}

/// A number or a string exactly as it was written: an amount is never a float on the way.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Text(Box<RawValue>);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get().trim_matches('"'))
    }
}
