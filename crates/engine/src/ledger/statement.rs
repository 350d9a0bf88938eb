//! An account's statement: every movement of its balance, line by line.
//!
//! Lines are numbered without gaps, so that a page anywhere costs the same. A span of time is a span of
//! lines, so that the statements of two months that meet have every line once, and the balance that one
//! ends with is the one that the other begins with.

use std::time::Duration;

use model::{AccountId, Currency, Money, PhoneNumber, Timestamp};

use crate::{
    Error,
    db::{Row, Tx, values},
    page::{Page, PageRequest},
};

/// One movement of the balance, as an account may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// Counts the account's movements from 1, without gaps.
    pub line: i64,
    /// `deposit`, `withdrawal`, `hold`, `release` or `reversal`.
    pub movement: String,
    /// The order or deposit that it belongs to.
    pub subject: String,
    /// What the order was, if it belongs to one.
    pub order: Option<LineOrder>,
    /// How the balance changed; negative if it fell.
    pub amount: Money,
    /// The balance after it.
    pub balance_after: Money,
    /// Why, if a person said so.
    pub note: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// What a movement's order was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineOrder {
    /// The phone.
    pub phone_number: PhoneNumber,
    /// The product's name when it was bought.
    pub product_name: String,
    /// The account's own reference.
    pub reference: Option<String>,
}

/// A span of lines, both ends in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// The oldest.
    pub first: i64,
    /// The newest; before the oldest if there is none.
    pub last: i64,
}

/// What a span of lines comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// The balance before it.
    pub opening: Money,
    /// What was paid in, less what was paid out.
    pub paid_in: Money,
    /// What orders took, less what came back.
    pub spent: Money,
    /// The balance after it.
    pub closing: Money,
}

/// The clocks of processes differ, and requests wait for their turn: lines are in the order of time only
/// to within this.
const DISORDER: Duration = Duration::from_mins(1);

impl Lines {
    /// How many there are.
    pub fn count(self) -> u64 {
        u64::try_from(self.last - self.first + 1).unwrap_or(0)
    }

    /// Those of them before a line.
    #[must_use]
    pub fn before(self, line: i64) -> Self {
        let last = self.last.min(line.saturating_sub(1));
        Self { last, ..self }
    }
}

/// Finds the lines of a span of time, from its beginning to before its end.
pub fn lines_of(
    tx: &mut Tx<'_>,
    account: AccountId,
    (from, until): (Option<Timestamp>, Option<Timestamp>),
) -> Result<Lines, Error> {
    let newest = newest(tx, account)?;
    let first = from.map_or(Ok(1), |from| first_at(tx, account, newest, from))?;
    let end = until.map_or(Ok(newest + 1), |until| first_at(tx, account, newest, until))?;
    Ok(Lines { first, last: end - 1 })
}

