//! What suppliers are owed: over the books of all accounts, and where a person has put it right.

use std::collections::BTreeMap;

use model::{AccountId, AttemptId, CaseId, Currency, Money, SupplierName, Timestamp};

use super::{Books, Code, Legs, Movement};
use crate::{
    Error,
    db::{Row, Tx, values},
};

/// What a delivery turns out to cost us besides what is booked, as a person decided on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostAdjustment {
    /// In whose book.
    pub account: AccountId,
    /// The case: it adjusts once.
    pub case: CaseId,
    /// What was delivered.
    pub attempt: AttemptId,
    /// Who is owed.
    pub supplier: SupplierName,
    /// How much more; less, if negative.
    pub more: Money,
}

impl Books {
    /// Books that a supplier charges more or less for a delivery than was booked.
    pub fn adjust_cost(&mut self, adjustment: &CostAdjustment) {
        let payable = Code::Payable(adjustment.supplier.clone());
        let (movement, legs) = if adjustment.more.is_positive() {
            let legs = Legs {
                debit: Code::Cost,
                credit: payable,
            };
            (Movement::Cost, legs)
        } else {
            let legs = Legs {
                debit: payable,
                credit: Code::Cost,
            };
            (Movement::CostReversal, legs)
        };
        let amount = Money::new(
            adjustment
                .more
                .minor()
                .checked_abs()
                .expect("a cost is far from the largest number"),
            adjustment.more.currency(),
        );
        let transfer = self.transfer(adjustment.account, &adjustment.case.to_string(), movement, amount);
        self.post(transfer.noted(&noted(adjustment.attempt)), legs, "post");
    }
}

/// What is booked for an attempt at its supplier by now, by currency: what is owed, less what was forgiven, as cases
/// have adjusted it.
pub fn booked(
    tx: &mut Tx<'_>,
    account: AccountId,
    (attempt, supplier): (AttemptId, &SupplierName),
) -> Result<Vec<Money>, Error> {
    const OWED: &str = "SELECT currency,
            CAST(SUM(CASE WHEN credit = ?2 THEN amount_minor ELSE -amount_minor END) AS BIGINT)
        FROM transfers WHERE account_id = ?1 AND (debit = ?2 OR credit = ?2)";
    let payable = Code::Payable(supplier.clone()).to_string();
    let read = |row: &Row<'_>| Ok(Money::new(row.int(1)?, row.parse(0)?));
    let own = format!("{OWED} AND subject_id = ?3 GROUP BY currency ORDER BY currency");
    let mut booked = tx.query(&own, &values![account, &payable, attempt.to_string()], read)?;
    let by_cases =
        format!("{OWED} AND subject_id >= ?3 AND subject_id < ?4 AND note = ?5 GROUP BY currency ORDER BY currency");
    let (first, last) = (CaseId::PREFIX.to_owned(), format!("{}~", CaseId::PREFIX));
    let adjusted = tx.query(
        &by_cases,
        &values![account, &payable, first, last, noted(attempt)],
        read,
    )?;
    for more in adjusted {
        match booked.iter_mut().find(|sum| sum.currency() == more.currency()) {
            Some(sum) => *sum = sum.checked_add(more).map_err(Error::corrupt)?,
            None => booked.push(more),
        }
    }
    Ok(booked)
}

/// The note of an adjustment: it begins with the attempt, so that what that has cost can be added up.
fn noted(attempt: AttemptId) -> String {
    format!("{attempt} adjusted")
}

/// What one kind of movement in an account's book has added up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierSum {
    /// Whose book; `all` for a total.
    pub account: String,
    /// `cost`, `cost_reversal`, or `owed` for a total.
    pub movement: String,
    /// How many transfers.
    pub transfers: i64,
    /// What it makes us owe; negative for what was forgiven.
    pub owed: Money,
}

/// Adds up what a supplier is owed for a span of time, by account, movement and currency. For operators.
pub fn owed_to_supplier(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<SupplierSum>, Error> {
    let sql = "SELECT t.account_id, t.movement, t.currency, COUNT(*),
                   CAST(SUM(CASE WHEN t.credit = ?1 THEN t.amount_minor ELSE -t.amount_minor END) AS BIGINT)
               FROM accounts a
               JOIN transfers t ON t.account_id = a.id
               WHERE (t.debit = ?1 OR t.credit = ?1) AND t.created_at >= ?2 AND t.created_at < ?3
               GROUP BY t.account_id, t.movement, t.currency
               ORDER BY t.account_id, t.movement, t.currency";
    let payable = format!("payable:{supplier}");
    tx.query(sql, &values![payable, from, until], |row| {
        Ok(SupplierSum {
            account: row.text(0)?,
            movement: row.text(1)?,
            transfers: row.int(3)?,
            owed: Money::new(row.int(4)?, row.parse(2)?),
        })
    })
}

/// Adds sums up over all accounts and movements, by currency.
pub fn totals(sums: &[SupplierSum]) -> Vec<SupplierSum> {
    let mut totals: BTreeMap<Currency, SupplierSum> = BTreeMap::new();
    for sum in sums {
        let currency = sum.owed.currency();
        let total = totals.entry(currency).or_insert_with(|| SupplierSum {
            account: "all".to_owned(),
            movement: "owed".to_owned(),
            transfers: 0,
            owed: Money::zero(currency),
        });
        total.transfers += sum.transfers;
        total.owed = total.owed.checked_add(sum.owed).unwrap_or(total.owed);
    }
    totals.into_values().collect()
}
