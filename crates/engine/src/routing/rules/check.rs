//! What can be wrong with a rule set.

use std::collections::BTreeSet;

use model::{AccountId, Country, SupplierName};

use super::{RuleFault, RuleSet, Scope};
use crate::catalog::Snapshot;

/// A rule set has so many rules of each kind at most: every order is held against all of them.
const RULES_MAX: usize = 1_000;
/// Longer reasons are refused.
const WHY_CHARS_MAX: usize = 500;

/// Something that is wrong with a rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleProblem {
    /// Where it stands, such as `exclude 2: supplier`.
    pub place: String,
    /// What is wrong there.
    pub why: RuleFault,
}

impl RuleProblem {
    /// For commands.
    pub fn in_english(&self) -> String {
        format!("{}: {}", self.place, self.why.in_english())
    }
}

/// Gathers what is wrong.
struct Check<'a> {
    catalog: &'a Snapshot,
    suppliers: &'a BTreeSet<SupplierName>,
    found: Vec<RuleProblem>,
}

pub(super) fn problems(rules: &RuleSet, catalog: &Snapshot, suppliers: &BTreeSet<SupplierName>) -> Vec<RuleProblem> {
    let mut check = Check {
        catalog,
        suppliers,
        found: Vec::new(),
    };
    check.counts(rules);
    for (place, rule) in numbered("exclude", &rules.exclude) {
        check.supplier(&format!("{place}: supplier"), &rule.supplier);
        check.scope(&place, &rule.scope);
        let length = rule.why.trim().chars().count();
        if !(1..=WHY_CHARS_MAX).contains(&length) {
            let chars_max = WHY_CHARS_MAX;
            check.add(format!("{place}: why"), RuleFault::Why { chars_max });
        }
    }
    for (place, rule) in numbered("prefer", &rules.prefer) {
        check.suppliers(&format!("{place}: suppliers"), rule.suppliers.iter());
        check.scope(&place, &rule.scope);
    }
    for (place, rule) in numbered("split", &rules.split) {
        check.suppliers(&format!("{place}: weights"), rule.weights.keys());
        check.scope(&place, &rule.scope);
        if rule.weights.values().all(|weight| *weight == 0) {
            check.add(format!("{place}: weights"), RuleFault::NoWeight);
        }
    }
    check.treatments(rules);
    check.numbers(rules);
    check.found
}

fn numbered<'a, T>(kind: &'a str, rules: &'a [T]) -> impl Iterator<Item = (String, &'a T)> {
    rules
        .iter()
        .zip(1..)
        .map(move |(rule, number)| (format!("{kind} {number}"), rule))
}

impl Check<'_> {
    fn add(&mut self, place: String, why: RuleFault) {
        self.found.push(RuleProblem { place, why });
    }

    fn counts(&mut self, rules: &RuleSet) {
        let counts = [
            ("exclude", rules.exclude.len()),
            ("prefer", rules.prefer.len()),
            ("split", rules.split.len()),
            ("supplier", rules.supplier.len()),
        ];
        for (kind, count) in counts.into_iter().filter(|(_, count)| *count > RULES_MAX) {
            let max = RULES_MAX;
            self.add(kind.to_owned(), RuleFault::TooMany { count, max });
        }
    }

    fn supplier(&mut self, place: &str, name: &str) {
        let known = name
            .parse::<SupplierName>()
            .is_ok_and(|name| self.suppliers.contains(&name));
        if !known {
            let fault = RuleFault::NoSupplier {
                name: name.to_owned(),
                known: self.suppliers.iter().map(ToString::to_string).collect(),
            };
            self.add(place.to_owned(), fault);
        }
    }

    fn suppliers<'n>(&mut self, place: &str, names: impl Iterator<Item = &'n String>) {
        let mut seen = BTreeSet::new();
        for name in names {
            self.supplier(place, name);
            if !seen.insert(name) {
                self.add(place.to_owned(), RuleFault::Twice(name.clone()));
            }
        }
        if seen.is_empty() {
            self.add(place.to_owned(), RuleFault::NoneNamed);
        }
    }

    fn scope(&mut self, place: &str, scope: &Scope) {
        if let Some(country) = scope.country.as_deref()
            && country.parse::<Country>().is_err()
        {
            let why = RuleFault::NoCountry(country.to_owned());
            self.add(format!("{place}: where.country"), why);
        }
        if let Some(operator) = scope.operator.as_deref()
            && self.catalog.operator(operator).is_none()
        {
            let why = RuleFault::NoOperator(operator.to_owned());
            self.add(format!("{place}: where.operator"), why);
        }
        if let Some(product) = scope.product.as_deref()
            && self.catalog.product(product).is_none()
        {
            let why = RuleFault::NoProduct(product.to_owned());
            self.add(format!("{place}: where.product"), why);
        }
        if let Some(account) = scope.account.as_deref()
            && account.parse::<AccountId>().is_err()
        {
            let why = RuleFault::NoAccount(account.to_owned());
            self.add(format!("{place}: where.account"), why);
        }
    }

    fn treatments(&mut self, rules: &RuleSet) {
        let mut seen = BTreeSet::new();
        for (place, rule) in numbered("supplier", &rules.supplier) {
            self.supplier(&format!("{place}: name"), &rule.name);
            if !seen.insert(&rule.name) {
                let why = RuleFault::TwoSections(rule.name.clone());
                self.add(format!("{place}: name"), why);
            }
            for operator in rule.number_pause_by_operator_s.keys() {
                if self.catalog.operator(operator).is_none() {
                    let why = RuleFault::NoOperator(operator.clone());
                    self.add(format!("{place}: number_pause_by_operator_s"), why);
                }
            }
        }
    }

    fn numbers(&mut self, rules: &RuleSet) {
        let breaker = &rules.breaker;
        let at_least_one = [
            ("breaker: failures_in_a_row", breaker.failures_in_a_row),
            ("breaker: failed_percent", breaker.failed_percent),
            ("breaker: results_min", breaker.results_min),
            ("breaker: open_s", breaker.open_s),
            ("breaker: open_max_s", breaker.open_max_s),
            ("breaker: probes", breaker.probes),
        ];
        for (place, _) in at_least_one.into_iter().filter(|(_, number)| *number == 0) {
            self.add(place.to_owned(), RuleFault::Zero);
        }
        let of_price = [
            ("score: failures_bps", rules.score.failures_bps),
            ("score: second_bps", rules.score.second_bps),
            ("score: slowness_max_bps", rules.score.slowness_max_bps),
        ];
        for (place, number) in of_price.into_iter().filter(|(_, number)| *number > 10_000) {
            self.add(place.to_owned(), RuleFault::TooLarge(number));
        }
    }
}
