//! What the tables know about a region and about a calling code.

use std::ops::Range;

use crate::Numbers;
use crate::number::Region;

/// The code of [`Region::WORLD`] in data files.
pub(crate) const WORLD_CODE: &str = "001";

/// The most digits that are looked at in one text: a whole number after the longest prefixes for
/// abroad (5 digits) and for the country (7), with some to spare so that excess is noticed.
const DIALLED_MAX: usize = 32;

/// What is known about a country or territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionFacts<'a> {
    /// Which one.
    pub region: Region,
    /// Its name in English.
    pub name: &'a str,
    /// What follows the `+` in its numbers.
    pub calling_code: u16,
    /// The country whose operators serve it too; itself for nearly all.
    pub market: Region,
    /// Whether people may take a mobile number to another carrier.
    pub portable: bool,
    /// What people dial before a number within the country, often `0`, or nothing.
    pub national_prefix: &'a str,
}

pub(crate) struct RegionRecord {
    pub(crate) region: Region,
    pub(crate) market: Region,
    pub(crate) calling_code: u16,
    pub(crate) portable: bool,
    pub(crate) name: Box<str>,
    pub(crate) national_prefix: Box<str>,
    /// How the national number comes out of what is dialled at home.
    pub(crate) from_home: Vec<Rewrite>,
    /// How the international number comes out of what is dialled at home for abroad.
    pub(crate) abroad: Vec<Rewrite>,
}

impl RegionRecord {
    pub(crate) fn facts(&self) -> RegionFacts<'_> {
        RegionFacts {
            region: self.region,
            name: &self.name,
            calling_code: self.calling_code,
            market: self.market,
            portable: self.portable,
            national_prefix: &self.national_prefix,
        }
    }
}

/// A calling code and who shares it.
pub(crate) struct Plan {
    pub(crate) calling_code: u16,
    /// Positions among the regions, the main one first; never empty.
    pub(crate) regions: Vec<u16>,
}

impl Plan {
    /// Returns the position of the region after whose rules the plan's numbers are written.
    pub(crate) fn main(&self) -> usize {
        usize::from(self.regions[0])
    }
}

impl Numbers {
    /// Returns the plan to which ASCII digits belong, and how many of them are the calling code.
    pub(crate) fn plan_of(&self, digits: &[u8]) -> Option<(&Plan, usize)> {
        if digits.first() == Some(&b'0') {
            return None;
        }
        let mut code = 0;
        for (position, digit) in digits.iter().take(3).enumerate() {
            code = code * 10 + u16::from(digit - b'0');
            if let Ok(found) = self.plans.binary_search_by_key(&code, |plan| plan.calling_code) {
                return Some((&self.plans[found], position + 1));
            }
        }
        None
    }
}

/// One way in which digits as dialled begin, and what is kept of that beginning.
pub(crate) struct Rewrite {
    /// Whether nothing may follow.
    pub(crate) anchored: bool,
    /// For each position the digits that may stand there, one bit each.
    pub(crate) masks: Vec<u16>,
    /// What comes first in the result.
    pub(crate) insert: Box<str>,
    /// Which part of the beginning comes next; the rest of the digits follows.
    pub(crate) keep: Range<usize>,
}

impl Rewrite {
    /// Returns what the digits become by the first rule that fits them.
    pub(crate) fn first(rules: &[Self], digits: &[u8]) -> Option<Dialled> {
        let rule = rules.iter().find(|rule| rule.fits(digits))?;
        let mut result = Dialled::default();
        let kept = [
            rule.insert.as_bytes(),
            &digits[rule.keep.clone()],
            &digits[rule.masks.len()..],
        ];
        kept.into_iter().flatten().for_each(|digit| result.push(*digit));
        Some(result)
    }

    fn fits(&self, digits: &[u8]) -> bool {
        let length = self.masks.len();
        (if self.anchored {
            digits.len() == length
        } else {
            digits.len() >= length
        }) && self
            .masks
            .iter()
            .zip(digits)
            .all(|(mask, digit)| mask >> (digit - b'0') & 1 == 1)
    }
}

/// Digits in the making, as ASCII. More than fit are dropped: no number has that many.
#[derive(Default)]
pub(crate) struct Dialled {
    bytes: [u8; DIALLED_MAX],
    length: usize,
}

impl Dialled {
    pub(crate) fn push(&mut self, digit: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = digit;
            self.length += 1;
        }
    }

    /// Returns a calling code with these digits after it.
    pub(crate) fn international(calling_code: u16, national: &[u8]) -> Self {
        let mut result = Self::default();
        for divisor in [100, 10, 1].into_iter().filter(|divisor| calling_code >= *divisor) {
            result.push(b'0' + u8::try_from(calling_code / divisor % 10).expect("a remainder of 10 is a digit"));
        }
        for digit in national {
            result.push(*digit);
        }
        result
    }

    pub(crate) fn digits(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
