//! What an operator of Recarga has decided: who may deliver what, in which order, and how suppliers
//! are treated. A rule set is one document; each change is a new version of it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Absence, Product, SupplierName};
use serde::{Deserialize, Serialize};

use crate::{
    catalog::Snapshot,
    health::BreakerRules,
    orders::{Order, Recipe},
};

mod check;
mod fault;

pub use check::RuleProblem;
pub use fault::RuleFault;

/// A rule set. The document has these names; whatever it leaves out is as if nobody had decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleSet {
    /// Who must not deliver what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Exclusion>,
    /// Who is asked first; the first rule that an order fits decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefer: Vec<Preference>,
    /// How orders are divided; the first rule that an order fits decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<Split>,
    /// How single suppliers are treated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supplier: Vec<SupplierRule>,
    /// How failures and slowness weigh against cost.
    pub score: Weights,
    /// When a supplier isn't asked for a while.
    pub breaker: BreakerRules,
}

/// Which orders a rule is about: those that fit everything that is said. All, if nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Of a country, such as `MX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Of an operator, such as `telcel-mexico`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Of a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Of an account, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Keeps a supplier away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Who.
    pub supplier: String,
    /// Of what.
    #[serde(default, rename = "where")]
    pub scope: Scope,
    /// Why: shown wherever the rule decides.
    pub why: String,
}

/// Puts suppliers first, in this order, whatever they cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preference {
    /// Who, the first one first.
    pub suppliers: Vec<String>,
    /// For what.
    #[serde(default, rename = "where")]
    pub scope: Scope,
}

/// Divides orders among suppliers by weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// How much each one gets, of the sum of all.
    pub weights: BTreeMap<String, u32>,
    /// Of what.
    #[serde(default, rename = "where")]
    pub scope: Scope,
}

/// How one supplier is treated. What its connector says of it is the least that is kept to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierRule {
    /// Who.
    pub name: String,
    /// At least so long between two submissions for one number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_pause_s: Option<u32>,
    /// The same for single operators.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub number_pause_by_operator_s: BTreeMap<String, u32>,
    /// An order that nobody knows about goes to people after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck_after_s: Option<u32>,
    /// "No record" is evidence only so long after the submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence_after_s: Option<u32>,
    /// It is proof only after so many in a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence_queries: Option<u32>,
    /// It is never proof.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absence_never: bool,
}

/// What makes the score of an offer, in basis points of the order's price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// What a supplier that never delivers adds; one that delivers nine of ten adds a tenth of it.
    pub failures_bps: u32,
    /// What each second adds that half of the deliveries take.
    pub second_bps: u32,
    /// Slowness never adds more.
    pub slowness_max_bps: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            failures_bps: 2_000,
            second_bps: 2,
            slowness_max_bps: 100,
        }
    }
}

/// What is routed: an order with its product.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub(super) order: &'a Order,
    pub(super) product: &'a Product,
}

impl Scope {
    /// Whether an order fits.
    fn fits(&self, subject: Subject<'_>) -> bool {
        let Subject { order, product } = subject;
        let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        same(&self.country, product.country.code())
            && same(&self.operator, product.operator.as_str())
            && same(&self.product, product.id.as_str())
            && (self.account.as_deref()).is_none_or(|wanted| wanted == order.account.to_string())
    }
}

impl RuleSet {
    /// Why a supplier must not deliver an order, if it must not.
    pub(super) fn excluded(&self, supplier: &SupplierName, subject: Subject<'_>) -> Option<&str> {
        let rule = |rule: &&Exclusion| rule.supplier == supplier.as_str() && rule.scope.fits(subject);
        self.exclude.iter().find(rule).map(|rule| rule.why.as_str())
    }

    /// Where a supplier stands among those that are asked first; none behind all of them.
    pub(super) fn preference(&self, supplier: &SupplierName, subject: Subject<'_>) -> Option<usize> {
        let rule = self.prefer.iter().find(|rule| rule.scope.fits(subject))?;
        rule.suppliers.iter().position(|name| name == supplier.as_str())
    }

    /// The supplier whose turn an order is, where orders are divided; `lot` is the order's own.
    /// Those that can't deliver it don't draw.
    pub(super) fn drawn<'a>(
        &self,
        able: impl Iterator<Item = &'a SupplierName> + Clone,
        subject: Subject<'_>,
        lot: u64,
    ) -> Option<&'a SupplierName> {
        let rule = self.split.iter().find(|rule| rule.scope.fits(subject))?;
        let weight = |supplier: &SupplierName| rule.weights.get(supplier.as_str()).copied().unwrap_or(0);
        let sum: u64 = able.clone().map(|supplier| u64::from(weight(supplier))).sum();
        let mut place = lot.checked_rem(sum)?;
        for supplier in able {
            let weight = u64::from(weight(supplier));
            if place < weight {
                return Some(supplier);
            }
            place -= weight;
        }
        None
    }

    fn of_supplier(&self, supplier: &SupplierName) -> Option<&SupplierRule> {
        self.supplier.iter().find(|rule| rule.name == supplier.as_str())
    }

    /// How many seconds at least pass between two submissions for one number.
    pub(super) fn number_pause_s(&self, supplier: &SupplierName, operator: &str) -> u32 {
        let Some(rule) = self.of_supplier(supplier) else {
            return 0;
        };
        let of_operator = rule.number_pause_by_operator_s.get(operator).copied();
        of_operator.or(rule.number_pause_s).unwrap_or(0)
    }

    /// What is done while nobody knows what became of an attempt. A rule is stricter than the
    /// connector, never laxer: what was never proof can't be made one.
    pub fn recipe(&self, supplier: &SupplierName, absence: Absence) -> Recipe {
        let Some(rule) = self.of_supplier(supplier) else {
            return Recipe::new(absence);
        };
        let seconds = |seconds: u32| std::time::Duration::from_secs(seconds.into());
        let absence = match absence {
            Absence::Proof { after, queries } if !rule.absence_never => Absence::Proof {
                after: after.max(seconds(rule.absence_after_s.unwrap_or(0))),
                queries: queries.max(rule.absence_queries.unwrap_or(0)),
            },
            Absence::Proof { .. } | Absence::NeverProof => Absence::NeverProof,
        };
        Recipe {
            absence,
            stuck_after: rule.stuck_after_s.map(seconds),
        }
    }

    /// Everything that is wrong with it, each named by its place in the document.
    pub fn problems(&self, catalog: &Snapshot, suppliers: &BTreeSet<SupplierName>) -> Vec<RuleProblem> {
        check::problems(self, catalog, suppliers)
    }
}
