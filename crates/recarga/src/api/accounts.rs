//! `/v2/accounts`: the caller's money.

use std::sync::Arc;

use axum::{body::Body, extract::State, http::Response};
use engine::{accounts, ledger};

use super::{
    Api,
    answer::{self, Meta},
    asked::Asked,
    caller::Reader,
    documents::{Data, List, PageParams},
    error::ApiError,
    wire::{Balance, Movement, Number},
};

/// Tell the balance
#[utoipa::path(get, path = "/v2/accounts/balance", operation_id = "get_balance", tag = "Accounts",
    responses((status = 200, description = "What the account may spend, and what its open orders hold.",
        body = Data<Balance>)))]
pub(super) async fn balance(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let account = caller.account;
    let (balance, held) = api.app.db.read(move |tx| accounts::balance(tx, account)).await?;
    let currency = balance.currency().code();
    let data = Balance {
        balance: Number::from(balance),
        held: held.into(),
        currency,
    };
    Ok(answer::json(&Meta::of(asked.endpoint()), data))
}

/// List every movement of the balance, newest first
#[utoipa::path(get, path = "/v2/accounts/transactions", operation_id = "list_transactions", tag = "Accounts", params(PageParams),
    responses((status = 200, description = "The account's statement.", body = List<Movement>)))]
pub(super) async fn transactions(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let page = asked.query().page()?;
    let account = caller.account;
    let lines = api.app.db.read(move |tx| ledger::statement(tx, account, page)).await?;
    let next = lines.more.then(|| asked.next_page(&[], page));
    let meta = Meta::of(asked.endpoint()).page(page.start, page.limit, next);
    let data: Vec<_> = lines
        .entries
        .iter()
        .map(|line| Movement::of(line, &asked.base_url))
        .collect();
    Ok(answer::json(&meta, data))
}
