//! An invoice as its account sees it: in answers and as the body of a webhook.

use engine::invoices::{self, InvoiceStatus};
use model::{InvoiceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Number, Order, shown, shown_opt};

/// One or more orders bought together.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Invoice<'a> {
    /// Its id.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = "^inv_[0-9a-z]{26}$", example = "inv_01kasd8e1hf5t8w1xq0c9k2m3n")]
    id: InvoiceId,
    /// `unpaid`, `payment_confirmed`, `pending`, `complete`, `expired` or `cancelled`. Complete means
    /// that every order has ended, not that all were delivered.
    #[schema(
        pattern = "^(unpaid|payment_confirmed|pending|complete|expired|cancelled)$",
        example = "complete"
    )]
    status: &'static str,
    /// When it was made.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = DateTime)]
    created_time: Timestamp,
    /// When its last order ended.
    #[serde(serialize_with = "shown_opt")]
    #[schema(value_type = Option<String>, format = DateTime)]
    completed_time: Option<Timestamp>,
    /// Until when its price holds while it is unpaid.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = DateTime)]
    expires_time: Timestamp,
    /// How it is paid.
    payment: Payment<'a>,
    /// One for every unit of every line.
    orders: Vec<Order<'a>>,
    /// Who is told when it becomes final.
    webhook_url: Option<&'a str>,
    /// The account's own reference.
    reference: Option<&'a str>,
}

/// How an invoice is paid.
#[derive(Serialize, ToSchema)]
struct Payment<'a> {
    /// Always `balance`.
    #[schema(example = "balance")]
    method: &'a str,
    /// `unpaid` or `payment_confirmed`.
    #[schema(pattern = "^(unpaid|payment_confirmed)$", example = "payment_confirmed")]
    status: &'static str,
    /// What all orders cost.
    price: Number,
    /// What the price is counted in.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: &'static str,
    /// Always 0.
    commission: u8,
}

impl<'a> Invoice<'a> {
    /// Writes an invoice down; links begin with `base_url`.
    pub(in crate::api) fn of(invoice: &'a invoices::Invoice, base_url: &str) -> Self {
        let complete = matches!(invoice.status, InvoiceStatus::Complete { .. });
        let paid = invoice.status.paid_at().is_some();
        Self {
            id: invoice.id,
            status: invoice.shown_status(),
            created_time: invoice.created_at(),
            completed_time: invoice.status.ended_at().filter(|_| complete),
            expires_time: invoice.expires_at,
            payment: Payment {
                method: &invoice.payment_method,
                status: if paid { "payment_confirmed" } else { "unpaid" },
                price: invoice.price.into(),
                currency: invoice.price.currency().code(),
                commission: 0,
            },
            orders: invoice.orders.iter().map(|order| Order::of(order, base_url)).collect(),
            webhook_url: invoice.webhook_url.as_deref(),
            reference: invoice.reference.as_deref(),
        }
    }
}
