//! A simulator, the connector to it, and the clock that both go by.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{
    AttemptId, AttemptRef, Clock, Country, OperatorId, OrderId, Outcome, PhoneNumber, Supplier, SupplierName,
    Timestamp, TopUp,
};
use simulators::{Config, Credentials, Endpoint, Fault, Rule, Running, Simulator};
use suppliers::Mapping;

use crate::story::{Books, Player, Truth};
pub(crate) use crate::story::{Ending, Story, word};

/// Long enough for a busy machine, where an answer is waited for that comes.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);
/// Short, where none comes.
pub(crate) const IMPATIENT: Duration = Duration::from_secs(2);
/// 2026-01-31T10:00:00Z: where the clock stands at first.
const START_MICROS: i64 = 1_769_853_600_000_000;

/// A simulator and who calls it.
pub(crate) struct Stage {
    pub(crate) running: Arc<Running>,
    pub(crate) supplier: Arc<dyn Supplier>,
    pub(crate) clock: Arc<dyn Clock>,
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

    /// Who plays here.
    pub(crate) fn player(&self) -> Player<'_> {
        Player {
            supplier: self.supplier.as_ref(),
            clock: self.clock.as_ref(),
            books: self.running.as_ref(),
        }
    }

    pub(crate) fn reference_of(&self, topup: &TopUp) -> AttemptRef {
        self.player().reference_of(topup)
    }

    /// Submits once and asks until it is known what became of it.
    pub(crate) async fn play(&self, topup: &TopUp) -> Story {
        self.player().play(topup).await
    }

    /// Asks until it is known.
    pub(crate) async fn ask(&self, reference: &mut AttemptRef, first: Outcome) -> Ending {
        self.player().ask(reference, first).await
    }

    /// What the connector says agrees with what the simulator did.
    pub(crate) async fn agree(&self, story: &Story) {
        self.player().agree(story).await;
    }

    /// What the simulator has really delivered for an attempt and not taken back, and all that it has.
    pub(crate) fn deliveries(&self, attempt: AttemptId) -> (usize, usize) {
        deliveries(&self.running, attempt)
    }
}

fn deliveries(running: &Running, attempt: AttemptId) -> (usize, usize) {
    let deliveries = running.deliveries();
    let ours = deliveries
        .iter()
        .filter(|delivery| delivery.reference == attempt.to_string());
    let kept = ours.clone().filter(|delivery| !delivery.reversed);
    (kept.count(), ours.count())
}

#[async_trait]
impl Books for Running {
    async fn pass(&self, by: Duration) {
        self.advance(by);
    }

    async fn truth(&self, attempt: AttemptId) -> Truth {
        let own = attempt.to_string();
        let (calls, wallet) = (self.calls(), self.wallet());
        assert!(wallet.is_whole());
        let sent = calls
            .iter()
            .filter(|call| call.endpoint == Endpoint::Submit && call.reference.as_deref() == Some(&own));
        // A refused token is looked at before anything else: with a new one the same submission goes on.
        let refused = sent.clone().filter(|call| call.fault == Some(Fault::Unauthorized));
        let refused = if self.supplier() == simulators::Supplier::Reloadly {
            refused.count().min(1)
        } else {
            0
        };
        let (kept, delivered) = deliveries(self, attempt);
        let told = self.transactions().into_iter().find(|one| one.reference == own);
        Truth {
            sent: sent.count(),
            refused_unread: refused,
            delivered,
            kept,
            owed: !wallet.holding.is_zero(),
            cost: told.as_ref().map(|told| told.cost.normalize()),
            received: told.as_ref().map(|told| told.delivered.normalize()),
            called: told.map(|told| told.id.to_string()),
        }
    }
}

/// The n-th attempt of these tests.
pub(crate) fn attempt(number: u128) -> AttemptId {
    AttemptId {
        order: OrderId::from_uuid(uuid::Uuid::from_u128((0x0193_0000_0000 << 80) | (7 << 76) | number)),
        number: 1,
    }
}
