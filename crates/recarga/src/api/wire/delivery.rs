//! Webhook deliveries and the signing secret as their account sees them.

use engine::{
    accounts::WebhookSecrets,
    webhooks::{self, Silence, Try as Tried},
};
use model::{DeliveryId, EventId, InvoiceId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{shown, shown_opt};

/// One event on its way to one URL.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Delivery<'a> {
    /// Its id.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = "^whd_[0-9a-z]{26}$")]
    id: DeliveryId,
    /// What it tells: the `webhook-id` of the request.
    event: Event<'a>,
    /// The invoice that it is about; none of a test.
    invoice: Option<Link>,
    /// Where to.
    url: &'a str,
    /// `pending`, `delivered` or `failed`.
    #[schema(pattern = "^(pending|delivered|failed)$", example = "delivered")]
    status: &'a str,
    /// Every try, first to last.
    tries: Vec<Try>,
    /// When it was made.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = DateTime)]
    created_time: Timestamp,
    /// When it is tried next.
    #[serde(serialize_with = "shown_opt")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_try_time: Option<Timestamp>,
    /// When it ended.
    #[serde(serialize_with = "shown_opt")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_time: Option<Timestamp>,
}

/// What happened.
#[derive(Serialize, ToSchema)]
struct Event<'a> {
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = "^evt_[0-9a-z]{26}$")]
    id: EventId,
    /// `invoice.complete`, `invoice.expired`, `invoice.cancelled`, `invoice.reversed` or `webhook.test`.
    #[serde(rename = "type")]
    #[schema(example = "invoice.complete")]
    kind: &'a str,
}

/// The invoice of an event.
#[derive(Serialize, ToSchema)]
struct Link {
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, pattern = "^inv_[0-9a-z]{26}$")]
    id: InvoiceId,
    #[serde(rename = "_href")]
    href: String,
}

/// One try.
#[derive(Serialize, ToSchema)]
struct Try {
    /// Counts from 1.
    #[schema(minimum = 1)]
    number: u32,
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = DateTime)]
    time: Timestamp,
    #[schema(minimum = 0)]
    duration_ms: i64,
    /// What the receiver answered.
    status_code: Option<u32>,
    /// Why there was no answer.
    error: Option<String>,
}

impl<'a> Delivery<'a> {
    /// Writes a delivery down with its tries; links begin with `base_url`.
    pub(in crate::api) fn of(delivery: &'a webhooks::Delivery, tries: &'a [Tried], base_url: &str) -> Self {
        let tries = tries.iter().map(|tried| Try {
            number: tried.number,
            time: tried.tried_at,
            duration_ms: tried.duration_ms,
            status_code: tried.status_code,
            error: tried.error.as_ref().map(Silence::in_english),
        });
        Self {
            id: delivery.id,
            event: Event {
                id: delivery.event,
                kind: &delivery.kind,
            },
            invoice: delivery.invoice.map(|id| Link {
                id,
                href: format!("{base_url}/v2/invoices/{id}"),
            }),
            url: &delivery.url,
            status: &delivery.status,
            tries: tries.collect(),
            created_time: delivery.id.created_at(),
            next_try_time: delivery.due_at,
            ended_time: delivery.ended_at,
        }
    }
}

/// What signs an account's webhooks.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Secret<'a> {
    /// The one in force.
    #[schema(pattern = "^whsec_.+$", example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: &'a str,
    /// The one before, while it still signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    previous: Option<PreviousSecret<'a>>,
}

/// A secret that still signs for a while.
#[derive(Serialize, ToSchema)]
struct PreviousSecret<'a> {
    secret: &'a str,
    /// Until when.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = DateTime)]
    valid_until: Timestamp,
}

impl<'a> Secret<'a> {
    /// Writes down what signs now.
    pub(in crate::api) fn of(secrets: &'a WebhookSecrets, now: Timestamp) -> Self {
        let before = secrets.before.as_ref().filter(|(_, until)| *until > now);
        Self {
            secret: &secrets.current,
            previous: before.map(|(secret, valid_until)| PreviousSecret {
                secret,
                valid_until: *valid_until,
            }),
        }
    }
}
