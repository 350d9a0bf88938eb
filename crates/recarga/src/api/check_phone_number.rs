//! `GET /v2/check_phone_number`: whose a number is and what can be bought for it. Read from memory.

use std::sync::Arc;

use axum::{body::Body, extract::State, http::Response};
use engine::{catalog::Snapshot, invoices::draft::terms, lookup::Recognition};
use serde_json::value::RawValue;

use super::{
    Api,
    answer::{self, Meta},
    asked::Asked,
    caller::Reader,
    documents::{CheckParams, Checked},
    error::ApiError,
    query::with_plus,
    wire::{self, Check},
};

/// A number with everything that people put around it is not longer.
const NUMBER_CHARS_MAX: usize = 64;
const HINT_CHARS_MAX: usize = 100;

/// Most answers fit, so that the text is not moved while it grows.
const BYTES_USUAL: usize = 8_192;

/// Find the operators of a phone number
///
/// In a country where people may take their number along, its first digits are never more than a
/// hint: `confidence` and `source` say what is known and how.
#[utoipa::path(get, path = "/v2/check_phone_number", operation_id = "check_phone_number", tag = "Products", params(CheckParams),
    responses((status = 200, description = "What can be bought for the number.", body = Checked<Check>),
        (status = 404, description = "`unsupported_operator`: the number is valid, but nothing is sold for it.",
            body = answer::ErrorBody)))]
pub(super) async fn check(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let query = asked.query();
    let given = query
        .short("phone_number", NUMBER_CHARS_MAX)?
        .ok_or_else(|| ApiError::missing("phone_number"))?;
    let hint = query.short("operator", HINT_CHARS_MAX)?;
    let catalog = api.app.catalog();
    let known = api
        .app
        .lookup
        .recognise(&catalog, &with_plus(given), hint, api.app.clock.now())?;
    api.asker.ask_behind(&known);
    let product = sure_product(&catalog, &known);
    let written = product.map(|product| api.shelf.product(&catalog, product, &terms(caller.account())));
    let number = known.number.to_string();
    let meta = Meta::of(asked.endpoint())
        .echo("phone_number", &number)
        .echo_given(&[("operator", hint)]);
    let operators = |text: &mut Vec<u8>| api.shelf.push_operators(&catalog, &known.operators, text);
    let data = wire::Known::of(&known, api.app.lookup.national(known.number), written.is_some());
    Ok(answer::json_text(write(&meta, written.as_deref(), &data, operators)))
}

/// Writes the answer around what is written already.
fn write(
    meta: &Meta<'_>,
    product: Option<&RawValue>,
    known: &wire::Known<'_>,
    operators: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let mut text = Vec::with_capacity(BYTES_USUAL);
    text.extend_from_slice(b"{\"meta\":");
    answer::write_into(&mut text, meta);
    let found: &[u8] = if product.is_some() { b"true" } else { b"false" };
    for part in [b",\"operator_found\":", found, b",\"data\":"] {
        text.extend_from_slice(part);
    }
    let start = text.len();
    if let Some(product) = product {
        // Two objects without a common name become one.
        text.extend_from_slice(product.get().as_bytes());
        text.pop();
    }
    let seam = text.len();
    answer::write_into(&mut text, known);
    if seam > start {
        text[seam] = b',';
    }
    text.pop();
    text.extend_from_slice(b",\"operators\":[");
    operators(&mut text);
    text.extend_from_slice(b"]}}");
    text
}

/// The first product of the operator that the number surely is.
fn sure_product<'a>(catalog: &'a Snapshot, known: &Recognition) -> Option<&'a model::Product> {
    let operator = known.found.as_ref()?;
    catalog
        .products_of(operator)
        .find(|product| product.in_stock && !product.test)
}
