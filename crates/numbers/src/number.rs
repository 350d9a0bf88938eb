//! The two values that everything here is about: a number and a region.

use std::fmt;
use std::str::FromStr;

use crate::InvalidNumber;

/// The most digits that E.164 allows, calling code included.
pub(crate) const DIGITS_MAX: usize = 15;

/// A number in its one international form: calling code and national number, up to 15 digits.
///
/// Its shape is right; whether it exists is for [`Numbers::check`](crate::Numbers::check) to say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(u64);

impl E164 {
    /// Makes a number of digits that were counted already and don't begin with 0.
    pub(crate) fn from_counted(digits: u64) -> Self {
        Self(digits)
    }

    /// Returns all digits as one integer. No information is lost: a calling code never begins with 0.
    pub fn digits(self) -> u64 {
        self.0
    }

    /// Writes the digits as ASCII into the buffer and returns them.
    pub(crate) fn write(self, buffer: &mut [u8; 20]) -> &[u8] {
        let (mut rest, mut at) = (self.0, buffer.len());
        while rest > 0 {
            at -= 1;
            buffer[at] = b'0' + u8::try_from(rest % 10).expect("a remainder of 10 is a digit");
            rest /= 10;
        }
        &buffer[at..]
    }
}

impl FromStr for E164 {
    type Err = InvalidNumber;

    /// Reads `+` and digits, as [`fmt::Display`] writes them. Only the shape is looked at.
    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        let digits = text
            .strip_prefix('+')
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let digits = digits.ok_or_else(|| InvalidNumber::of_shape(text))?;
        match digits.as_bytes() {
            [] => Err(InvalidNumber::Empty),
            [b'0', ..] => Err(InvalidNumber::UnknownCallingCode),
            shaped if shaped.len() > DIGITS_MAX => Err(InvalidNumber::WrongLength),
            _ => Ok(Self(digits.parse().expect("fifteen digits fit into 64 bits"))),
        }
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// A country or territory by its two-letter code, such as `DE`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// Where numbers belong that no country owns (+800, +870, …). Its code is `001`, as in UN M.49.
    pub const WORLD: Self = Self(*b"00");

    /// Returns the code.
    pub fn as_str(&self) -> &str {
        if *self == Self::WORLD {
            return "001";
        }
        std::str::from_utf8(&self.0).expect("made of two ASCII letters")
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    /// Reads two letters, upper or lower case, or `001`. Whether such a region exists is not asked.
    fn from_str(code: &str) -> Result<Self, InvalidRegion> {
        match code.as_bytes() {
            b"001" => Ok(Self::WORLD),
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(InvalidRegion),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not the shape of a region's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a country: write its two letters, such as DE")]
pub struct InvalidRegion;
