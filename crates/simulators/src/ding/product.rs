//! What Ding sells: SKUs with a least and a most, which are the same where the amount is fixed.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    markets::{AIRTIME_USD, BUNDLES, Content, DATA, Operator, operators},
    number::{cents, constant, number},
    world::{State, changes::Changes},
};

/// The least and the most where any amount is sold, in US dollars.
const RANGE_USD: (u32, u32) = (1, 80);
/// What a reseller earns; it is not taken off the price.
const COMMISSION: &str = "0.07";
/// What Haiti takes of each top-up.
const TAX: &str = "0.1";

/// What a SKU is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// So much airtime, in US dollars before the exchange.
    Airtime(u32),
    /// Any amount of airtime.
    Range,
    /// A plan and its place among its like.
    Data(usize, Content),
    Bundle(usize, Content),
}

/// A SKU.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    pub(super) operator: Operator,
    kind: Kind,
}

impl Product {
    fn of(operator: Operator) -> impl Iterator<Item = Self> {
        let bundles = if operator.number.is_multiple_of(2) {
            &BUNDLES[..]
        } else {
            &[]
        };
        let airtime = AIRTIME_USD.into_iter().map(Kind::Airtime).chain([Kind::Range]);
        let plans = DATA
            .into_iter()
            .enumerate()
            .map(|(index, plan)| Kind::Data(index + 1, plan));
        let bundles = bundles
            .iter()
            .enumerate()
            .map(|(index, plan)| Kind::Bundle(index + 1, *plan));
        airtime
            .chain(plans)
            .chain(bundles)
            .map(move |kind| Self { operator, kind })
    }

    pub(super) fn all() -> impl Iterator<Item = Self> {
        operators().flat_map(Self::of)
    }

    pub(super) fn find(sku: &str) -> Option<Self> {
        let seller = operators().filter(|operator| sku.starts_with(&provider_code(*operator)));
        seller.flat_map(Self::of).find(|product| product.sku() == sku)
    }

    pub(super) fn sku(&self) -> String {
        let provider = provider_code(self.operator);
        match self.kind {
            Kind::Airtime(usd) => format!("{provider}{usd}"),
            Kind::Range => format!("{provider}R"),
            Kind::Data(place, _) => format!("{provider}D{place}"),
            Kind::Bundle(place, _) => format!("{provider}B{place}"),
        }
    }

    /// Whether it is paid at once and delivered later: the larger bundle is.
    pub(super) const fn is_batch(&self) -> bool {
        matches!(self.kind, Kind::Bundle(2, _))
    }

    /// A number that always succeeds and costs nothing.
    pub(super) fn test_number(&self) -> String {
        let market = self.operator.market;
        format!("{}{}", market.calling_code, "0".repeat(market.national.0))
    }

    /// The least and the most that is sent, in US dollars.
    pub(super) fn bounds(&self, changes: &Changes) -> (Decimal, Decimal) {
        let fixed = |usd: u32| cents(Decimal::from(usd) * changes.factor(&self.sku()));
        match self.kind {
            Kind::Range => (RANGE_USD.0.into(), RANGE_USD.1.into()),
            Kind::Airtime(usd) => (fixed(usd), fixed(usd)),
            Kind::Data(_, plan) | Kind::Bundle(_, plan) => (fixed(plan.usd), fixed(plan.usd)),
        }
    }

    /// What arrives for what is sent, in the phone's currency.
    pub(super) fn received(&self, sent: Decimal, changes: &Changes) -> Decimal {
        cents(sent * self.operator.market.rate() / changes.factor(&self.sku()))
    }

    pub(super) fn commission() -> Decimal {
        constant(COMMISSION)
    }

    /// A price, with a fee of the distributor that the catalogue never has.
    pub(super) fn price(&self, sent: Decimal, received: Decimal, fee: Decimal) -> Value {
        let market = self.operator.market;
        let taxed = market.iso2 == "HT";
        let tax = if taxed { constant(TAX) } else { Decimal::ZERO };
        json!({
            "CustomerFee": 0,
            "DistributorFee": number(fee),
            "ReceiveValue": number(received),
            "ReceiveCurrencyIso": market.currency,
            "ReceiveValueExcludingTax": number(cents(received - received * tax)),
            "TaxRate": number(tax),
            "TaxName": if taxed { "TCA" } else { "" },
            "TaxCalculation": if taxed { "Inclusive" } else { "" },
            "SendValue": number(sent),
            "SendCurrencyIso": "USD",
        })
    }

    pub(super) fn write(&self, state: &State) -> Value {
        let (least, most) = self.bounds(&state.changes);
        let price = |sent| self.price(sent, self.received(sent, &state.changes), Decimal::ZERO);
        let (benefits, validity) = match self.kind {
            Kind::Airtime(_) | Kind::Range => (json!(["Mobile", "Minutes"]), Value::Null),
            Kind::Data(_, plan) => (json!(["Mobile", "Data"]), json!(format!("P{}D", plan.days))),
            Kind::Bundle(_, plan) => (
                json!(["Mobile", "Minutes", "Data", "SMS"]),
                json!(format!("P{}D", plan.days)),
            ),
        };
        json!({
            "ProviderCode": provider_code(self.operator),
            "SkuCode": self.sku(),
            "LocalizationKey": self.sku(),
            "SettingDefinitions": [],
            "Minimum": price(least),
            "Maximum": price(most),
            "CommissionRate": number(Self::commission()),
            "ProcessingMode": if self.is_batch() { "Batch" } else { "Instant" },
            "RedemptionMechanism": "Immediate",
            "Benefits": benefits,
            "ValidityPeriodIso": validity,
            "UatNumber": self.test_number(),
            "AdditionalInformation": null,
            "DefaultDisplayText": self.title(),
            "RegionCode": self.operator.market.iso2,
            "PaymentTypes": ["Prepaid"],
            "LookupBillsRequired": false,
        })
    }

    pub(super) fn title(&self) -> String {
        match self.kind {
            Kind::Airtime(usd) => {
                let face = Decimal::from(usd) * self.operator.market.rate();
                format!("{} {}", self.operator.market.currency, face.normalize())
            }
            Kind::Range => format!("{} open range", self.operator.name),
            Kind::Data(_, plan) | Kind::Bundle(_, plan) => plan.name.to_owned(),
        }
    }
}

/// The code of an operator: its place in its country.
pub(super) fn provider_code(operator: Operator) -> String {
    let market = operator.market;
    let place = market
        .operators
        .iter()
        .position(|name| *name == operator.name)
        .unwrap_or_default();
    format!("S{place}{}", market.iso2)
}
