//! Recognising one number: who may serve it, likeliest first, how surely, and why.

use std::fmt;

use model::{Country, OperatorGuess, OperatorId, PhoneNumber, Product, Timestamp};
use numbers::{Facts, InvalidNumber, LineType};

use super::{Lookup, lessons::Learned, lessons::Verdict};
use crate::catalog::Snapshot;

/// What is known of a number that can be topped up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// The number in its one international form.
    pub number: PhoneNumber,
    /// Whose numbering plan it is from.
    pub country: Country,
    /// The country whose operators serve it too; nearly always the same.
    pub market: Country,
    /// What kind of line it is.
    pub line_type: LineType,
    /// Whether people there may take a number to another operator.
    pub portable: bool,
    /// Whether it is set aside for fiction and tests, so that no phone has it.
    pub fictional: bool,
    /// Who may serve it, likeliest first; never empty.
    pub operators: Vec<Candidate>,
    /// Whose it is, if that is sure enough to be said.
    pub found: Option<OperatorId>,
}

/// An operator that may serve a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The operator.
    pub operator: OperatorId,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where that is known from.
    pub source: Source,
}

/// How sure it is that a number is an operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// It was imported, delivered to, asked about, or can't have been taken elsewhere.
    Confirmed,
    /// It was this operator's once.
    Likely,
    /// Nothing speaks for it but the country.
    Possible,
}

/// Where it is known from whose a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// It was imported.
    Override,
    /// A supplier says so.
    Lookup,
    /// A delivery has proved it.
    Learned,
    /// Its first digits are of a range that was given to the operator.
    Prefix,
    /// It is from the operator's country.
    Country,
}

impl Confidence {
    /// The word: `confirmed`, `likely`, `possible`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

impl Source {
    /// The word: `override`, `lookup`, `learned`, `prefix`, `country`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Lookup => "lookup",
            Self::Learned => "learned",
            Self::Prefix => "prefix",
            Self::Country => "country",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a number can't be topped up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// It is not a number that exists.
    #[error(transparent)]
    InvalidNumber(#[from] InvalidNumber),
    /// It leads to something without a balance.
    #[error("this is a {} number, not a mobile one: check it with its owner", .line_type.as_str().replace('_', " "))]
    NotMobile {
        /// What it leads to.
        line_type: LineType,
    },
    /// Nobody of its country sells anything here.
    #[error("no operator in {country} is on sale: GET /products lists the countries that are served")]
    UnsupportedOperator {
        /// Whose number it is.
        country: Country,
    },
}

/// Everything that speaks for or against one operator of a number.
struct Evidence<'a> {
    imported: Option<&'a OperatorId>,
    guesses: &'a [OperatorGuess],
    lessons: &'a [Learned],
    carrier: Option<&'a str>,
    portable: bool,
}

/// How much a piece of evidence is worth: the first is the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Imported,
    Asked,
    Proved,
    Prefix,
    Guessed,
    Hinted,
    Nothing,
    Disproved,
}

impl Lookup {
    /// Reads a number, however it is written, and says who may serve it. A hint, such as
    /// `verizon` or `verizon-usa`, goes before other operators of which as little is known.
    pub fn recognise(
        &self,
        snapshot: &Snapshot,
        text: &str,
        hint: Option<&str>,
        now: Timestamp,
    ) -> Result<Recognition, LookupError> {
        self.recognise_from(snapshot, (text, None), hint, now)
    }

    /// The same, where a number without a country is from a home country.
    pub fn recognise_from(
        &self,
        snapshot: &Snapshot,
        (text, home): (&str, Option<Country>),
        hint: Option<&str>,
        now: Timestamp,
    ) -> Result<Recognition, LookupError> {
        let region = home.and_then(|home| home.code().parse().ok());
        let facts = self.numbers.read(text, region)?;
        let number = PhoneNumber::from_digits(facts.number.digits()).ok_or(InvalidNumber::WrongLength)?;
        let line_type = facts.line_type;
        if !line_type.can_be_topped_up() {
            return Err(LookupError::NotMobile { line_type });
        }
        let country = |region: numbers::Region| region.as_str().parse::<Country>();
        // The world's own numbers, such as satellite phones', are no country's.
        let (Ok(home), Ok(market)) = (country(facts.region), country(facts.market)) else {
            return Err(LookupError::NotMobile { line_type });
        };
        let operators = self.rank(snapshot, number, &facts, [home, market], hint, now);
        let first = operators
            .first()
            .ok_or(LookupError::UnsupportedOperator { country: home })?;
        let found = (first.confidence == Confidence::Confirmed).then(|| first.operator.clone());
        Ok(Recognition {
            number,
            country: home,
            market,
            line_type,
            portable: facts.portable,
            fictional: facts.fictional,
            operators,
            found,
        })
    }

