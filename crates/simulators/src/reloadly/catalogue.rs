//! What Reloadly sells: airtime, data and bundles of one network are operators of their own.

use std::convert::identity;

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{
    error::{code, unknown_path},
    report::paged,
};
use crate::{
    call::{Call, Reply, digits},
    markets::{AIRTIME_USD, BUNDLES, Content, DATA, MARKETS, Market, Operator, operators},
    number::{cents, constant, decimal, number, numbers},
    world::{State, changes::Changes},
};

/// The id of the first operator.
const FIRST: usize = 1_000;
/// Each network has so many ids, of which it needs up to three.
const IDS_EACH: usize = 10;
/// The least and the most airtime where any amount is sold, in US dollars.
const RANGE: (u32, u32) = (1, 100);

/// What a network's operator sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Any amount of airtime.
    Range,
    /// Some amounts of airtime.
    Fixed,
    Data,
    Bundle,
}

/// An operator as Reloadly calls it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    pub(super) id: usize,
    pub(super) operator: Operator,
    kind: Kind,
}

impl Product {
    /// All of a network.
    fn of(operator: Operator) -> impl Iterator<Item = Self> {
        let first = FIRST + operator.number * IDS_EACH;
        let even = operator.number.is_multiple_of(2);
        let airtime = if even { Kind::Range } else { Kind::Fixed };
        let bundle = even.then_some(Kind::Bundle);
        let kinds = [Some(airtime), Some(Kind::Data), bundle];
        let product = move |(index, kind): (usize, Option<Kind>)| {
            kind.map(|kind| Self {
                id: first + index,
                operator,
                kind,
            })
        };
        kinds.into_iter().enumerate().filter_map(product)
    }

    fn all() -> impl Iterator<Item = Self> {
        operators().flat_map(Self::of)
    }

    pub(super) fn find(id: u64) -> Option<Self> {
        Self::all().find(|product| u64::try_from(product.id) == Ok(id))
    }

    /// Its id as changes of the catalogue name it.
    pub(super) fn name(&self) -> String {
        self.id.to_string()
    }

    pub(super) fn title(&self) -> String {
        let Operator { name, market, .. } = self.operator;
        let kind = match self.kind {
            Kind::Range | Kind::Fixed => "",
            Kind::Data => " Data",
            Kind::Bundle => " Bundles",
        };
        format!("{name} {}{kind}", market.name)
    }

