//! Why a text is not a phone number that exists.

use std::fmt;

use crate::Numbers;
use crate::automaton::{DEAD, ROOT};

/// Why a text is not a phone number that exists. Each says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNumber {
    /// There is nothing to read.
    #[error("no phone number given: write + and the country's calling code first, as in +4915123456789")]
    Empty,
    /// Something stands there that no phone number holds.
    #[error("not a phone number: {found:?} does not belong in one, write digits after a +")]
    NotANumber {
        /// The first thing that doesn't belong.
        found: char,
    },
    /// The first digits are no calling code.
    #[error("unknown country: no calling code is like this, check the first digits after the +")]
    UnknownCallingCode,
    /// Digits are missing at the end.
    #[error("too short: a number that begins like this has {expected} digits after +{}, here are {given}", .plan.calling_code)]
    TooShort {
        /// Whose number it would be.
        plan: PlanName,
        /// How many digits it needs after the calling code.
        expected: Lengths,
        /// How many there are.
        given: usize,
    },
    /// There are digits too many at the end.
    #[error("too long: a number that begins like this has {expected} digits after +{}, here are {given}", .plan.calling_code)]
    TooLong {
        /// Whose number it would be.
        plan: PlanName,
        /// How many digits it may have after the calling code.
        expected: Lengths,
        /// How many there are.
        given: usize,
    },
    /// Fewer or more digits would do, but not so many.
    #[error("wrong length: a number that begins like this has fewer digits or more, and none has over 15")]
    WrongLength,
    /// The calling code is right, but no range of numbers begins like this.
    #[error("no such number: nothing in {plan} begins like this, check the digits after +{}", .plan.calling_code)]
    NotAssigned {
        /// Whose number it would be.
        plan: PlanName,
    },
    /// It may be a number within a country, but nobody said within which.
    #[error("no country given: write + and the country's calling code first, as in +4915123456789")]
    NeedsCountry,
}

/// A calling code and the names of those who share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanName {
    /// What follows the `+`.
    pub calling_code: u16,
    /// The country; where several share the code, the main one `and others`.
    pub countries: String,
}

impl fmt::Display for PlanName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.countries)
    }
}

/// From how many to how many digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// The fewest.
    pub least: usize,
    /// The most.
    pub most: usize,
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most.checked_sub(self.least) {
            Some(0) => write!(f, "{}", self.least),
            Some(1) => write!(f, "{} or {}", self.least, self.most),
            _ => write!(f, "{} to {}", self.least, self.most),
        }
    }
}

impl InvalidNumber {
    /// Says why a text is not `+` and digits.
    #[cold]
    pub(crate) fn of_shape(text: &str) -> Self {
        match text
            .strip_prefix('+')
            .unwrap_or(text)
            .chars()
            .find(|c| !c.is_ascii_digit())
        {
            Some(found) => Self::NotANumber { found },
            None if text.is_empty() => Self::Empty,
            None => Self::NeedsCountry,
        }
    }
}

impl Numbers {
    /// Says why ASCII digits, of which the tables know no number, are none.
    #[cold]
    pub(crate) fn why_not(&self, digits: &[u8]) -> InvalidNumber {
        if digits.is_empty() {
            return InvalidNumber::Empty;
        }
        let Some((plan, code_length)) = self.plan_of(digits) else {
            return InvalidNumber::UnknownCallingCode;
        };
        let mut countries = self.regions[plan.main()].name.to_string();
        if plan.regions.len() > 1 {
            countries.push_str(" and others");
        }
        let plan = PlanName {
            calling_code: plan.calling_code,
            countries,
        };
        let given = digits.len() - code_length;

        // A number that stops on the way is too short; one that goes on after an end, too long.
        let (mut state, mut ends) = (ROOT, None);
        for (position, digit) in digits.iter().enumerate() {
            state = self.validity.next(state, digit - b'0');
            if state == DEAD {
                break;
            }
            if self.validity.label(state) != 0 {
                let end = (position + 1).saturating_sub(code_length);
                ends = Some(ends.map_or(Lengths { least: end, most: end }, |seen: Lengths| Lengths {
                    most: end,
                    ..seen
                }));
            }
        }
        match (self.reach[usize::from(state)].filter(|_| state != DEAD), ends) {
            (Some((least, most)), None) => {
                let expected = Lengths {
                    least: given + usize::from(least),
                    most: given + usize::from(most),
                };
                InvalidNumber::TooShort { plan, expected, given }
            }
            (Some(_), Some(_)) => InvalidNumber::WrongLength,
            (None, Some(expected)) => InvalidNumber::TooLong { plan, expected, given },
            (None, None) => InvalidNumber::NotAssigned { plan },
        }
    }
}
