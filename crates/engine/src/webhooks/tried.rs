//! What a try of a delivery means for the next.

use std::{collections::HashMap, sync::Arc, time::Duration};

use model::{AccountId, DeliveryId, Timestamp};

use super::Silence;
use crate::{
    Context, Error,
    context::pause,
    db::{Command, Insert, Lock, Select, Tx, Update, int, text, values},
};

/// Writes how one try ended.
pub struct Tried {
    /// Whose.
    pub account: AccountId,
    /// Which delivery.
    pub id: DeliveryId,
    /// What the receiver said.
    pub answer: Answer,
    /// How long it took.
    pub took: Duration,
    /// The moment it is.
    pub now: Timestamp,
    /// Settings.
    pub context: Arc<Context>,
}

/// What a receiver said to a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP status.
    Status(u16),
    /// Nothing that is one.
    NoAnswer(Silence),
}

/// What happens to the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The receiver has it.
    Delivered,
    /// It is tried again.
    Again(Timestamp),
    /// It is not tried again: the receiver wants no more, or it was tried often enough.
    Failed,
    /// It was not being tried.
    Stale,
}

const GONE: u16 = 410;
/// A reason longer than this is cut before it is kept.
const ERROR_CHARS_MAX: usize = 200;

/// Decides by what was said and how often it was tried, this time included.
fn judge(answer: &Answer, tries: u32, context: &Context, now: Timestamp) -> Next {
    let pauses = &context.settings.webhook_pauses;
    match answer {
        Answer::Status(200..=299) => Next::Delivered,
        Answer::Status(GONE) => Next::Failed,
        _ if usize::try_from(tries).is_ok_and(|tries| tries > pauses.len()) => Next::Failed,
        _ => Next::Again(now + pause(pauses, tries - 1)),
    }
}

impl Command for Tried {
    type Answer = Next;

    fn account(&self) -> AccountId {
        self.account
    }

    fn run(tx: &mut Tx<'_>, set: &[Self]) -> Result<Vec<Next>, Error> {
        const OPEN: Select = Select {
            table: "webhook_deliveries",
            columns: "id, tries",
            keys: &[text("account_id"), text("id")],
            condition: "AND status = 'pending'",
            order: "",
            lock: Lock::Rows,
        };
        const STAND: Update = Update {
            table: "webhook_deliveries",
            keys: &[text("account_id"), text("id")],
            sets: &[text("status"), int("tries"), int("due_at"), int("ended_at")],
        };
        const TRY: Insert = Insert {
            table: "webhook_tries",
            columns: &[
                text("account_id"),
                text("delivery_id"),
                int("number"),
                int("tried_at"),
                int("duration_ms"),
                int("status_code"),
                text("error"),
            ],
            conflict: "",
        };
        let mut keys: Vec<_> = set.iter().map(|tried| (tried.account, tried.id)).collect();
        keys.sort_unstable();
        let keys: Vec<_> = keys.iter().map(|(account, id)| values![account, id]).collect();
        let open = tx.select_many(&OPEN, &keys, |row| Ok((row.parse::<DeliveryId>(0)?, row.count(1)?)))?;
        let mut open: HashMap<_, _> = open.into_iter().collect();
        let (mut stands, mut tries, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for tried in set {
            let Some(before) = open.remove(&tried.id) else {
                answers.push(Next::Stale);
                continue;
            };
            let number = before + 1;
            let next = judge(&tried.answer, number, &tried.context, tried.now);
            let (status, due_at, ended_at) = match next {
                Next::Again(due_at) => ("pending", Some(due_at), None),
                Next::Delivered => ("delivered", None, Some(tried.now)),
                Next::Failed | Next::Stale => ("failed", None, Some(tried.now)),
            };
            stands.push(values![tried.account, tried.id, status, number, due_at, ended_at]);
            tries.push(tried.row(number));
            answers.push(next);
        }
        tx.update_many(&STAND, &stands)?;
        tx.insert_many(&TRY, &tries)?;
        Ok(answers)
    }
}

impl Tried {
    fn row(&self, number: u32) -> [crate::db::Value; 7] {
        let (status, error) = match &self.answer {
            Answer::Status(status) => (Some(u32::from(*status)), None),
            Answer::NoAnswer(why) => (
                None,
                Some(why.in_english().chars().take(ERROR_CHARS_MAX).collect::<String>()),
            ),
        };
        let took = i64::try_from(self.took.as_millis()).unwrap_or(i64::MAX);
        values![self.account, self.id, number, self.now, took, status, error]
    }
}
