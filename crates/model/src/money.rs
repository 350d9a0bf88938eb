//! Money: whole minor units with their currency. Never a float, never an overflow that goes unseen.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that has minor units or whole ones (JPY 0, USD 2, KWD 3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// What can go wrong with an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a number.
    #[error("{0:?} is not an amount: write a number such as 25 or 24.75")]
    NotANumber(String),
    /// More decimals than the currency has.
    #[error("{currency} has {} decimals: {text} has more", currency.exponent())]
    TooPrecise {
        /// The amount as it was given.
        text: String,
        /// The currency it was read in.
        currency: Currency,
    },
    /// More than an `i64` of minor units.
    #[error("the amount is too large")]
    TooLarge,
    /// Two currencies in one sum.
    #[error("{0} and {1} can't be added")]
    CurrencyMismatch(Currency, Currency),
    /// Not a currency with minor units.
    #[error("{0:?} is not a currency: use an ISO 4217 code such as USD")]
    UnknownCurrency(String),
}

impl Currency {
    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the minor unit stands for.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// The currency's English name.
    pub fn name(&self) -> &str {
        self.0.name()
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Reads three letters of either case; metals and test codes, which have no minor unit, are refused.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(&text.to_ascii_uppercase())
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| MoneyError::UnknownCurrency(text.chars().take(16).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Currency {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(other.code())
    }
}

/// How a result between two minor units is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, halves to the even one: for figures that are only shown.
    HalfEven,
    /// Up: for prices, so that a fraction of a cent is never ours to pay.
    Up,
    /// Down: for what is granted.
    Down,
}

/// An amount: whole minor units of one currency. Stored as text, `24.75 USD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl From<Money> for String {
    fn from(money: Money) -> Self {
        money.to_string()
    }
}

impl TryFrom<String> for Money {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        let (amount, currency) = text
            .split_once(' ')
            .ok_or_else(|| MoneyError::NotANumber(text.clone()))?;
        Self::parse(amount, currency.parse()?)
    }
}

impl Money {
    /// This many minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Reads an amount in major units exactly: `25`, `24.75`, `2.5e1`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::exact(parse_decimal(text)?, currency, || text.chars().take(32).collect())
    }

    /// Takes an amount in major units that must not need rounding.
    pub fn from_decimal(major: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        Self::exact(major, currency, || major.to_string())
    }

    fn exact(major: Decimal, currency: Currency, text: impl Fn() -> String) -> Result<Self, MoneyError> {
        let minor = scale(major, currency.exponent())?;
        if !minor.is_integer() {
            return Err(MoneyError::TooPrecise { text: text(), currency });
        }
        minor
            .to_i64()
            .map(|minor| Self { minor, currency })
            .ok_or(MoneyError::TooLarge)
    }

    /// Takes an amount in major units and rounds it to the currency's minor unit.
    pub fn round(major: Decimal, currency: Currency, rounding: Rounding) -> Result<Self, MoneyError> {
        let strategy = match rounding {
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Up => RoundingStrategy::ToPositiveInfinity,
            Rounding::Down => RoundingStrategy::ToNegativeInfinity,
        };
        let minor = scale(major, currency.exponent())?.round_dp_with_strategy(0, strategy);
        minor
            .to_i64()
            .map(|minor| Self { minor, currency })
            .ok_or(MoneyError::TooLarge)
    }

    /// The amount in major units.
    pub fn major(self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent()).normalize()
    }

    /// The amount in another currency at so many of its major units for one of ours.
    pub fn convert(self, rate: Decimal, to: Currency, rounding: Rounding) -> Result<Self, MoneyError> {
        let major = self.major().checked_mul(rate).ok_or(MoneyError::TooLarge)?;
        Self::round(major, to, rounding)
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.minor
            .checked_add(other.minor)
            .map(|minor| Self { minor, ..self })
            .ok_or(MoneyError::TooLarge)
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        self.minor
            .checked_sub(other.minor)
            .map(|minor| Self { minor, ..self })
            .ok_or(MoneyError::TooLarge)
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch(self.currency, other.currency))
        }
    }
}

