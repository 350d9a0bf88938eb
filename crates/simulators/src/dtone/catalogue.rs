//! What DT One sells, and whose a number is.

use std::convert::identity;

use serde_json::{Value, json};

use super::{
    error::code,
    list::paged,
    product::{Product, country, operator_id, operator_name},
};
use crate::{
    call::{Call, Reply, digits},
    markets::{MARKETS, Operator, market_of, operators},
    world::State,
};

/// Answers what is asked about what is sold.
pub(super) fn answer(state: &State, call: &Call) -> Reply {
    let (method, path) = call.route();
    let listed = |all: Vec<Value>| paged(call, all, identity);
    match (method, path.as_slice()) {
        ("GET", ["products"]) => listed(products(state, call)),
        ("GET", ["products", id]) => product(state, id),
        ("GET", ["operators"]) => {
            let wanted = call.parameter("country_iso_code");
            let fits = |operator: &Operator| wanted.is_none_or(|wanted| wanted == operator.market.iso3);
            listed(operators().filter(fits).map(write_operator).collect())
        }
        ("GET", ["operators", id]) => match operators().find(|operator| operator_id(*operator).to_string() == *id) {
            Some(operator) => Reply::ok(write_operator(operator)),
            None => code(state, "1000404"),
        },
        ("GET", ["countries"]) => listed(MARKETS.iter().map(country).collect()),
        ("GET", ["countries", iso]) => match MARKETS.iter().find(|market| market.iso3 == *iso) {
            Some(market) => Reply::ok(country(market)),
            None => code(state, "1000404"),
        },
        ("GET", ["services"]) => listed(vec![json!({
            "id": 1, "name": "Mobile", "subservices": [
                { "id": 11, "name": "Airtime" }, { "id": 12, "name": "Bundle" }, { "id": 13, "name": "Data" },
            ],
        })]),
        ("GET", ["benefit-types"]) => {
            let names = ["TALKTIME", "DATA", "SMS", "PAYMENT", "CREDITS"];
            listed(names.map(|name| json!({ "name": name })).to_vec())
        }
        ("GET", ["promotions" | "campaigns"]) => listed(vec![]),
        ("POST", ["lookup", "mobile-number"]) => lookup(state, call),
        _ => code(state, "1000404"),
    }
}

fn products(state: &State, call: &Call) -> Vec<Value> {
    let one_of = |name: &str, value: &str| {
        let wanted = call.parameters(name);
        wanted.is_empty() || wanted.contains(&value)
    };
    let fits = |product: &Product| {
        one_of("type", product.type_name())
            && one_of("service_id", "1")
            && one_of("subservice_id", &product.subservice().0.to_string())
            && one_of("country_iso_code", product.market().iso3)
            && one_of("operator_id", &operator_id(product.operator).to_string())
            && !state.changes.is_gone(&product.name())
    };
    let sold = |product: &Product| {
        product
            .face()
            .is_none_or(|face| state.changes.sells(&product.name(), face))
    };
    let found = Product::all().filter(fits).filter(sold);
    found.map(|product| product.write(state)).collect()
}

fn product(state: &State, id: &str) -> Reply {
    let known = id.parse().ok().and_then(Product::find);
    match known.filter(|product| !state.changes.is_gone(&product.name())) {
        Some(product) => Reply::ok(product.write(state)),
        None => code(state, "1003001"),
    }
}

fn write_operator(operator: Operator) -> Value {
    json!({
        "id": operator_id(operator),
        "name": operator_name(operator),
        "country": country(operator.market),
        "regions": null,
    })
}

/// Every operator of the country, the one that it is first.
fn lookup(state: &State, call: &Call) -> Reply {
    let phone = call.text("mobile_number").map(digits);
    let Some((phone, market)) = phone.and_then(|phone| market_of(&phone).map(|market| (phone, market))) else {
        return code(state, "1005003");
    };
    let operator = market.operator_of(&phone, state.is_ported(&phone));
    let others = (0..market.operators.len()).map(|index| market.operator(index));
    let others = others.filter(|other| other.number != operator.number);
    let candidates = [(operator, true)].into_iter().chain(others.map(|other| (other, false)));
    let written = candidates.map(|(candidate, identified)| {
        let mut body = write_operator(candidate);
        body["identified"] = identified.into();
        body
    });
    Reply::ok(written.collect::<Value>())
}
