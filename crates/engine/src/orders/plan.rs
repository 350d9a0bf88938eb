//! Where the orders of a set go: routing, with what only a transaction can say, which numbers are to
//! be left alone, and which of several orders is the one that tries a supplier out again.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{AttemptId, OperatorId, PhoneNumber, Product, SupplierName, Timestamp};

use super::{Attempt, Begin, Order, OrderKey, OrderStatus, ending::Changes, restored};
use crate::{
    Error,
    catalog::BelowCost,
    db::Tx,
    routing::{Bar, Candidate, Choice, Chosen, Claim, NoRoute, Obstacle, Pauses, Route, Wanted, choose, rank},
};

/// A worker that was outrun for a number looks for another supplier this soon.
const OUTRUN_PAUSE: std::time::Duration = std::time::Duration::from_millis(500);
/// So long after it is looked again whether there is a supplier to be asked about what was forgotten.
const FORGOTTEN_PAUSE: std::time::Duration = std::time::Duration::from_secs(30);

/// Where an order goes.
pub(super) enum Plan {
    /// To this supplier.
    Go { route: Route, choice: Option<Choice> },
    /// Nowhere yet.
    Wait { until: Timestamp, why: Obstacle },
    /// Nowhere.
    Never(NoRoute),
}

pub(super) type Plans = HashMap<OrderKey, Plan>;

/// An order with the offers for it.
struct Ranked<'a> {
    begin: &'a Begin,
    order: &'a Order,
    product: Option<&'a Product>,
    candidates: Vec<Candidate>,
    paced: HashSet<SupplierName>,
}

/// Plans every order of a set that is due to be submitted, and takes the numbers that it needs.
pub(super) fn plan(
    tx: &mut Tx<'_>,
    set: &[Begin],
    changes: &Changes,
    tried: &HashMap<OrderKey, Vec<Attempt>>,
) -> Result<Plans, Error> {
    let ranked = rank_all(set, changes, tried);
    let mut places = BTreeSet::new();
    for one in &ranked {
        places.extend(
            one.paced
                .iter()
                .map(|supplier| (supplier.clone(), one.order.phone_number)),
        );
    }
    let mut pauses = Pauses::read(tx, &places)?;
    let mut probing = HashMap::new();
    let mut plans = Plans::new();
    let mut attempts = HashMap::new();
    for one in &ranked {
        let plan = one.choose(&mut pauses, &mut probing);
        if matches!(plan, Plan::Go { .. }) {
            attempts.insert(one.next_attempt(), one.order.key());
        }
        plans.insert(one.order.key(), plan);
    }
    let now = set.first().map_or_else(Timestamp::default, |begin| begin.now);
    for attempt in pauses.write(tx, now)? {
        let outrun = Plan::Wait {
            until: now + OUTRUN_PAUSE,
            why: Obstacle::NumberTaken,
        };
        if let Some(key) = attempts.get(&attempt) {
            plans.insert(*key, outrun);
        }
    }
    Ok(plans)
}

fn rank_all<'a>(set: &'a [Begin], changes: &'a Changes, tried: &HashMap<OrderKey, Vec<Attempt>>) -> Vec<Ranked<'a>> {
    let mut seen = HashSet::new();
    let due = set.iter().filter_map(|begin| {
        let order = changes.order(begin.key)?;
        let due = matches!(order.status, OrderStatus::Waiting { due_at } if due_at <= begin.now);
        // The same order may have been asked for twice in one set.
        (due && seen.insert(begin.key)).then_some((begin, order))
    });
    due.map(|(begin, order)| {
        let tried = tried.get(&begin.key).map_or(&[][..], Vec::as_slice);
        let account = begin.directory.account(order.account);
        let wanted = Wanted {
            order,
            tried,
            below_cost: account.map_or(BelowCost::Refuse, |account| account.below_cost),
            now: begin.now,
        };
        let product = begin.catalog.product(order.product.as_str());
        let candidates = rank(&begin.catalog, &begin.conditions, wanted);
        let usable = candidates.iter().filter(|one| one.bar.is_none());
        let paced = usable
            .map(|one| &one.route.supplier)
            .filter(|supplier| product.is_some_and(|product| begin.conditions.is_paced(supplier, product, tried)));
        Ranked {
            paced: paced.cloned().collect(),
            begin,
            order,
            product,
            candidates,
        }
    })
    .collect()
}

