//! What other rules would have done with past orders.

use std::collections::BTreeMap;

use model::{Money, OrderId, SupplierName};

use super::{Conditions, Note, Wanted, choose, in_currency_of_price, rank};
use crate::{
    Error,
    catalog::{BelowCost, Snapshot},
    db::Tx,
    orders::{self, Attempt, Order},
};

/// What other rules would have done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DryRun {
    /// How many orders were looked at.
    pub orders: usize,
    /// How many would have gone where they went.
    pub same: usize,
    /// How many nobody would deliver: they have no offer today, or the rules allow none.
    pub unsold: usize,
    /// Those that would have gone elsewhere.
    pub moved: Vec<Moved>,
}

/// An order that would have gone elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub order: OrderId,
    /// Who was asked first.
    pub from: SupplierName,
    /// Who would have been.
    pub to: SupplierName,
    /// What it cost, in the currency of its price.
    pub cost: Money,
    /// What it would have cost.
    pub would_cost: Money,
    /// Why.
    pub why: Note,
}

impl DryRun {
    /// What all of it would have cost more, or less, in each currency.
    pub fn difference(&self) -> Vec<Money> {
        let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
        for one in &self.moved {
            let zero = Money::zero(one.cost.currency());
            let more = one.would_cost.checked_sub(one.cost).unwrap_or(zero);
            let sum = sums.entry(one.cost.currency().code()).or_insert(zero);
            *sum = sum.checked_add(more).unwrap_or(*sum);
        }
        sums.into_values().collect()
    }
}

/// Reads where orders went first; those that went nowhere say nothing.
pub fn past(tx: &mut Tx<'_>, orders: Vec<Order>) -> Result<Vec<(Order, Attempt)>, Error> {
    let mut first = orders::first_attempts(tx, &orders)?;
    let went = orders.into_iter().filter_map(|order| {
        let attempt = first.remove(&order.key())?;
        Some((order, attempt))
    });
    Ok(went.collect())
}

/// Routes past orders again as if nothing had been tried: with the offers and rates of now, without
/// what was only of the moment, such as breakers and pauses.
pub fn dry_run(catalog: &Snapshot, conditions: &Conditions, past: &[(Order, Attempt)]) -> DryRun {
    let mut run = DryRun {
        orders: past.len(),
        ..DryRun::default()
    };
    for (order, first) in past {
        let wanted = Wanted {
            order,
            tried: &[],
            below_cost: BelowCost::Refuse,
            now: order.created_at(),
        };
        let candidates = rank(catalog, conditions, wanted);
        let super::Chosen::Go(chosen) = choose(&candidates, |_| None, wanted.now) else {
            run.unsold += 1;
            continue;
        };
        if chosen.route.supplier == first.supplier {
            run.same += 1;
            continue;
        }
        let Some(cost) = in_currency_of_price(catalog, order, first.cost) else {
            run.unsold += 1;
            continue;
        };
        run.moved.push(Moved {
            order: order.id,
            from: first.supplier.clone(),
            to: chosen.route.supplier.clone(),
            cost,
            would_cost: chosen.score.cost,
            why: chosen.reason(),
        });
    }
    run
}

impl super::Candidate {
    /// Why it comes first.
    const fn reason(&self) -> Note {
        match (self.preference, self.drawn) {
            (Some(place), _) => Note::Place(place + 1),
            (None, true) => Note::Turn,
            (None, false) => Note::Score(self.score),
        }
    }
}
