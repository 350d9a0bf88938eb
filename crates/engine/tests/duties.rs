//! What one process of many does now and then.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::time::Duration;

use engine::{
    Error,
    db::Db,
    duties::{self, Duty},
};
use model::{Clock, Timestamp};
use testkit::{ManualClock, database};

const LEASE: Duration = Duration::from_mins(5);
const HOUR: Duration = Duration::from_hours(1);

async fn claim(db: &Db, now: Timestamp) -> Option<Duty> {
    let claim = move |tx: &mut engine::db::Tx<'_>| duties::claim(tx, "sync:one", LEASE, now);
    db.write_with(claim).await.unwrap()
}

#[tokio::test]
async fn a_duty_is_one_processs_until_it_is_done_or_its_time_is_over() {
    let database = database();
    let db = &database.db;
    let now = ManualClock::default().now();
    let duty = claim(db, now).await.expect("a new duty is due");
    assert_eq!(claim(db, now).await, None, "somebody has it");
    assert!(
        claim(db, now + LEASE).await.is_some(),
        "whoever had it is taken for dead"
    );
    let late = move |tx: &mut engine::db::Tx<'_>| duties::finish(tx, &duty, now + HOUR, now);
    db.write_with(late).await.unwrap();
    assert!(
        claim(db, now + LEASE * 2).await.is_some(),
        "the dead one can't end it any more"
    );
}

#[tokio::test]
async fn a_duty_that_was_done_is_due_again_later() {
    let database = database();
    let db = &database.db;
    let now = ManualClock::default().now();
    let duty = claim(db, now).await.unwrap();
    let failed = duty.clone();
    let fail = move |tx: &mut engine::db::Tx<'_>| duties::fail(tx, &failed, now + LEASE, "no answer");
    db.write_with(fail).await.unwrap();
    let last = db.read(|tx| duties::find(tx, "sync:one")).await.unwrap().unwrap();
    assert_eq!((last.failure.as_deref(), last.done_at), (Some("no answer"), None));
    let duty = claim(db, now + LEASE).await.unwrap();
    let finish = move |tx: &mut engine::db::Tx<'_>| duties::finish(tx, &duty, now + HOUR, now + LEASE);
    db.write_with(finish).await.unwrap();
    assert_eq!(claim(db, (now + HOUR).minus(Duration::from_secs(1))).await, None);
    let last = db.read(|tx| duties::find(tx, "sync:one")).await.unwrap().unwrap();
    assert_eq!((last.failure, last.done_at), (None, Some(now + LEASE)));
}

#[tokio::test]
async fn many_processes_claim_and_one_has_it() {
    let database = database();
    let now = ManualClock::default().now();
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let db = database.db.clone();
        claims.spawn(async move { Ok::<_, Error>(claim(&db, now).await.is_some()) });
    }
    let had = claims.join_all().await;
    assert_eq!(had.into_iter().filter(|had| *had.as_ref().unwrap()).count(), 1);
}
