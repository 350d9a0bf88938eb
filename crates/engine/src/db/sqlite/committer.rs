//! The thread that writes: gathers what waits, runs it in one transaction, commits, answers.

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::Session;
use crate::{
    Error,
    db::{
        batch::{self, Batch, Job},
        tx::Tx,
    },
};

/// Starts the thread; it ends when the last sender is gone and the queue is empty.
pub(super) fn start(conn: Connection) -> mpsc::Sender<Job> {
    let (queue, mut jobs) = mpsc::channel(batch::QUEUE_BOUND);
    std::thread::Builder::new()
        .name("committer".to_owned())
        .spawn(move || {
            while let Some(batches) = batch::gather(&mut jobs) {
                commit(&conn, batches);
            }
        })
        .expect("a thread can be started");
    queue
}

/// Runs everything in one transaction and tells each caller how it went.
fn commit(conn: &Connection, mut batches: Vec<Box<dyn Batch>>) {
    let mut run = || -> Result<(), Error> {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        for batch in &mut batches {
            run_batch(conn, batch.as_mut())?;
        }
        Ok(conn.execute_batch("COMMIT")?)
    };
    let committed = run();
    if let Err(error) = &committed {
        tracing::error!("A transaction was not committed, its callers are told: {error:?}");
        if !conn.is_autocommit() {
            let _ = conn.execute_batch("ROLLBACK");
        }
    }
    for batch in batches {
        batch.finish(committed.clone());
    }
}

/// Runs requests together; where one of them spoils that, each by itself.
fn run_batch(conn: &Connection, batch: &mut dyn Batch) -> Result<(), Error> {
    if in_savepoint(conn, |tx| batch.run(tx))? || batch.len() == 1 {
        return Ok(());
    }
    for place in 0..batch.len() {
        in_savepoint(conn, |tx| batch.run_one(place, tx))?;
    }
    Ok(())
}

/// Runs something so that what it wrote is undone, and nothing else, if it says so.
fn in_savepoint(conn: &Connection, body: impl FnOnce(&mut Tx<'_>) -> bool) -> Result<bool, Error> {
    execute(conn, "SAVEPOINT request")?;
    let kept = body(&mut Tx::sqlite(Session(conn)));
    if !kept {
        execute(conn, "ROLLBACK TO request")?;
    }
    execute(conn, "RELEASE request")?;
    Ok(kept)
}

fn execute(conn: &Connection, sql: &str) -> Result<(), Error> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}
