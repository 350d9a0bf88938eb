//! How DT One writes transactions, and the ways to ask for them.

use std::time::Duration;

use serde_json::{Value, json};

use super::{error::code, status};
use crate::{
    call::{Call, Reply},
    clock::Moment,
    number::number,
    world::{
        State,
        transaction::{Status, Transaction},
    },
};

/// How far back a list goes.
const WINDOW: Duration = Duration::from_hours(24);
/// How many are on a page, if nothing is asked for, and at most.
const PER_PAGE: (usize, usize) = (50, 100);

/// A transaction.
pub(super) fn write(told: &Transaction) -> Value {
    let detail = &told.detail;
    let delivered = matches!(told.status, Status::Delivered | Status::Reversed);
    let mut benefits = detail["benefits"].clone();
    if told.delivered != told.requested {
        for part in ["base", "total_excluding_tax"] {
            benefits[0]["amount"][part] = number(told.delivered);
        }
    }
    json!({
        "id": told.id,
        "external_id": told.reference,
        "creation_date": told.created_at.nanos(),
        "confirmation_expiration_date": detail["confirmation_expiration_date"],
        "confirmation_date": (!matches!(told.status, Status::Held | Status::Cancelled)).then(|| told.created_at.nanos()),
        "status": status::write(told),
        "credit_party_identifier": { "mobile_number": format!("+{}", told.phone) },
        "prices": detail["prices"],
        "rates": detail["rates"],
        "requested_values": {
            "source": { "amount": number(told.cost), "unit": "USD", "unit_type": "CURRENCY" },
            "destination": { "amount": number(told.requested), "unit": told.requested_currency, "unit_type": "CURRENCY" },
        },
        "benefits": benefits,
        "product": detail["product"],
        "operator_reference": delivered.then(|| format!("SIM{}", told.id)),
        "pin": if delivered { detail["pin"].clone() } else { Value::Null },
        "promotions": null,
    })
}

/// `GET /transactions/{id}`.
pub(super) fn one(state: &State, id: &str) -> Reply {
    match id.parse().ok().and_then(|id| state.visible(id)) {
        Some(told) => Reply::ok(write(told)),
        None => code(state, "1008004"),
    }
}

/// `GET /transactions`: a window of a day at most, the last one if nothing else is asked for.
pub(super) fn list(state: &State, call: &Call) -> Reply {
    let Ok([from, to]) = window(state, call) else {
        return code(state, "1000400");
    };
    let wanted = |name: &str, value: &str| call.parameter(name).is_none_or(|wanted| wanted == value);
    let fits = |told: &&Transaction| {
        wanted("external_id", &told.reference)
            && wanted("product_id", &told.product)
            && wanted("mobile_number", &format!("+{}", told.phone))
            && from <= told.created_at
            && told.created_at <= to
    };
    let found = state.all_visible(call.parameter("external_id")).filter(fits).collect();
    paged(call, found, write)
}

fn window(state: &State, call: &Call) -> Result<[Moment; 2], ()> {
    let read = |name: &str| match call.parameter(name) {
        Some(text) => Moment::parse(text).map(Some).ok_or(()),
        None => Ok(None),
    };
    let (from, to) = (read("from_date")?, read("to_date")?);
    let to = to.unwrap_or_else(|| from.map_or(state.now, |from| from.plus(WINDOW)));
    let from = from.unwrap_or_else(|| to.minus(WINDOW));
    if from > to || to.since(from) > WINDOW {
        Err(())
    } else {
        Ok([from, to])
    }
}

/// A page, described by headers.
pub(super) fn paged<T>(call: &Call, all: Vec<T>, write: impl Fn(T) -> Value) -> Reply {
    let (usual, most) = PER_PAGE;
    let each = call.count("per_page", usual).clamp(1, most);
    let page = call.count("page", 1).max(1);
    let total = all.len();
    let pages = total.div_ceil(each);
    let on_page = all.into_iter().skip((page - 1).saturating_mul(each)).take(each);
    let on_page: Value = on_page.map(write).collect();
    let mut reply = Reply::ok(on_page)
        .with("X-Total", total)
        .with("X-Total-Pages", pages)
        .with("X-Per-Page", each)
        .with("X-Page", page)
        .with("X-Ratelimit-Limit", 100)
        .with("X-Ratelimit-Remaining", 99);
    if page < pages {
        reply = reply.with("X-Next-Page", page + 1);
    }
    if page > 1 {
        reply = reply.with("X-Prev-Page", page - 1);
    }
    reply
}
