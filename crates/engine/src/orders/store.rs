//! Orders' SQL and nothing else.

use model::{AccountId, InvoiceId, Money, Timestamp};

use super::{Order, OrderKey, OrderStatus};
use crate::{
    Error,
    db::{Asked, Insert, Lock, Row, Select, Tx, Update, Value, int, text, values},
};

pub(super) const COLUMNS: &str = "account_id, id, number, invoice_id, status, product_id, product_name, package_value,
    value_minor, value_currency, phone_number, country, price_minor, currency, reference, attempts, due_at, failure,
    receipt, decision, ended_at, lease_until, held_up, delivered_by";

pub(super) fn read(row: &Row<'_>) -> Result<Order, Error> {
    let attempts = row.count(15)?;
    Ok(Order {
        account: row.parse(0)?,
        id: row.parse(1)?,
        number: row.int(2)?,
        invoice: row.parse(3)?,
        status: status(&row.text(4)?, last_or_delivered(row)?, moment(row)?)?,
        product: row.parse(5)?,
        product_name: row.text(6)?,
        package_value: row.text_opt(7)?,
        value: Money::new(row.int(8)?, row.parse(9)?),
        phone_number: row.parse(10)?,
        country: row.parse(11)?,
        price: Money::new(row.int(12)?, row.parse(13)?),
        reference: row.text_opt(14)?,
        attempts,
        failure: row.json_opt(17)?,
        receipt: row.json_opt(18)?,
        decision: row.json_opt(19)?,
        held_up: row.json_opt(22)?,
    })
}

/// The end of its lease, when it is due or when it ended: the first that is there.
fn moment(row: &Row<'_>) -> Result<Option<Timestamp>, Error> {
    Ok(row.time_opt(21)?.or(row.time_opt(16)?).or(row.time_opt(20)?))
}

/// The last attempt is the one under way, or the one that delivered, unless another is named.
fn last_or_delivered(row: &Row<'_>) -> Result<u32, Error> {
    match row.int_opt(23)? {
        Some(number) => u32::try_from(number).map_err(Error::corrupt),
        None => row.count(15),
    }
}

fn status(word: &str, attempt: u32, moment: Option<Timestamp>) -> Result<OrderStatus, Error> {
    let at = moment.unwrap_or_default();
    Ok(match word {
        "created" => OrderStatus::Created,
        "waiting" => OrderStatus::Waiting { due_at: at },
        "delivering" => OrderStatus::Delivering {
            attempt,
            lease_until: at,
        },
        "confirming" => OrderStatus::Confirming { attempt, ask_at: at },
        "stuck" => OrderStatus::Stuck { attempt, ask_at: at },
        "delivered" => OrderStatus::Delivered { attempt, at },
        "refunded" => OrderStatus::Refunded { at },
        "reversed" => OrderStatus::Reversed { attempt, at },
        "cancelled" => OrderStatus::Cancelled { at },
        other => return Err(Error::corrupt(format_args!("order status {other:?}"))),
    })
}

pub(super) fn json<T: serde::Serialize>(value: Option<&T>) -> Option<String> {
    value.map(|value| serde_json::to_string(value).expect("plain data becomes JSON"))
}

/// Asks for orders, which then stay as they are until the transaction ends.
pub(super) fn ask(tx: &mut Tx<'_>, keys: &[OrderKey]) -> Result<Asked<Order>, Error> {
    const LOCK: Select = Select {
        table: "orders",
        columns: COLUMNS,
        keys: &[text("account_id"), text("id")],
        condition: "",
        order: "",
        lock: Lock::Rows,
    };
    let keys: Vec<_> = keys.iter().map(|key| values![key.account, key.order]).collect();
    tx.ask_many(&LOCK, &keys, read)
}

/// Reads all orders of invoices: those of one invoice are numbered without gaps.
pub(crate) fn of_invoices(tx: &mut Tx<'_>, spans: &[(AccountId, i64, i64)]) -> Result<Vec<Order>, Error> {
    const SPAN: Select = Select {
        table: "orders",
        columns: COLUMNS,
        keys: &[text("account_id"), int("number").from(), int("number").below()],
        condition: "",
        order: "ORDER BY account_id, number",
        lock: Lock::None,
    };
    let keys: Vec<_> = spans
        .iter()
        .map(|(account, first, count)| values![account, *first, first + count])
        .collect();
    tx.select_many(&SPAN, &keys, read)
}

