//! Webhooks: what an account is told, signed, tried again and again, and logged.
//!
//! An event is written in the transaction of what it tells of, with its body. A worker claims each
//! delivery of it with [`begin`], posts it, and writes the try with [`Tried`]: one worker at a time,
//! by a lease.

mod log;
mod signature;
mod silence;
mod store;
mod test_event;
mod tried;
mod troubled;

pub use log::{Delivery, Try, body, find, last_tries, list, recent, resend, tries};
use model::{DeliveryId, EventId, Timestamp};
pub use signature::{SIGNATURE_HEADERS, new_secret, signature_headers, verify};
pub use silence::Silence;
pub use store::{Posting, begin};
pub use test_event::{TEST_EVENT, send_test};
pub use tried::{Answer, Next, Tried};
pub use troubled::{TROUBLED_MAX, Trouble, Troubled, troubled};

use crate::{Context, Error, db::Tx, invoices, invoices::Invoice, orders::OrderStatus};

/// Writes an event, and its delivery, for each of these invoices that has a URL. Read without their
/// orders, they get them here.
pub(crate) fn tell(tx: &mut Tx<'_>, context: &Context, invoices: Vec<Invoice>, now: Timestamp) -> Result<(), Error> {
    let told: Vec<_> = invoices
        .into_iter()
        .filter(|invoice| invoice.webhook_url.is_some())
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let mut events = Vec::with_capacity(told.len());
    for invoice in invoices::with_orders(tx, told)? {
        events.push(store::NewEvent {
            account: invoice.account,
            id: EventId::from_uuid(context.ids.next(now)),
            delivery: DeliveryId::from_uuid(context.ids.next(now)),
            kind: kind(&invoice),
            invoice: Some(invoice.id),
            body: (context.present)(&invoice),
            url: invoice.webhook_url.unwrap_or_default(),
        });
    }
    store::insert(tx, &events, now)
}

/// What has happened to an invoice.
fn kind(invoice: &Invoice) -> String {
    let reversed = invoice
        .orders
        .iter()
        .any(|order| matches!(order.status, OrderStatus::Reversed { .. }));
    if reversed {
        "invoice.reversed".to_owned()
    } else {
        format!("invoice.{}", invoice.status.as_str())
    }
}
