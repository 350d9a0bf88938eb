//! `/topups/{order}`: what becomes of a sale, until it has an end, and then its receipt.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use engine::{
    db::Tx,
    orders::{self, Order, OrderStatus},
    people::Action,
};
use model::{Country, Timestamp};

use super::{said::fault, till::Till};
use crate::web::{Page, PageError, Shared, SignedIn, html};

#[derive(Template)]
#[template(path = "counter/progress.html")]
struct ProgressPage {
    page: Page,
    till: Till,
    order: Order,
    operator: String,
    country: Country,
    country_name: &'static str,
    stage: Stage,
}

/// Where a sale stands, as a customer understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    OnItsWay,
    Confirming,
    Delivered { at: Timestamp },
    Refused { at: Timestamp },
    TakenBack { at: Timestamp },
    NotPaid,
}

impl ProgressPage {
    /// How soon the balance looks again: as long as it may still change.
    const fn till_poll(&self) -> &'static str {
        if self.stage.poll_ms().is_some() { "2000" } else { "" }
    }
}

impl Stage {
    const fn of(status: &OrderStatus) -> Self {
        match *status {
            OrderStatus::Created | OrderStatus::Cancelled { .. } => Self::NotPaid,
            OrderStatus::Waiting { .. } | OrderStatus::Delivering { .. } => Self::OnItsWay,
            OrderStatus::Confirming { .. } | OrderStatus::Stuck { .. } => Self::Confirming,
            OrderStatus::Delivered { at, .. } => Self::Delivered { at },
            OrderStatus::Refunded { at } => Self::Refused { at },
            OrderStatus::Reversed { at, .. } => Self::TakenBack { at },
        }
    }

    /// How soon the page looks again, in milliseconds; not at all once nothing more is expected.
    const fn poll_ms(self) -> Option<u32> {
        match self {
            Self::OnItsWay => Some(1_000),
            Self::Confirming => Some(5_000),
            Self::Delivered { .. } | Self::Refused { .. } | Self::TakenBack { .. } | Self::NotPaid => None,
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
    let id = order.parse().map_err(|_| PageError::NotFound)?;
    let find = move |tx: &mut Tx<'_>| orders::find(tx, account, id);
    let order = web.app.db.read(find).await?.ok_or(PageError::NotFound)?;
    let catalog = web.app.catalog();
    let product = catalog.product(order.product.as_str());
    let operator = product.and_then(|product| catalog.operator(product.operator.as_str()));
    let country_name = (signed_in.page).country(order.country, catalog.country_name(order.country));
    html(&ProgressPage {
        till: Till::open(&web, &signed_in).await?,
        page: signed_in.page,
        operator: operator.map_or_else(|| order.product_name.clone(), |operator| operator.name.clone()),
        country: order.country,
        country_name,
        stage: Stage::of(&order.status),
        order,
    })
}
