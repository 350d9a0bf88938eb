//! Rules that choose faults: for whom, how often, with what.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::fault::{Code, Endpoint, Fault};

/// Chooses a fault for some calls. What is left out holds for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The fault.
    pub fault: Fault,
    /// For which calls; submissions if it is left out.
    #[serde(default)]
    pub endpoint: Endpoint,
    /// For recipients with one of these endings.
    #[serde(default)]
    pub phones: Vec<String>,
    /// For these references of the caller.
    #[serde(default)]
    pub references: Vec<String>,
    /// For so many calls, then no more.
    #[serde(default)]
    pub next: Option<u32>,
    /// For this share of the calls, from 0 to 1.
    #[serde(default)]
    pub probability: Option<Decimal>,
    /// How long it takes, for faults that take a while.
    #[serde(default)]
    pub seconds: Option<u64>,
    /// The supplier's code, for `refuse` and bad ends.
    #[serde(default)]
    pub code: Option<String>,
    /// Ding's context of the code.
    #[serde(default)]
    pub context: Option<String>,
    /// The status that a `refuse` is answered with, if not the usual one.
    #[serde(default)]
    pub http: Option<u16>,
    /// For `together`: how many calls wait for each other.
    #[serde(default)]
    pub together: Option<usize>,
}

/// Why a rule can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// `refuse` without a code.
    #[error("code: say which code of the supplier a \"refuse\" answers with")]
    NoCode,
    /// Not a share.
    #[error("probability: from \"0\" to \"1\", such as \"0.05\"")]
    Probability,
    /// Not a status.
    #[error("http: a status from 200 to 599")]
    Http,
    /// Not a number of calls.
    #[error("together: from 2 to 100 calls")]
    Together,
    /// More rules than are looked through.
    #[error("rules: more than {RULES_MAX}; take some away with DELETE /_sim/faults")]
    TooMany,
}

/// Every call looks through all of them.
const RULES_MAX: usize = 1_000;

impl Rule {
    /// A fault for every submission.
    pub const fn new(fault: Fault) -> Self {
        Self {
            fault,
            endpoint: Endpoint::Submit,
            phones: Vec::new(),
            references: Vec::new(),
            next: None,
            probability: None,
            seconds: None,
            code: None,
            context: None,
            http: None,
            together: None,
        }
    }

    /// Only for calls of one kind.
    #[must_use]
    pub const fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Only for recipients with this ending.
    #[must_use]
    pub fn phone(mut self, ending: &str) -> Self {
        self.phones.push(ending.to_owned());
        self
    }

    /// Only for so many calls.
    #[must_use]
    pub const fn times(mut self, next: u32) -> Self {
        self.next = Some(next);
        self
    }

    /// Takes so long.
    #[must_use]
    pub const fn seconds(mut self, seconds: u64) -> Self {
        self.seconds = Some(seconds);
        self
    }

    /// Refuses with a code of the supplier.
    pub fn refuse(code: &str) -> Self {
        Self {
            code: Some(code.to_owned()),
            ..Self::new(Fault::Refuse)
        }
    }

    pub(crate) fn code(&self) -> Option<Code> {
        let name = self.code.clone()?;
        Some(Code {
            name,
            context: self.context.clone(),
            http: self.http,
        })
    }

    fn check(&self) -> Result<(), RuleError> {
        if self.fault == Fault::Refuse && self.code.is_none() {
            return Err(RuleError::NoCode);
        }
        if self
            .probability
            .is_some_and(|share| share.is_sign_negative() || share > Decimal::ONE)
        {
            return Err(RuleError::Probability);
        }
        if self.http.is_some_and(|status| !(200..600).contains(&status)) {
            return Err(RuleError::Http);
        }
        if self.together.is_some_and(|calls| !(2..=100).contains(&calls)) {
            return Err(RuleError::Together);
        }
        Ok(())
    }
}

/// Whom a call is about, as far as it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Subject {
    /// The recipient's digits.
    pub(crate) phone: Option<String>,
    /// The caller's reference.
    pub(crate) reference: Option<String>,
}

/// The rules in force, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    list: Vec<(u64, Rule)>,
    last: u64,
    chance: Chance,
}

