//! `/console/orders/{order}`: everything that has happened to an order.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use engine::{
    db::Tx,
    orders::{self, Order, OrderStatus, Proposal},
    people::Action,
};
use model::OrderId;

use super::today::Line;
use crate::{
    cli::{Failure, story_of},
    web::{Page, PageError, Shared, SignedIn, html, said::Step},
};

#[derive(Template)]
#[template(path = "console/order.html")]
struct OrderPage {
    page: Page,
    line: Line,
    operator: String,
    steps: Vec<Step>,
    proposal: Option<Proposal>,
}

impl OrderPage {
    /// Whether something is still to come.
    fn is_open(&self) -> bool {
        self.line.order.status.due_at().is_some()
    }

    fn order(&self) -> &Order {
        &self.line.order
    }

    /// Whether it can be looked at again now.
    fn can_be_asked(&self) -> bool {
        self.is_waiting() || self.order().is_confirming()
    }

    /// Why it waits, if something holds it up.
    fn waits(&self) -> Option<String> {
        let held_up = self.order().held_up.as_ref().filter(|_| self.order().is_held_up())?;
        Some(self.page.say(&held_up.why))
    }

    /// Whether no attempt of it is open, so that its money can go back at once.
    fn is_waiting(&self) -> bool {
        matches!(self.order().status, OrderStatus::Waiting { .. })
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let id: OrderId = order.parse().map_err(|_| PageError::NotFound)?;
    let read = move |tx: &mut Tx<'_>| match orders::find_any(tx, id)? {
        None => Ok::<_, Failure>(None),
        Some(order) => story_of(tx, order).map(Some),
    };
    let story = web.app.db.read(read).await.map_err(|_| PageError::Internal)?;
    let story = story.ok_or(PageError::NotFound)?;
    let catalog = web.app.catalog();
    let product = catalog.product(story.order.product.as_str());
    let operator = product.and_then(|product| catalog.operator(product.operator.as_str()));
    let directory = web.app.directory();
    let account = directory.account(story.order.account);
    let open = story.proposals.iter().find(|one| one.is_open());
    let page = signed_in.page;
    html(&OrderPage {
        steps: (story.events().into_iter().map(|event| Step::of(&page, event))).collect(),
        page,
        proposal: open.filter(|_| story.order.is_confirming()).cloned(),
        operator: operator.map_or_else(|| story.order.product_name.clone(), |operator| operator.name.clone()),
        line: Line {
            account: account.map_or_else(|| story.order.account.to_string(), |account| account.name.clone()),
            order: story.order,
        },
    })
}
