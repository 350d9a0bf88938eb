//! What this process was told is due: every account's turn by turn, bounded.
//!
//! Only a shortcut past the database: an order that finds no place here is found by the next look
//! for what is due.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Mutex,
};

use engine::orders::OrderKey;
use model::AccountId;
use tokio::sync::Notify;

/// Orders that wait in memory for a worker of this process.
#[derive(Default)]
pub(crate) struct Inbox {
    queues: Mutex<Queues>,
    filled: Notify,
}

#[derive(Default)]
struct Queues {
    by_account: HashMap<AccountId, VecDeque<OrderKey>>,
    turns: VecDeque<AccountId>,
    known: HashSet<OrderKey>,
}

/// So many orders wait in memory at most.
const BOUND: usize = 20_000;

impl Inbox {
    /// Takes orders in; those that are in already, or find no place, are passed over.
    pub(crate) fn put(&self, keys: impl IntoIterator<Item = OrderKey>) {
        let mut queues = self.queues.lock().expect("nothing panics over a queue");
        for key in keys {
            if queues.known.len() < BOUND && queues.known.insert(key) {
                let queue = queues.by_account.entry(key.account).or_default();
                queue.push_back(key);
                if queue.len() == 1 {
                    queues.turns.push_back(key.account);
                }
            }
        }
        drop(queues);
        self.filled.notify_one();
    }

    /// Takes the next order: the oldest of the account whose turn it is.
    pub(crate) fn take(&self) -> Option<OrderKey> {
        let mut queues = self.queues.lock().expect("nothing panics over a queue");
        let account = queues.turns.pop_front()?;
        let queue = queues.by_account.get_mut(&account)?;
        let key = queue.pop_front();
        if queue.is_empty() {
            queues.by_account.remove(&account);
        } else {
            queues.turns.push_back(account);
        }
        key
    }

    /// Forgets an order that was taken, so that it may come in again.
    pub(crate) fn done(&self, key: OrderKey) {
        self.queues
            .lock()
            .expect("nothing panics over a queue")
            .known
            .remove(&key);
    }

    /// How many orders wait or are worked on.
    pub(crate) fn len(&self) -> usize {
        self.queues.lock().expect("nothing panics over a queue").known.len()
    }

    /// Waits until something came in since the last time.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use model::{Ids, OrderId, Timestamp};

    use super::*;

    #[test]
    fn a_flood_of_one_account_does_not_starve_another() {
        let ids = Ids::seeded(1);
        let id = || ids.next(Timestamp::from_millis(1));
        let (flood, single) = (AccountId::from_uuid(id()), AccountId::from_uuid(id()));
        let key = |account, uuid| OrderKey {
            account,
            order: OrderId::from_uuid(uuid),
        };
        let inbox = Inbox::default();
        inbox.put((0..1_000).map(|_| key(flood, id())));
        let alone = key(single, id());
        inbox.put([alone, alone]);
        let taken: Vec<_> = std::iter::from_fn(|| inbox.take()).collect();
        assert_eq!(taken.len(), 1_001, "an order is in once");
        assert_eq!(taken[1], alone, "the second account has the second turn");
    }

    #[test]
    fn the_inbox_is_bounded_and_takes_back_what_is_done() {
        let ids = Ids::seeded(1);
        let account = AccountId::from_uuid(ids.next(Timestamp::from_millis(1)));
        let key = || OrderKey {
            account,
            order: OrderId::from_uuid(ids.next(Timestamp::from_millis(1))),
        };
        let inbox = Inbox::default();
        inbox.put((0..BOUND + 10).map(|_| key()));
        assert_eq!(inbox.len(), BOUND);
        let taken = inbox.take().unwrap();
        inbox.put([taken]);
        assert_eq!(inbox.len(), BOUND, "it is still being worked on");
        inbox.done(taken);
        inbox.put([taken]);
        assert_eq!(inbox.len(), BOUND);
    }
}
