//! Suppliers with every fault, each with its habits and its own record of what it really did.

use std::{collections::HashMap, time::Duration};

use model::{
    Absence, AttemptId, Cause, Elsewhere, Fault, Outcome, PhoneNumber, Receipt, Rejection, SupplierName, Timestamp,
    TopUp,
};
use rand::{Rng, RngExt, rngs::StdRng};

/// What one supplier is like.
#[derive(Debug, Clone)]
pub struct Habits {
    /// Its name.
    pub name: SupplierName,
    /// What it means when it has no record.
    pub absence: Absence,
    /// It panics if a number is submitted again sooner: nobody may ever do that.
    pub number_pause: Duration,
    /// Of ten orders that it takes, so many are delivered.
    pub delivers: u32,
    /// Of twenty minutes, so many it refuses everything or doesn't answer.
    pub fails_minutes: i64,
    /// What is deposited there, in cents; it refuses what it can't pay from it. None if it never ends.
    pub float: Option<i64>,
}

impl Habits {
    /// A supplier that can be asked about everything and has no rules.
    pub fn plain(name: &str) -> Self {
        Self {
            name: name.parse().expect("a name"),
            absence: Absence::Proof {
                after: Duration::from_secs(10),
                queries: 2,
            },
            number_pause: Duration::ZERO,
            delivers: 7,
            fails_minutes: 0,
            float: None,
        }
    }
}

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
    /// What it is like.
    pub habits: Habits,
    rng: StdRng,
    executions: HashMap<AttemptId, Execution>,
    left_alone: HashMap<PhoneNumber, Timestamp>,
}

/// An unanswered call may execute this long after it was made.
const EXECUTES_WITHIN: Duration = Duration::from_secs(8);

impl FaultySupplier {
    /// Starts with a source of chance.
    pub fn new(habits: Habits, rng: StdRng) -> Self {
        Self {
            habits,
            rng,
            executions: HashMap::new(),
            left_alone: HashMap::new(),
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
    /// If a reference is submitted twice, or a number too soon: nobody may ever do that.
    pub fn submit(&mut self, topup: &TopUp, now: Timestamp) -> Outcome {
        if let Some(until) = self.left_alone.get(&topup.recipient) {
            assert!(*until <= now, "{} came before its number was free again", topup.attempt);
        }
        self.left_alone.insert(topup.recipient, now + self.habits.number_pause);
        let execution = self.execute(topup, now);
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

    /// Pays so many cents in, where the deposit can run out.
    pub fn deposit(&mut self, cents: i64) {
        self.habits.float = self.habits.float.map(|float| float + cents);
    }

    fn fails(&self, now: Timestamp) -> bool {
        let minute = now.as_micros() / 60_000_000;
        // Suppliers fail at different times of the hour.
        let shift = i64::try_from(self.habits.name.as_str().len()).unwrap_or(0) * 7;
        (minute + shift) % 20 < self.habits.fails_minutes
    }

    fn execute(&mut self, topup: &TopUp, now: Timestamp) -> Execution {
        let seconds = |rng: &mut StdRng, most: u64| Duration::from_millis(rng.next_u64() % (most * 1_000));
        let fails = self.fails(now);
        let known_from = match self.rng.random_range(0..10) {
            0 => None,
            1..5 if fails => None,
            1 => Some(now + Duration::from_millis(1) + seconds(&mut self.rng, EXECUTES_WITHIN.as_secs() - 1)),
            _ => Some(now),
        };
        let settles_at = match self.rng.random_range(0..4) {
            0 => known_from.unwrap_or(now) + seconds(&mut self.rng, 20_000),
            _ => known_from.unwrap_or(now),
        };
        let poor = self.habits.float.is_some_and(|float| float < topup.cost.minor());
        let taken = known_from.is_some() && !poor && !fails;
        let delivered = taken && self.rng.random_ratio(self.habits.delivers, 10);
        if delivered {
            self.deposit(-topup.cost.minor());
        }
        let reversed = delivered && self.rng.random_ratio(1, 20);
        Execution {
            delivered_at: delivered.then_some(settles_at),
            reversed_at: reversed.then(|| settles_at + seconds(&mut self.rng, 5_000)),
            settles_at,
            known_from,
            rejection: self.refuse(poor, fails),
        }
    }

    fn refuse(&mut self, poor: bool, fails: bool) -> Rejection {
        let (fault, elsewhere) = match (poor, fails, self.rng.random()) {
            (true, ..) => (Fault::Float, Elsewhere::May),
            (_, true, _) => (Fault::Supplier, Elsewhere::May),
            (_, _, true) => (Fault::Operator, Elsewhere::May),
            (_, _, false) => (Fault::Number, Elsewhere::MustNot),
        };
        Rejection {
            fault,
            elsewhere,
            code: "refused".to_owned(),
            message: "refused".to_owned(),
            again_after_s: self.rng.random_ratio(1, 10).then_some(90),
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
