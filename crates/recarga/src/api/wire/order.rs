//! An order as its account sees it.

use engine::orders::{self, OrderStatus};
use model::{Fault, InvoiceId, OrderId, PhoneNumber, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Number, shown, shown_opt};

/// One phone, one product.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Order<'a> {
    /// Its id.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = "^ord_[0-9a-z]{26}$", example = "ord_01kasd8e1hf5t8w1xq0c9k2m3n")]
    id: OrderId,
    /// `created`, `pending`, `delivered`, `refunded`, `reversed` or `cancelled`.
    #[schema(
        pattern = "^(created|pending|delivered|refunded|reversed|cancelled)$",
        example = "delivered"
    )]
    status: &'static str,
    /// Why it is pending: `confirming` while its outcome is being found out, `delayed` while the operator wants
    /// the number to be left alone or no supplier can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pending_reason: Option<&'static str>,
    /// What is bought.
    product: Bought<'a>,
    /// The phone.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = r"^\+[1-9][0-9]{6,14}$", example = "+15551234567")]
    phone_number: PhoneNumber,
    /// What the account pays.
    price: Number,
    /// What the price is counted in.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: &'static str,
    /// When it was made.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = DateTime)]
    created_time: Timestamp,
    /// When it was delivered.
    #[serde(serialize_with = "shown_opt")]
    #[schema(value_type = Option<String>, format = DateTime)]
    delivered_time: Option<Timestamp>,
    /// What it was bought with.
    invoice: Link,
    /// The account's own reference.
    reference: Option<&'a str>,
    /// Why it was not delivered, or not for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<OrderError>,
    /// The money that came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refund: Option<Refund>,
    /// What the operator says of the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    receipt: Option<Receipt<'a>>,
}

/// The product of an order.
#[derive(Serialize, ToSchema)]
struct Bought<'a> {
    #[schema(example = "at-t-usa")]
    id: &'a str,
    /// Its name when it was bought.
    #[schema(example = "AT&T")]
    name: &'a str,
    /// What the phone receives.
    #[schema(example = 25)]
    value: Number,
    /// What the value is counted in.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: &'static str,
    /// Which package, unless the amount is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "at-t-usa<&>25")]
    package_id: Option<String>,
    #[serde(rename = "_href")]
    href: String,
}

/// The invoice of an order.
#[derive(Serialize, ToSchema)]
struct Link {
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = "^inv_[0-9a-z]{26}$")]
    id: InvoiceId,
    #[serde(rename = "_href")]
    href: String,
}

/// Why an order was not delivered.
#[derive(Serialize, ToSchema)]
struct OrderError {
    /// Always `delivery_failed`.
    #[schema(pattern = "^delivery_failed$", example = "delivery_failed")]
    code: &'static str,
    message: &'static str,
}

/// Money that came back.
#[derive(Serialize, ToSchema)]
struct Refund {
    amount: Number,
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: &'static str,
    #[serde(serialize_with = "shown_opt")]
    #[schema(value_type = Option<String>, format = DateTime)]
    time: Option<Timestamp>,
}

/// What the operator says of a delivery.
#[derive(Serialize, ToSchema)]
struct Receipt<'a> {
    /// The operator's reference, which the phone's owner can show the operator.
    operator_reference: &'a str,
}

impl<'a> Order<'a> {
    /// Writes an order down; links begin with `base_url`.
    pub(in crate::api) fn of(order: &'a orders::Order, base_url: &str) -> Self {
        let status = order.status;
        let returned = matches!(status, OrderStatus::Refunded { .. } | OrderStatus::Reversed { .. });
        let delivered = matches!(status, OrderStatus::Delivered { .. });
        let operator_reference = order
            .receipt
            .as_ref()
            .and_then(|receipt| receipt.operator_reference.as_deref());
        Self {
            id: order.id,
            status: status.shown(),
            pending_reason: match order {
                _ if order.is_confirming() => Some("confirming"),
                _ if order.is_held_up() => Some("delayed"),
                _ => None,
            },
            product: Bought::of(order, base_url),
            phone_number: order.phone_number,
            price: order.price.into(),
            currency: order.price.currency().code(),
            created_time: order.created_at(),
            delivered_time: status.ended_at().filter(|_| delivered),
            invoice: Link {
                id: order.invoice,
                href: format!("{base_url}/v2/invoices/{}", order.invoice),
            },
            reference: order.reference.as_deref(),
            error: returned.then(|| OrderError {
                code: "delivery_failed",
                message: reason(order),
            }),
            refund: returned.then(|| Refund {
                amount: order.price.into(),
                currency: order.price.currency().code(),
                time: status.ended_at(),
            }),
            receipt: operator_reference.map(|operator_reference| Receipt { operator_reference }),
        }
    }
}

impl<'a> Bought<'a> {
    fn of(order: &'a orders::Order, base_url: &str) -> Self {
        let id = order.product.as_str();
        Self {
            id,
            name: &order.product_name,
            value: order.value.into(),
            currency: order.value.currency().code(),
            package_id: order.package_value.as_ref().map(|value| format!("{id}<&>{value}")),
            href: format!("{base_url}/v2/products/{id}"),
        }
    }
}

/// Why an order came to nothing, without a supplier's words: those are for operators.
fn reason(order: &orders::Order) -> &'static str {
    if matches!(order.status, OrderStatus::Reversed { .. }) {
        return "the operator took the delivery back; the money is back on your balance";
    }
    match order.failure.as_ref().map(|failure| failure.fault) {
        Some(Fault::Number) => {
            "the operator says that this number can't be topped up; the money is back on your balance"
        }
        Some(Fault::WrongOperator) => {
            "the number is another operator's: see /check_phone_number; the money is back on your balance"
        }
        Some(Fault::Amount) => "the operator does not take this amount; the money is back on your balance",
        Some(Fault::Duplicate) => "the operator took it for a repetition; the money is back on your balance",
        Some(Fault::Float | Fault::Supplier | Fault::Operator) | None => {
            "it could not be delivered; the money is back on your balance, and a new order may succeed"
        }
    }
}
