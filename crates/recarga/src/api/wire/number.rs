//! Exact decimals as JSON numbers, without a float on the way.

use model::{Money, decimal_text};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type, schema::SchemaType},
};

/// A decimal that is written as a JSON number, digit by digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) struct Number(pub(in crate::api) Decimal);

impl From<Money> for Number {
    fn from(money: Money) -> Self {
        Self(money.major())
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(decimal_text(self.0)).expect("a decimal is written as JSON writes numbers");
        raw.serialize(serializer)
    }
}

impl PartialSchema for Number {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Number).into()
    }
}

impl ToSchema for Number {}

/// An amount in a request: a JSON number, or a text that looks like one or names a package.
pub(in crate::api) struct NumberOrText;

impl PartialSchema for NumberOrText {
    fn schema() -> RefOr<Schema> {
        let types = SchemaType::from_iter([Type::Number, Type::String]);
        ObjectBuilder::new().schema_type(types).max_length(Some(255)).into()
    }
}

impl ToSchema for NumberOrText {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_digit_by_digit() {
        let usd = "USD".parse().unwrap();
        for (minor, text) in [(2_500, "25"), (2_475, "24.75"), (1, "0.01"), (-150, "-1.5"), (0, "0")] {
            assert_eq!(
                serde_json::to_string(&Number::from(Money::new(minor, usd))).unwrap(),
                text
            );
        }
        let largest = Money::new(i64::MAX, usd);
        assert_eq!(
            serde_json::to_string(&Number::from(largest)).unwrap(),
            "92233720368547758.07"
        );
    }
}
