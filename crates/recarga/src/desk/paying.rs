//! `/invoices/{invoice}/pay` and `…/cancel`: an invoice that was made unpaid is paid from the balance, after number and
//! price have been shown once more, or is cancelled. Paying a paid one changes nothing, so that a form that is sent
//! twice pays once.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    invoices::{self, EndError, Invoice, InvoiceStatus, Paid, PayError},
    ledger::InsufficientBalance,
    people::Action,
};
use model::{InvoiceId, Money};

use crate::{
    counter::{Till, exceeded, too_low},
    deeds,
    web::{Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "desk/pay.html")]
struct PayPage {
    page: Page,
    till: Till,
    invoice: Invoice,
    after: Option<Money>,
    wrong: Option<String>,
}

impl PayPage {
    /// Whether it can be paid now.
    fn is_payable(&self) -> bool {
        is_payable(&self.invoice, &self.page) && self.after.is_some() && !self.till.is_suspended()
    }
}

/// Whether it waits to be paid, at a price that holds.
pub(super) fn is_payable(invoice: &Invoice, page: &Page) -> bool {
    invoice.status == InvoiceStatus::Unpaid && invoice.expires_at > page.now
}

/// Where somebody goes on who has paid: to the sale if it is one, or to all of them.
fn onward(invoice: &Invoice) -> Response {
    let path = match &invoice.orders[..] {
        [order] => format!("/topups/{}", order.id),
        _ => format!("/invoices/{}", invoice.id),
    };
    Redirect::to(&path).into_response()
}

fn id_of(text: &str) -> Result<InvoiceId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// Shows an invoice before it is paid, and why it was not or can't be.
async fn shown(
    web: &Shared,
    signed_in: SignedIn,
    id: InvoiceId,
    refused: Option<String>,
) -> Result<Response, PageError> {
    let till = Till::open(web, &signed_in).await?;
    let account = till.account.id;
    let find = move |tx: &mut Tx<'_>| invoices::find(tx, account, id);
    let invoice = web.app.db.read(find).await?.ok_or(PageError::NotFound)?;
    let page = signed_in.page;
    let after = till.balance.checked_sub(invoice.price).ok();
    let after = after.filter(|after| after.minor() >= 0);
    let short = || InsufficientBalance {
        needed: invoice.price,
        available: till.balance,
    };
    let wrong = refused.or_else(|| match after {
        _ if !is_payable(&invoice, &page) => Some(over(&page, invoice.shown_status())),
        None => Some(too_low(&page, &short())),
        Some(_) => None,
    });
    let status = wrong
        .as_ref()
        .map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let shown = PayPage {
        page,
        till,
        invoice,
        after,
        wrong,
    };
    Ok((status, html(&shown)?).into_response())
}

/// It is not what it was when somebody saw it.
fn over(page: &Page, status: &str) -> String {
    let status = if status == "unpaid" { "expired" } else { status };
    page.fill("invoice.over", &[("state", &page.word("invoice_status", status))])
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(invoice): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::Sell)?;
    shown(&web, signed_in, id_of(&invoice)?, None).await
}

pub(super) async fn pay(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(invoice): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::Sell)?;
    let (account, id) = (signed_in.account()?, id_of(&invoice)?);
    let (user, now) = (Arc::clone(&signed_in.user), web.app.clock.now());
    let pay = move |tx: &mut Tx<'_>| {
        let paid = invoices::pay(tx, (account, id), None, now)?;
        if let Paid::Now(invoice) = &paid {
            deeds::invoice_paid(invoice).by_user(tx, &user, now)?;
        }
        Ok::<_, PayError>(paid)
    };
    let page = &signed_in.page;
    let why = match web.app.db.write_with(pay).await {
        Ok(Paid::Now(invoice)) => {
            web.app.set_out(&invoice);
            return Ok(onward(&invoice));
        }
        Ok(Paid::Before(invoice)) => return Ok(onward(&invoice)),
        Err(PayError::Unknown) => return Err(PageError::NotFound),
        Err(PayError::Internal(error)) => return Err(error.into()),
        Err(PayError::NotPayable(status)) => over(page, status),
        Err(PayError::AccountSuspended) => page.t("wrong.suspended").to_owned(),
        Err(PayError::BalanceTooLow(short)) => too_low(page, &short),
        Err(PayError::LimitExceeded(limit)) => exceeded(page, &limit),
        // No key was given.
        Ok(Paid::Again(_)) | Err(PayError::IdempotencyKeyReused) => return Err(PageError::Internal),
    };
    shown(&web, signed_in, id, Some(why)).await
}

/// Cancels it: nothing was held, so that no money moves.
pub(super) async fn cancel(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(invoice): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::Sell)?;
    let (account, id) = (signed_in.account()?, id_of(&invoice)?);
    let (user, context, now) = (
        Arc::clone(&signed_in.user),
        Arc::clone(&web.app.context),
        web.app.clock.now(),
    );
    let cancel = move |tx: &mut Tx<'_>| {
        let cancelled = invoices::cancel(tx, &context, (account, id), now)?;
        deeds::invoice_cancelled(&cancelled).by_user(tx, &user, now)?;
        Ok::<_, EndError>(())
    };
    match web.app.db.write_with(cancel).await {
        // Its page shows how it stands, also where it has ended by itself.
        Ok(()) | Err(EndError::NotPossible(_)) => Ok(Redirect::to(&format!("/invoices/{id}")).into_response()),
        Err(EndError::Unknown) => Err(PageError::NotFound),
        Err(EndError::Internal(error)) => Err(error.into()),
    }
}
