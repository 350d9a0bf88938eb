//! `/invoices/{invoice}`: orders that were bought together, what was paid for them and what came back.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use engine::{
    db::Tx,
    invoices::{self, Invoice},
    orders::OrderStatus,
    people::Action,
};
use model::{InvoiceId, Money};

use super::{kind, paying};
use crate::{
    counter::Till,
    web::{Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "desk/invoice.html")]
struct InvoicePage {
    page: Page,
    till: Till,
    invoice: Invoice,
    /// What was paid, and what of it came back.
    paid: Money,
    back: Money,
}

impl InvoicePage {
    /// How its state looks.
    fn state_kind(&self) -> &'static str {
        match self.invoice.shown_status() {
            "complete" => "good",
            "expired" | "cancelled" => "bad",
            _ => "info",
        }
    }

    /// Whether it waits to be paid, at a price that holds.
    fn is_payable(&self) -> bool {
        paying::is_payable(&self.invoice, &self.page)
    }

    /// A form of the invoice.
    fn at(&self, part: &str) -> String {
        format!("/invoices/{}/{part}", self.invoice.id)
    }

    /// Whether something is still to come.
    fn is_open(&self) -> bool {
        self.invoice.orders.iter().any(|order| order.status.due_at().is_some())
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(invoice): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnOrders)?;
    let account = signed_in.account()?;
    let id: InvoiceId = invoice.parse().map_err(|_| PageError::NotFound)?;
    let find = move |tx: &mut Tx<'_>| invoices::find(tx, account, id);
    let invoice = web.app.db.read(find).await?.ok_or(PageError::NotFound)?;
    let came_back =
        |status: &OrderStatus| matches!(status, OrderStatus::Refunded { .. } | OrderStatus::Reversed { .. });
    let zero = Money::zero(invoice.price.currency());
    let back = invoice
        .orders
        .iter()
        .filter(|order| came_back(&order.status))
        .try_fold(zero, |sum, order| sum.checked_add(order.price));
    html(&InvoicePage {
        till: Till::open(&web, &signed_in).await?,
        page: signed_in.page,
        paid: invoice.status.paid_at().map_or(zero, |_| invoice.price),
        back: back.map_err(|_| PageError::Internal)?,
        invoice,
    })
}
