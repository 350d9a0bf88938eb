//! Paying an invoice that was created unpaid.

use model::{AccountId, InvoiceId, Timestamp};

use super::{AnswerWith, Invoice, InvoiceStatus, store};
use crate::{
    Error,
    accounts::{self, AccountStatus},
    db::Tx,
    idempotency::{self, IdempotencyKey, Known},
    ledger::{Books, InsufficientBalance},
    limits::{LimitExceeded, Spending},
    orders,
};

/// When an invoice is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payment {
    /// When it is created, from the balance.
    Now,
    /// By a later request.
    Later,
}

/// A payment that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paid {
    /// Just now.
    Now(Box<Invoice>),
    /// Before; the invoice as it stands.
    Before(Box<Invoice>),
    /// By an earlier request with the same key; this was the answer.
    Again(String),
}

/// Why an invoice is not paid. It stays as it was.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PayError {
    /// The account has no such invoice.
    #[error("there is no such invoice")]
    Unknown,
    /// Its price does not hold any more, or it was cancelled.
    #[error("the invoice is {0}")]
    NotPayable(&'static str),
    /// The account may not buy.
    #[error("the account is suspended")]
    AccountSuspended,
    /// The balance does not cover it.
    #[error("balance too low: {0}")]
    BalanceTooLow(#[from] InsufficientBalance),
    /// A limit of the account does not allow it.
    #[error(transparent)]
    LimitExceeded(#[from] LimitExceeded),
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Holds the money of an unpaid invoice's orders. Paying a paid one changes nothing.
pub fn pay(
    tx: &mut Tx<'_>,
    (account, id): (AccountId, InvoiceId),
    idempotency: Option<(&IdempotencyKey, &AnswerWith)>,
    now: Timestamp,
) -> Result<Paid, PayError> {
    let row = accounts::lock(tx, &[account])?.pop().ok_or(PayError::Unknown)?;
    if let Some((key, _)) = idempotency {
        let known = idempotency::find(tx, &[(account, key)])?;
        match known
            .get(&(account, key.key.clone()))
            .map(|first| idempotency::compare(key, first))
        {
            Some(Known::Answered(answer)) => return Ok(Paid::Again(answer)),
            Some(Known::Reused) => return Err(PayError::IdempotencyKeyReused),
            None => {}
        }
    }
    let mut books = Books::open(tx, &[account], now)?;
    let invoice = store::find_all(tx, &[(account, id)])?;
    let invoice = store::with_orders(tx, invoice)?.pop().ok_or(PayError::Unknown)?;
    let paid = match invoice.status {
        InvoiceStatus::Paid { .. } | InvoiceStatus::Complete { .. } => Paid::Before(Box::new(invoice)),
        InvoiceStatus::Unpaid if row.account.status == AccountStatus::Suspended => {
            return Err(PayError::AccountSuspended);
        }
        InvoiceStatus::Unpaid if invoice.expires_at > now => {
            let mut spending = Spending::read(tx, &[account], now)?;
            let recipients: Vec<_> = invoice
                .orders
                .iter()
                .map(|order| (account, order.phone_number))
                .collect();
            if row.account.limits.recipient_day_max.is_some() {
                spending.read_recipients(tx, &recipients, now)?;
            }
            let available = books.balance(account, invoice.price.currency());
            if invoice.price.minor() > available.minor() {
                return Err(InsufficientBalance {
                    needed: invoice.price,
                    available,
                }
                .into());
            }
            for order in &invoice.orders {
                spending.spend((account, &row.account.limits), order.phone_number, order.price)?;
                books.hold_for_order(&order.money())?;
            }
            books.write(tx)?;
            spending.write(tx, now)?;
            Paid::Now(Box::new(set_out(tx, invoice, now)?))
        }
        InvoiceStatus::Unpaid | InvoiceStatus::Expired { .. } => return Err(PayError::NotPayable("expired")),
        InvoiceStatus::Cancelled { .. } => return Err(PayError::NotPayable("cancelled")),
    };
    if let (Some((key, answer)), Paid::Now(invoice) | Paid::Before(invoice)) = (idempotency, &paid) {
        idempotency::keep(tx, &[((account, key), answer(invoice))], now)?;
    }
    Ok(paid)
}

/// Lets the workers have its orders.
fn set_out(tx: &mut Tx<'_>, mut invoice: Invoice, now: Timestamp) -> Result<Invoice, Error> {
    let before = invoice.status;
    invoice.status = before.pay(now).map_err(Error::corrupt)?;
    let mut changed = Vec::with_capacity(invoice.orders.len());
    for order in &mut invoice.orders {
        let before = order.status;
        order.status = before.pay(now).map_err(Error::corrupt)?;
        changed.push((before, order.clone()));
    }
    orders::update(tx, &changed)?;
    store::update(tx, &[(before, &invoice)])?;
    Ok(invoice)
}
