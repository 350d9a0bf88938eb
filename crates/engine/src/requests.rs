//! Requests: how many an account's programs made on a day, by how they were answered.
//!
//! They are counted in memory and added here every few seconds, so that nobody waits for a count. The last seconds of
//! a process that dies are lost; nothing is decided by these numbers.

use model::{AccountId, Timestamp};

use crate::{
    Error,
    db::{Insert, Row, Tx, Value, int, text, values},
    figures::{self, hour_of},
};

/// In how many ways a request ends.
pub const ENDS: usize = 4;

/// How a request was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It was done.
    Done,
    /// It was refused for what it said.
    Refused,
    /// It was refused because there were too many.
    Limited,
    /// Something was wrong with us.
    Failed,
}

impl End {
    /// Every one, in the order in which [`Requests::ends`] has them.
    pub const ALL: [Self; ENDS] = [Self::Done, Self::Refused, Self::Limited, Self::Failed];

    /// How a status of HTTP reads.
    pub const fn of_status(status: u16) -> Self {
        match status {
            429 => Self::Limited,
            400..=499 => Self::Refused,
            500.. => Self::Failed,
            _ => Self::Done,
        }
    }

    /// Its place in [`Requests::ends`].
    pub const fn place(self) -> usize {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Limited => 2,
            Self::Failed => 3,
        }
    }
}

/// How many requests an account made on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Whose.
    pub account: AccountId,
    /// The day in UTC, counted from 1970.
    pub day: i64,
    /// How many ended in each way of [`End::ALL`].
    pub ends: [i64; ENDS],
}

const HOURS: i64 = 24;

/// Which day a moment is in.
pub const fn day_of(moment: Timestamp) -> i64 {
    hour_of(moment).div_euclid(HOURS)
}

/// When a day begins.
pub const fn beginning_of(day: i64) -> Timestamp {
    figures::beginning_of(day.saturating_mul(HOURS))
}

const ADDED: Insert = Insert {
    table: "api_requests",
    columns: &[
        text("account_id"),
        int("day"),
        int("done"),
        int("refused"),
        int("limited"),
        int("failed"),
    ],
    conflict: "ON CONFLICT (account_id, day) DO UPDATE SET
        done = api_requests.done + excluded.done,
        refused = api_requests.refused + excluded.refused,
        limited = api_requests.limited + excluded.limited,
        failed = api_requests.failed + excluded.failed",
};

/// Adds what was counted, each account and day once.
pub fn add(tx: &mut Tx<'_>, counted: &[Requests]) -> Result<(), Error> {
    let mut sorted: Vec<_> = counted.iter().collect();
    // Two processes that add at once can then never wait for each other.
    sorted.sort_unstable_by_key(|one| (one.account, one.day));
    let rows: Vec<Vec<Value>> = sorted
        .into_iter()
        .map(|one| {
            let [done, refused, limited, failed] = one.ends;
            values![one.account, one.day, done, refused, limited, failed].to_vec()
        })
        .collect();
    tx.insert_many(&ADDED, &rows)?;
    Ok(())
}

/// Returns an account's requests from one day on and before another, by day.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId, [from, until]: [i64; 2]) -> Result<Vec<Requests>, Error> {
    let sql = "SELECT account_id, day, done, refused, limited, failed FROM api_requests
               WHERE account_id = ?1 AND day >= ?2 AND day < ?3
               ORDER BY day";
    tx.query(sql, &values![account, from, until], read)
}

/// Forgets the days before one, of so many rows at most; says of how many.
pub fn forget(tx: &mut Tx<'_>, before: i64, limit: u32) -> Result<usize, Error> {
    let sql = "DELETE FROM api_requests WHERE (account_id, day) IN (
                   SELECT r.account_id, r.day FROM accounts a
                   CROSS JOIN api_requests r WHERE r.account_id = a.id AND r.day < ?1 LIMIT ?2)";
    tx.execute(sql, &values![before, limit])
}

fn read(row: &Row<'_>) -> Result<Requests, Error> {
    Ok(Requests {
        account: row.parse(0)?,
        day: row.int(1)?,
        ends: [row.int(2)?, row.int(3)?, row.int(4)?, row.int(5)?],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_how_a_request_ended() {
        use End::{Done, Failed, Limited, Refused};
        let ends = [200, 204, 400, 404, 429, 500, 503].map(End::of_status);
        assert_eq!(ends, [Done, Done, Refused, Refused, Limited, Failed, Failed]);
        assert!((0..).zip(End::ALL).all(|(place, end)| end.place() == place));
    }
}
