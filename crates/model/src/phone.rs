//! A recipient's number and a country's two letters.

use std::{fmt, str::FromStr};

/// A phone number in E.164 form. Its shape is right; whether it exists, number intelligence says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(u64);

/// A text that is not `+` and 7 to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a number such as +15551234567: a plus and 7 to 15 digits")]
pub struct ParsePhoneNumberError;

const DIGITS_MIN: u32 = 7;
/// E.164 allows no more.
const DIGITS_MAX: u32 = 15;

impl PhoneNumber {
    /// The number with these digits after the plus, if there are neither too few nor too many.
    pub const fn from_digits(digits: u64) -> Option<Self> {
        if digits >= 10_u64.pow(DIGITS_MIN - 1) && digits < 10_u64.pow(DIGITS_MAX) {
            Some(Self(digits))
        } else {
            None
        }
    }

    /// The digits after the plus, as one integer; a number never starts with 0.
    pub const fn digits(self) -> u64 {
        self.0
    }

    /// The number as logs may show it: `+1555•••4567`.
    pub fn masked(self) -> String {
        let digits = self.0.to_string();
        format!(
            "+{}•••{}",
            &digits[..digits.len().min(4)],
            &digits[digits.len().saturating_sub(4).max(4)..]
        )
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// Shows the masked form, so that a careless log line gives nothing away.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl FromStr for PhoneNumber {
    type Err = ParsePhoneNumberError;

    fn from_str(text: &str) -> Result<Self, ParsePhoneNumberError> {
        let digits = text.strip_prefix('+').ok_or(ParsePhoneNumberError)?;
        let shaped = digits.bytes().all(|digit| digit.is_ascii_digit()) && !digits.starts_with('0');
        if !shaped {
            return Err(ParsePhoneNumberError);
        }
        let digits = digits.parse().map_err(|_| ParsePhoneNumberError)?;
        Self::from_digits(digits).ok_or(ParsePhoneNumberError)
    }
}

/// A country or territory: ISO 3166 alpha-2, or libphonenumber's region where it has more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// A text that is not two letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a country of two letters, such as US")]
pub struct ParseCountryError;

impl Country {
    /// The two capital letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII letters")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Country {
    type Err = ParseCountryError;

    /// Reads two letters of either case.
    fn from_str(text: &str) -> Result<Self, ParseCountryError> {
        match *text.as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
            }
            _ => Err(ParseCountryError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_plus_and_digits() {
        let number: PhoneNumber = "+15551234567".parse().unwrap();
        assert_eq!(number.to_string(), "+15551234567");
        assert_eq!(format!("{number:?}"), "+1555•••4567");
        assert_eq!(PhoneNumber::from_digits(15_551_234_567), Some(number));
        assert_eq!(PhoneNumber::from_digits(999_999), None);
        for wrong in [
            "",
            "+",
            "15551234567",
            "+0123456789",
            "+1234567890123456",
            "+1555123456x",
            "+123456",
        ] {
            assert!(wrong.parse::<PhoneNumber>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_country_is_two_letters_of_either_case() {
        assert_eq!("us".parse::<Country>().unwrap().code(), "US");
        assert!("USA".parse::<Country>().is_err());
        assert!("Ü".parse::<Country>().is_err());
    }
}
