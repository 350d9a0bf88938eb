//! A file of top-ups keeps its lines, and what has become of each.

use engine::{
    Settings,
    batches::{self, BatchLine, LineEnd},
};
use model::Clock;
use testkit::World;

fn line(line: i64, phone_number: &str, problem: Option<&str>) -> BatchLine {
    BatchLine {
        line,
        phone_number: phone_number.to_owned(),
        product: "at-t-usa".to_owned(),
        value: "25".to_owned(),
        reference: Some(format!("row {line}")),
        problem: problem.map(str::to_owned),
        order: None,
    }
}

#[tokio::test]
async fn a_line_that_was_bought_stays_so_and_knows_its_order() {
    let world = World::new(testkit::database(), 1, Settings::default()).await;
    let (account, other) = (world.account(100_000).await.id, world.account(0).await.id);
    let order = world.order(account, "+15551234567").await.order;
    let (ids, now) = (world.context.clone(), world.clock.now());
    let lines = [
        line(1, "+15551234567", None),
        line(2, "12", Some("too short")),
        line(3, "+15551234569", None),
    ];
    let (batch, found, elsewhere) = world
        .db
        .write_with(move |tx| {
            let batch = batches::create(tx, &ids.ids, account, ("june.csv", "ana"), (&lines, now))?;
            batches::submit(tx, account, batch.id, now)?;
            let refused = LineEnd::Refused("no money".to_owned());
            batches::settle(
                tx,
                account,
                batch.id,
                &[(1, LineEnd::Bought(order)), (3, refused.clone())],
            )?;
            batches::settle(tx, account, batch.id, &[(1, refused)])?;
            let elsewhere = batches::find(tx, other, batch.id)?;
            Ok::<_, engine::Error>((batch.clone(), batches::find(tx, account, batch.id)?, elsewhere))
        })
        .await
        .unwrap();
    assert_eq!(elsewhere, None, "another account's");
    let (kept, lines) = found.unwrap();
    assert_eq!((kept.lines_count, kept.submitted_at), (3, Some(now)));
    let ends: Vec<_> = lines
        .iter()
        .map(|line| (line.order.as_ref().map(|order| order.id), line.problem.as_deref()))
        .collect();
    assert_eq!(
        ends,
        [(Some(order), None), (None, Some("too short")), (None, Some("no money"))]
    );
    let listed = world.db.read(move |tx| batches::list(tx, account, 10)).await.unwrap();
    assert_eq!(listed, [kept]);
    assert_ne!(
        batch.key(&lines[0]),
        batch.key(&lines[2]),
        "each line is bought under a key of its own"
    );
}
