//! Whose a phone number is, and what can therefore be bought for it.
//!
//! A number's prefix tells to whom it was given first; where people may take numbers along, that is
//! a guess. What is known better goes before it, in this order: what was imported, what a supplier
//! is sure of, what deliveries have taught, the prefix, and then every other operator of the
//! country. All of it is in memory: recognising a number asks neither the database nor anybody.
//!
//! Start at [`Lookup::recognise`]; [`Lookup::fits`] says whether a product may be bought for what
//! was recognised.

mod guesses;
mod lessons;
mod overrides;
mod recognise;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arc_swap::ArcSwap;
use model::{OperatorGuess, OperatorId, PhoneNumber, Timestamp};
use numbers::Numbers;

use guesses::Guesses;
use lessons::Lessons;
pub use lessons::{Lesson, Verdict, forget_oldest, store_lessons};
use overrides::Overrides;
pub use overrides::{OverrideError, clear_overrides, import_overrides, revision};
pub use recognise::{Candidate, Confidence, LookupError, Recognition, Source};

use crate::{Error, db::Tx};

/// What is known of single numbers. One for the whole program; every method may be called at any time.
pub struct Lookup {
    numbers: &'static Numbers,
    overrides: ArcSwap<Overrides>,
    lessons: Lessons,
    guesses: Guesses,
}

impl Lookup {
    /// Knows nothing but the numbering plans.
    pub fn new(numbers: &'static Numbers) -> Self {
        Self {
            numbers,
            overrides: ArcSwap::default(),
            lessons: Lessons::default(),
            guesses: Guesses::default(),
        }
    }

    /// Reads what is stored.
    pub fn load(tx: &mut Tx<'_>, numbers: &'static Numbers) -> Result<Self, Error> {
        let lookup = Self::new(numbers);
        lookup.catch_up(tx)?;
        Ok(lookup)
    }

    /// Reads what other processes have stored meanwhile: overrides if their revision has moved, and
    /// the lessons since the last one that is known.
    pub fn catch_up(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let revision = overrides::revision(tx)?;
        if self.overrides.load().revision() != Some(revision) {
            self.overrides.store(Arc::new(Overrides::load(tx, revision)?));
        }
        self.lessons.catch_up(tx)
    }

    /// Writes a number as people in its country do, by the numbering plans that it was recognised with.
    pub fn national(&self, number: PhoneNumber) -> String {
        let text = number.to_string();
        text.parse().map_or(text, |number| self.numbers.national(number))
    }

    /// Keeps for a while whose number suppliers think it is, so that they aren't asked again.
    pub fn remember_guesses(&self, number: PhoneNumber, guesses: Vec<OperatorGuess>, now: Timestamp) {
        self.guesses.remember(number, guesses, now);
    }

    /// Returns whether suppliers have been asked about a number lately.
    pub fn has_guesses(&self, number: PhoneNumber, now: Timestamp) -> bool {
        self.guesses.of(number, now).is_some()
    }

    /// Takes in what a delivery has taught. A refusal also ends what suppliers were thought to know.
    pub fn learn(&self, number: PhoneNumber, operator: &OperatorId, verdict: Verdict, now: Timestamp) {
        if verdict == Verdict::Disproved {
            self.guesses.forget(number);
        }
        self.lessons.learn(&Lesson {
            number,
            operator: operator.clone(),
            verdict,
            learned_at: now,
        });
    }
}

impl std::fmt::Debug for Lookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookup").finish_non_exhaustive()
    }
}
