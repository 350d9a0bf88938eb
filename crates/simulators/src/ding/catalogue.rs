//! What Ding sells, and whose a number is.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    error::{CODES, code, good, of},
    product::{Product, provider_code},
};
use crate::{
    call::{Call, Reply, digits},
    markets::{MARKETS, Market, Operator, market_of, operators},
    number::{cents, decimal},
    world::State,
};

/// In this country the numbers don't say whose they are.
const UNCLEAR: &str = "HN";

/// Answers what is asked about what is sold.
pub(super) fn answer(state: &State, call: &Call) -> Reply {
    let (method, path) = call.route();
    match (method, path.as_slice()) {
        ("GET", ["GetCountries"]) => items(MARKETS.iter().map(country)),
        ("GET", ["GetCurrencies"]) => items(
            MARKETS
                .iter()
                .map(|market| json!({ "CurrencyIso": market.currency, "CurrencyName": market.currency_name })),
        ),
        ("GET", ["GetRegions"]) => {
            items(MARKETS.iter().map(
                |market| json!({ "RegionCode": market.iso2, "RegionName": market.name, "CountryIso": market.iso2 }),
            ))
        }
        ("GET", ["GetProviders"]) => items(wanted_operators(call).map(provider)),
        ("GET", ["GetProviderStatus"]) => items(wanted_operators(call).map(
            |operator| json!({ "ProviderCode": provider_code(operator), "IsProcessingTransfers": true, "Message": "" }),
        )),
        ("GET", ["GetProducts"]) => items(products(state, call).map(|product| product.write(state))),
        ("GET", ["GetProductDescriptions"]) => items(products(state, call).map(|product| {
            json!({
                "DisplayText": product.title(), "DescriptionMarkdown": "A demo amount", "ReadMoreMarkdown": "",
                "LocalizationKey": product.sku(), "LanguageCode": "en",
            })
        })),
        ("GET", ["GetPromotions" | "GetPromotionDescriptions"]) => items(std::iter::empty()),
        ("GET", ["GetErrorCodeDescriptions"]) => {
            items(CODES.iter().map(|code| json!({ "Code": code, "Message": code })))
        }
        ("GET", ["GetAccountLookup"]) => lookup(state, call),
        ("POST", ["EstimatePrices"]) => estimate(state, call),
        ("POST", ["LookupBills"]) => code("ParameterInvalid", Some("SkuCode")),
        _ => Reply::new(
            404,
            json!({ "Message": "No HTTP resource was found that matches the request URI." }),
        ),
    }
}

/// A query parameter, whatever its case.
pub(super) fn parameter<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    let found = call.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// Whether a repeated parameter, if it is given, has a value.
fn wants(call: &Call, name: &str, value: &str) -> bool {
    let mut given = call
        .query
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .peekable();
    given.peek().is_none() || given.any(|(_, wanted)| wanted == value)
}

fn items(items: impl Iterator<Item = Value>) -> Reply {
    good(json!({ "Items": items.collect::<Value>(), "ThereAreMoreItems": false }))
}

fn wanted_operators(call: &Call) -> impl Iterator<Item = Operator> {
    let phone = parameter(call, "accountNumber").map(digits);
    operators().filter(move |operator| {
        wants(call, "countryIsos", operator.market.iso2)
            && wants(call, "providerCodes", &provider_code(*operator))
            && phone.as_ref().is_none_or(|phone| operator.market.has(phone))
    })
}

fn products<'a>(state: &'a State, call: &'a Call) -> impl Iterator<Item = Product> + 'a {
    let sold = |product: &Product| {
        let (least, most) = product.bounds(&state.changes);
        !state.changes.is_gone(&product.sku()) && (least != most || state.changes.sells(&product.sku(), least))
    };
    Product::all().filter(sold).filter(|product| {
        wants(call, "countryIsos", product.operator.market.iso2)
            && wants(call, "providerCodes", &provider_code(product.operator))
            && wants(call, "skuCodes", &product.sku())
            && wants(call, "regionCodes", product.operator.market.iso2)
    })
}

