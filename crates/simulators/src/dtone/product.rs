//! DT One's products: each amount is one, and plans say what they contain.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    markets::{AIRTIME_USD, BUNDLES, Content, DATA, Market, Operator, operators},
    number::{cents, constant, number},
    world::{State, changes::Changes},
};

/// The id of the first product.
const FIRST: usize = 6_000;
/// Each operator has so many ids.
const IDS_EACH: usize = 20;
/// The least and the most where any amount is sold, in US dollars.
const RANGE_USD: (u32, u32) = (1, 50);
/// What a reseller pays of the retail price.
const WHOLESALE: &str = "0.94";

/// What a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// So much airtime, in US dollars before the exchange.
    Airtime(u32),
    /// Any amount of airtime.
    Range,
    /// A data plan.
    Data(Content),
    /// A plan with several things in it.
    Bundle(Content),
}

/// A product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    pub(super) id: usize,
    pub(super) operator: Operator,
    pub(super) kind: Kind,
}

impl Product {
    /// All of an operator.
    fn of(operator: Operator) -> impl Iterator<Item = Self> {
        let bundles = if operator.number.is_multiple_of(2) {
            &BUNDLES[..]
        } else {
            &[]
        };
        let airtime = AIRTIME_USD.into_iter().map(Kind::Airtime).chain([Kind::Range]);
        let plans = DATA.into_iter().map(Kind::Data);
        let kinds = airtime.chain(plans).chain(bundles.iter().copied().map(Kind::Bundle));
        let first = FIRST + operator.number * IDS_EACH;
        kinds.enumerate().map(move |(index, kind)| Self {
            id: first + index,
            operator,
            kind,
        })
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        operators().flat_map(Self::of)
    }

    pub(super) fn find(id: u64) -> Option<Self> {
        Self::all().find(|product| u64::try_from(product.id) == Ok(id))
    }

    /// Its id as changes of the catalogue name it.
    pub(super) fn name(&self) -> String {
        self.id.to_string()
    }

