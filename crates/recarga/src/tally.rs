//! Counting requests: in memory, without a wait, by account and by how each was answered.
//!
//! An account's counters are found under a lock that only its first request ever takes alone, and no memory is
//! asked for after that. What was counted is taken out every few seconds, to be kept in the database.

use std::{
    collections::HashMap,
    sync::{
        RwLock,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use engine::requests::{ENDS, End, Requests};
use model::AccountId;

/// Accounts are divided among so many locks, so that two cores seldom ask for the same one.
const SHARDS: usize = 16;

type Counters = HashMap<AccountId, [AtomicI64; ENDS]>;

/// What was counted since it was last taken out.
#[derive(Debug, Default)]
pub(crate) struct Tally([RwLock<Counters>; SHARDS]);

impl Tally {
    /// Counts a request.
    pub(crate) fn count(&self, account: AccountId, end: End) {
        self.add(account, end, 1);
    }

    fn add(&self, account: AccountId, end: End, count: i64) {
        let shard = self.shard(account);
        if let Some(counters) = shard.read().expect("nothing panics over a map").get(&account) {
            counters[end.place()].fetch_add(count, Relaxed);
            return;
        }
        let mut counters = shard.write().expect("nothing panics over a map");
        counters.entry(account).or_default()[end.place()].fetch_add(count, Relaxed);
    }

    /// Takes out what was counted, as of a day.
    pub(crate) fn take(&self, day: i64) -> Vec<Requests> {
        let mut taken = Vec::new();
        for shard in &self.0 {
            for (account, counters) in shard.read().expect("nothing panics over a map").iter() {
                let ends = End::ALL.map(|end| counters[end.place()].swap(0, Relaxed));
                if ends != [0; ENDS] {
                    taken.push(Requests {
                        account: *account,
                        day,
                        ends,
                    });
                }
            }
        }
        taken
    }

    /// Puts back what could not be kept.
    pub(crate) fn put_back(&self, taken: &[Requests]) {
        for one in taken {
            for end in End::ALL {
                self.add(one.account, end, one.ends[end.place()]);
            }
        }
    }

    /// An id's last bits are as good as chance.
    fn shard(&self, account: AccountId) -> &RwLock<Counters> {
        let [.., last] = account.uuid().into_bytes();
        &self.0[usize::from(last) % SHARDS]
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use model::{Ids, Timestamp};

    use super::*;

    #[test]
    fn what_many_threads_count_at_once_is_taken_out_once() {
        let (tally, ids) = (Tally::default(), Ids::seeded(1));
        let accounts: Vec<_> = (0..40)
            .map(|_| AccountId::from_uuid(ids.next(Timestamp::from_millis(1))))
            .collect();
        let mut taken = Vec::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for end in End::ALL.into_iter().cycle().take(400) {
                        for account in &accounts {
                            tally.count(*account, end);
                        }
                    }
                });
            }
            taken = tally.take(3);
        });
        taken.extend(tally.take(3));
        let mut sums: HashMap<_, [i64; ENDS]> = HashMap::new();
        for one in &taken {
            let sum = sums.entry(one.account).or_default();
            for end in End::ALL {
                sum[end.place()] += one.ends[end.place()];
            }
        }
        assert!(accounts.iter().all(|account| sums[account] == [400; ENDS]), "{sums:?}");
        assert!(tally.take(3).is_empty(), "nothing is taken twice");
        tally.put_back(&taken[..1]);
        assert_eq!(tally.take(3), taken[..1], "what could not be kept is there again");
    }
}
