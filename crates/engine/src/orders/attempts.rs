//! Attempts: one submission of an order to one supplier, and their SQL.

use std::collections::HashMap;

use model::{AccountId, AttemptId, AttemptRef, Money, Outcome, PhoneNumber, SupplierName, Timestamp};

use super::{Ground, Order, OrderKey, store::json};
use crate::{
    Error,
    db::{Asked, Insert, Lock, Row, Select, Tx, Update, int, text, values},
    routing::Choice,
};

/// One submission of an order to one supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Whose order.
    pub account: AccountId,
    /// Which order, and which attempt of it.
    pub id: AttemptId,
    /// Who is asked to deliver.
    pub supplier: SupplierName,
    /// The supplier's name for it.
    pub sku: String,
    /// What the offer said it costs.
    pub cost: Money,
    /// When it was written, just before the call.
    pub submitted_at: Timestamp,
    /// How often the supplier has been asked what became of it.
    pub questions: u32,
    /// How often in a row the supplier had no record of it.
    pub absences: u32,
    /// The supplier's own reference.
    pub supplier_reference: Option<String>,
    /// The last answer.
    pub outcome: Option<Outcome>,
    /// When that came.
    pub answered_at: Option<Timestamp>,
    /// Why this supplier was chosen, where there was a choice.
    pub choice: Option<Choice>,
    /// The evidence that ended it: what came after rests on it.
    pub rule: Option<Ground>,
}

impl Attempt {
    /// Where its order is kept.
    pub const fn key(&self) -> OrderKey {
        OrderKey {
            account: self.account,
            order: self.id.order,
        }
    }

    /// Whether its supplier says that it was delivered, and has not taken it back.
    pub const fn has_delivered(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Delivered(_)))
    }

    /// What its supplier is asked about.
    pub fn reference(&self, recipient: PhoneNumber) -> AttemptRef {
        AttemptRef {
            attempt: self.id,
            recipient,
            sku: self.sku.as_str().into(),
            submitted_at: self.submitted_at,
            supplier_reference: self.supplier_reference.clone(),
        }
    }
}

const ATTEMPT_COLUMNS: &str = "account_id, order_id, number, supplier, sku, cost_minor, cost_currency, submitted_at,
    questions, absences, supplier_reference, outcome, answered_at, choice, rule";

fn read_attempt(row: &Row<'_>) -> Result<Attempt, Error> {
    Ok(Attempt {
        account: row.parse(0)?,
        id: AttemptId {
            order: row.parse(1)?,
            number: row.count(2)?,
        },
        supplier: row.parse(3)?,
        sku: row.text(4)?,
        cost: Money::new(row.int(5)?, row.parse(6)?),
        submitted_at: row.time(7)?,
        questions: row.count(8)?,
        absences: row.count(9)?,
        supplier_reference: row.text_opt(10)?,
        outcome: row.json_opt(11)?,
        answered_at: row.time_opt(12)?,
        choice: row.json_opt(13)?,
        rule: row.json_opt(14)?,
    })
}

/// Reads all attempts of some orders.
pub(super) fn of_orders(tx: &mut Tx<'_>, orders: &[OrderKey]) -> Result<Vec<Attempt>, Error> {
    let asked = ask(tx, orders)?;
    tx.take(asked)
}

/// Asks for all attempts of some orders.
pub(super) fn ask(tx: &mut Tx<'_>, orders: &[OrderKey]) -> Result<Asked<Attempt>, Error> {
    const OF_ORDER: Select = Select {
        table: "attempts",
        columns: ATTEMPT_COLUMNS,
        keys: &[text("account_id"), text("order_id")],
        condition: "",
        order: "ORDER BY account_id, order_id, number",
        lock: Lock::None,
    };
    let keys: Vec<_> = orders.iter().map(|key| values![key.account, key.order]).collect();
    tx.ask_many(&OF_ORDER, &keys, read_attempt)
}

/// Lists an order's attempts, first to last.
pub fn attempts(tx: &mut Tx<'_>, key: OrderKey) -> Result<Vec<Attempt>, Error> {
    of_orders(tx, &[key])
}

/// Writes new attempts.
pub(super) fn insert(tx: &mut Tx<'_>, attempts: &[Attempt]) -> Result<(), Error> {
    const NEW: Insert = Insert {
        table: "attempts",
        columns: &[
            text("account_id"),
            text("order_id"),
            int("number"),
            text("supplier"),
            text("sku"),
            int("cost_minor"),
            text("cost_currency"),
            int("submitted_at"),
            int("questions"),
            int("absences"),
            text("choice"),
        ],
        conflict: "",
    };
    let row = |attempt: &Attempt| {
        values![
            attempt.account,
            attempt.id.order,
            attempt.id.number,
            &attempt.supplier,
            &attempt.sku,
            attempt.cost.minor(),
            attempt.cost.currency(),
            attempt.submitted_at,
            attempt.questions,
            attempt.absences,
            json(attempt.choice.as_ref()),
        ]
    };
    tx.insert_many(&NEW, &attempts.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

/// Writes what has become of attempts.
pub(super) fn update(tx: &mut Tx<'_>, attempts: &[Attempt]) -> Result<(), Error> {
    const ANSWERED: Update = Update {
        table: "attempts",
        keys: &[text("account_id"), text("order_id"), int("number")],
        sets: &[
            int("questions"),
            int("absences"),
            text("supplier_reference"),
            text("outcome"),
            int("answered_at"),
            text("rule"),
        ],
    };
    let row = |attempt: &Attempt| {
        values![
            attempt.account,
            attempt.id.order,
            attempt.id.number,
            attempt.questions,
            attempt.absences,
            attempt.supplier_reference.as_ref(),
            json(attempt.outcome.as_ref()),
            attempt.answered_at,
            json(attempt.rule.as_ref()),
        ]
    };
    tx.update_many(&ANSWERED, &attempts.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

/// Finds the first attempts of those orders that have any.
pub fn first_attempts(tx: &mut Tx<'_>, orders: &[Order]) -> Result<HashMap<OrderKey, Attempt>, Error> {
    let mut first = HashMap::new();
    // Databases take only so many keys at once.
    for some in orders.chunks(500) {
        let keys: Vec<_> = some.iter().map(Order::key).collect();
        for attempt in of_orders(tx, &keys)?
            .into_iter()
            .filter(|attempt| attempt.id.number == 1)
        {
            first.insert(attempt.key(), attempt);
        }
    }
    Ok(first)
}

/// Finds whose attempt this is. Suppliers know our reference, not our accounts: one look per account.
pub fn find_by_attempt(tx: &mut Tx<'_>, attempt: AttemptId) -> Result<Option<(OrderKey, Attempt)>, Error> {
    let columns: Vec<_> = ATTEMPT_COLUMNS
        .split(',')
        .map(|column| format!("t.{}", column.trim()))
        .collect();
    let sql = format!(
        "SELECT {} FROM accounts a
         CROSS JOIN attempts t WHERE t.account_id = a.id AND t.order_id = ?1 AND t.number = ?2",
        columns.join(", ")
    );
    let found = tx.find(&sql, &values![attempt.order, attempt.number], read_attempt)?;
    Ok(found.map(|found| (found.key(), found)))
}
