use model::{Money, Rounding};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{super::*, currency, money, small};

fn terms(code: &str, markup_bps: i64, below_cost: BelowCost) -> PriceTerms {
    PriceTerms {
        currency: currency(code),
        markup_bps,
        below_cost,
    }
}

fn priced(cost: Money, terms: PriceTerms) -> Result<Money, PriceError> {
    small("[]", "[]").price_of(cost, &terms)
}

#[test]
fn a_price_is_the_cost_and_the_markup_rounded_up() {
    let refuse = |code, bps| terms(code, bps, BelowCost::Refuse);
    for (cost, terms, price) in [
        (money("24", "USD"), refuse("USD", 0), "24.00 USD"),
        (money("24", "USD"), refuse("USD", 312), "24.75 USD"),
        (money("0.01", "USD"), refuse("USD", 1), "0.02 USD"),
        // 0.92 EUR are a dollar exactly, though a euro is a dollar and a fraction without an end.
        (money("0.92", "EUR"), refuse("USD", 0), "1.00 USD"),
        (money("1", "USD"), refuse("JPY", 0), "150 JPY"),
        (money("1.01", "USD"), refuse("JPY", 0), "152 JPY"),
        (money("1", "USD"), refuse("KWD", 0), "0.307 KWD"),
        (money("1", "USD"), refuse("KWD", 1), "0.308 KWD"),
        (money("0.5", "KWD"), refuse("JPY", 0), "245 JPY"),
        (money("1", "JPY"), refuse("KWD", 0), "0.003 KWD"),
    ] {
        assert_eq!(priced(cost, terms).unwrap().to_string(), price, "{cost} {terms:?}");
    }
}

#[test]
fn a_price_below_cost_needs_to_be_allowed() {
    let cost = money("10", "USD");
    assert_eq!(priced(cost, terms("USD", -500, BelowCost::Refuse)), Ok(cost));
    assert_eq!(
        priced(cost, terms("USD", -500, BelowCost::Allow)),
        Ok(money("9.50", "USD"))
    );
    assert_eq!(
        priced(money("0.01", "NGN"), terms("JPY", -9_999, BelowCost::Allow)),
        Ok(money("1", "JPY"))
    );
}

#[test]
fn a_missing_rate_is_named() {
    let error = priced(money("1", "GBP"), terms("USD", 0, BelowCost::Refuse)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no exchange rate between GBP and USD: set it with `recarga rates set`"
    );
    let same = priced(money("1", "GBP"), terms("GBP", 0, BelowCost::Refuse));
    assert_eq!(same, Ok(money("1", "GBP")));
}

const PRODUCTS: &str = r#"[{"id": "one", "name": "One", "operator": "one", "category": "airtime", "currency": "NGN",
    "packages": [{"value": "1500"}], "range": {"min": "100", "max": "2000", "step": "50"}}]"#;
const OFFERS: &str = r#"[
    {"supplier": "dear", "sku": "1500", "product": "one", "value": "1500", "cost": "0.99", "cost_currency": "USD"},
    {"supplier": "cheap", "sku": "r", "product": "one", "range": {"min": "100", "max": "2000", "step": "50"},
     "currency": "NGN", "cost_rate": "0.00058", "cost_currency": "EUR"},
    {"supplier": "odd", "sku": "x", "product": "one", "value": "1500", "cost": "0.01", "cost_currency": "GBP"}]"#;

#[test]
fn the_cheapest_offer_that_can_be_compared_makes_the_price() {
    let snapshot = small(PRODUCTS, OFFERS);
    let product = snapshot.product("one").unwrap();
    let choice = snapshot.choose(product, Wanted::Value("1500")).unwrap();
    let costs = snapshot.costs(product, &choice);
    let costs: Vec<_> = costs
        .iter()
        .map(|cost| format!("{} {} {}", cost.supplier, cost.sku, cost.cost))
        .collect();
    assert_eq!(costs, ["cheap r 0.87 EUR", "dear 1500 0.99 USD", "odd x 0.01 GBP"]);
    let terms = terms("USD", 100, BelowCost::Refuse);
    assert_eq!(snapshot.price(product, &choice, &terms), Ok(money("0.96", "USD")));
    assert_eq!(
        snapshot.price_rate(product, &terms).unwrap().to_string(),
        "0.00063673914"
    );
}

#[test]
fn a_rate_counts_units_of_the_one_for_a_unit_of_the_other() {
    let snapshot = small("[]", "[]");
    let rate = |from, to| snapshot.rate(currency(from), currency(to));
    assert_eq!(rate("USD", "EUR"), Some(Decimal::new(92, 2)));
    assert_eq!(rate("JPY", "NGN"), Some(Decimal::new(10, 0)));
    assert_eq!(rate("GBP", "GBP"), Some(Decimal::ONE));
    assert_eq!(rate("GBP", "EUR"), None);
}

proptest! {
    #[test]
    fn no_price_is_below_its_cost_unless_allowed(
        minor in 1_i64..1_000_000_000,
        markup_bps in -9_999_i64..100_000,
        from in prop::sample::select(vec!["USD", "EUR", "JPY", "KWD", "NGN"]),
        to in prop::sample::select(vec!["USD", "EUR", "JPY", "KWD", "NGN"]),
    ) {
        let snapshot = small("[]", "[]");
        let cost = Money::new(minor, currency(from));
        let price = snapshot.price_of(cost, &terms(to, markup_bps, BelowCost::Refuse)).unwrap();
        // Compared in cross products, where nothing is divided.
        let units = |code| snapshot.units_per_usd(currency(code)).unwrap();
        prop_assert!(price.major() * units(from) >= cost.major() * units(to));
        let allowed = snapshot.price_of(cost, &terms(to, markup_bps, BelowCost::Allow)).unwrap();
        prop_assert!(allowed.is_positive() && allowed.minor() <= price.minor());
        let rate = snapshot.rate(currency(from), currency(to)).unwrap();
        let converted = cost.convert(rate, currency(to), Rounding::Up).unwrap();
        prop_assert!((converted.minor() - allowed.minor().min(converted.minor())) >= 0);
    }
}
