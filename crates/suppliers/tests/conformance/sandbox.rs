//! The sandbox, row by row of its table, as every other supplier.

use std::time::Duration;

use async_trait::async_trait;
use model::{AttemptId, Clock, Supplier};
use suppliers::{
    SandboxSettings,
    sandbox::{State, TABLE},
};

use crate::{
    story::{Books, Player, Truth},
    world::World,
};

#[async_trait]
impl Books for World {
    async fn pass(&self, by: Duration) {
        self.clock.advance(by);
    }

    async fn truth(&self, attempt: AttemptId) -> Truth {
        let entries = self.sandbox.record().entries(self.clock.now()).unwrap();
        let Some(entry) = entries.into_iter().find(|entry| entry.attempt == attempt) else {
            return Truth::default();
        };
        let delivered = matches!(entry.state, State::Delivered | State::Reversed);
        let kept = entry.state == State::Delivered;
        let spent = SandboxSettings::default().float.minor() - self.sandbox.float().await.unwrap().minor();
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

#[tokio::test(start_paused = true)]
async fn the_sandbox_agrees_with_its_books_whatever_goes_wrong() {
    let mut told = Vec::new();
    for row in TABLE {
        let world = World::new();
        let player = Player {
            supplier: &world.supplier,
            clock: world.clock.as_ref(),
            books: &world,
        };
        let digits = row.last_four.map_or("4321".to_owned(), |_| row.digits());
        let story = player.tell(&world.topup(&digits)).await;
        told.push(format!("{digits} {:<20} {story}", format!("{:?}", row.scenario)));
    }
    insta::assert_snapshot!(told.join("\n"));
}