impl Rules {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            chance: Chance(seed),
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, rule: Rule) -> Result<u64, RuleError> {
        rule.check()?;
        if self.list.len() == RULES_MAX {
            return Err(RuleError::TooMany);
        }
        self.last += 1;
        self.list.insert(0, (self.last, rule));
        Ok(self.last)
    }

    pub(crate) fn list(&self) -> &[(u64, Rule)] {
        &self.list
    }

    /// Takes one away, or all.
    pub(crate) fn remove(&mut self, id: Option<u64>) -> usize {
        let before = self.list.len();
        self.list.retain(|(known, _)| id.is_some_and(|id| id != *known));
        before - self.list.len()
    }

    /// The rule for a call. It has been used once more then.
    pub(crate) fn choose(&mut self, endpoint: Endpoint, subject: &Subject) -> Option<Rule> {
        let chance = &mut self.chance;
        let fits = |rule: &Rule| {
            rule.endpoint == endpoint
                && is_one(&rule.phones, subject.phone.as_deref(), |phone, ending| {
                    phone.ends_with(ending)
                })
                && is_one(&rule.references, subject.reference.as_deref(), |one, other| {
                    one == other
                })
        };
        let index = self
            .list
            .iter()
            .position(|(_, rule)| fits(rule) && rule.probability.is_none_or(|share| chance.hits(share)))?;
        let rule = self.list[index].1.clone();
        match &mut self.list[index].1.next {
            Some(1) => drop(self.list.remove(index)),
            Some(next) => *next -= 1,
            None => {}
        }
        Some(rule)
    }

    /// Whether a rule names a fault for a phone, at whatever call.
    pub(crate) fn names(&self, fault: Fault, phone: &str) -> bool {
        let rules = self.list.iter().filter(|(_, rule)| rule.fault == fault);
        rules
            .into_iter()
            .any(|(_, rule)| is_one(&rule.phones, Some(phone), |phone, ending| phone.ends_with(ending)))
    }
}

fn is_one(wanted: &[String], given: Option<&str>, fits: impl Fn(&str, &str) -> bool) -> bool {
    wanted.is_empty() || given.is_some_and(|given| wanted.iter().any(|one| fits(given, one)))
}

/// Repeatable chance: the generator that Sebastiano Vigna published as `SplitMix64`.
#[derive(Debug, Default)]
struct Chance(u64);

const PARTS: u32 = 1_000_000;

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn hits(&mut self, share: Decimal) -> bool {
        let drawn = Decimal::from(self.next() % u64::from(PARTS));
        drawn < share * Decimal::from(PARTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(phone: &str) -> Subject {
        Subject {
            phone: Some(phone.to_owned()),
            reference: None,
        }
    }

    #[test]
    fn the_newest_rule_goes_first_and_is_used_up() {
        let mut rules = Rules::new(1);
        rules.add(Rule::new(Fault::LostAnswer)).unwrap();
        rules.add(Rule::new(Fault::Reversed).phone("77").times(1)).unwrap();
        let mut chosen = |phone| rules.choose(Endpoint::Submit, &about(phone)).map(|rule| rule.fault);
        assert_eq!(chosen("50977"), Some(Fault::Reversed));
        assert_eq!(chosen("50977"), Some(Fault::LostAnswer));
        assert_eq!(rules.choose(Endpoint::Query, &about("50977")), None);
    }

    #[test]
    fn a_share_of_the_calls_is_hit_and_the_seed_says_which() {
        let drawn = |seed| {
            let mut rules = Rules::new(seed);
            let probability = Some(Decimal::new(25, 2));
            let rule = Rule {
                probability,
                ..Rule::new(Fault::LostAnswer)
            };
            rules.add(rule).unwrap();
            let calls = (0..1_000).map(|_| rules.choose(Endpoint::Submit, &Subject::default()).is_some());
            calls.collect::<Vec<_>>()
        };
        let hits = drawn(7).into_iter().filter(|hit| *hit).count();
        assert!((200..300).contains(&hits), "{hits}");
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
    }

    #[test]
    fn a_rule_that_makes_no_sense_says_what_would() {
        let mut rules = Rules::new(1);
        assert_eq!(rules.add(Rule::new(Fault::Refuse)), Err(RuleError::NoCode));
        let rule = Rule {
            together: Some(1),
            ..Rule::new(Fault::Together)
        };
        assert_eq!(rules.add(rule), Err(RuleError::Together));
    }
}
