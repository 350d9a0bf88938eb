//! `/v2/webhooks`: what was told, telling it again, and what signs it.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Response},
};
use engine::{
    Error,
    accounts::{self, AccountError},
    db::Tx,
    page::Page,
    webhooks,
};
use model::DeliveryId;

use super::{
    Api,
    answer::{self, Meta},
    asked::Asked,
    body,
    caller::{Buyer, Reader},
    documents::{Data, DeliveryParams, List},
    error::ApiError,
    wire::{Delivery, Secret},
};
use crate::deeds;

/// List webhook deliveries with their tries, newest first
#[utoipa::path(get, path = "/v2/webhooks/deliveries", operation_id = "list_webhook_deliveries", tag = "Webhooks", params(DeliveryParams),
    responses((status = 200, description = "Deliveries. `_next` goes on behind the last one, however many there are.",
        body = List<Delivery>)))]
pub(super) async fn deliveries(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let query = asked.query();
    let before = query.parsed::<DeliveryId>("before_id")?;
    let page = query.counted_page("follow _next, or begin with before_id")?;
    let account = caller.account;
    let Page { entries, more } = api
        .app
        .db
        .read(move |tx| {
            let Page { entries, more } = webhooks::list(tx, account, before, page)?;
            let with_tries = entries.into_iter().map(|delivery| {
                let tries = webhooks::tries(tx, account, delivery.id)?;
                Ok::<_, Error>((delivery, tries))
            });
            Ok::<_, Error>(Page {
                entries: with_tries.collect::<Result<Vec<_>, _>>()?,
                more,
            })
        })
        .await?;
    let last = entries
        .last()
        .filter(|_| more)
        .map(|(delivery, _)| delivery.id.to_string());
    let next = last.map(|id| asked.next_before(&id, page.limit));
    let given = [("before_id", query.get("before_id")?)];
    let meta = Meta::of(asked.endpoint())
        .echo_given(&given)
        .page(page.start, page.limit, next);
    let data: Vec<_> = entries
        .iter()
        .map(|(delivery, tries)| Delivery::of(delivery, tries, &asked.base_url))
        .collect();
    Ok(answer::json(&meta, data))
}

/// Send an event once more
///
/// Makes a new delivery of the same event: the receiver sees the same `webhook-id`.
#[utoipa::path(post, path = "/v2/webhooks/deliveries/{id}/resend", operation_id = "resend_webhook", tag = "Webhooks",
    params(("id" = String, Path, description = "The id of a delivery of the event.")),
    responses((status = 200, description = "The new delivery.", body = Data<Delivery>)))]
pub(super) async fn resend(
    State(api): State<Arc<Api>>,
    Buyer(caller): Buyer,
    asked: Asked,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, ApiError> {
    body::nothing(&body::read(&headers, body, api.body_bytes_max).await?)?;
    let id: DeliveryId = text.parse().map_err(|_| ApiError::not_found("delivery"))?;
    let (account, key, now) = (caller.account, caller.key, api.app.clock.now());
    let context = Arc::clone(&api.app.context);
    let resend = move |tx: &mut Tx<'_>| {
        let again = webhooks::resend(tx, &context.ids, (account, id), now)?;
        if let Some(again) = &again {
            deeds::resent((account, id), again).by_key(tx, key, now)?;
        }
        Ok::<_, Error>(again)
    };
    let again = api.app.db.write_with(resend).await?;
    let again = again.ok_or_else(|| ApiError::not_found("delivery"))?;
    let meta = Meta::of(asked.endpoint()).echo("id", &text);
    Ok(answer::json(&meta, Delivery::of(&again, &[], &asked.base_url)))
}

/// Tell the signing secret
///
/// Needs the scope `purchase`: who knows the secret can forge what we tell.
#[utoipa::path(get, path = "/v2/webhooks/secret", operation_id = "get_webhook_secret", tag = "Webhooks",
    responses((status = 200, description = "What signs the account's webhooks.", body = Data<Secret>)))]
pub(super) async fn secret(
    State(api): State<Arc<Api>>,
    Buyer(caller): Buyer,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let account = caller.account;
    let found = api.app.db.read(move |tx| accounts::find(tx, account)).await?;
    let secrets = found.ok_or(AccountError::Unknown(account))?.webhook_secrets;
    Ok(answer::json(
        &Meta::of(asked.endpoint()),
        Secret::of(&secrets, api.app.clock.now()),
    ))
}

/// Make a new signing secret
///
/// The one before still signs for a while, beside the new one.
#[utoipa::path(post, path = "/v2/webhooks/secret", operation_id = "rotate_webhook_secret", tag = "Webhooks",
    responses((status = 200, description = "What signs the account's webhooks from now on.", body = Data<Secret>)))]
pub(super) async fn rotate_secret(
    State(api): State<Arc<Api>>,
    Buyer(caller): Buyer,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, ApiError> {
    body::nothing(&body::read(&headers, body, api.body_bytes_max).await?)?;
    let (account, key, now) = (caller.account, caller.key, api.app.clock.now());
    let context = Arc::clone(&api.app.context);
    let rotate = move |tx: &mut Tx<'_>| {
        let made = accounts::rotate_webhook_secret(tx, (&context.ids, &context.settings), account, now)?;
        deeds::secret_rotated(account).by_key(tx, key, now)?;
        Ok::<_, AccountError>(made)
    };
    let secrets = api.app.db.write_with(rotate).await?;
    // Webhooks that leave from now on are signed with it.
    api.app.refresh().await?;
    Ok(answer::json(&Meta::of(asked.endpoint()), Secret::of(&secrets, now)))
}