fn newest(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, Error> {
    let sql = "SELECT COALESCE(MAX(statement_line), 0) FROM transfers
               WHERE account_id = ?1 AND statement_line IS NOT NULL";
    Ok(tx.find(sql, &values![account], |row| row.int(0))?.unwrap_or(0))
}

/// The first line of a moment or later, or the one behind the newest. Halving finds it without an index by
/// time, which every order would have to pay for.
fn first_at(tx: &mut Tx<'_>, account: AccountId, newest: i64, moment: Timestamp) -> Result<i64, Error> {
    let surely_before = moment.minus(DISORDER);
    let (mut before, mut behind) = (0, newest + 1);
    while behind - before > 1 {
        let middle = before + (behind - before) / 2;
        let sql = "SELECT created_at FROM transfers WHERE account_id = ?1 AND statement_line = ?2";
        let at = tx.find(sql, &values![account, middle], |row| row.time(0))?;
        if at.is_some_and(|at| at < surely_before) {
            before = middle;
        } else {
            behind = middle;
        }
    }
    let sql = "SELECT statement_line FROM transfers
               WHERE account_id = ?1 AND statement_line IS NOT NULL AND statement_line > ?2 AND created_at >= ?3
               ORDER BY statement_line LIMIT 1";
    let found = tx.find(sql, &values![account, before, moment], |row| row.int(0))?;
    Ok(found.unwrap_or(newest + 1))
}

/// Reads lines, newest first, so many at most.
pub fn read_lines(tx: &mut Tx<'_>, account: AccountId, lines: Lines, limit: i64) -> Result<Vec<StatementLine>, Error> {
    let sql = "SELECT t.statement_line, t.movement, t.kind, t.subject_id, t.credit, t.currency, t.amount_minor,
                   t.balance_after_minor, t.note, t.created_at, o.phone_number, o.product_name, o.reference
               FROM transfers t LEFT JOIN orders o ON o.account_id = t.account_id AND o.id = t.subject_id
               WHERE t.account_id = ?1 AND t.statement_line IS NOT NULL AND t.statement_line >= ?2
                   AND t.statement_line <= ?3
               ORDER BY t.statement_line DESC LIMIT ?4";
    tx.query(sql, &values![account, lines.first, lines.last, limit], read)
}

fn read(row: &Row<'_>) -> Result<StatementLine, Error> {
    let currency = row.parse(5)?;
    let amount = row.int(6)?;
    let released = row.text(2)? == "release";
    let order = match row.parse_opt(10)? {
        None => None,
        Some(phone_number) => Some(LineOrder {
            phone_number,
            product_name: row.text(11)?,
            reference: row.text_opt(12)?,
        }),
    };
    Ok(StatementLine {
        line: row.int(0)?,
        movement: if released { "release".to_owned() } else { row.text(1)? },
        subject: row.text(3)?,
        order,
        amount: Money::new(if row.text(4)? == "balance" { amount } else { -amount }, currency),
        balance_after: Money::new(row.int(7)?, currency),
        note: row.text_opt(8)?,
        created_at: row.time(9)?,
    })
}

/// Reads an account's statement, newest first, from line `count − start` down. Any page costs the same.
pub fn statement(tx: &mut Tx<'_>, account: AccountId, page: PageRequest) -> Result<Page<StatementLine>, Error> {
    let last = newest(tx, account)?.saturating_sub(page.start_at());
    let lines = read_lines(tx, account, Lines { first: 1, last }, page.one_more())?;
    Ok(page.page(lines))
}

/// Adds lines up: from the balances at both ends, and from what was paid in and out between, of which there
/// is little. Nothing of it grows with the orders.
pub fn sums(tx: &mut Tx<'_>, account: AccountId, currency: Currency, lines: Lines) -> Result<Sums, Error> {
    let opening = balance_after(tx, account, lines.first - 1)?;
    let closing = if lines.count() == 0 {
        opening
    } else {
        balance_after(tx, account, lines.last)?
    };
    // By their ids: the line is computed with, so that no database looks at all lines for it.
    let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN movement = 'deposit' THEN amount_minor ELSE -amount_minor END), 0)
                   AS BIGINT)
               FROM transfers
               WHERE account_id = ?1 AND subject_id >= 'dep_' AND subject_id < 'dep~'
                   AND statement_line + 0 >= ?2 AND statement_line + 0 <= ?3";
    let paid_in = tx.find(sql, &values![account, lines.first, lines.last], |row| row.int(0))?;
    let paid_in = paid_in.unwrap_or(0);
    let money = |minor| Money::new(minor, currency);
    Ok(Sums {
        opening: money(opening),
        paid_in: money(paid_in),
        spent: money(opening + paid_in - closing),
        closing: money(closing),
    })
}

fn balance_after(tx: &mut Tx<'_>, account: AccountId, line: i64) -> Result<i64, Error> {
    let sql = "SELECT balance_after_minor FROM transfers WHERE account_id = ?1 AND statement_line = ?2";
    Ok(tx.find(sql, &values![account, line], |row| row.int(0))?.unwrap_or(0))
}
