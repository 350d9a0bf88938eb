//! The sandbox, row by row of its table, as every other supplier.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use model::{AttemptId, Clock, Money, Supplier, Timestamp, TopUp};
use suppliers::{
    Layered, Limits, Sandbox, SandboxSettings,
    sandbox::{State, TABLE},
};

use crate::{
    stage::attempt,
    story::{Books, Player, Truth},
};

/// 2026-01-31T10:00:00Z: where the clock stands at first.
const START_MICROS: i64 = 1_769_853_600_000_000;

/// A sandbox and the clock that it goes by.
struct World {
    sandbox: Arc<Sandbox>,
    clock: Arc<Moved>,
}

struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl Books for World {
    async fn pass(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap();
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    async fn truth(&self, attempt: AttemptId) -> Truth {
        let entries = self.sandbox.record().entries(self.clock.now()).unwrap();
        let Some(entry) = entries.into_iter().find(|entry| entry.attempt == attempt) else {
            return Truth::default();
        };
        let delivered = matches!(entry.state, State::Delivered | State::Reversed);
        let kept = entry.state == State::Delivered;
        let spent = 100_000_000 - self.sandbox.float().await.unwrap().minor();
        Truth {
            sent: usize::try_from(entry.submissions).unwrap(),
            delivered: usize::from(delivered),
            kept: usize::from(kept),
            owed: spent != if kept { entry.cost.minor() } else { 0 },
            cost: Some(entry.cost.major()),
            // It doesn't say in its receipts what arrived.
            received: None,
            called: Some(format!("sandbox-{attempt}")),
            ..Truth::default()
        }
    }
}

fn topup(last_four: &str) -> TopUp {
    let usd = |minor| Money::new(minor, "USD".parse().unwrap());
    TopUp {
        attempt: attempt(1),
        recipient: format!("+1555123{last_four}").parse().unwrap(),
        country: "US".parse().unwrap(),
        product: "at-t-usa".parse().unwrap(),
        sku: "at-t-usa<&>25".into(),
        amount: usd(2_500),
        cost: usd(2_400),
        parameters: None,
    }
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_agrees_with_its_books_whatever_goes_wrong() {
    let mut told = Vec::new();
    for row in TABLE {
        let clock = Arc::new(Moved(AtomicI64::new(START_MICROS)));
        let shared: Arc<dyn Clock> = clock.clone();
        let opened = Sandbox::open(SandboxSettings::default(), shared, &[], &HashMap::new());
        let sandbox = Arc::new(opened.unwrap());
        let supplier = Layered::new(sandbox.clone(), Limits::default());
        let world = World { sandbox, clock };
        let player = Player {
            supplier: &supplier,
            clock: world.clock.as_ref(),
            books: &world,
        };
        let digits = row.last_four.map_or("4321".to_owned(), |_| row.digits());
        let story = player.tell(&topup(&digits)).await;
        told.push(format!("{digits} {:<20} {story}", format!("{:?}", row.scenario)));
    }
    insta::assert_snapshot!(told.join("\n"));
}
