//! `/console/orders`: any order by whatever is known of it, and the newest.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use engine::{
    db::Tx,
    orders::{self, Search},
    people::Action,
};
use serde::Deserialize;

use super::today::{Line, named};
use crate::web::{Page, PageError, Shared, SignedIn, html};

/// So many are shown at once; what is looked for is among the newest.
const SHOWN: u32 = 100;
/// A longer text is neither an id nor a number nor a reference.
const WANTED_CHARS_MAX: usize = 200;

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

#[derive(Template)]
#[template(path = "console/orders.html")]
struct OrdersPage {
    page: Page,
    wanted: String,
    lines: Vec<Line>,
}

impl OrdersPage {
    fn count(&self) -> u64 {
        u64::try_from(self.lines.len()).unwrap_or(u64::MAX)
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let wanted: String = asked.q.trim().chars().take(WANTED_CHARS_MAX).collect();
    let search = Search::read(&wanted);
    let read = move |tx: &mut Tx<'_>| match &search {
        Some(search) => orders::search(tx, search, SHOWN),
        None => orders::newest(tx, SHOWN),
    };
    let found = web.app.db.read(read).await?;
    html(&OrdersPage {
        page: signed_in.page,
        wanted,
        lines: named(&web, found),
    })
}
