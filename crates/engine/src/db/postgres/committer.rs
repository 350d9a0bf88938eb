//! The threads that write sets: each gathers what waits, runs it in one transaction and commits.

use std::sync::Arc;

use model::AccountId;
use tokio::sync::mpsc;

use super::{
    connect::Connector,
    session::Mode,
    transact::{Slot, Spoilt},
};
use crate::{
    Error,
    db::{
        batch::{self, Batch, Job},
        tx::{Lock, Select, Tx, text},
        values,
    },
};

/// Whatever a set locks besides, it has locked the rows of its accounts first and in their order. Two
/// processes that write for one account then wait for each other, and never in a circle.
const ACCOUNTS: Select = Select {
    table: "accounts",
    columns: "id",
    keys: &[text("id")],
    condition: "",
    order: "",
    lock: Lock::Rows,
};

/// Starts a thread; it ends when the last sender is gone and the queue is empty.
pub(super) fn start(connector: &Arc<Connector>) -> mpsc::Sender<Job> {
    let (queue, mut jobs) = mpsc::channel(batch::QUEUE_BOUND);
    let mut slot = Slot {
        connector: Arc::clone(connector),
        mode: Mode::Write,
        session: None,
    };
    std::thread::Builder::new()
        .name("committer".to_owned())
        .spawn(move || {
            while let Some(batches) = batch::gather(&mut jobs) {
                commit(&mut slot, batches);
            }
        })
        .expect("a thread can be started");
    queue
}

/// Runs everything in one transaction; where one request spoils that, each by itself.
fn commit(slot: &mut Slot, mut batches: Vec<Box<dyn Batch>>) {
    let accounts = batches.iter().flat_map(|batch| batch.accounts()).collect();
    let accounts = in_order(accounts);
    let ended = slot.transact(|tx| lock(tx, &accounts) && batches.iter_mut().all(|batch| batch.run(tx)));
    let requests: usize = batches.iter().map(|batch| batch.len()).sum();
    let by_one_of_many = matches!(ended, Err(Spoilt::Request | Spoilt::Writing(_))) && requests > 1;
    if by_one_of_many {
        for batch in &mut batches {
            commit_one_by_one(slot, batch.as_mut());
        }
        return;
    }
    let committed = told(ended);
    for batch in batches {
        batch.finish(committed.clone());
    }
}

/// Asks for the locks with whatever is asked next; an error of it is found there.
fn lock(tx: &mut Tx<'_>, accounts: &[AccountId]) -> bool {
    let keys: Vec<_> = accounts.iter().map(|account| values![account]).collect();
    tx.ask_many(&ACCOUNTS, &keys, |_| Ok(())).is_ok()
}

fn in_order(mut accounts: Vec<AccountId>) -> Vec<AccountId> {
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

fn commit_one_by_one(slot: &mut Slot, batch: &mut dyn Batch) {
    let accounts = batch.accounts();
    for place in 0..batch.len() {
        let account = accounts.get(place..=place).unwrap_or_default();
        let ended = slot.transact(|tx| lock(tx, account) && batch.run_one(place, tx));
        batch.finish_one(place, told(ended));
    }
}

/// What callers are told besides their answers: the request's own error is its answer.
fn told(ended: Result<(), Spoilt>) -> Result<(), Error> {
    match ended {
        Ok(()) | Err(Spoilt::Request) => Ok(()),
        Err(Spoilt::Writing(error) | Spoilt::Database(error)) => {
            tracing::error!("A transaction was not committed, its callers are told: {error:?}");
            Err(error)
        }
    }
}