    fn contents(&self) -> &'static [Content] {
        match self.kind {
            Kind::Data => &DATA,
            Kind::Bundle => &BUNDLES,
            Kind::Range | Kind::Fixed => &[],
        }
    }

    /// The amounts that are sold one by one, in US dollars.
    fn fixed(&self) -> Vec<Decimal> {
        match self.kind {
            Kind::Range => vec![],
            Kind::Fixed => AIRTIME_USD.map(Decimal::from).to_vec(),
            Kind::Data | Kind::Bundle => self.contents().iter().map(|content| content.usd.into()).collect(),
        }
    }

    /// Whether amounts in the phone's currency are sold.
    fn is_local(&self) -> bool {
        self.kind == Kind::Range && self.operator.number.is_multiple_of(4)
    }

    pub(super) fn sells(&self, amount: Decimal, local: bool) -> bool {
        if local && !self.is_local() {
            return false;
        }
        let unit = if local {
            self.operator.market.rate()
        } else {
            Decimal::ONE
        };
        let (least, most) = (Decimal::from(RANGE.0) * unit, Decimal::from(RANGE.1) * unit);
        match self.kind {
            Kind::Range => (least..=most).contains(&amount) && amount == cents(amount),
            Kind::Fixed | Kind::Data | Kind::Bundle => self.fixed().contains(&amount),
        }
    }

    /// What one earns, in percent. A dearer product earns less.
    pub(super) fn discount(&self, changes: &Changes) -> Decimal {
        let percent: Decimal = match self.kind {
            Kind::Range | Kind::Fixed => (6 + self.operator.number % 5).into(),
            Kind::Data | Kind::Bundle => 4.into(),
        };
        let hundred = constant("100");
        (hundred - (hundred - percent) * changes.factor(&self.name())).normalize()
    }

    fn write(&self, state: &State) -> Value {
        let market = self.operator.market;
        let fixed: Vec<_> = self.fixed();
        let fixed: Vec<_> = fixed
            .into_iter()
            .filter(|amount| state.changes.sells(&self.name(), *amount))
            .collect();
        let range = self.kind == Kind::Range;
        let bounds = |unit: Decimal| [RANGE.0, RANGE.1].map(|bound| number(Decimal::from(bound) * unit));
        let [least, most] = bounds(Decimal::ONE).map(|bound| if range { bound } else { Value::Null });
        let [local_least, local_most] =
            bounds(market.rate()).map(|bound| if self.is_local() { bound } else { Value::Null });
        let discount = number(self.discount(&state.changes));
        let mut body = json!({
            "id": self.id, "operatorId": self.id, "name": self.title(),
            "bundle": self.kind == Kind::Bundle, "data": self.kind == Kind::Data, "pin": false, "comboProduct": false,
            "supportsLocalAmounts": self.is_local(), "supportsGeographicalRechargePlans": false,
            "denominationType": if range { "RANGE" } else { "FIXED" },
            "senderCurrencyCode": "USD", "senderCurrencySymbol": "$",
            "destinationCurrencyCode": market.currency, "destinationCurrencySymbol": market.currency,
            "commission": discount, "internationalDiscount": discount, "localDiscount": 0,
            "mostPopularAmount": if range { json!(10) } else { Value::Null }, "mostPopularLocalAmount": null,
            "minAmount": least, "maxAmount": most, "localMinAmount": local_least, "localMaxAmount": local_most,
            "country": { "isoName": market.iso2, "name": market.name },
            "fx": { "rate": number(market.rate()), "currencyCode": market.currency },
            "logoUrls": [], "localFixedAmounts": [], "localFixedAmountsDescriptions": {},
            "fees": { "international": 0, "internationalPercentage": 0, "local": 0, "localPercentage": 0 },
            "geographicalRechargePlans": [], "promotions": [], "status": "ACTIVE",
        });
        body["fixedAmounts"] = numbers(&fixed);
        body["fixedAmountsDescriptions"] = self.descriptions(&fixed);
        let suggested = if range {
            AIRTIME_USD.map(Decimal::from).to_vec()
        } else {
            fixed
        };
        let arriving = |amount: &Decimal| (format!("{amount:.2}"), number(cents(*amount * market.rate())));
        body["suggestedAmounts"] = numbers(&suggested);
        body["suggestedAmountsMap"] = Value::Object(suggested.iter().map(arriving).collect());
        body
    }

    /// What plans contain stands in words only; networks without plans have an empty list instead of none.
    fn descriptions(&self, sold: &[Decimal]) -> Value {
        let plans = self.contents().iter().filter(|plan| sold.contains(&plan.usd.into()));
        let words: Map<_, _> = plans
            .map(|plan| (format!("{}.00", plan.usd), Value::from(plan.name)))
            .collect();
        if words.is_empty() { json!([]) } else { words.into() }
    }
}

