//! What one person wants done with an order that nobody knows about, and what another says to it.

use model::{AccountId, OrderId, Timestamp};

use super::{OrderKey, Verdict};
use crate::{
    Error,
    db::{Insert, Lock, Row, Select, Tx, int, text, values},
};

/// What a person wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Whose order.
    pub account: AccountId,
    /// Which order.
    pub order: OrderId,
    /// Counts the order's proposals from 1.
    pub number: u32,
    /// What is to become of the order.
    pub verdict: Verdict,
    /// How the person knows.
    pub why: String,
    /// Who proposed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What another person said; none yet while it is open.
    pub answer: Option<Answered>,
}

impl Proposal {
    /// Whether nobody has answered it.
    pub const fn is_open(&self) -> bool {
        self.answer.is_none()
    }
}

/// What another person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// `confirmed` or `rejected`.
    pub status: String,
    /// Why.
    pub why: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

const COLUMNS: &str = "account_id, order_id, number, verdict, why, proposed_by, proposed_at, status, answered_why,
    answered_by, answered_at";

fn read(row: &Row<'_>) -> Result<Proposal, Error> {
    let answer = row.text_opt(9)?.map(|by| {
        Ok::<_, Error>(Answered {
            status: row.text(7)?,
            why: row.text_opt(8)?.unwrap_or_default(),
            by,
            at: row.time(10)?,
        })
    });
    Ok(Proposal {
        account: row.parse(0)?,
        order: row.parse(1)?,
        number: row.count(2)?,
        verdict: row.parse(3)?,
        why: row.text(4)?,
        by: row.text(5)?,
        at: row.time(6)?,
        answer: answer.transpose()?,
    })
}

/// Lists an order's proposals, first to last.
pub fn proposals(tx: &mut Tx<'_>, key: OrderKey) -> Result<Vec<Proposal>, Error> {
    const OF_ORDER: Select = Select {
        table: "proposals",
        columns: COLUMNS,
        keys: &[text("account_id"), text("order_id")],
        condition: "",
        order: "ORDER BY account_id, order_id, number",
        lock: Lock::None,
    };
    tx.select_many(&OF_ORDER, &[values![key.account, key.order]], read)
}

/// Lists what waits for a second person, oldest first.
pub fn open_proposals(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Proposal>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM proposals WHERE status = 'open' ORDER BY proposed_at LIMIT ?1");
    tx.query(&sql, &values![limit], read)
}

/// Writes a proposal or the answer to it.
pub(super) fn write(tx: &mut Tx<'_>, proposal: &Proposal) -> Result<(), Error> {
    const WRITE: Insert = Insert {
        table: "proposals",
        columns: &[
            text("account_id"),
            text("order_id"),
            int("number"),
            text("verdict"),
            text("why"),
            text("proposed_by"),
            int("proposed_at"),
            text("status"),
            text("answered_why"),
            text("answered_by"),
            int("answered_at"),
        ],
        conflict: "ON CONFLICT (account_id, order_id, number) DO UPDATE SET status = excluded.status,
            answered_why = excluded.answered_why, answered_by = excluded.answered_by,
            answered_at = excluded.answered_at",
    };
    let answer = proposal.answer.as_ref();
    let row = values![
        proposal.account,
        proposal.order,
        proposal.number,
        proposal.verdict.as_str(),
        &proposal.why,
        &proposal.by,
        proposal.at,
        answer.map_or("open", |answer| answer.status.as_str()),
        answer.map(|answer| &answer.why),
        answer.map(|answer| &answer.by),
        answer.map(|answer| answer.at),
    ];
    tx.insert_many(&WRITE, &[row])
}
