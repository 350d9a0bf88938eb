//! Ding's transfers. A reference is never looked for: sent twice, it is paid twice.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    agent,
    error::{code, good, of},
    product::Product,
    record,
};
use crate::{
    call::{Call, Reply},
    number::{cents, decimal},
    world::{
        State,
        course::Course,
        transaction::{Status, Wanted},
    },
};

/// What a transfer is to be.
struct Asked {
    product: Product,
    wanted: Wanted,
    validate_only: bool,
}

pub(super) fn send(state: &mut State, call: &Call, course: &Course) -> Reply {
    let Asked {
        product,
        wanted,
        validate_only,
    } = match read(state, call, course) {
        Ok(asked) => asked,
        Err(reply) => return reply,
    };
    if agent::is_agent(state, call)
        && let Some(reply) = agent::refusal(&wanted.phone)
    {
        return reply;
    }
    if is_resting(state, &wanted) {
        return code("RateLimited", None).with("Retry-After", 60);
    }
    if validate_only {
        return estimate(state, &product, &wanted);
    }
    let Ok(id) = state.accept(wanted) else {
        return code("InsufficientBalance", None);
    };
    let usual = if is_deferred(call) || product.is_batch() {
        state.config.times.settle
    } else {
        Duration::ZERO
    };
    state.confirm(id, usual);
    let told = state.transaction(id).expect("it was accepted");
    let (status, mut body) = record::result(told);
    body["TransferRecord"] = record::write(told);
    Reply::new(status, body)
}

fn read(state: &State, call: &Call, course: &Course) -> Result<Asked, Reply> {
    let missing = |name: &'static str| move || code("ParameterMissing", Some(name));
    if !call.body.as_ref().is_ok_and(Value::is_object) {
        return Err(code("RequestInvalid", None));
    }
    let sku = call.text("SkuCode").ok_or_else(missing("SkuCode"))?;
    let sent = decimal(call.field("SendValue")).ok_or_else(missing("SendValue"))?;
    let phone = call.text("AccountNumber").ok_or_else(missing("AccountNumber"))?;
    let reference = call.text("DistributorRef").ok_or_else(missing("DistributorRef"))?;
    let validate_only = call
        .field("ValidateOnly")
        .as_bool()
        .ok_or_else(missing("ValidateOnly"))?;
    if call.text("SendCurrencyIso").is_some_and(|currency| currency != "USD") {
        return Err(code("ParameterInvalid", Some("SendCurrencyIso")));
    }
    let product = Product::find(sku).ok_or_else(|| code("ParameterInvalid", Some("SkuCode")))?;
    if state.changes.is_gone(sku) {
        return Err(code("ProviderError", Some("ProductUnavailable")));
    }
    let market = product.operator.market;
    if !phone.bytes().all(|byte| byte.is_ascii_digit()) || !market.has(phone) {
        return Err(code("AccountNumberInvalid", Some("AccountNumberFailedRegex")));
    }
    let (least, most) = product.bounds(&state.changes);
    if !(least..=most).contains(&sent) || sent != cents(sent) || !state.changes.sells(sku, sent) {
        return Err(code("ParameterOutOfRange", Some("SendValue")));
    }
    let test = phone == product.test_number();
    let wanted = Wanted {
        reference: reference.to_owned(),
        phone: phone.to_owned(),
        product: sku.to_owned(),
        requested: sent,
        requested_currency: "USD",
        cost: if test { Decimal::ZERO } else { sent },
        delivered: product.received(sent, &state.changes),
        delivered_currency: market.currency,
        detail: Value::Null,
        course: course.clone(),
    };
    Ok(Asked {
        product,
        wanted,
        validate_only,
    })
}

/// Whether the number must rest, where a fault makes that a rule.
fn is_resting(state: &State, wanted: &Wanted) -> bool {
    let window = wanted.course.velocity;
    window.is_some_and(|window| state.recent(&wanted.phone, window).next().is_some())
}

/// What a transfer would cost. The balance is looked at, no money moves.
fn estimate(state: &State, product: &Product, wanted: &Wanted) -> Reply {
    if state.wallet.available < wanted.cost {
        return code("InsufficientBalance", None);
    }
    good(json!({ "TransferRecord": {
        "TransferId": null,
        "SkuCode": wanted.product,
        "Price": product.price(wanted.requested, wanted.delivered, Decimal::ZERO),
        "CommissionApplied": 0,
        "StartedUtc": state.now.seconds(),
        "CompletedUtc": null,
        "ProcessingState": "Complete",
        "ReceiptText": null,
        "ReceiptParams": {},
        "AccountNumber": wanted.phone,
    } }))
}

/// Whether a header asks for the transfer to be made later.
fn is_deferred(call: &Call) -> bool {
    let mut headers = call.headers.iter();
    headers.any(|(name, value)| name == "defertransfer" || value.as_bytes() == b"DeferTransfer")
}

/// `CancelTransfers`: only what was not sent on yet can be cancelled.
pub(super) fn cancel(state: &mut State, call: &Call) -> Reply {
    let Some(asked) = call.body.as_ref().ok().and_then(Value::as_array).cloned() else {
        return code("RequestInvalid", None);
    };
    let items = asked.iter().map(|item| {
        let id = item["TransferId"]["TransferRef"]
            .as_str()
            .and_then(|id| id.parse().ok());
        let status = id.and_then(|id| state.transaction(id)).map(|told| told.status);
        let mut written = match (id, status) {
            (Some(id), Some(Status::Confirmed)) => {
                state.fail(id, Status::Cancelled);
                json!({ "ResultCode": 1, "ErrorCodes": [], "ProcessingState": "Cancelled" })
            }
            _ => of("ParameterInvalid", Some("TransferId")).1,
        };
        written["TransferId"] = item["TransferId"].clone();
        written["BatchItemRef"] = item["BatchItemRef"].clone();
        written
    });
    let items: Value = items.collect();
    good(json!({ "Items": items }))
}
