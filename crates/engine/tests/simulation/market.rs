//! The suppliers of a history, each with its own habits and faults.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::routing::{Conditions, RuleSet};
use model::{Absence, AttemptId, SupplierName, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IteratorRandom};
use testkit::{Execution, FaultySupplier, Habits};

/// What each asks for what is bought here.
pub(crate) const PRICES: [(&str, i64); 3] = [("strict", 2_380), ("forgetful", 2_400), ("reliable", 2_450)];

/// All suppliers.
pub(crate) struct Market(BTreeMap<SupplierName, FaultySupplier>);

impl Market {
    pub(crate) fn new(seed: u64) -> Self {
        let habits = [
            Habits {
                fails_minutes: 4,
                ..Habits::plain("reliable")
            },
            // Its records never prove an absence: what it loses, people have to end.
            Habits {
                absence: Absence::NeverProof,
                delivers: 9,
                ..Habits::plain("forgetful")
            },
            Habits {
                number_pause: Duration::from_mins(2),
                float: Some(400_000),
                fails_minutes: 2,
                ..Habits::plain("strict")
            },
        ];
        let supplier = |(habits, number): (Habits, u64)| {
            let rng = StdRng::seed_from_u64(seed ^ number);
            (habits.name.clone(), FaultySupplier::new(habits, rng))
        };
        Self(habits.into_iter().zip(1..).map(supplier).collect())
    }

    pub(crate) fn supplier(&mut self, name: &SupplierName) -> &mut FaultySupplier {
        self.0.get_mut(name).expect("orders go to suppliers that there are")
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&SupplierName, &FaultySupplier)> {
        self.0.iter()
    }

    /// What a supplier really did with an attempt, if it ever heard of it.
    pub(crate) fn truth(&self, name: &SupplierName, attempt: AttemptId) -> Option<&Execution> {
        self.0[name].executions().get(&attempt)
    }

    pub(crate) fn late_changes(&self, now: Timestamp) -> Vec<AttemptId> {
        self.0
            .values()
            .flat_map(|supplier| supplier.late_changes(now))
            .collect()
    }

    /// Somebody pays in where our balance may run out.
    pub(crate) fn deposit(&mut self, rng: &mut StdRng) {
        let cents = rng.random_range(0..500_000);
        if let Some(supplier) = self.0.values_mut().choose(rng) {
            supplier.deposit(cents);
        }
    }

    /// What routing goes by but for what a worker knows itself.
    pub(crate) fn conditions(&self, rules: &Arc<RuleSet>) -> Conditions {
        let pauses = self
            .iter()
            .map(|(name, supplier)| (name.clone(), supplier.habits.number_pause));
        Conditions {
            rules: Arc::clone(rules),
            suppliers: Some(Arc::new(pauses.collect())),
            ..Conditions::default()
        }
    }
}
