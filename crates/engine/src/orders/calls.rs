//! The calls of an attempt with their evidence: what was sent, what came back, by which rule it was
//! understood. Written with the answer; a call that left no evidence has no row.

use std::collections::BTreeMap;

use model::{AccountId, AttemptId, Exchange, Outcome, Timestamp};

use super::{Call, OrderKey, store::json};
use crate::{
    Error,
    db::{Insert, Lock, Row, Select, Tx, int, text, values},
};

/// The first questions of an attempt are kept, so many …
const FIRST_KEPT: u32 = 8;
/// … and so many of the last.
const LAST_KEPT: u32 = 8;

/// One call to a supplier over an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptCall {
    /// Whose order.
    pub account: AccountId,
    /// Which attempt.
    pub attempt: AttemptId,
    /// Its place: 0 for the submission.
    pub number: u32,
    /// What for.
    pub call: Call,
    /// When it was begun.
    pub called_at: Timestamp,
    /// When its end was written.
    pub answered_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// What passed over the wire.
    pub exchanges: Vec<Exchange>,
}

/// The place of a question, counted from 1: the last ones take turns.
pub(super) const fn place(question: u32) -> u32 {
    match question.checked_sub(FIRST_KEPT + 1) {
        None => question,
        Some(beyond) => FIRST_KEPT + 1 + beyond % LAST_KEPT,
    }
}

/// Keeps calls; the last one of a place holds.
pub(super) fn keep(tx: &mut Tx<'_>, calls: &[AttemptCall]) -> Result<(), Error> {
    const KEEP: Insert = Insert {
        table: "attempt_calls",
        columns: &[
            text("account_id"),
            text("order_id"),
            int("attempt"),
            int("number"),
            text("call"),
            int("called_at"),
            int("answered_at"),
            text("outcome"),
            text("exchanges"),
        ],
        conflict: "ON CONFLICT (account_id, order_id, attempt, number) DO UPDATE SET call = excluded.call,
            called_at = excluded.called_at, answered_at = excluded.answered_at, outcome = excluded.outcome,
            exchanges = excluded.exchanges",
    };
    // A set may hold a place once only.
    let last: BTreeMap<_, _> = calls
        .iter()
        .map(|call| ((call.account, call.attempt, call.number), call))
        .collect();
    let row = |call: &&AttemptCall| {
        values![
            call.account,
            call.attempt.order,
            call.attempt.number,
            call.number,
            call.call.as_str(),
            call.called_at,
            call.answered_at,
            json(Some(&call.outcome)),
            json(Some(&call.exchanges)),
        ]
    };
    tx.insert_many(&KEEP, &last.values().map(row).collect::<Vec<_>>())
}

/// Lists the calls of an order that left evidence, in the order in which they were made.
pub fn calls(tx: &mut Tx<'_>, key: OrderKey) -> Result<Vec<AttemptCall>, Error> {
    const OF_ORDER: Select = Select {
        table: "attempt_calls",
        columns: "account_id, order_id, attempt, number, call, called_at, answered_at, outcome, exchanges",
        keys: &[text("account_id"), text("order_id")],
        condition: "",
        order: "ORDER BY account_id, order_id, attempt, called_at, number",
        lock: Lock::None,
    };
    tx.select_many(&OF_ORDER, &[values![key.account, key.order]], read)
}

fn read(row: &Row<'_>) -> Result<AttemptCall, Error> {
    let missing = || Error::corrupt("a call without its end");
    Ok(AttemptCall {
        account: row.parse(0)?,
        attempt: AttemptId {
            order: row.parse(1)?,
            number: row.count(2)?,
        },
        number: row.count(3)?,
        call: match row.text(4)?.as_str() {
            "submit" => Call::Submit,
            "find" => Call::Find,
            other => return Err(Error::corrupt(format_args!("call {other:?}"))),
        },
        called_at: row.time(5)?,
        answered_at: row.time(6)?,
        outcome: row.json_opt(7)?.ok_or_else(missing)?,
        exchanges: row.json_opt(8)?.ok_or_else(missing)?,
    })
}

/// Forgets evidence that was kept long enough, of so many calls at most.
pub fn forget_calls(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<usize, Error> {
    let sql = "DELETE FROM attempt_calls WHERE (account_id, order_id, attempt, number) IN (
                   SELECT c.account_id, c.order_id, c.attempt, c.number FROM accounts a
                   CROSS JOIN attempt_calls c WHERE c.account_id = a.id AND c.called_at < ?1 LIMIT ?2)";
    tx.execute(sql, &values![before, limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_questions_and_the_last_ones_are_kept() {
        let mut kept = BTreeMap::new();
        for question in 1..=100 {
            kept.insert(place(question), question);
        }
        let kept: Vec<_> = kept.into_values().collect();
        assert_eq!(kept[..8], [1, 2, 3, 4, 5, 6, 7, 8]);
        let mut last = kept[8..].to_vec();
        last.sort_unstable();
        assert_eq!(last, [93, 94, 95, 96, 97, 98, 99, 100]);
    }
}
