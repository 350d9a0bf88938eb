//! Reading numbers as people type them.

use crate::plan::{Dialled, RegionRecord, Rewrite};
use crate::unicode::{ascii_digit, is_plus, is_separator};
use crate::{Facts, InvalidNumber, Numbers, Region};

/// A text cut down to what dialling needs.
struct Typed {
    digits: Dialled,
    /// Whether the calling code comes first for certain.
    international: bool,
}

impl Numbers {
    /// Says what a number is that a person typed, or a machine that lost its `+` on the way.
    ///
    /// Spaces, dashes, dots, brackets and slashes are passed over, digits may be of any script, and
    /// a number may begin with `tel:`, `00`, or the calling code alone. With a home country it may
    /// also be as people dial it there, which goes before any other reading unless the text begins with a
    /// space, as a lost plus does.
    pub fn read(&self, text: &str, home: Option<Region>) -> Result<Facts<'_>, InvalidNumber> {
        let typed = Typed::from_text(text)?;
        let digits = typed.digits.digits();
        if digits.is_empty() {
            return Err(InvalidNumber::Empty);
        }
        let after_zeros = digits.strip_prefix(b"00");
        if typed.international {
            // Some write both the plus and the zeros that stand for it.
            return self.international_number(after_zeros.unwrap_or(digits));
        }
        // A plus sign in a query string arrives as a space.
        let lost_plus = text.starts_with(' ');
        if let Some(facts) = self.find_international(digits).filter(|_| lost_plus) {
            return Ok(facts);
        }
        if let Some(home) = home.and_then(|home| self.record(home)) {
            return self.number_from_home(home, digits);
        }
        match after_zeros {
            Some(digits) => self.international_number(digits),
            None if lost_plus => self.international_number(digits),
            None => self.find_international(digits).ok_or(InvalidNumber::NeedsCountry),
        }
    }

    /// Reads digits that must begin with a calling code.
    fn international_number(&self, digits: &[u8]) -> Result<Facts<'_>, InvalidNumber> {
        self.find_international(digits).ok_or_else(|| self.why_not(digits))
    }

    /// Reads digits that begin with a calling code, though a national prefix may have slipped in after it.
    fn find_international(&self, digits: &[u8]) -> Option<Facts<'_>> {
        self.find(digits).or_else(|| self.without_national_prefix(digits))
    }

    fn without_national_prefix(&self, digits: &[u8]) -> Option<Facts<'_>> {
        let (plan, code_length) = self.plan_of(digits)?;
        let (_, national) = digits.split_at(code_length);
        let national = Rewrite::first(&self.regions[plan.main()].from_home, national)?;
        self.find(Dialled::international(plan.calling_code, national.digits()).digits())
    }

    /// Reads digits as they are dialled in a country.
    fn number_from_home(&self, home: &RegionRecord, digits: &[u8]) -> Result<Facts<'_>, InvalidNumber> {
        let with_code = |national: &[u8]| Dialled::international(home.calling_code, national);
        let abroad = Rewrite::first(&home.abroad, digits);
        if let Some(facts) = abroad
            .as_ref()
            .and_then(|abroad| self.find_international(abroad.digits()))
        {
            return Ok(facts);
        }
        let stripped = Rewrite::first(&home.from_home, digits).map(|national| with_code(national.digits()));
        let as_it_is = with_code(digits);
        let international = self.find_international(digits);
        let at_home = [
            stripped.as_ref().and_then(|dialled| self.find(dialled.digits())),
            self.find(as_it_is.digits()),
            international.filter(|facts| facts.calling_code == home.calling_code),
        ];
        let readings = || at_home.into_iter().flatten();
        let after_zeros = || self.find_international(digits.strip_prefix(b"00")?);
        // A mobile number whose plus is lost can also be a long landline number at home.
        let mobile = readings().find(|facts| facts.line_type.can_be_topped_up());
        let found = mobile
            .or_else(|| readings().next())
            .or_else(after_zeros)
            .or(international);
        found.ok_or_else(|| self.why_not(abroad.or(stripped).unwrap_or(as_it_is).digits()))
    }
}

impl Typed {
    fn from_text(text: &str) -> Result<Self, InvalidNumber> {
        let mut typed = Self {
            digits: Dialled::default(),
            international: false,
        };
        match strip_scheme(text.trim_start_matches(is_separator)) {
            None => typed.push_all(text)?,
            Some(address) => {
                let (number, parameters) = address.split_once(';').unwrap_or((address, ""));
                let context = parameters
                    .split(';')
                    .find_map(|parameter| parameter.strip_prefix("phone-context="));
                if let Some(code) = context.filter(|code| code.starts_with('+') && !number.starts_with('+')) {
                    typed.push_all(code)?;
                }
                typed.push_all(number)?;
            }
        }
        Ok(typed)
    }

    fn push_all(&mut self, text: &str) -> Result<(), InvalidNumber> {
        for c in text.chars() {
            if let Some(digit) = ascii_digit(c) {
                self.digits.push(digit);
            } else if is_plus(c) && !self.international && self.digits.digits().is_empty() {
                self.international = true;
            } else if !is_separator(c) {
                return Err(InvalidNumber::NotANumber { found: c });
            }
        }
        Ok(())
    }
}

fn strip_scheme(text: &str) -> Option<&str> {
    let (scheme, address) = text.split_at_checked(4)?;
    scheme.eq_ignore_ascii_case("tel:").then_some(address)
}
