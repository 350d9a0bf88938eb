//! Number intelligence: what a phone number is, told from its digits alone.
//!
//! The numbering plans of the world, as libphonenumber describes them, are compiled offline into
//! minimised automata over decimal digits (`data/numbers.bin`). A lookup is one walk along a
//! number's digits: it allocates nothing, locks nothing and asks nobody. What a walk can't know is
//! whether a phone answers there, or to which carrier its owner has taken the number since.
//!
//! ```
//! use numbers::{LineType, Numbers};
//!
//! let numbers = Numbers::embedded();
//! let facts = numbers.check("+4915123456789")?;
//! assert_eq!(facts.region.as_str(), "DE");
//! assert_eq!(facts.line_type, LineType::Mobile);
//! assert_eq!(facts.carrier, Some("T-Mobile"));
//!
//! // As people write it, by someone who is in Germany.
//! let facts = numbers.read("(0151) 2345-6789", Some("DE".parse()?))?;
//! assert_eq!(facts.number.to_string(), "+4915123456789");
//! assert_eq!(numbers.international(facts.number), "+49 1512 3456789");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Start at [`Numbers::check`] for a number that should be in its one international form, at
//! [`Numbers::read`] for one that a person typed.

mod automaton;
mod data;
mod format;
mod invalid;
mod line_type;
mod number;
mod plan;
mod read;
mod unicode;

use std::sync::OnceLock;

use automaton::{Automaton, ROOT};
pub use data::LoadError;
pub use invalid::{InvalidNumber, Lengths, PlanName};
pub use line_type::LineType;
pub use number::{E164, InvalidRegion, Region};
pub use plan::RegionFacts;
use plan::{Plan, RegionRecord};

/// The numbering plans of the world. Immutable: one is enough for all threads.
pub struct Numbers {
    metadata_version: Box<str>,
    /// Countries sorted by code, then one entry for each calling code that belongs to none.
    regions: Vec<RegionRecord>,
    /// How many of the regions are countries.
    geographic: usize,
    plans: Vec<Plan>,
    /// How to write a number: national, international.
    templates: Vec<[Box<str>; 2]>,
    carrier_names: Vec<Box<str>>,
    /// Labels: the region's number in the file, a bit for fiction, four bits for the line type.
    validity: Automaton,
    /// For every state of `validity`, how many digits are missing.
    reach: Vec<Option<(u8, u8)>>,
    /// Labels: positions in `templates`.
    formats: Automaton,
    /// Labels: positions in `carrier_names`.
    carriers: Automaton,
}

/// What is known about one number that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The number in its one international form.
    pub number: E164,
    /// Whose numbering plan it is from.
    pub region: Region,
    /// The country whose operators serve that region too; nearly always the region itself.
    pub market: Region,
    /// What follows the `+`.
    pub calling_code: u16,
    /// What kind of line it is.
    pub line_type: LineType,
    /// To which carrier its range was given first. Where numbers are `portable` the owner may be elsewhere by now.
    pub carrier: Option<&'a str>,
    /// Whether people there may take a mobile number to another carrier.
    pub portable: bool,
    /// Whether it is set aside for films, books and tests, so that no phone has it.
    pub fictional: bool,
}

/// Returns where a validity label's region stands among the regions.
fn region_position(label: u16) -> Option<usize> {
    usize::from(label >> 5).checked_sub(1)
}

impl Numbers {
    /// Returns the plans that the program was built with.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: OnceLock<Numbers> = OnceLock::new();
        EMBEDDED.get_or_init(|| {
            Self::load(include_bytes!("../../../data/numbers.bin")).expect("the embedded file is tested")
        })
    }

    /// Reads plans from a data file's bytes, to have newer ones than the program.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        data::load(bytes)
    }

    /// Returns the release of libphonenumber from which the plans are, such as `9.0.42`.
    pub fn metadata_version(&self) -> &str {
        &self.metadata_version
    }

    /// Says what a number is that must be in its one international form: `+` and digits, nothing else.
    #[inline]
    pub fn check(&self, e164: &str) -> Result<Facts<'_>, InvalidNumber> {
        match e164.as_bytes().strip_prefix(b"+") {
            Some(digits) if digits.iter().all(u8::is_ascii_digit) => {
                self.find(digits).ok_or_else(|| self.why_not(digits))
            }
            _ => Err(InvalidNumber::of_shape(e164)),
        }
    }

    /// Says what the number with these ASCII digits is, calling code first, if it exists.
    #[inline]
    fn find(&self, digits: &[u8]) -> Option<Facts<'_>> {
        let (mut state, mut value) = (ROOT, 0_u64);
        for digit in digits {
            let digit = digit - b'0';
            state = self.validity.next(state, digit);
            // Only a text that is far too long wraps, and the walk is dead by then.
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        }
        let label = self.validity.label(state);
        let record = &self.regions[region_position(label)?];
        let line_type = LineType::from_code(label & 15)?;
        let carrier = if line_type.has_carrier() {
            self.carriers.label_of_longest_prefix(digits)
        } else {
            0
        };
        Some(Facts {
            number: E164::from_counted(value),
            region: record.region,
            market: record.market,
            calling_code: record.calling_code,
            line_type,
            carrier: (carrier != 0).then(|| &*self.carrier_names[usize::from(carrier)]),
            portable: record.portable,
            fictional: label & 16 != 0,
        })
    }

    /// Returns what is known about a country or territory, named by its two letters.
    pub fn region(&self, code: &str) -> Option<RegionFacts<'_>> {
        self.record(code.parse().ok()?).map(RegionRecord::facts)
    }

    /// Returns what is known about every country and territory, in the order of their codes.
    pub fn regions(&self) -> impl Iterator<Item = RegionFacts<'_>> {
        self.regions[..self.geographic].iter().map(RegionRecord::facts)
    }

    fn record(&self, region: Region) -> Option<&RegionRecord> {
        let geographic = &self.regions[..self.geographic];
        geographic
            .binary_search_by_key(&region, |record| record.region)
            .ok()
            .map(|found| &geographic[found])
    }
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Numbers")
            .field("metadata_version", &self.metadata_version)
            .finish_non_exhaustive()
    }
}