/// Inserts new orders.
pub(crate) fn insert(tx: &mut Tx<'_>, orders: &[Order]) -> Result<(), Error> {
    const NEW: Insert = Insert {
        table: "orders",
        columns: &[
            text("account_id"),
            text("id"),
            int("number"),
            text("invoice_id"),
            text("status"),
            text("product_id"),
            text("product_name"),
            text("package_value"),
            int("value_minor"),
            text("value_currency"),
            text("phone_number"),
            text("country"),
            int("price_minor"),
            text("currency"),
            text("reference"),
            int("attempts"),
            int("due_at"),
            text("exceptional"),
        ],
        conflict: "",
    };
    let row = |order: &Order| {
        values![
            order.account,
            order.id,
            order.number,
            order.invoice,
            order.status.as_str(),
            &order.product,
            &order.product_name,
            order.package_value.as_ref(),
            order.value.minor(),
            order.value.currency(),
            order.phone_number,
            order.country,
            order.price.minor(),
            order.price.currency(),
            order.reference.as_ref(),
            order.attempts,
            order.status.due_at(),
            exceptional(&order.status),
        ]
    };
    tx.insert_many(&NEW, &orders.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

/// Its status if that is not one of an ordinary order's.
fn exceptional(status: &OrderStatus) -> Option<&'static str> {
    match status {
        OrderStatus::Waiting { .. } | OrderStatus::Delivering { .. } | OrderStatus::Delivered { .. } => None,
        OrderStatus::Created
        | OrderStatus::Confirming { .. }
        | OrderStatus::Stuck { .. }
        | OrderStatus::Refunded { .. }
        | OrderStatus::Reversed { .. }
        | OrderStatus::Cancelled { .. } => Some(status.as_str()),
    }
}

/// Writes how orders stand now, each only if it still stood as it was read.
pub(crate) fn update(tx: &mut Tx<'_>, changed: &[(OrderStatus, Order)]) -> Result<(), Error> {
    const STAND: Update = Update {
        table: "orders",
        keys: &[text("account_id"), text("id"), text("status")],
        sets: &[
            text("status"),
            int("attempts"),
            int("due_at"),
            int("lease_until"),
            text("failure"),
            text("receipt"),
            text("decision"),
            int("ended_at"),
            text("exceptional"),
            text("held_up"),
            int("delivered_by"),
        ],
    };
    let row = |(before, order): &(OrderStatus, Order)| {
        let (due_at, lease_until) = match order.status {
            OrderStatus::Delivering { lease_until, .. } => (before.due_at(), Some(lease_until)),
            other => (other.due_at(), None),
        };
        values![
            order.account,
            order.id,
            before.as_str(),
            order.status.as_str(),
            order.attempts,
            due_at,
            lease_until,
            json(order.failure.as_ref()),
            json(order.receipt.as_ref()),
            json(order.decision.as_ref()),
            order.status.ended_at(),
            exceptional(&order.status),
            json(order.held_up.as_ref()),
            order.status.delivered_by().filter(|by| *by != order.attempts),
        ]
    };
    tx.update_many(&STAND, &changed.iter().map(row).collect::<Vec<_>>())
}

/// Finds an order, whoever's it is. For operators.
pub fn find_any(tx: &mut Tx<'_>, id: model::OrderId) -> Result<Option<Order>, Error> {
    match find_invoice(tx, id)? {
        Some((account, _)) => super::find(tx, account, id),
        None => Ok(None),
    }
}

/// Finds the invoice of an order, whoever's it is. For operators.
pub fn find_invoice(tx: &mut Tx<'_>, order: model::OrderId) -> Result<Option<(AccountId, InvoiceId)>, Error> {
    let sql =
        "SELECT o.account_id, o.invoice_id FROM accounts a CROSS JOIN orders o WHERE o.account_id = a.id AND o.id = ?1";
    tx.find(sql, &[Value::from(order)], |row| Ok((row.parse(0)?, row.parse(1)?)))
}
