//! A clock to move, numbers to top up, and a sandbox between them.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use model::{
    AttemptId, AttemptRef, Benefits, Category, Clock, Currency, Ids, Money, OrderId, Outcome, Package, Product, Range,
    Timestamp, TopUp,
};
use suppliers::{Layered, Limits, Sandbox, SandboxSettings};

/// Later than everything that the sandbox does by itself.
pub(crate) const IN_THE_END: Duration = Duration::from_hours(1);

/// A clock that a test moves.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_764_000_000_000_000)))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A sandbox with the layers around it and the clock that it reads.
pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) supplier: Layered,
    ids: Ids,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::at(None)
    }

    pub(crate) fn at(path: Option<PathBuf>) -> Self {
        let clock = TestClock::new();
        let sandbox = Arc::new(sandbox(path, &clock));
        Self {
            supplier: Layered::new(sandbox.clone(), Limits::default()),
            sandbox,
            clock,
            ids: Ids::seeded(1),
        }
    }

    /// The first attempt of a new order for a +1555 number with these last digits.
    pub(crate) fn topup(&self, last_four: &str) -> TopUp {
        let order = OrderId::from_uuid(self.ids.next(self.clock.now()));
        topup(AttemptId { order, number: 1 }, &format!("+1555123{last_four}"))
    }

    pub(crate) fn refer(&self, topup: &TopUp) -> AttemptRef {
        AttemptRef {
            attempt: topup.attempt,
            recipient: topup.recipient,
            sku: topup.sku.clone(),
            submitted_at: self.clock.now(),
            supplier_reference: None,
        }
    }
}

pub(crate) fn sandbox(path: Option<PathBuf>, clock: &Arc<TestClock>) -> Sandbox {
    let settings = SandboxSettings {
        path,
        ..SandboxSettings::default()
    };
    Sandbox::open(settings, clock.clone(), &[product()], &HashMap::new()).unwrap()
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, currency())
}

fn currency() -> Currency {
    "USD".parse().unwrap()
}

pub(crate) fn topup(attempt: AttemptId, recipient: &str) -> TopUp {
    TopUp {
        attempt,
        recipient: recipient.parse().unwrap(),
        country: "US".parse().unwrap(),
        product: "test-phone-refill".parse().unwrap(),
        sku: "test-phone-refill<&>25".into(),
        amount: usd(2_500),
        cost: usd(2_400),
        parameters: None,
    }
}

fn product() -> Product {
    Product {
        id: "test-phone-refill".parse().unwrap(),
        name: "Test Phone Refill".into(),
        operator: "test-phone-refill".parse().unwrap(),
        country: "US".parse().unwrap(),
        category: Category::Airtime,
        currency: currency(),
        packages: vec![Package {
            value: "25".into(),
            amount: usd(2_500),
            title: None,
            benefits: Benefits::default(),
        }],
        range: Some(Range {
            min: usd(100),
            max: usd(10_000),
            step: usd(1),
        }),
        in_stock: true,
        test: true,
    }
}

/// The word for an outcome in the documented table.
pub(crate) fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered(_) => "delivered",
        Outcome::Rejected(_) => "rejected",
        Outcome::Pending { .. } => "pending",
        Outcome::Unknown(_) => "unknown",
        Outcome::Reversed { .. } => "reversed",
    }
}
