//! `/webhooks/{delivery}`: one telling of an event, with each try, and telling it again.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    db::Tx,
    people::Action,
    webhooks::{self, Delivery, Try},
};
use model::DeliveryId;

use crate::{
    deeds,
    web::{Page, PageError, Shared, SignedIn, deliveries, html},
};

#[derive(Template)]
#[template(path = "desk/delivery.html")]
struct DeliveryPage {
    page: Page,
    delivery: Delivery,
    tries: Vec<Try>,
    body: String,
}

/// Writes JSON as people read it.
fn readable(body: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| body.to_owned())
}

pub(in crate::desk) async fn delivery(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(delivery): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnTechnique)?;
    let (account, id) = (signed_in.account()?, id(&delivery)?);
    let read = move |tx: &mut Tx<'_>| {
        let Some(delivery) = webhooks::find(tx, account, id)? else {
            return Ok(None);
        };
        let body = webhooks::body(tx, account, delivery.event)?.unwrap_or_default();
        Ok::<_, engine::Error>(Some((delivery, webhooks::tries(tx, account, id)?, body)))
    };
    let (delivery, tries, body) = web.app.db.read(read).await?.ok_or(PageError::NotFound)?;
    html(&DeliveryPage {
        page: signed_in.page,
        delivery,
        tries,
        body: readable(&body),
    })
}

pub(in crate::desk) async fn resend(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(delivery): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ResendOwnWebhooks)?;
    let (account, id) = (signed_in.account()?, id(&delivery)?);
    let (user, context, now) = (
        Arc::clone(&signed_in.user),
        Arc::clone(&web.app.context),
        signed_in.page.now,
    );
    let resend = move |tx: &mut Tx<'_>| {
        let again = webhooks::resend(tx, &context.ids, (account, id), now)?.ok_or(PageError::NotFound)?;
        deeds::resent((account, id), &again).by_user(tx, &user, now)?;
        Ok::<_, PageError>(again.id)
    };
    let again = web.app.db.write_with(resend).await?;
    Ok(Redirect::to(&format!("/webhooks/{again}")).into_response())
}

fn id(text: &str) -> Result<DeliveryId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}
