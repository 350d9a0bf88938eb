//! Fundings' SQL and nothing else.

use model::{AccountId, DepositId, Money, Timestamp};

use super::{Answer, Direction, Funding, NewFunding, Status};
use crate::{
    Error,
    audit::Actor,
    db::{Row, Tx, values},
};

const COLUMNS: &str = "account_id, id, direction, amount_minor, currency, reason, reference, status, proposed_by,
    proposed_by_name, proposed_at, answered_by, answered_by_name, answered_why, answered_at";

fn read(row: &Row<'_>) -> Result<Funding, Error> {
    let answer = match row.text_opt(11)? {
        None => None,
        Some(id) => Some(Answer {
            by: Actor {
                id,
                name: row.text_opt(12)?.unwrap_or_default(),
            },
            why: row.text_opt(13)?,
            at: row.time(14)?,
        }),
    };
    let status = match (row.text(7)?.as_str(), answer) {
        ("waiting", None) => Status::Waiting,
        ("paid", answer) => Status::Paid(answer),
        ("refused", Some(answer)) => Status::Refused(answer),
        (other, _) => return Err(Error::corrupt(format_args!("a funding that is {other:?}"))),
    };
    Ok(Funding {
        wanted: NewFunding {
            account: row.parse(0)?,
            id: row.parse(1)?,
            direction: row.parse(2)?,
            amount: Money::new(row.int(3)?, row.parse(4)?),
            reason: row.text(5)?,
            reference: row.text_opt(6)?,
        },
        by: Actor {
            id: row.text(8)?,
            name: row.text(9)?,
        },
        at: row.time(10)?,
        status,
    })
}

/// Finds a funding of an account.
pub fn find(tx: &mut Tx<'_>, account: AccountId, id: DepositId) -> Result<Option<Funding>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM fundings WHERE account_id = ?1 AND id = ?2");
    tx.find(&sql, &values![account, id], read)
}

/// Lists an account's fundings, newest first.
pub fn list(tx: &mut Tx<'_>, account: AccountId, limit: u32) -> Result<Vec<Funding>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM fundings WHERE account_id = ?1 ORDER BY id DESC LIMIT ?2");
    tx.query(&sql, &values![account, limit], read)
}

/// Lists what waits for a second person, of all accounts, oldest first.
pub fn waiting(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Funding>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM fundings WHERE status = 'waiting' ORDER BY proposed_at, id LIMIT ?1");
    tx.query(&sql, &values![limit], read)
}

/// Adds up what was paid into an account, or out of it, without a second person since a moment.
pub(super) fn paid_alone(
    tx: &mut Tx<'_>,
    (account, direction): (AccountId, Direction),
    since: Timestamp,
) -> Result<i64, Error> {
    let sql = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM fundings
               WHERE account_id = ?1 AND direction = ?2 AND status = 'paid' AND answered_by IS NULL
                   AND proposed_at > ?3 AND proposed_by <> ?4";
    let command = Actor::command().id;
    let sum = tx.find(sql, &values![account, direction.as_str(), since, &command], |row| {
        row.int(0)
    })?;
    Ok(sum.unwrap_or(0))
}

pub(super) fn insert(tx: &mut Tx<'_>, funding: &Funding) -> Result<(), Error> {
    let sql = "INSERT INTO fundings (account_id, id, direction, amount_minor, currency, reason, reference, status,
                   proposed_by, proposed_by_name, proposed_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let Funding { wanted, by, at, status } = funding;
    let row = values![
        wanted.account,
        wanted.id,
        wanted.direction.as_str(),
        wanted.amount.minor(),
        wanted.amount.currency(),
        &wanted.reason,
        wanted.reference.as_ref(),
        status.as_str(),
        &by.id,
        &by.name,
        *at
    ];
    tx.execute(sql, &row).map(|_| ())
}

/// Writes an answer to what still waits; says whether it did.
pub(super) fn answer(tx: &mut Tx<'_>, wanted: &NewFunding, status: &Status) -> Result<bool, Error> {
    let sql = "UPDATE fundings SET status = ?3, answered_by = ?4, answered_by_name = ?5, answered_why = ?6,
                   answered_at = ?7
               WHERE account_id = ?1 AND id = ?2 AND status = 'waiting'";
    let answer = status.answer();
    let row = values![
        wanted.account,
        wanted.id,
        status.as_str(),
        answer.map(|answer| &answer.by.id),
        answer.map(|answer| &answer.by.name),
        answer.and_then(|answer| answer.why.as_ref()),
        answer.map(|answer| answer.at)
    ];
    Ok(tx.execute(sql, &row)? > 0)
}
