//! Suppliers' amounts: a number and a currency's code.

use std::str::FromStr;

use model::{Currency, Money, Rounding};
use rust_decimal::{Decimal, RoundingStrategy};

/// What is bought may cost so much more than its offer said, in percent: prices of ranges are rounded.
const DEARER_PERCENT_MAX: i64 = 1;
/// More decimals than a rate needs.
const RATE_DECIMALS: u32 = 12;

/// An amount of a currency by its code.
pub(crate) fn money(amount: Decimal, code: &str, rounding: Rounding) -> Option<Money> {
    let currency = Currency::from_str(code).ok()?;
    Money::round(amount, currency, rounding).ok()
}

/// Whether something costs more now than its offer said, by more than roundings explain.
pub(crate) fn is_dearer(cost: Money, offered: Money) -> bool {
    let most = offered.major() * Decimal::new(100 + DEARER_PERCENT_MAX, 2);
    cost.currency() != offered.currency() || cost.major() > most
}

/// A rate with no more decimals than it needs, never less than it is.
pub(crate) fn rate_rounded_up(rate: Decimal) -> Decimal {
    rate.round_dp_with_strategy(RATE_DECIMALS, RoundingStrategy::ToPositiveInfinity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cent_more_is_rounding_and_a_dime_is_not() {
        let usd = |minor| Money::new(minor, "USD".parse().unwrap());
        assert!(!is_dearer(usd(501), usd(500)) && !is_dearer(usd(499), usd(500)));
        assert!(is_dearer(usd(510), usd(500)));
        assert!(is_dearer(Money::new(1, "EUR".parse().unwrap()), usd(500)));
    }
}
