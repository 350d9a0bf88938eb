//! `/console`: where those of the house begin.

use askama::Template;
use axum::{extract::State, response::Response};
use engine::people::Action;

use super::{Page, PageError, Shared, SignedIn, page::html};

#[derive(Template)]
#[template(path = "console/home.html")]
struct ConsolePage {
    page: Page,
    under_way: i64,
    stuck: i64,
    accounts: usize,
}

pub(super) async fn console(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let open = web.app.db.read(engine::orders::count_open).await?;
    html(&ConsolePage {
        page: signed_in.page,
        under_way: open.under_way,
        stuck: open.stuck,
        accounts: web.app.directory().accounts().count(),
    })
}
