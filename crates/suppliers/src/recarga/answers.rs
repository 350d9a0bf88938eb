//! What the v2 API's answers mean.

use model::{
    AttemptId, Cause, Currency, Elsewhere, Evidence, Fault, Money, Outcome, PhoneNumber, Receipt, Record, RecordState,
    Rejection, Rounding,
};

use super::{
    codes::CODES,
    wire::{Data, Invoice, List, Order, Refused},
};
use crate::{
    codes::{judge, shortened},
    http::{Answer, json::Exact},
};

/// Before an invoice's id, where no order's is known yet.
const INVOICE: &str = "invoice:";

/// Where to look for an order at the supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// `/orders/{id}`
    Order(&'a str),
    /// `/invoices/{id}`
    Invoice(&'a str),
}

impl<'a> Place<'a> {
    /// Reads a reference that [`submitted`] has made.
    pub(super) fn of(reference: &'a str) -> Self {
        reference
            .strip_prefix(INVOICE)
            .map_or(Self::Order(reference), Self::Invoice)
    }
}

/// Reads the answer to a submission, or an invoice that was asked for later.
pub(super) fn invoiced(answer: &Answer, evidence: &Evidence) -> Outcome {
    if !answer.is_success() {
        return refused(answer, evidence);
    }
    let invoice: Data<Invoice> = match answer.read() {
        Ok(invoice) => invoice,
        Err(cause) => return unreadable(cause, evidence),
    };
    let invoice = invoice.data;
    let (outcome, rule) = match &invoice.orders[..] {
        [order] => {
            let (outcome, rule) = order.standing();
            (with_price(outcome, &invoice), rule)
        }
        // Its orders aren't listed yet, or it isn't the invoice that was asked for.
        orders => {
            let status = invoice.status.as_deref().unwrap_or("without a status");
            let rule = format!("pending: an invoice {status} with {} orders", orders.len());
            let reference = Some(format!("{INVOICE}{}", invoice.id));
            let supplier_reference = reference;
            (Outcome::Pending { supplier_reference }, rule)
        }
    };
    evidence.judged(&rule);
    outcome
}

/// Reads an order that was asked for by its id.
pub(super) fn ordered(answer: &Answer, evidence: &Evidence) -> Outcome {
    if !answer.is_success() {
        // It was there once, so that it isn't found proves nothing.
        return unasked(answer, evidence);
    }
    let order: Data<Order> = match answer.read() {
        Ok(order) => order,
        Err(cause) => return unreadable(cause, evidence),
    };
    let (outcome, rule) = order.data.standing();
    evidence.judged(&rule);
    outcome
}

/// Reads an invoice that was asked for by its id.
pub(super) fn invoice_found(answer: &Answer, evidence: &Evidence) -> Outcome {
    if answer.is_success() {
        invoiced(answer, evidence)
    } else {
        unasked(answer, evidence)
    }
}

/// Reads the orders with our reference. `None` if there is none.
pub(super) fn listed(answer: &Answer, attempt: AttemptId, evidence: &Evidence) -> Option<Outcome> {
    if !answer.is_success() {
        return Some(unasked(answer, evidence));
    }
    let list: List<Order> = match answer.read() {
        Ok(list) => list,
        Err(cause) => return Some(unreadable(cause, evidence)),
    };
    let own = attempt.to_string();
    let is_own = |order: &&Order| order.reference.as_deref() == Some(own.as_str());
    let found = list.data.iter().filter(is_own).map(Order::standing);
    // More than one can't be by its rules. If there is, what was delivered counts first.
    let found = found.min_by_key(|(outcome, _)| match outcome {
        Outcome::Delivered(_) => 0,
        Outcome::Pending { .. } | Outcome::Unknown(_) => 1,
        Outcome::Reversed { .. } => 2,
        Outcome::Rejected(_) => 3,
    });
    match found {
        Some((outcome, rule)) => {
            evidence.judged(&rule);
            Some(outcome)
        }
        None if list.data.is_empty() => {
            evidence.judged("no record: no order has this reference");
            None
        }
        None => {
            let cause = Cause::Unreadable("orders with other references than the one asked for".into());
            Some(unreadable(cause, evidence))
        }
    }
}

fn refused(answer: &Answer, evidence: &Evidence) -> Outcome {
    let refused = answer.read::<Refused>().ok();
    let code = refused.as_ref().and_then(|refused| refused.error_code.as_deref());
    let status = answer.status.to_string();
    if answer.status >= 500 {
        // Whatever the code: a server that fails may have done its work before.
        evidence.judged(&format!("unknown: status {status}"));
        return Outcome::Unknown(Cause::UnlistedCode(format!("{status} {}", code.unwrap_or("no code"))));
    }
    let message = refused.as_ref().and_then(|refused| refused.message.as_deref());
    judge(&CODES, code.unwrap_or(&status), message.unwrap_or_default(), evidence)
}

/// A question that was not answered.
fn unasked(answer: &Answer, evidence: &Evidence) -> Outcome {
    evidence.judged(&format!(
        "unknown: the question was answered with status {}",
        answer.status
    ));
    Outcome::Unknown(Cause::Connection(format!("status {}", answer.status)))
}

fn unreadable(cause: Cause, evidence: &Evidence) -> Outcome {
    evidence.judged(&format!("unknown: {cause}"));
    Outcome::Unknown(cause)
}

/// An order without a price of its own cost what its invoice did.
fn with_price(outcome: Outcome, invoice: &Invoice) -> Outcome {
    match (outcome, &invoice.payment) {
        (Outcome::Delivered(receipt), Some(payment)) if receipt.cost.is_none() => Outcome::Delivered(Receipt {
            cost: money(payment.price, payment.currency.as_deref()),
            ..receipt
        }),
        (outcome, _) => outcome,
    }
}

impl Order {
    /// How it stands, and by which rule.
    fn standing(&self) -> (Outcome, String) {
        let rule = |word: &str| format!("{word}: the order is {}", shortened(&self.status));
        match self.status.as_str() {
            "delivered" => (Outcome::Delivered(self.receipt()), rule("delivered")),
            // `failed` is followed by `refunded`: only then is nothing owed.
            "created" | "pending" | "processing" | "failed" | "permanent_failure" => (
                Outcome::Pending {
                    supplier_reference: Some(self.id.clone()),
                },
                rule("pending"),
            ),
            "refunded" | "cancelled" => (Outcome::Rejected(self.rejection()), rule("rejected")),
            "reversed" => (
                Outcome::Reversed {
                    message: self.message().unwrap_or("the supplier has taken it back").to_owned(),
                },
                rule("reversed"),
            ),
            other => (Outcome::Unknown(Cause::UnlistedCode(shortened(other))), rule("unknown")),
        }
    }

    fn message(&self) -> Option<&str> {
        self.error.as_ref()?.message.as_deref()
    }

    fn rejection(&self) -> Rejection {
        let code = self.error.as_ref().and_then(|error| error.code.as_deref());
        Rejection {
            fault: Fault::Operator,
            elsewhere: Elsewhere::May,
            code: shortened(code.unwrap_or(&self.status)),
            message: shortened(self.message().unwrap_or("the supplier could not deliver it")),
            again_after_s: None,
        }
    }

    fn receipt(&self) -> Receipt {
        let value = self.product.as_ref();
        let amount = value.and_then(|bought| Exact::parse(bought.value.as_deref()?));
        Receipt {
            supplier_reference: Some(self.id.clone()),
            operator_reference: self
                .receipt
                .as_ref()
                .and_then(|receipt| receipt.operator_reference.clone()),
            cost: self.cost(),
            delivered: money(amount, value.and_then(|bought| bought.currency.as_deref())),
        }
    }

    fn cost(&self) -> Option<Money> {
        money(self.price, self.currency.as_deref())
    }

    /// The order as the supplier's books have it.
    pub(super) fn record(&self) -> Option<Record> {
        let state = match self.status.as_str() {
            "delivered" => RecordState::Delivered,
            "refunded" | "cancelled" => RecordState::Rejected,
            "reversed" => RecordState::Reversed,
            _ => RecordState::Pending,
        };
        Some(Record {
            supplier_reference: self.id.clone(),
            reference: self.reference.clone(),
            recipient: self
                .phone_number
                .as_deref()
                .and_then(|text| text.parse::<PhoneNumber>().ok()),
            state,
            cost: self.cost().filter(|_| state == RecordState::Delivered),
            made_at: self.created_time.as_deref()?.parse().ok()?,
        })
    }
}

fn money(amount: Option<Exact>, currency: Option<&str>) -> Option<Money> {
    let currency: Currency = currency?.parse().ok()?;
    Money::round(amount?.0, currency, Rounding::HalfEven).ok()
}
