//! An event that tells of nothing, so that a receiver can be tried before money moves.

use model::{DeliveryId, EventId, InvoiceId, Money, Timestamp};

use super::{Delivery, log, store};
use crate::{
    Context, Error,
    accounts::Account,
    db::Tx,
    invoices::{Invoice, InvoiceStatus},
};

/// The kind of a test event, and the reference of the invoice in its body.
pub const TEST_EVENT: &str = "webhook.test";

/// Sends an address what it would be sent of an invoice: one without orders, for nothing, that is nowhere
/// else.
pub fn send_test(
    tx: &mut Tx<'_>,
    context: &Context,
    (account, url): (&Account, &str),
    now: Timestamp,
) -> Result<Delivery, Error> {
    let sample = Invoice {
        account: account.id,
        id: InvoiceId::from_uuid(context.ids.next(now)),
        number: 0,
        status: InvoiceStatus::Complete { paid_at: now, at: now },
        payment_method: "balance".to_owned(),
        price: Money::zero(account.currency),
        reference: Some(TEST_EVENT.to_owned()),
        webhook_url: Some(url.to_owned()),
        expires_at: now,
        first_order: 0,
        orders_count: 0,
        orders_open: 0,
        orders: Vec::new(),
    };
    let delivery = DeliveryId::from_uuid(context.ids.next(now));
    let event = store::NewEvent {
        account: account.id,
        id: EventId::from_uuid(context.ids.next(now)),
        delivery,
        kind: TEST_EVENT.to_owned(),
        invoice: None,
        body: (context.present)(&sample),
        url: url.to_owned(),
    };
    store::insert(tx, &[event], now)?;
    log::find(tx, account.id, delivery)?.ok_or_else(|| Error::corrupt("a delivery that was just written"))
}
