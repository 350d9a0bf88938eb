//! What is known of a number, and the products that can top it up.

use engine::lookup::{Candidate, Recognition};
use model::PhoneNumber;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    product::{KIND, RECIPIENT_TYPE},
    shown,
};

/// What is known of a number and can be bought for it. When the operator is sure, the fields of its
/// product stand here too: clients differ in where they look for them.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Check<'a> {
    #[serde(flatten)]
    known: Known<'a>,
    /// The products that can top it up, likeliest first.
    operators: Vec<OperatorProduct<'a>>,
}

/// What is known of a number.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Known<'a> {
    /// The number in its one international form.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = r"^\+[1-9][0-9]{6,14}$", example = "+15551234567")]
    phone_number: PhoneNumber,
    /// Whose numbering plan it is from; the product's country where a product's fields stand here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Z]{2}$", example = "US", nullable = false, required = true)]
    country_code: Option<&'a str>,
    /// What kind of line it is.
    #[schema(example = "mobile")]
    line_type: &'static str,
    /// As people in its country write it.
    #[schema(example = "(555) 123-4567")]
    national_format: String,
    /// Whether people there may take a number to another operator.
    portable: bool,
}

/// A product that may top a number up.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct OperatorProduct<'a> {
    /// The product's id.
    #[schema(example = "at-t-usa")]
    id: &'a str,
    /// The product's name.
    #[schema(example = "AT&T")]
    name: &'a str,
    /// Always `phone_refill`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// `airtime`, `data` or `bundle`.
    #[schema(pattern = "^(airtime|data|bundle)$")]
    category: &'static str,
    /// The operator's country.
    #[schema(pattern = "^[A-Z]{2}$", example = "US")]
    country_code: &'a str,
    /// What its values are counted in.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: &'static str,
    /// Always `phone_number`.
    recipient_type: &'static str,
    /// Whether it can be bought now.
    in_stock: bool,
    /// `confirmed`, `likely` or `possible`.
    #[schema(pattern = "^(confirmed|likely|possible)$", example = "likely")]
    confidence: &'static str,
    /// Where that is known from: `override`, `lookup`, `learned`, `prefix` or `country`.
    #[schema(pattern = "^(override|lookup|learned|prefix|country)$", example = "prefix")]
    source: &'static str,
}

/// Writes what is the same in every list that a product stands in; [`push_confidence`] completes it.
pub(in crate::api) fn listed_product(product: &model::Product) -> Vec<u8> {
    let whole = OperatorProduct {
        id: product.id.as_str(),
        name: &product.name,
        kind: KIND,
        category: product.category.as_str(),
        country_code: product.country.code(),
        currency: product.currency.code(),
        recipient_type: RECIPIENT_TYPE,
        in_stock: product.in_stock,
        confidence: "",
        source: "",
    };
    let text = serde_json::to_string(&whole).expect("plain data becomes JSON");
    let same = text.rfind(CONFIDENCE).expect("it has a confidence");
    text[..same].into()
}

/// Begins what differs between lists.
const CONFIDENCE: &str = ",\"confidence\":\"";

/// Completes a product with how sure it is for a number.
pub(in crate::api) fn push_confidence(text: &mut Vec<u8>, candidate: &Candidate) {
    let (confidence, source) = (candidate.confidence.as_str(), candidate.source.as_str());
    for part in [CONFIDENCE, confidence, "\",\"source\":\"", source, "\"}"] {
        text.extend_from_slice(part.as_bytes());
    }
}

impl<'a> Known<'a> {
    /// Without the country's code where a product stands beside it, which has the same field.
    pub(in crate::api) fn of(recognition: &'a Recognition, national_format: String, beside_product: bool) -> Self {
        Self {
            phone_number: recognition.number,
            country_code: (!beside_product).then(|| recognition.country.code()),
            line_type: recognition.line_type.as_str(),
            national_format,
            portable: recognition.portable,
        }
    }
}