    pub(super) const fn market(&self) -> &'static Market {
        self.operator.market
    }

    pub(super) const fn subservice(&self) -> (u32, &'static str) {
        match self.kind {
            Kind::Airtime(_) | Kind::Range => (11, "Airtime"),
            Kind::Bundle(_) => (12, "Bundle"),
            Kind::Data(_) => (13, "Data"),
        }
    }

    pub(super) const fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Range => "RANGED_VALUE_RECHARGE",
            _ => "FIXED_VALUE_RECHARGE",
        }
    }

    /// What arrives, in the phone's currency; none where any amount is sold.
    pub(super) fn face(&self) -> Option<Decimal> {
        let usd = match self.kind {
            Kind::Airtime(usd) => usd,
            Kind::Data(plan) | Kind::Bundle(plan) => plan.usd,
            Kind::Range => return None,
        };
        Some(Decimal::from(usd) * self.market().rate())
    }

    /// The least and the most that arrives.
    pub(super) fn bounds(&self) -> (Decimal, Decimal) {
        let (least, most) = RANGE_USD;
        let rate = self.market().rate();
        (Decimal::from(least) * rate, Decimal::from(most) * rate)
    }

    /// What an amount in the phone's currency costs in US dollars, or would cost a customer.
    pub(super) fn wholesale(&self, face: Decimal, changes: &Changes) -> Decimal {
        let usd = face / self.market().rate();
        cents(usd * constant(WHOLESALE) * changes.factor(&self.name()))
    }

    /// The amount in the phone's currency that a price buys.
    pub(super) fn bought(&self, price: Decimal, changes: &Changes) -> Decimal {
        let usd = price / constant(WHOLESALE) / changes.factor(&self.name());
        cents(usd * self.market().rate())
    }

    /// Its price, for an amount of it.
    pub(super) fn prices(&self, face: Decimal, wholesale: Decimal) -> Value {
        let price = |amount| json!({ "amount": number(amount), "fee": 0, "unit": "USD", "unit_type": "CURRENCY" });
        json!({
            "wholesale": price(wholesale),
            "retail": price(cents(face / self.market().rate())),
        })
    }

    /// What arrives for one US dollar.
    pub(super) fn rates(&self, changes: &Changes) -> Value {
        let rate = self.market().rate();
        let wholesale = (rate / constant(WHOLESALE) / changes.factor(&self.name())).round_dp(4);
        json!({ "base": number(wholesale), "wholesale": number(wholesale), "retail": number(rate) })
    }

    /// What the phone gets.
    pub(super) fn benefits(&self, face: Decimal) -> Value {
        let benefit = |kind: &str, unit: &str, unit_type: &str, amount: Decimal| {
            json!({
                "type": kind, "unit": unit, "unit_type": unit_type, "additional_information": null,
                "amount": { "base": number(amount), "promotion_bonus": 0, "total_excluding_tax": number(amount) },
            })
        };
        let (Kind::Data(plan) | Kind::Bundle(plan)) = self.kind else {
            return json!([benefit("CREDITS", self.market().currency, "CURRENCY", face)]);
        };
        let contents = [
            ("DATA", "MB", "DATA", plan.megabytes),
            ("TALKTIME", "MINUTES", "TIME", plan.minutes),
            ("SMS", "SMS", "QUANTITY", plan.messages),
        ];
        let there = contents.into_iter().filter(|(.., amount)| *amount > 0);
        there
            .map(|(kind, unit, unit_type, amount)| benefit(kind, unit, unit_type, amount.into()))
            .collect()
    }

    /// What is sent, what arrives, and the price; without one where any amount is sold.
    fn amounts(&self, changes: &Changes) -> (Value, Value, Value) {
        if let Some(face) = self.face() {
            let wholesale = self.wholesale(face, changes);
            return (number(wholesale), number(face), self.prices(face, wholesale));
        }
        let (least, most) = self.bounds();
        let [cheapest, dearest] = [least, most].map(|amount| self.wholesale(amount, changes));
        let range =
            |least, most| json!({ "min": number(least), "max": number(most), "increment": number(constant("0.01")) });
        (range(cheapest, dearest), range(least, most), Value::Null)
    }

    pub(super) fn title(&self) -> String {
        match (self.kind, self.face()) {
            (Kind::Data(plan) | Kind::Bundle(plan), _) => plan.name.to_owned(),
            (_, Some(face)) => format!("{} {}", face.normalize(), self.market().currency),
            _ => format!("Open range {}", self.market().currency),
        }
    }

    pub(super) fn write_operator(&self) -> Value {
        json!({
            "id": operator_id(self.operator),
            "name": operator_name(self.operator),
            "country": country(self.market()),
            "regions": null,
        })
    }

    /// The product in the catalogue.
    pub(super) fn write(&self, state: &State) -> Value {
        let changes = &state.changes;
        let market = self.market();
        let money = |amount: Value, unit: &str| json!({ "amount": amount, "unit": unit, "unit_type": "CURRENCY" });
        let (subservice, subservice_name) = self.subservice();
        let (source, destination, prices) = self.amounts(changes);
        let plan = match self.kind {
            Kind::Data(plan) | Kind::Bundle(plan) => json!({ "unit": "DAY", "quantity": plan.days }),
            Kind::Airtime(_) | Kind::Range => Value::Null,
        };
        let mut body = json!({
            "id": self.id, "name": self.title(), "description": "A demo amount", "type": self.type_name(),
            "service": { "id": 1, "name": "Mobile", "subservice": { "id": subservice, "name": subservice_name } },
            "operator": self.write_operator(),
            "source": money(source, "USD"), "destination": money(destination, market.currency),
            "prices": prices, "rates": self.rates(changes),
            "benefits": self.benefits(self.face().unwrap_or_default()),
            "required_credit_party_identifier_fields": [["mobile_number"]],
            "required_sender_fields": null, "required_beneficiary_fields": null,
            "required_debit_party_identifier_fields": null, "availability_zones": ["INTERNATIONAL"],
            "validity": plan, "promotions": null, "regions": null, "tags": [],
        });
        if self.kind == Kind::Range {
            body["accepted_calculation_modes"] = json!(["SOURCE_AMOUNT", "DESTINATION_AMOUNT"]);
        }
        body
    }
}

/// The id of an operator.
pub(super) const fn operator_id(operator: Operator) -> usize {
    1_500 + operator.number
}

pub(super) fn operator_name(operator: Operator) -> String {
    format!("{} {}", operator.name, operator.market.name)
}

pub(super) fn country(market: &Market) -> Value {
    json!({ "iso_code": market.iso3, "name": market.name, "regions": null })
}
