//! What the sandbox remembers, and that it delivers nothing twice.

use std::{sync::Arc, time::Duration};

use model::{Clock, Evidence, Outcome, Supplier};
use suppliers::sandbox::{Record, State, TABLE};
use tokio::time::timeout;

use crate::world::{IN_THE_END, TestClock, World, sandbox, usd, word};

#[tokio::test(start_paused = true)]
async fn a_reference_that_comes_again_is_counted_and_not_delivered_again() {
    for row in TABLE {
        let world = World::new();
        let digits = row.last_four.map_or("4321".into(), |_| row.digits());
        let topup = world.topup(&digits);
        let first = world.supplier.submit(&topup, &Evidence::new()).await;
        let again = world.supplier.submit(&topup, &Evidence::new()).await;
        if first == again || !matches!(first, Outcome::Unknown(_)) {
            assert_eq!(first, again, "{digits}");
        } else {
            assert_eq!(
                again,
                world.supplier.find(&world.refer(&topup), &Evidence::new()).await,
                "{digits}"
            );
        }
        world.clock.advance(IN_THE_END);
        let entries = world.sandbox.record().entries(world.clock.now()).unwrap();
        let [entry] = entries.as_slice() else {
            panic!("{digits}: {entries:?}")
        };
        assert_eq!((entry.attempt, entry.submissions), (topup.attempt, 2), "{digits}");
        let spent = if row.finally == "delivered" { 2_400 } else { 0 };
        assert_eq!(world.supplier.float().await, Ok(usd(100_000_000 - spent)), "{digits}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_resubmission_learns_how_it_stands_by_now() {
    let world = World::new();
    for (digits, now) in [
        ("0004", "delivered"),
        ("0008", "reversed"),
        ("0012", "rejected"),
        ("0013", "delivered"),
    ] {
        let topup = world.topup(digits);
        world.supplier.submit(&topup, &Evidence::new()).await;
        world.clock.advance(IN_THE_END);
        assert_eq!(
            word(&world.supplier.submit(&topup, &Evidence::new()).await),
            now,
            "{digits}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn its_statement_is_what_became_of_each_submission() {
    for row in TABLE {
        let world = World::new();
        let topup = world.topup(&row.last_four.map_or("4321".into(), |_| row.digits()));
        let begins = world.clock.now();
        let evidence = Evidence::new();
        let call = world.supplier.submit(&topup, &evidence);
        let _ = timeout(IN_THE_END, call).await;
        world.clock.advance(IN_THE_END);
        let ends = world.clock.now();
        let stated = world.supplier.statement(begins, ends).await.unwrap();
        if row.finally == "unknown" {
            assert_eq!(stated, [], "what it never heard of isn't there");
            continue;
        }
        let [record] = stated.as_slice() else {
            panic!("{}: {stated:?}", row.finally)
        };
        assert_eq!(record.reference.as_deref(), Some(topup.attempt.to_string().as_str()));
        assert_eq!((record.state.as_str(), record.cost), (row.finally, Some(topup.cost)));
        assert_eq!(world.supplier.statement(ends, ends + IN_THE_END).await, Ok(Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn the_record_is_written_before_the_answer() {
    let world = World::new();
    let topup = world.topup("0003");
    let cut_short = timeout(
        Duration::from_millis(1),
        world.supplier.submit(&topup, &Evidence::new()),
    )
    .await;
    assert!(cut_short.is_err());
    assert_eq!(
        word(&world.supplier.find(&world.refer(&topup), &Evidence::new()).await),
        "delivered"
    );
}

#[tokio::test(start_paused = true)]
async fn the_record_outlives_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    let topup = {
        let world = World::at(Some(path.clone()));
        let topup = world.topup("5678");
        world.supplier.submit(&topup, &Evidence::new()).await;
        world.supplier.submit(&world.topup("0001"), &Evidence::new()).await;
        topup
    };
    let world = World::at(Some(path.clone()));
    assert_eq!(
        word(&world.supplier.find(&world.refer(&topup), &Evidence::new()).await),
        "delivered"
    );
    assert_eq!(world.supplier.float().await, Ok(usd(100_000_000 - 2_400)));

    let record = Record::open(&path).unwrap();
    let deliveries = record.deliveries(world.clock.now()).unwrap();
    let [entry] = deliveries.as_slice() else {
        panic!("{deliveries:?}")
    };
    assert_eq!((entry.attempt, entry.recipient), (topup.attempt, topup.recipient));
    assert_eq!(
        (&entry.product, entry.amount, entry.cost),
        (&topup.product, topup.amount, topup.cost)
    );
    assert_eq!((entry.submissions, entry.submitted_at), (1, world.clock.now()));
    let counts = record.counts(world.clock.now()).unwrap();
    assert_eq!(Vec::from_iter(counts), [(State::Delivered, 1), (State::Rejected, 1)]);
}

#[tokio::test(start_paused = true)]
async fn two_sandboxes_share_one_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    let (one, other) = (World::at(Some(path.clone())), World::at(Some(path)));
    let topup = one.topup("5678");
    let answered = one.supplier.submit(&topup, &Evidence::new()).await;
    assert_eq!(
        other.supplier.find(&other.refer(&topup), &Evidence::new()).await,
        answered
    );
    assert_eq!(other.supplier.submit(&topup, &Evidence::new()).await, answered);
    assert_eq!(other.supplier.float().await, Ok(usd(100_000_000 - 2_400)));
    assert_eq!(one.sandbox.record().entries(one.clock.now()).unwrap()[0].submissions, 2);
}

#[test]
fn many_may_open_and_write_one_new_record_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    let clock = TestClock::new();
    let world = World::new();
    let topups: Vec<_> = (0..50).map(|_| world.topup("5678")).collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let sandbox = Arc::new(sandbox(Some(path.clone()), &clock));
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                for topup in &topups {
                    assert_eq!(
                        word(&runtime.block_on(sandbox.submit(topup, &Evidence::new()))),
                        "delivered"
                    );
                }
            });
        }
    });
    let entries = Record::open(&path).unwrap().entries(clock.now()).unwrap();
    assert_eq!(entries.len(), topups.len());
    assert!(entries.iter().all(|entry| entry.submissions == 8), "{entries:?}");
}

#[test]
fn a_record_that_is_not_there_is_not_made_by_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nothing.db");
    assert!(Record::open(&path).is_err());
    assert!(!path.exists());
}
