//! What the sandbox sells: everything that has a rate, at one discount.

use std::collections::HashMap;

use model::{Currency, Money, Offer, Package, Product, Range, Rounding, Terms};
use rust_decimal::{Decimal, RoundingStrategy};

use super::settings::usd;

/// What we pay of the face value: 96 %.
const COST_SHARE: Decimal = Decimal::from_parts(96, 0, 0, false, 2);
/// How exactly the cost of one unit is told.
const RATE_DIGITS: u32 = 10;

/// Lists an offer per package and per range. `rates` are units of a currency for one USD; products
/// whose currency has none are not sold.
pub(super) fn offers(products: &[Product], rates: &HashMap<Currency, Decimal>) -> Vec<Offer> {
    products
        .iter()
        .filter_map(|product| Some((product, rate(product.currency, rates)?)))
        .flat_map(|(product, rate)| {
            let fixed = product
                .packages
                .iter()
                .filter_map(move |package| fixed(product, package, rate));
            let ranged = product.range.and_then(|range| ranged(product, range, rate));
            fixed.chain(ranged)
        })
        .collect()
}

fn rate(currency: Currency, rates: &HashMap<Currency, Decimal>) -> Option<Decimal> {
    let one = (currency == usd()).then_some(Decimal::ONE);
    rates
        .get(&currency)
        .copied()
        .or(one)
        .filter(|rate| *rate > Decimal::ZERO)
}

fn fixed(product: &Product, package: &Package, rate: Decimal) -> Option<Offer> {
    // Multiplied first: a division may not end, and its last digit must not lift the cost by a cent.
    let cost = package.amount.major().checked_mul(COST_SHARE)?.checked_div(rate)?;
    let cost = Money::round(cost, usd(), Rounding::Up).ok()?;
    Some(Offer {
        sku: format!("{}<&>{}", product.id, package.value).into(),
        product: product.id.clone(),
        terms: Terms::Fixed {
            value: package.value.clone(),
            cost: Money::new(cost.minor().max(1), usd()),
        },
        parameters: None,
    })
}

fn ranged(product: &Product, range: Range, rate: Decimal) -> Option<Offer> {
    let cost_rate = COST_SHARE
        .checked_div(rate)?
        .round_sf_with_strategy(RATE_DIGITS, RoundingStrategy::ToPositiveInfinity)?;
    Some(Offer {
        sku: product.id.as_str().into(),
        product: product.id.clone(),
        terms: Terms::Ranged {
            range,
            cost_rate,
            cost_currency: usd(),
        },
        parameters: None,
    })
}

#[cfg(test)]
mod tests {
    use model::{Benefits, Category};

    use super::*;

    fn product(id: &str, code: &str, minor: &[i64], range: Option<(i64, i64)>) -> Product {
        let currency: Currency = code.parse().unwrap();
        let money = |minor| Money::new(minor, currency);
        let package = |minor: &i64| Package {
            value: money(*minor).major().to_string(),
            amount: money(*minor),
            title: None,
            benefits: Benefits::default(),
        };
        Product {
            id: id.parse().unwrap(),
            name: id.into(),
            operator: id.parse().unwrap(),
            country: "US".parse().unwrap(),
            category: Category::Airtime,
            currency,
            packages: minor.iter().map(package).collect(),
            range: range.map(|(min, max)| Range {
                min: money(min),
                max: money(max),
                step: money(1),
            }),
            in_stock: true,
            test: false,
        }
    }

    fn rates(rates: &[(&str, &str)]) -> HashMap<Currency, Decimal> {
        rates
            .iter()
            .map(|(code, rate)| (code.parse().unwrap(), rate.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_cost_is_the_discounted_value_rounded_up_to_cents() {
        let products = [
            product("at-t-usa", "USD", &[2_500, 1_001], None),
            product("thirds", "EUR", &[100], None),
            product("tiny", "JPY", &[1], None),
        ];
        let offers = offers(&products, &rates(&[("EUR", "3"), ("JPY", "150")]));
        let costs: Vec<_> = offers
            .iter()
            .map(|offer| match &offer.terms {
                Terms::Fixed { cost, .. } => (offer.sku.to_string(), cost.minor()),
                Terms::Ranged { .. } => panic!("{offer:?} is ranged"),
            })
            .collect();
        let expected = [
            ("at-t-usa<&>25", 2_400),
            ("at-t-usa<&>10.01", 961),
            ("thirds<&>1", 32),
            ("tiny<&>1", 1),
        ];
        assert_eq!(costs, expected.map(|(sku, minor)| (sku.to_owned(), minor)));
    }

    #[test]
    fn a_range_is_sold_at_a_rate_of_ten_digits() {
        let offers = offers(
            &[product("telcel", "MXN", &[], Some((1_000, 50_000)))],
            &rates(&[("MXN", "17.9")]),
        );
        let [offer] = offers.as_slice() else {
            panic!("{offers:?}")
        };
        assert_eq!(&*offer.sku, "telcel");
        let Terms::Ranged { cost_rate, .. } = &offer.terms else {
            panic!("{offer:?}")
        };
        assert_eq!(cost_rate.to_string(), "0.05363128492");
    }

    #[test]
    fn a_product_without_a_rate_is_not_sold() {
        let products = [product("a", "EUR", &[100], None), product("b", "GBP", &[100], None)];
        assert_eq!(offers(&products, &rates(&[("GBP", "0")])), []);
    }
}