/// Reads a decimal number exactly; an exponent is allowed, as JSON allows it.
fn parse_decimal(text: &str) -> Result<Decimal, MoneyError> {
    let wrong = || MoneyError::NotANumber(text.chars().take(32).collect());
    if text.len() > 64
        || !text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
    {
        return Err(wrong());
    }
    Decimal::from_str_exact(text)
        .or_else(|_| Decimal::from_scientific(text))
        .map_err(|_| wrong())
}

fn scale(major: Decimal, exponent: u32) -> Result<Decimal, MoneyError> {
    let factor = Decimal::from(10_i64.pow(exponent));
    Ok(major.checked_mul(factor).ok_or(MoneyError::TooLarge)?.normalize())
}

/// Writes a decimal as JSON and people do: no trailing zeros, no exponent.
pub fn decimal_text(decimal: Decimal) -> String {
    decimal.normalize().to_string()
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        write!(f, "{} {}", Decimal::new(self.minor, exponent), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn an_amount_is_read_exactly() {
        let usd = currency("USD");
        for (text, minor) in [
            ("25", 2500),
            ("24.75", 2475),
            ("25.00", 2500),
            ("2.5e1", 2500),
            ("0", 0),
            ("-1.5", -150),
        ] {
            assert_eq!(Money::parse(text, usd).unwrap().minor(), minor, "{text}");
        }
        assert_eq!(Money::parse("5", currency("JPY")).unwrap().minor(), 5);
        assert_eq!(Money::parse("1.234", currency("KWD")).unwrap().minor(), 1234);
        assert!(matches!(Money::parse("0.005", usd), Err(MoneyError::TooPrecise { .. })));
        assert!(matches!(
            Money::parse("1.5", currency("JPY")),
            Err(MoneyError::TooPrecise { .. })
        ));
        for wrong in ["", "x", "1,5", "NaN", "1e", "0x10", " 1"] {
            assert!(
                matches!(Money::parse(wrong, usd), Err(MoneyError::NotANumber(_))),
                "{wrong:?}"
            );
        }
        assert!(Money::parse("1e28", usd).is_err());
        assert!(Money::parse("99999999999999999999", usd).is_err());
    }

    #[test]
    fn rounding_is_named() {
        let usd = currency("USD");
        let half = Decimal::new(10_005, 3);
        assert_eq!(Money::round(half, usd, Rounding::HalfEven).unwrap().minor(), 1000);
        assert_eq!(Money::round(half, usd, Rounding::Up).unwrap().minor(), 1001);
        assert_eq!(Money::round(half, usd, Rounding::Down).unwrap().minor(), 1000);
    }

    #[test]
    fn two_currencies_are_never_added() {
        let sum = Money::new(1, currency("USD")).checked_add(Money::new(1, currency("EUR")));
        assert!(matches!(sum, Err(MoneyError::CurrencyMismatch(..))));
        assert_eq!(
            Money::new(i64::MAX, currency("USD")).checked_add(Money::new(1, currency("USD"))),
            Err(MoneyError::TooLarge)
        );
    }

    #[test]
    fn metals_have_no_minor_unit_and_are_refused() {
        assert!("XAU".parse::<Currency>().is_err());
        assert!("usd".parse::<Currency>().is_ok());
        assert_eq!(Money::new(2_475, currency("USD")).to_string(), "24.75 USD");
        assert_eq!(Money::new(5, currency("JPY")).to_string(), "5 JPY");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minor in any::<i64>(), code in prop::sample::select(vec!["USD", "JPY", "KWD"])) {
            let money = Money::new(minor, currency(code));
            prop_assert_eq!(Money::parse(&decimal_text(money.major()), money.currency()), Ok(money));
        }
    }
}
