//! Exact decimals as JSON numbers. A number is read and written by its digits: fifteen significant ones
//! go through JSON unchanged, which is more than any top-up has.

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// A decimal as a JSON number, without trailing zeros.
pub(crate) fn number(decimal: Decimal) -> Value {
    serde_json::from_str(&decimal.normalize().to_string()).expect("a decimal is written as JSON writes numbers")
}

/// Several of them.
pub(crate) fn numbers(decimals: &[Decimal]) -> Value {
    decimals.iter().copied().map(number).collect()
}

/// Reads a JSON number; a text is none.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    let Value::Number(number) = value else { return None };
    let text = number.to_string();
    text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// Reads a constant of this crate.
pub(crate) fn constant(text: &str) -> Decimal {
    text.parse().expect("a constant is a decimal")
}

/// Rounded half up to cents.
pub(crate) fn cents(decimal: Decimal) -> Decimal {
    decimal
        .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
        .normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_goes_through_json_unchanged() {
        for text in ["13.2", "0.01", "1635.36", "-5", "99999999999.99", "0.8333"] {
            let value = number(constant(text));
            assert_eq!(value.to_string(), text);
            assert_eq!(decimal(&value), Some(constant(text)));
        }
        assert_eq!(number(constant("5.00")).to_string(), "5");
        assert_eq!(decimal(&Value::from("5")), None);
    }
}
