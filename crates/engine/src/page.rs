//! Pages of a list.

use model::AccountId;

use crate::{
    Error,
    db::{Tx, Value},
};

/// Which page: how many entries to pass over, and how many to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Entries to pass over.
    pub start: u64,
    /// Entries to give.
    pub limit: u32,
}

/// Entries of a list, and whether there are more behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Whether another page follows.
    pub more: bool,
}

impl PageRequest {
    /// A page is no longer than this.
    pub const LIMIT_MAX: u32 = 50;

    /// The entries to pass over and to give, as memory counts.
    pub(crate) fn in_memory(self) -> (usize, usize) {
        let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        (size(self.start), size(self.limit.into()))
    }

    /// The entries to pass over, as the database counts.
    pub(crate) fn start_at(self) -> i64 {
        i64::try_from(self.start).unwrap_or(i64::MAX)
    }

    /// The limit and one more, which tells whether a page follows.
    pub(crate) fn one_more(self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Makes a page of what was read with [`Self::one_more`].
    pub(crate) fn page<T>(self, mut entries: Vec<T>) -> Page<T> {
        let limit = usize::try_from(self.limit).expect("a limit fits");
        let more = entries.len() > limit;
        entries.truncate(limit);
        Page { entries, more }
    }
}

/// A list that is numbered per account without gaps, in the order of its ids.
pub(crate) struct Numbered {
    /// Reads the newest number of account `?1`.
    pub(crate) newest: &'static str,
    /// Reads the number of the last entry of account `?1` whose id is smaller than `?2`.
    pub(crate) last_before: &'static str,
}

/// A span of a numbered list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The smallest number of the span.
    pub(crate) oldest: i64,
    /// The largest.
    pub(crate) newest: i64,
}

impl Span {
    /// Finds the entries made in a span of time, from the first id of its beginning to before the
    /// first id of its end: ids are ordered by time as numbers are.
    pub(crate) fn find(
        tx: &mut Tx<'_>,
        list: &Numbered,
        account: AccountId,
        (after, before): (Option<Value>, Option<Value>),
    ) -> Result<Self, Error> {
        let number = |tx: &mut Tx<'_>, sql, values: &[Value]| {
            Ok::<_, Error>(tx.find(sql, values, |row| row.int(0))?.unwrap_or(0))
        };
        let last_before = |tx: &mut Tx<'_>, id| number(tx, list.last_before, &[account.into(), id]);
        let newest = match before {
            Some(id) => last_before(tx, id)?,
            None => number(tx, list.newest, &[account.into()])?,
        };
        let oldest = after.map_or(Ok(0), |id| last_before(tx, id))? + 1;
        Ok(Self { oldest, newest })
    }
}