/// How many orders of a set try a supplier out again.
type Probing = HashMap<(SupplierName, OperatorId), u32>;

impl Ranked<'_> {
    fn next_attempt(&self) -> AttemptId {
        AttemptId {
            order: self.order.id,
            number: self.order.attempts + 1,
        }
    }

    fn choose(&self, pauses: &mut Pauses, probing: &mut Probing) -> Plan {
        if restored::is_forgotten(self.order.id, &self.begin.context.settings) {
            return self.ask_somebody();
        }
        let now = self.begin.now;
        let bars = |candidate: &Candidate| self.bar(candidate, pauses, probing);
        let (route, choice) = match choose(&self.candidates, bars, now) {
            Chosen::Go(candidate) => {
                let choice = Choice::of(self.begin.conditions.version, &self.candidates, bars);
                (candidate.route.clone(), choice)
            }
            Chosen::Wait { until, why } => return self.wait(until, why),
            Chosen::Never(reason) => return Plan::Never(reason),
        };
        self.take(&route.supplier, pauses, probing);
        Plan::Go { route, choice }
    }

    /// Whatever bars an offer bars sending, and so does that nobody sells it any more. What the database has forgotten
    /// is asked about and not sent: it may have been delivered.
    fn ask_somebody(&self) -> Plan {
        let conditions = &self.begin.conditions;
        let best = self.candidates.first().map(|candidate| candidate.route.clone());
        let anybody = || {
            let supplier = conditions.suppliers.as_ref()?.keys().next()?;
            Some(Route {
                supplier: supplier.clone(),
                sku: self.order.product.as_str().into(),
                cost: self.order.price,
                parameters: None,
            })
        };
        match best.or_else(anybody) {
            Some(route) => Plan::Go {
                route,
                choice: Choice::of(conditions.version, &self.candidates, |_| None),
            },
            None => Plan::Wait {
                until: self.begin.now + FORGOTTEN_PAUSE,
                why: Obstacle::Restored,
            },
        }
    }

    /// What bars an offer by the number, or by the others of the set.
    fn bar(&self, candidate: &Candidate, pauses: &Pauses, probing: &Probing) -> Option<Bar> {
        let (supplier, number): (_, PhoneNumber) = (&candidate.route.supplier, self.order.phone_number);
        if self.paced.contains(supplier)
            && let Some(until) = pauses.until(supplier, number, self.begin.now)
        {
            return Some(Bar::Paused { until });
        }
        let operator = &self.product?.operator;
        let places = self.begin.conditions.probes(supplier, operator)?;
        let taken = probing.get(&(supplier.clone(), operator.clone())).copied().unwrap_or(0);
        (taken >= places).then_some(Bar::ProbesOut)
    }

    /// Takes what the submission needs.
    fn take(&self, supplier: &SupplierName, pauses: &mut Pauses, probing: &mut Probing) {
        let Some(product) = self.product else { return };
        let conditions = &self.begin.conditions;
        if conditions.probes(supplier, &product.operator).is_some() {
            *probing.entry((supplier.clone(), product.operator.clone())).or_default() += 1;
        }
        let pause = conditions.number_pause(supplier, product);
        if !pause.is_zero() {
            let settings = &self.begin.context.settings;
            // The pause runs from when the supplier hears of it, by any machine's clock.
            let until = self.begin.now + pause.saturating_add(settings.submission_slack());
            let attempt = self.next_attempt();
            pauses.take(supplier, self.order.phone_number, Claim { attempt, until });
        }
    }

    fn wait(&self, until: Timestamp, why: Obstacle) -> Plan {
        let now = self.begin.now;
        let since = self
            .order
            .held_up
            .as_ref()
            .map_or(now, |held_up| Timestamp::from_micros(held_up.since_us));
        let longest = since + self.begin.context.settings.held_up_max;
        if longest <= now {
            Plan::Never(NoRoute::WaitedTooLong)
        } else {
            Plan::Wait {
                until: until.min(longest),
                why,
            }
        }
    }
}
