//! The v2 API's messages, as far as they are read.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::http::json::{Exact, list_or_nothing, list_or_one, text_or_number};

/// What every answer is wrapped in.
#[derive(Deserialize)]
pub(super) struct Data<T> {
    #[serde(bound(deserialize = "T: DeserializeOwned"))]
    pub(super) data: T,
}

/// A page of a list.
#[derive(Deserialize)]
pub(super) struct List<T> {
    #[serde(default)]
    pub(super) meta: Meta,
    #[serde(bound(deserialize = "T: DeserializeOwned"))]
    pub(super) data: Vec<T>,
}

#[derive(Deserialize, Default)]
pub(super) struct Meta {
    #[serde(rename = "_next")]
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Refused {
    pub(super) error_code: Option<String>,
    pub(super) message: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Balance {
    pub(super) balance: Exact,
    pub(super) currency: String,
}

/// A product, with the prices that the account pays.
#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) country_code: Option<String>,
    pub(super) country: Option<String>,
    pub(super) currency: String,
    pub(super) category: Option<String>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) categories: Vec<String>,
    pub(super) recipient_type: Option<String>,
    pub(super) in_stock: Option<bool>,
    #[serde(default, deserialize_with = "list_or_one")]
    pub(super) packages: Vec<Package>,
    pub(super) range: Option<Range>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the wire's own word")]
pub(super) struct Package {
    pub(super) id: Option<String>,
    pub(super) package_id: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) value: Option<String>,
    pub(super) amount: Option<Exact>,
    pub(super) price: Option<Exact>,
    pub(super) price_currency: Option<String>,
    pub(super) title: Option<String>,
    pub(super) data_mb: Option<u32>,
    pub(super) minutes: Option<u32>,
    pub(super) sms: Option<u32>,
    pub(super) validity_days: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct Range {
    pub(super) min: Exact,
    pub(super) max: Exact,
    pub(super) step: Option<Exact>,
    pub(super) price_rate: Option<Exact>,
    pub(super) price_currency: Option<String>,
}

/// An invoice is asked for.
#[derive(Serialize)]
pub(super) struct InvoiceAsked<'a> {
    pub(super) products: [Line<'a>; 1],
    pub(super) payment_method: &'static str,
    pub(super) auto_pay: bool,
    pub(super) reference: &'a str,
    /// That it isn't a repetition is our business, and was seen to.
    pub(super) allow_duplicate: bool,
    pub(super) max_price: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) webhook_url: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) product_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) package_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Exact>,
    pub(super) phone_number: String,
    pub(super) quantity: u8,
}

#[derive(Deserialize)]
pub(super) struct Invoice {
    pub(super) id: String,
    pub(super) status: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) payment: Option<Payment>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) orders: Vec<Order>,
}

#[derive(Deserialize)]
pub(super) struct Payment {
    pub(super) price: Option<Exact>,
    pub(super) currency: Option<String>,
}

/// An order at the supplier.
#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) product: Option<Bought>,
    pub(super) phone_number: Option<String>,
    pub(super) price: Option<Exact>,
    pub(super) currency: Option<String>,
    pub(super) created_time: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) error: Option<OrderError>,
    pub(super) receipt: Option<OperatorReceipt>,
}

#[derive(Deserialize)]
pub(super) struct Bought {
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) value: Option<String>,
    pub(super) currency: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct OrderError {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct OperatorReceipt {
    pub(super) operator_reference: Option<String>,
}

/// Whose number it is: products that can top it up, or the one that surely does.
#[derive(Deserialize)]
pub(super) struct Checked {
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) operators: Vec<Candidate>,
    pub(super) id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) confidence: Option<String>,
}
