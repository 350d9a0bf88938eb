//! A simulator, the connector to it, and the clock that both go by.

use std::{sync::Arc, time::Duration};

use model::{
    Absence, AttemptId, AttemptRef, Cause, Clock, Country, Evidence, OperatorId, OrderId, Outcome, PhoneNumber,
    Supplier, SupplierName, Timestamp, TopUp,
};
use simulators::{Config, Credentials, Fault, Rule, Running, Simulator};
use suppliers::Mapping;

/// Long enough for a busy machine, where an answer is waited for that comes.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);
/// Short, where none comes.
pub(crate) const IMPATIENT: Duration = Duration::from_secs(2);
/// How far apart questions about one attempt are.
const ASKED_EVERY: Duration = Duration::from_secs(20);
/// So many of them are asked at most: more than three hours' worth.
const QUESTIONS_MAX: u32 = 600;
/// 2026-01-31T10:00:00Z: where the clock stands at first.
const START_MICROS: i64 = 1_769_853_600_000_000;

/// A simulator and who calls it.
pub(crate) struct Stage {
    pub(crate) running: Arc<Running>,
    pub(crate) supplier: Arc<dyn Supplier>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What became of an attempt.
#[derive(Debug)]
pub(crate) struct Story {
    /// The submission's own answer.
    pub(crate) first: Outcome,
    /// What was known in the end, or after hours of asking.
    pub(crate) last: Ending,
    pub(crate) reference: AttemptRef,
}

/// What is known of an attempt.
#[derive(Debug)]
pub(crate) enum Ending {
    Said(Outcome),
    /// "No record", so late and so often that it is proof.
    Absent,
}

/// The simulator's clock.
struct SimulatorClock(Arc<Running>);

impl Clock for SimulatorClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.now().as_micros())
    }
}

/// Calls every operator by the supplier's own id, and knows no countries.
struct SameIds;

impl Mapping for SameIds {
    fn country_of(&self, _: PhoneNumber) -> Option<Country> {
        "HT".parse().ok()
    }

    fn operator_of(&self, _: &SupplierName, sold_as: &str) -> Option<OperatorId> {
        sold_as.to_lowercase().parse().ok()
    }
}

pub(crate) fn config(supplier: simulators::Supplier) -> Config {
    let credentials = Credentials {
        user: "key".into(),
        secret: "s3cret".into(),
    };
    Config {
        credentials: Some(credentials),
        ..Config::new(supplier, Arc::new(|| START_MICROS))
    }
}

impl Stage {
    /// Starts a simulator and opens the connector to it.
    pub(crate) async fn open<S: Supplier + 'static>(
        config: Config,
        connect: impl FnOnce(&Running, Arc<dyn Mapping>, Arc<dyn Clock>) -> S,
    ) -> Self {
        let running = Arc::new(Simulator::start(config).await.unwrap());
        let clock: Arc<dyn Clock> = Arc::new(SimulatorClock(Arc::clone(&running)));
        let supplier = Arc::new(connect(&running, Arc::new(SameIds), Arc::clone(&clock)));
        Self {
            running,
            supplier,
            clock,
        }
    }

    pub(crate) fn rule(&self, rule: Rule) {
        self.running.add_rule(rule).unwrap();
    }

    /// The next such calls go wrong.
    pub(crate) fn next(&self, fault: Fault, endpoint: simulators::Endpoint) {
        self.rule(Rule {
            endpoint,
            next: Some(1),
            ..Rule::new(fault)
        });
    }

    pub(crate) fn reference_of(&self, topup: &TopUp) -> AttemptRef {
        AttemptRef {
            attempt: topup.attempt,
            recipient: topup.recipient,
            sku: topup.sku.clone(),
            submitted_at: self.clock.now(),
            supplier_reference: None,
        }
    }

    /// Submits once and asks until it is known what became of it, as a worker does.
    pub(crate) async fn play(&self, topup: &TopUp) -> Story {
        let mut reference = self.reference_of(topup);
        let first = self.supplier.submit(topup, &Evidence::new()).await;
        let last = self.ask(&mut reference, first.clone()).await;
        Story { first, last, reference }
    }

    /// Asks until it is known.
    pub(crate) async fn ask(&self, reference: &mut AttemptRef, first: Outcome) -> Ending {
        let (mut outcome, mut absences) = (first, 0);
        for _ in 0..QUESTIONS_MAX {
            match &outcome {
                Outcome::Delivered(_) | Outcome::Rejected(_) | Outcome::Reversed { .. } => break,
                Outcome::Pending { supplier_reference } => {
                    reference.supplier_reference = supplier_reference.clone().or(reference.supplier_reference.take());
                }
                Outcome::Unknown(_) => {}
            }
            self.running.advance(ASKED_EVERY);
            let asked_at = self.clock.now();
            outcome = self.supplier.find(reference, &Evidence::new()).await;
            if let Absence::Proof { after, queries } = self.supplier.capabilities().absence {
                let none = matches!(outcome, Outcome::Unknown(Cause::NoRecord));
                let late = asked_at >= reference.submitted_at + after;
                absences = if none { absences + u32::from(late) } else { 0 };
                if absences >= queries {
                    return Ending::Absent;
                }
            }
        }
        Ending::Said(outcome)
    }

    /// What the simulator has really delivered for an attempt and not taken back, and all that it has.
    pub(crate) fn deliveries(&self, attempt: AttemptId) -> (usize, usize) {
        let deliveries = self.running.deliveries();
        let ours = deliveries
            .iter()
            .filter(|delivery| delivery.reference == attempt.to_string());
        let kept = ours.clone().filter(|delivery| !delivery.reversed);
        (kept.count(), ours.count())
    }
}

/// The n-th attempt of these tests.
pub(crate) fn attempt(number: u128) -> AttemptId {
    AttemptId {
        order: OrderId::from_uuid(uuid::Uuid::from_u128((0x0193_0000_0000 << 80) | (7 << 76) | number)),
        number: 1,
    }
}

/// An outcome's word.
pub(crate) fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Delivered(_) => "delivered".into(),
        Outcome::Rejected(no) => format!("rejected ({}, {:?}, {:?})", no.code, no.fault, no.elsewhere),
        Outcome::Pending { .. } => "pending".into(),
        Outcome::Unknown(_) => "unknown".into(),
        Outcome::Reversed { .. } => "reversed".into(),
    }
}