fn country(market: &Market) -> Value {
    json!({
        "CountryIso": market.iso2,
        "CountryName": market.name,
        "InternationalDialingInformation": [{
            "Prefix": market.calling_code,
            "MinimumLength": market.calling_code.len() + market.national.0,
            "MaximumLength": market.calling_code.len() + market.national.1,
        }],
        "RegionCodes": [market.iso2],
    })
}

fn provider(operator: Operator) -> Value {
    let market = operator.market;
    let (least, most) = market.national;
    json!({
        "ProviderCode": provider_code(operator),
        "CountryIso": market.iso2,
        "Name": format!("{} {}", operator.name, market.name),
        "ShortName": operator.name,
        "ValidationRegex": format!("^{}([0-9]{{{least},{most}}})$", market.calling_code),
        "CustomerCareNumber": "",
        "RegionCodes": [market.iso2],
        "PaymentTypes": ["Prepaid"],
        "LogoUrl": "",
    })
}

fn lookup(state: &State, call: &Call) -> Reply {
    let Some(phone) = parameter(call, "accountNumber").map(digits) else {
        return code("ParameterMissing", Some("accountNumber"));
    };
    let found = |market: &Market, operators: &[Operator], (status, mut body): (u16, Value)| {
        let items = operators
            .iter()
            .map(|operator| json!({ "ProviderCode": provider_code(*operator), "RegionCode": market.iso2 }));
        body["CountryIso"] = market.iso2.into();
        body["AccountNumberNormalized"] = phone.clone().into();
        body["Items"] = items.collect();
        Reply::new(status, body)
    };
    let good = (200, json!({ "ResultCode": 1, "ErrorCodes": [] }));
    match market_of(&phone) {
        Some(market) if market.iso2 == UNCLEAR => {
            let all: Vec<_> = (0..market.operators.len())
                .map(|index| market.operator(index))
                .collect();
            found(market, &all, good)
        }
        Some(market) => found(market, &[market.operator_of(&phone, state.is_ported(&phone))], good),
        None => match MARKETS.iter().find(|market| phone.starts_with(market.calling_code)) {
            Some(market) => {
                let (_, mut nearest) = of("NearestMatch", None);
                nearest["ResultCode"] = 2.into();
                found(market, &[], (200, nearest))
            }
            None => code("AccountNumberInvalid", Some("AccountNumberFailedRegex")),
        },
    }
}

fn estimate(state: &State, call: &Call) -> Reply {
    let Some(asked) = call.body.as_ref().ok().and_then(Value::as_array) else {
        return code("RequestInvalid", None);
    };
    items(asked.iter().map(|item| {
        let product = item["SkuCode"].as_str().and_then(Product::find);
        let price = product.and_then(|product| price(state, &product, item));
        let mut written = match &price {
            Some(_) => json!({ "ResultCode": 1, "ErrorCodes": [] }),
            None => of("ParameterInvalid", Some("SkuCode")).1,
        };
        written["Price"] = price.unwrap_or_default();
        written["SkuCode"] = item["SkuCode"].clone();
        written["BatchItemRef"] = item["BatchItemRef"].clone();
        written
    }))
}

/// A price for what is sent or for what is received.
fn price(state: &State, product: &Product, item: &Value) -> Option<Value> {
    let changes = &state.changes;
    let (least, most) = product.bounds(changes);
    let one = product.operator.market.rate() / changes.factor(&product.sku());
    let sent = match decimal(&item["SendValue"]).filter(|sent| !sent.is_zero()) {
        Some(sent) => sent,
        None => cents(decimal(&item["ReceiveValue"])? / one),
    };
    let sold = (least..=most).contains(&sent);
    sold.then(|| product.price(sent, product.received(sent, changes), Decimal::ZERO))
}
