//! `/orders`: what the account has bought, by whatever is known of it.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    orders::{self, Order, OrderFilter, Search},
    people::Action,
};
use serde::Deserialize;

use super::kind;
use crate::{
    counter::Till,
    web::{Page, PageError, Shared, SignedIn, html, list},
};

/// What an order may be, as its account sees it.
const STATUSES: [&str; 6] = ["pending", "delivered", "refunded", "reversed", "created", "cancelled"];

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    status: String,
    from: String,
    to: String,
    before: String,
}

#[derive(Template)]
#[template(path = "desk/orders.html")]
struct OrdersPage {
    page: Page,
    till: Till,
    asked: Asked,
    wrong: Option<&'static str>,
    orders: Vec<Order>,
    newest: String,
    older: String,
}

impl OrdersPage {
    /// Whether some of them are still under way, so that it is worth looking again.
    fn is_open(&self) -> bool {
        self.asked.before.is_empty() && self.orders.iter().any(|order| order.status.due_at().is_some())
    }

    /// Every state, and whether it is asked for.
    fn statuses(&self) -> [(&'static str, bool); STATUSES.len()] {
        STATUSES.map(|status| (status, status == self.asked.status))
    }

    /// Whether less than everything was asked for.
    fn is_filtered(&self) -> bool {
        let Asked {
            q, status, from, to, ..
        } = &self.asked;
        [q, status, from, to].iter().any(|text| !text.is_empty())
    }
}

impl Asked {
    /// The path of the same list from another place on.
    fn path(&self, before: &str) -> String {
        let Self {
            q, status, from, to, ..
        } = self;
        let asked = [("q", q), ("status", status), ("from", from), ("to", to)];
        let mut asked = asked.map(|(name, value)| (name, value.as_str())).to_vec();
        asked.push(("before", before));
        list::path("/orders", &asked)
    }

    fn filter(&self) -> Result<OrderFilter, &'static str> {
        let (after, before) = list::span(&self.from, &self.to)?;
        Ok(OrderFilter {
            after,
            before,
            status: STATUSES
                .into_iter()
                .find(|status| *status == self.status)
                .map(str::to_owned),
            phone_number: None,
            reference: None,
            below: self.before.parse().ok(),
        })
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(mut asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnOrders)?;
    let till = Till::open(&web, &signed_in).await?;
    asked.q = asked.q.trim().chars().take(list::WANTED_CHARS_MAX).collect();
    let search = search(&web, &till, &asked.q);
    let elsewhere = match &search {
        Some(Search::Order(order)) => Some(format!("/orders/{order}")),
        Some(Search::Attempt(attempt)) => Some(format!("/orders/{}", attempt.order)),
        Some(Search::Invoice(invoice)) => Some(format!("/invoices/{invoice}")),
        Some(Search::Recipient(_) | Search::Reference(_)) | None => None,
    };
    if let Some(path) = elsewhere {
        return Ok(Redirect::to(&path).into_response());
    }
    let (filter, wrong) = match asked.filter() {
        Ok(filter) => (Some(filter), None),
        Err(wrong) => (None, Some(wrong)),
    };
    let account = till.account.id;
    let read = filter.map(|filter| {
        let filter = looked_for(filter, search);
        web.app
            .db
            .read(move |tx: &mut Tx<'_>| orders::list(tx, account, &filter, list::FIRST))
    });
    let (orders, more) = match read {
        None => (Vec::new(), false),
        Some(read) => read.await.map(|page| (page.entries, page.more))?,
    };
    let last = orders.last().filter(|_| more).map(|order| order.number.to_string());
    let status = wrong.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    let shown = OrdersPage {
        newest: if asked.before.is_empty() {
            String::new()
        } else {
            asked.path("")
        },
        older: last.map_or_else(String::new, |last| asked.path(&last)),
        page: signed_in.page,
        till,
        asked,
        wrong,
        orders,
    };
    Ok((status, html(&shown)?).into_response())
}

/// Takes what somebody typed for an id or a number, of the home country too, or else for a reference.
fn search(web: &Shared, till: &Till, text: &str) -> Option<Search> {
    let search = Search::read(text)?;
    let Search::Reference(_) = &search else {
        return Some(search);
    };
    let home = till.account.home_country;
    let known = (web.app.lookup).recognise_from(&web.app.catalog(), (text, home), None, web.app.clock.now());
    Some(known.map_or(search, |known| Search::Recipient(known.number)))
}

fn looked_for(filter: OrderFilter, search: Option<Search>) -> OrderFilter {
    match search {
        Some(Search::Recipient(number)) => OrderFilter {
            phone_number: Some(number),
            ..filter
        },
        Some(Search::Reference(reference)) => OrderFilter {
            reference: Some(reference),
            ..filter
        },
        // Ids lead to pages of their own.
        Some(Search::Order(_) | Search::Invoice(_) | Search::Attempt(_)) | None => filter,
    }
}
