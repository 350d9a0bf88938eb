//! What routing goes by, as this process knows it: the rules, how suppliers do, what people have forced.
//!
//! [`Routes::conditions`] is a snapshot that is made again when a breaker changes, when the database
//! says something new, and now and then while orders end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use arc_swap::ArcSwap;
use engine::{
    Error,
    catalog::Snapshot,
    db::Tx,
    health::{self, BreakerState, Change, Grade, Health, Recent, Standing},
    routing::{self, Conditions, RuleVersion},
};
use metrics::{counter, gauge};
use model::{OperatorId, SupplierName, Timestamp};
use rust_decimal::prelude::ToPrimitive;
use suppliers::Suppliers;

/// A snapshot is never older than this while orders end.
const SNAPSHOT_AGE_MAX: Duration = Duration::from_millis(250);

/// What routing goes by in this process.
pub struct Routes {
    health: Mutex<Watched>,
    conditions: ArcSwap<Conditions>,
}

struct Watched {
    health: Health,
    /// When the last snapshot was made.
    shown_at: Timestamp,
}

/// What the database says of routing.
pub(crate) struct Stored {
    rules: Option<RuleVersion>,
    version: i64,
    switches: Vec<health::Switch>,
    paced: std::collections::BTreeSet<SupplierName>,
}

impl Stored {
    /// Reads it; the rules only if they have changed since a version.
    pub(crate) fn read(tx: &mut Tx<'_>, known: i64, now: Timestamp) -> Result<Self, Error> {
        let version = routing::latest(tx)?;
        Ok(Self {
            rules: if version == known { None } else { routing::active(tx)? },
            version,
            switches: health::switches(tx)?,
            paced: routing::paced(tx, now)?,
        })
    }
}

/// Which suppliers can be called, with their rules for numbers.
pub(crate) fn callable(suppliers: &Suppliers) -> BTreeMap<SupplierName, Duration> {
    let facts = suppliers
        .iter()
        .map(|(name, supplier)| (name.clone(), supplier.capabilities().number_pause));
    facts.collect()
}

impl Routes {
    /// Starts from what the database says of lately.
    pub(crate) fn new(
        suppliers: &Suppliers,
        catalog: &Snapshot,
        (stored, recent): (Stored, &[Recent]),
        now: Timestamp,
    ) -> Self {
        let conditions = Conditions {
            suppliers: Some(Arc::new(callable(suppliers))),
            ..Conditions::default()
        };
        let mut health = Health::default();
        health.hear_recent(catalog, recent);
        let routes = Self {
            health: Mutex::new(Watched { health, shown_at: now }),
            conditions: ArcSwap::from_pointee(conditions),
        };
        routes.learn(stored, now);
        routes
    }

    /// What routing goes by now.
    pub fn conditions(&self) -> Arc<Conditions> {
        self.conditions.load_full()
    }

    /// Takes over what the database says.
    pub(crate) fn learn(&self, stored: Stored, now: Timestamp) {
        let mut watched = self.watched();
        let mut conditions = Conditions::clone(&self.conditions());
        if let Some(rules) = stored.rules {
            watched.health.set_rules(rules.rules.breaker.clone());
            tracing::info!("Routing goes by version {} of its rules: {}", rules.version, rules.why);
            conditions.rules = Arc::new(rules.rules);
        }
        conditions.version = stored.version;
        conditions.switches = Arc::new(stored.switches);
        conditions.paced = Arc::new(stored.paced);
        self.show(&mut watched, conditions, now);
    }

    /// An order is on its way to a supplier.
    pub(crate) fn begun(&self, supplier: &SupplierName, operator: &OperatorId, now: Timestamp) {
        let standings = Arc::clone(&self.conditions().standings);
        let closed = |standing: &Standing| standing.breaker == BreakerState::Closed;
        if standings.get(supplier, operator).is_none_or(closed) {
            return;
        }
        let mut watched = self.watched();
        watched.health.begun(supplier, operator, now);
        let conditions = Conditions::clone(&self.conditions());
        self.show(&mut watched, conditions, now);
    }

    /// Hears how an order ended at a supplier.
    pub(crate) fn heard(&self, supplier: &SupplierName, operator: &OperatorId, grade: Grade, now: Timestamp) {
        let mut watched = self.watched();
        let change = watched.health.heard(supplier, operator, grade, now);
        match change {
            Change::Opened { until } => {
                tracing::error!(%supplier, %operator, "Supplier {supplier} fails too often for {operator}: not asked until {until}");
                counter!("recarga_breaker_opened_total", "supplier" => supplier.to_string(), "operator" => operator.to_string())
                    .increment(1);
            }
            Change::Closed => {
                tracing::info!(%supplier, %operator, "Supplier {supplier} works again for {operator}");
            }
            Change::None => {}
        }
        if change != Change::None || now.since(watched.shown_at) >= SNAPSHOT_AGE_MAX {
            let conditions = Conditions::clone(&self.conditions());
            self.show(&mut watched, conditions, now);
        }
    }

    /// Sets the gauges of every supplier and operator that was heard of lately.
    pub(crate) fn sample(&self, now: Timestamp) {
        let standings = self.watched().health.standings(now);
        for (supplier, operator, standing) in standings.list() {
            let labels = [("supplier", supplier.to_string()), ("operator", operator.to_string())];
            let open = match standing.breaker {
                BreakerState::Closed => 0.0,
                BreakerState::HalfOpen { .. } => 0.5,
                BreakerState::Open { .. } => 1.0,
            };
            gauge!("recarga_breaker_open", &labels).set(open);
            let number = |number: Option<u32>| number.and_then(|number| number.to_f64()).unwrap_or(f64::NAN);
            gauge!("recarga_delivered_bps", &labels).set(number(standing.delivered_bps));
            gauge!("recarga_delivery_median_ms", &labels).set(number(standing.median_ms));
            gauge!("recarga_delivery_p95_ms", &labels).set(number(standing.p95_ms));
        }
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.health.lock().expect("nothing panics over figures")
    }

    /// Makes a snapshot; whoever does holds the lock, so that none is overtaken by an older one.
    fn show(&self, watched: &mut Watched, mut conditions: Conditions, now: Timestamp) {
        watched.shown_at = now;
        conditions.standings = Arc::new(watched.health.standings(now));
        self.conditions.store(Arc::new(conditions));
    }
}
