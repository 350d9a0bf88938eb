//! `/` and `/console`: where people begin.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use engine::{accounts, db::Tx, people::Action};
use model::Money;

use super::{Page, PageError, Shared, SignedIn, page::html};

#[derive(Template)]
#[template(path = "counter/home.html")]
struct CounterPage {
    page: Page,
    account: String,
    balance: Money,
    held: Money,
}

#[derive(Template)]
#[template(path = "console/home.html")]
struct ConsolePage {
    page: Page,
    under_way: i64,
    stuck: i64,
    accounts: usize,
}

pub(super) async fn counter(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    let Ok(id) = signed_in.account() else {
        return Ok(Redirect::to("/console").into_response());
    };
    signed_in.require(Action::SeeOwnOrders)?;
    let account = web.app.directory().account(id).cloned().ok_or(PageError::NotFound)?;
    let (balance, held) = web
        .app
        .db
        .read(move |tx: &mut Tx<'_>| accounts::balance(tx, id))
        .await
        .map_err(|_| PageError::Internal)?;
    html(&CounterPage {
        page: signed_in.page,
        account: account.name,
        balance,
        held,
    })
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
