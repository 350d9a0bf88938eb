//! A supplier with every fault, and its own record of what it really did.

use std::{collections::HashMap, time::Duration};

use model::{AttemptId, Cause, Elsewhere, Fault, Outcome, Receipt, Rejection, Timestamp, TopUp};
use rand::{Rng, RngExt, rngs::StdRng};

/// What it really did with a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// When the phone gets it; none if never.
    pub delivered_at: Option<Timestamp>,
    /// When it is taken back; none if never.
    pub reversed_at: Option<Timestamp>,
    /// Until when it answers "pending".
    pub settles_at: Timestamp,
    /// From when it has a record at all; none if it never heard of it.
    pub known_from: Option<Timestamp>,
    /// What a refusal says.
    pub rejection: Rejection,
}

/// Executes or loses submissions by lot.
pub struct FaultySupplier {
    rng: StdRng,
    executions: HashMap<AttemptId, Execution>,
}

/// An unanswered call may execute this long after it was made.
const EXECUTES_WITHIN: Duration = Duration::from_secs(8);

impl FaultySupplier {
    /// Starts with a source of chance.
    pub fn new(rng: StdRng) -> Self {
        Self {
            rng,
            executions: HashMap::new(),
        }
    }

    /// What it did with every submission that reached it or not.
    pub fn executions(&self) -> &HashMap<AttemptId, Execution> {
        &self.executions
    }

    /// Takes a submission; the answer may be late, lost or true.
    ///
    /// # Panics
    ///
    /// If a reference is submitted twice: nobody may ever do that.
    pub fn submit(&mut self, topup: &TopUp, now: Timestamp) -> Outcome {
        let execution = self.execute(now);
        let lost = self.rng.random_ratio(1, 5);
        let before = self.executions.insert(topup.attempt, execution);
        assert!(before.is_none(), "{} was submitted twice", topup.attempt);
        if lost || self.executions[&topup.attempt].known_from != Some(now) {
            return Outcome::Unknown(Cause::Timeout);
        }
        self.tell(topup.attempt, now)
    }

    /// Tells what became of a submission.
    pub fn find(&mut self, attempt: AttemptId, now: Timestamp) -> Outcome {
        if self.rng.random_ratio(1, 10) {
            return Outcome::Unknown(Cause::Connection("lost".to_owned()));
        }
        self.tell(attempt, now)
    }

    /// Attempts that have been taken back by now.
    pub fn late_changes(&self, now: Timestamp) -> Vec<AttemptId> {
        let taken_back = |execution: &Execution| execution.reversed_at.is_some_and(|at| at <= now);
        let mut late: Vec<_> = self
            .executions
            .iter()
            .filter(|(_, execution)| taken_back(execution))
            .map(|(attempt, _)| *attempt)
            .collect();
        late.sort_unstable();
        late
    }

    fn execute(&mut self, now: Timestamp) -> Execution {
        let seconds = |rng: &mut StdRng, most: u64| Duration::from_millis(rng.next_u64() % (most * 1_000));
        let known_from = match self.rng.random_range(0..10) {
            0 => None,
            1 => Some(now + Duration::from_millis(1) + seconds(&mut self.rng, EXECUTES_WITHIN.as_secs() - 1)),
            _ => Some(now),
        };
        let settles_at = match self.rng.random_range(0..4) {
            0 => known_from.unwrap_or(now) + seconds(&mut self.rng, 20_000),
            _ => known_from.unwrap_or(now),
        };
        let delivered = known_from.is_some() && self.rng.random_ratio(7, 10);
        let reversed = delivered && self.rng.random_ratio(1, 20);
        let elsewhere = if self.rng.random() {
            Elsewhere::May
        } else {
            Elsewhere::MustNot
        };
        let rejection = Rejection {
            fault: Fault::Operator,
            elsewhere,
            code: "refused".to_owned(),
            message: "refused".to_owned(),
            again_after_s: None,
        };
        Execution {
            delivered_at: delivered.then_some(settles_at),
            reversed_at: reversed.then(|| settles_at + seconds(&mut self.rng, 5_000)),
            settles_at,
            known_from,
            rejection,
        }
    }

    fn tell(&self, attempt: AttemptId, now: Timestamp) -> Outcome {
        let known = self.executions.get(&attempt);
        let Some(execution) = known.filter(|execution| execution.known_from.is_some_and(|from| from <= now)) else {
            return Outcome::Unknown(Cause::NoRecord);
        };
        if execution.settles_at > now {
            return Outcome::Pending {
                supplier_reference: None,
            };
        }
        match (execution.delivered_at, execution.reversed_at) {
            (None, _) => Outcome::Rejected(execution.rejection.clone()),
            (Some(_), Some(reversed_at)) if reversed_at <= now => Outcome::Reversed {
                message: "taken back".to_owned(),
            },
            (Some(_), _) => Outcome::Delivered(Receipt::default()),
        }
    }
}
