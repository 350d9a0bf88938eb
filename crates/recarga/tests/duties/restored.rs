//! A database that was restored to an earlier moment: what it has forgotten is found at whoever was asked then.

use std::{collections::HashMap, sync::Arc, time::Duration};

use engine::{
    Settings,
    orders::{self, restored},
};
use model::{AttemptId, Clock, Evidence, Outcome, Supplier, TopUp};
use recarga::worker::{self, WorkerSettings};
use suppliers::{Sandbox, SandboxSettings};
use testkit::{World, database, usd};
use tokio::sync::watch;

use crate::app;

/// A sandbox of this name on a world's clock.
fn sandbox(world: &World, name: &str) -> Arc<Sandbox> {
    let settings = SandboxSettings {
        name: name.parse().unwrap(),
        ..SandboxSettings::default()
    };
    Arc::new(Sandbox::open(settings, world.clock.clone(), &[], &HashMap::new()).unwrap())
}

/// A worker that begins to work on a world.
async fn work(world: &World, sandboxes: &[Arc<Sandbox>; 2]) -> watch::Sender<bool> {
    let suppliers = sandboxes.clone().map(|sandbox| -> Arc<dyn Supplier> { sandbox });
    let app = app(world.db.clone(), world.clock.clone(), 2, suppliers.into()).await;
    let settings = WorkerSettings {
        poll: Duration::from_millis(5),
        ..WorkerSettings::default()
    };
    let stop = watch::channel(false).0;
    tokio::spawn(worker::run(app, settings, stop.subscribe()));
    stop
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_to_another_supplier_in_the_forgotten_time_is_found_there_and_not_sent_again() {
    let world = World::new(database(), 1, Settings::default()).await;
    let account = world.account(10_000).await;
    let key = world.order(account.id, "+15551234567").await;
    let sandboxes = ["sandbox", "second"].map(|name| sandbox(&world, name));
    let topup = TopUp {
        attempt: AttemptId {
            order: key.order,
            number: 1,
        },
        recipient: "+15551234567".parse().unwrap(),
        country: "US".parse().unwrap(),
        product: "at-t-usa".parse().unwrap(),
        sku: "at-t-usa<&>25".into(),
        amount: usd(2_500),
        cost: usd(2_400),
        parameters: None,
    };
    let outcome = sandboxes[1].submit(&topup, &Evidence::new()).await;
    assert!(matches!(outcome, Outcome::Delivered(_)));
    let now = world.clock.now();
    world.db.write_with(move |tx| restored::note(tx, now)).await.unwrap();

    let stop = work(&world, &sandboxes).await;
    let ending = async {
        while !world.find(key).await.status.is_final() {
            // Past the lease of an attempt that nobody sends.
            world.clock.advance(Duration::from_secs(20));
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), ending).await.unwrap();
    let attempts = world.db.read(move |tx| orders::attempts(tx, key)).await.unwrap();
    assert_eq!(world.find(key).await.status.as_str(), "delivered");
    assert_eq!((attempts.len(), attempts[0].supplier.as_str()), (1, "second"));
    let sent = |sandbox: &Arc<Sandbox>| sandbox.record().entries(world.clock.now()).unwrap().len();
    assert_eq!(sandboxes.each_ref().map(sent), [0, 1]);
    world.check_books().await;
    stop.send(true).unwrap();
}