/// Answers what is asked about countries, operators and promotions.
pub(super) fn answer(state: &State, call: &Call) -> Reply {
    let (method, path) = call.route();
    match (method, path.as_slice()) {
        ("GET", ["countries"]) => Reply::ok(MARKETS.iter().map(country).collect::<Value>()),
        ("GET", ["countries", iso]) => match market(iso) {
            Some(market) => Reply::ok(country(market)),
            None => code(state, call, "COUNTRY_NOT_SUPPORTED"),
        },
        ("GET", ["operators"]) => Reply::ok(paged(call, sold(state, call, |_| true), identity)),
        ("GET", ["operators", "countries", iso]) => match market(iso) {
            Some(market) => Reply::ok(sold(state, call, |product| product.operator.market == market)),
            None => code(state, call, "COUNTRY_NOT_SUPPORTED"),
        },
        (
            "GET",
            [
                "operators",
                "auto-detect" | "mnp-lookup",
                "phone",
                phone,
                "countries",
                iso,
            ],
        ) => detect(state, call, &digits(phone), iso),
        ("POST", ["operators", "fx-rate"]) => rate(state, call),
        ("GET", ["operators", "commissions"]) => {
            let all = on_sale(state).map(|product| product.commission(state)).collect();
            Reply::ok(paged(call, all, identity))
        }
        ("GET", ["operators", id, "commissions"]) => about(state, call, id, Product::commission),
        ("GET", ["operators", id]) => about(state, call, id, Product::write),
        ("GET", ["promotions"]) => Reply::ok(paged(call, vec![], identity)),
        ("GET", ["promotions", "country-codes" | "operators", _]) => Reply::ok(json!([])),
        _ => unknown_path(state, call),
    }
}

fn market(iso: &str) -> Option<&'static Market> {
    MARKETS.iter().find(|market| market.iso2.eq_ignore_ascii_case(iso))
}

fn on_sale(state: &State) -> impl Iterator<Item = Product> {
    Product::all().filter(|product| !state.changes.is_gone(&product.name()))
}

/// The operators that are sold and wanted.
fn sold(state: &State, call: &Call, fits: impl Fn(&Product) -> bool) -> Vec<Value> {
    let without = |parameter: &str| call.parameter(parameter) == Some("false");
    let wanted = |product: &Product| match product.kind {
        Kind::Data => !without("includeData"),
        Kind::Bundle => !without("includeBundles"),
        Kind::Range | Kind::Fixed => true,
    };
    let products = on_sale(state).filter(|product| wanted(product) && fits(product));
    products.map(|product| product.write(state)).collect()
}

fn about(state: &State, call: &Call, id: &str, write: impl Fn(&Product, &State) -> Value) -> Reply {
    let known = id.parse().ok().and_then(Product::find);
    match known.filter(|product| !state.changes.is_gone(&product.name())) {
        Some(product) => Reply::ok(write(&product, state)),
        None => code(state, call, "OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE"),
    }
}

fn detect(state: &State, call: &Call, phone: &str, iso: &str) -> Reply {
    let Some(market) = market(iso) else {
        return code(state, call, "COUNTRY_NOT_SUPPORTED");
    };
    if !market.has(phone) {
        return code(state, call, "COULD_NOT_AUTO_DETECT_OPERATOR");
    }
    let operator = market.operator_of(phone, state.is_ported(phone));
    let airtime = Product::of(operator).next().expect("every network sells airtime");
    Reply::ok(airtime.write(state))
}

fn rate(state: &State, call: &Call) -> Reply {
    let product = call.field("operatorId").as_u64().and_then(Product::find);
    let (Some(product), Some(_)) = (product, decimal(call.field("amount"))) else {
        return code(state, call, "FX_RATE_NOT_AVAILABLE");
    };
    let market = product.operator.market;
    Reply::ok(json!({
        "id": product.id,
        "name": product.title(),
        "fxRate": number(market.rate()),
        "currencyCode": market.currency,
    }))
}

impl Product {
    fn commission(&self, state: &State) -> Value {
        let percentage = number(self.discount(&state.changes));
        json!({
            "operator": {
                "id": self.id, "operatorId": self.id, "name": self.title(),
                "countryCode": self.operator.market.iso2, "status": true,
                "bundle": self.kind == Kind::Bundle, "data": self.kind == Kind::Data,
            },
            "percentage": percentage, "internationalPercentage": percentage, "localPercentage": 0,
            "updatedAt": state.now.format(super::report::CIVIL),
        })
    }
}

fn country(market: &Market) -> Value {
    json!({
        "isoName": market.iso2,
        "name": market.name,
        "currencyCode": market.currency,
        "currencyName": market.currency_name,
        "currencySymbol": market.currency,
        "flag": "",
        "callingCodes": [format!("+{}", market.calling_code)],
    })
}
