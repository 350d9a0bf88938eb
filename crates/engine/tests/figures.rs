//! What people look at instead of counting orders is as true as the orders.

use std::time::Duration;

use engine::{Settings, figures, orders::Call};
use model::{Clock, Outcome, Receipt};
use testkit::{World, refused};

const FUNDED: i64 = 100_000;

#[tokio::test]
async fn an_hour_says_how_its_orders_ended() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let account = world.account(FUNDED).await.id;
    let delivered = Outcome::Delivered(Receipt::default());
    let reversed = Outcome::Reversed {
        message: "taken back".to_owned(),
    };
    for (number, outcome) in [
        ("+15551234567", &delivered),
        ("+15551234568", &delivered),
        ("+15551234569", &refused()),
    ] {
        let key = world.order(account, number).await;
        world.begin(key).await;
        world.clock.advance(Duration::from_secs(2));
        world.resolve(key, 1, Call::Submit, outcome.clone()).await;
        if number.ends_with("68") {
            world.resolve(key, 1, Call::Find, reversed.clone()).await;
        }
    }
    let hour = figures::hour_of(world.clock.now());
    let own = world
        .db
        .read(move |tx| figures::of_account(tx, account, hour, hour + 1));
    let own = own.await.unwrap();
    let all = world
        .db
        .read(move |tx| figures::list(tx, hour, hour + 1))
        .await
        .unwrap();
    assert_eq!(own, all, "there is one account");
    let counts: Vec<_> = own
        .iter()
        .map(|one| (one.supplier.as_str(), one.delivered, one.refunded, one.reversed))
        .collect();
    assert_eq!(counts, [("", 0, 1, 0), ("sandbox", 2, 0, 1)]);
    let sold = &own[1];
    assert_eq!(sold.took, [0, 2, 0, 0, 0, 0]);
    let money = (sold.sold.minor(), sold.cost.minor());
    assert_eq!(money, (2_600, 2_406), "one of two was taken back, with its cost");
    let before = world
        .db
        .read(move |tx| figures::list(tx, hour - 5, hour))
        .await
        .unwrap();
    assert_eq!(before, []);
    world.check_books().await;
}
