//! `/orders/{order}`: what has happened to an order, as far as it is its account's business: neither who
//! delivered it nor what that cost.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use engine::{
    db::Tx,
    ledger::{self, Leg},
    orders::{self, Attempt, Order, OrderStatus},
    people::Action,
};
use model::{Country, OrderId, Outcome, Timestamp};

use super::kind;
use crate::{
    counter::{Till, fault},
    web::{Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "desk/order.html")]
struct OrderPage {
    page: Page,
    till: Till,
    order: Order,
    operator: String,
    country: Country,
    country_name: &'static str,
    national: String,
    steps: Vec<Step>,
}

/// Something that has happened.
struct Step {
    at: Timestamp,
    title: String,
    text: String,
    kind: &'static str,
}

impl Step {
    /// Makes steps in the language of a page.
    fn on(page: &Page) -> impl Fn(Timestamp, &str, String, &'static str) -> Self {
        |at, title, text, kind| Self {
            at,
            title: page.t(title).to_owned(),
            text,
            kind,
        }
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnOrders)?;
    let account = signed_in.account()?;
    let id: OrderId = order.parse().map_err(|_| PageError::NotFound)?;
    let read = move |tx: &mut Tx<'_>| {
        let Some(order) = orders::find(tx, account, id)? else {
            return Ok(None);
        };
        let attempts = orders::attempts(tx, order.key())?;
        let legs = ledger::transfers(tx, account, &id.to_string())?;
        Ok::<_, engine::Error>(Some((order, attempts, legs)))
    };
    let (order, attempts, legs) = web.app.db.read(read).await?.ok_or(PageError::NotFound)?;
    let catalog = web.app.catalog();
    let product = catalog.product(order.product.as_str());
    let operator = product.and_then(|product| catalog.operator(product.operator.as_str()));
    let country_name = (signed_in.page).country(order.country, catalog.country_name(order.country));
    html(&OrderPage {
        till: Till::open(&web, &signed_in).await?,
        steps: steps(&signed_in.page, &order, &attempts, &legs),
        page: signed_in.page,
        operator: operator.map_or_else(|| order.product_name.clone(), |operator| operator.name.clone()),
        country: order.country,
        country_name,
        national: web.app.lookup.national(order.phone_number),
        order,
    })
}

/// Tells what has happened, in the order in which it did.
fn steps(page: &Page, order: &Order, attempts: &[Attempt], legs: &[Leg]) -> Vec<Step> {
    let step = Step::on(page);
    let moved = |leg: &Leg, title: &str, kind| Step {
        at: leg.created_at,
        title: page.fill(title, &[("amount", &page.money(&leg.amount))]),
        text: String::new(),
        kind,
    };
    let mut steps = vec![step(order.created_at(), "order_page.placed", String::new(), "")];
    let (holds, others): (Vec<_>, Vec<_>) = legs.iter().partition(|leg| leg.movement == "hold");
    steps.extend(holds.into_iter().map(|leg| moved(leg, "order_page.held", "")));
    for attempt in attempts {
        let title = if attempt.id.number == 1 {
            "order_page.sent"
        } else {
            "order_page.sent_again"
        };
        steps.push(step(attempt.submitted_at, title, String::new(), ""));
        if let (Some(Outcome::Rejected(why)), Some(at)) = (&attempt.outcome, attempt.answered_at) {
            let text = page.word("fault", fault(why));
            steps.push(step(at, "order_page.not_taken", text, "warn"));
        }
    }
    steps.extend(now(page, order, attempts, legs));
    let back = others.into_iter().filter(|leg| leg.kind != "settle");
    steps.extend(back.map(|leg| moved(leg, "order_page.money_back", "info")));
    // Stable: what happened at one moment stays in the order of cause and effect.
    steps.sort_by_key(|step| step.at);
    steps
}

/// Where it stands, and the delivery that was there before it was taken back.
fn now(page: &Page, order: &Order, attempts: &[Attempt], legs: &[Leg]) -> Vec<Step> {
    let step = Step::on(page);
    let reference = order
        .receipt
        .as_ref()
        .and_then(|receipt| receipt.operator_reference.as_ref());
    let reference = reference.map_or_else(String::new, |reference| {
        page.fill("order_page.operators_reference", &[("reference", reference)])
    });
    let delivered = |at| step(at, "status.delivered", reference.clone(), "good");
    // What the last attempt was told stands above already.
    let is_told = |attempt: &Attempt| matches!(attempt.outcome, Some(Outcome::Rejected(_)));
    let refused = order.failure.as_ref().filter(|_| !attempts.last().is_some_and(is_told));
    let refused = refused.map(|failure| page.word("fault", fault(failure)));
    let asked = attempts
        .last()
        .map(|attempt| attempt.answered_at.unwrap_or(attempt.submitted_at));
    match order.status {
        OrderStatus::Created | OrderStatus::Waiting { .. } | OrderStatus::Delivering { .. } => Vec::new(),
        OrderStatus::Confirming { .. } | OrderStatus::Stuck { .. } => {
            let text = page.t("progress.confirming_text").to_owned();
            let at = asked.unwrap_or_else(|| order.created_at());
            vec![step(at, "progress.confirming", text, "warn")]
        }
        OrderStatus::Delivered { at, .. } => vec![delivered(at)],
        OrderStatus::Refunded { at } => vec![step(at, "progress.refused", refused.unwrap_or_default(), "bad")],
        OrderStatus::Cancelled { at } => vec![step(at, "status.cancelled", String::new(), "bad")],
        OrderStatus::Reversed { at, .. } => {
            let settled = legs.iter().find(|leg| leg.kind == "settle");
            let mut told: Vec<_> = settled.map(|leg| delivered(leg.created_at)).into_iter().collect();
            told.push(step(at, "progress.taken_back", String::new(), "bad"));
            told
        }
    }
}