    /// Ranks the operators of a number's own country, then those of its market.
    fn rank(
        &self,
        snapshot: &Snapshot,
        number: PhoneNumber,
        facts: &Facts<'_>,
        [home, market]: [Country; 2],
        hint: Option<&str>,
        now: Timestamp,
    ) -> Vec<Candidate> {
        let overrides = self.overrides.load();
        let guesses = self.guesses.of(number, now);
        self.lessons.with(number, |lessons| {
            let evidence = Evidence {
                imported: overrides.of(number),
                guesses: guesses.as_deref().unwrap_or_default(),
                lessons,
                carrier: facts.carrier,
                portable: facts.portable,
            };
            let own = snapshot.operators_of(home);
            let others = snapshot.operators_of(market).filter(|_| market != home);
            let mut ranked: Vec<_> = own
                .chain(others)
                .map(|operator| (evidence.weigh(operator, hint), &operator.id))
                .collect();
            // Stable: where nothing is known, the country's order stays.
            ranked.sort_by_key(|(rank, _)| *rank);
            // A range that two operators share says which two, not which one.
            let shared = ranked.get(1).is_some_and(|(rank, _)| *rank == Rank::Prefix);
            (ranked.into_iter().enumerate())
                .map(|(place, (rank, operator))| {
                    let mut candidate = evidence.candidate(rank, operator);
                    if place > 0 || (shared && rank == Rank::Prefix) {
                        candidate.confidence = candidate.confidence.max(Confidence::Likely);
                    }
                    candidate
                })
                .collect()
        })
    }

    /// Returns whether a product may be bought for a number: a number may have been taken to
    /// another operator, but never to another country. Test products go with every number.
    pub fn fits(product: &Product, recognition: &Recognition) -> bool {
        product.test || product.country == recognition.country || product.country == recognition.market
    }
}

impl Evidence<'_> {
    fn weigh(&self, operator: &model::Operator, hint: Option<&str>) -> Rank {
        let id = &operator.id;
        if self.imported == Some(id) {
            return Rank::Imported;
        }
        let guess = self.guesses.iter().find(|guess| guess.operator == *id);
        if guess.is_some_and(|guess| guess.sure) {
            return Rank::Asked;
        }
        match self.lessons.iter().find(|learned| learned.operator == *id) {
            // Where two have been proved the number has moved, and the newer proof holds.
            Some(learned) if learned.verdict == Verdict::Proved => {
                let newest = self.lessons.iter().rfind(|learned| learned.verdict == Verdict::Proved);
                if newest.is_some_and(|newest| newest.operator == *id) {
                    return Rank::Proved;
                }
            }
            Some(_) => return Rank::Disproved,
            None => {}
        }
        let is_carrier = |carrier| operator.carriers.iter().any(|known| known == carrier);
        if self.carrier.is_some_and(is_carrier) {
            Rank::Prefix
        } else if guess.is_some() {
            Rank::Guessed
        } else if hint.is_some_and(|hint| hinted(operator, hint)) {
            Rank::Hinted
        } else {
            Rank::Nothing
        }
    }

    /// Says in words what a rank means.
    fn candidate(&self, rank: Rank, operator: &OperatorId) -> Candidate {
        let (confidence, source) = match rank {
            Rank::Imported => (Confidence::Confirmed, Source::Override),
            Rank::Asked => (Confidence::Confirmed, Source::Lookup),
            Rank::Proved => (Confidence::Confirmed, Source::Learned),
            Rank::Prefix if self.portable => (Confidence::Likely, Source::Prefix),
            Rank::Prefix => (Confidence::Confirmed, Source::Prefix),
            Rank::Guessed => (Confidence::Likely, Source::Lookup),
            Rank::Hinted | Rank::Nothing | Rank::Disproved => (Confidence::Possible, Source::Country),
        };
        Candidate {
            operator: operator.clone(),
            confidence,
            source,
        }
    }
}

/// Returns whether a hint names an operator: by its id, the beginning of it, or its name.
fn hinted(operator: &model::Operator, hint: &str) -> bool {
    let id = operator.id.as_str();
    let begins = id
        .get(..hint.len())
        .is_some_and(|beginning| beginning.eq_ignore_ascii_case(hint));
    let whole = begins && matches!(id.as_bytes().get(hint.len()), None | Some(b'-'));
    !hint.is_empty() && (whole || operator.name.eq_ignore_ascii_case(hint))
}
