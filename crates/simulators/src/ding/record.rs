//! How Ding writes transfers, and how they are listed.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    error::{code, good, of},
    product::Product,
};
use crate::{
    call::{Call, Reply},
    clock::Moment,
    number::{cents, number},
    world::{
        State,
        transaction::{Status, Transaction},
    },
};

/// Lists go back about two months.
const WINDOW: Duration = Duration::from_hours(61 * 24);
/// How many a list has at most.
const TAKE_MAX: usize = 100;

/// A transfer.
pub(super) fn write(told: &Transaction) -> Value {
    let product = Product::find(&told.product).expect("only what is sold was sent");
    let failed = matches!(told.status, Status::Failed | Status::Rejected | Status::Cancelled);
    let received = if failed { Decimal::ZERO } else { told.delivered };
    let test = told.cost.is_zero();
    let fee = if test {
        Decimal::ZERO
    } else {
        told.cost - told.requested
    };
    let done = told.status == Status::Delivered;
    json!({
        "TransferId": { "TransferRef": told.id.to_string(), "DistributorRef": told.reference },
        "SkuCode": told.product,
        "Price": product.price(told.requested, received, fee),
        "CommissionApplied": number(if failed { Decimal::ZERO } else { cents(told.requested * Product::commission()) }),
        "StartedUtc": told.created_at.seconds(),
        "CompletedUtc": told.ended_at.map(Moment::seconds),
        "ProcessingState": state_of(told.status),
        "ReceiptText": done.then_some("Thank you"),
        "ReceiptParams": if done { json!({ "providerRef": format!("SIM{}", told.id) }) } else { json!({}) },
        "AccountNumber": told.phone,
    })
}

/// A state in its words. That of a delivery that was taken back is not documented.
pub(super) const fn state_of(status: Status) -> &'static str {
    match status {
        Status::Held | Status::Confirmed => "Submitted",
        Status::Submitted => "Processing",
        Status::Delivered => "Complete",
        Status::Failed | Status::Rejected => "Failed",
        Status::Cancelled | Status::Reversed => "Cancelled",
    }
}

/// What a transfer says of itself: good, or which code ended it.
pub(super) fn result(told: &Transaction) -> (u16, Value) {
    if matches!(told.status, Status::Failed | Status::Rejected) {
        let chosen = told.chosen_code("ProviderError");
        let context = chosen.context.as_deref();
        let usual = (chosen.name == "ProviderError").then_some("RechargeNotAllowed");
        return of(&chosen.name, context.or(usual));
    }
    (200, json!({ "ResultCode": 1, "ErrorCodes": [] }))
}

/// `ListTransferRecords`, the newest first.
pub(super) fn list(state: &State, call: &Call) -> Reply {
    let count = |name: &str, otherwise: usize| {
        let given = call.field(name).as_u64();
        given.and_then(|given| usize::try_from(given).ok()).unwrap_or(otherwise)
    };
    let (skip, take) = (count("Skip", 0), count("Take", TAKE_MAX));
    if !(1..=TAKE_MAX).contains(&take) {
        return code("ParameterOutOfRange", Some("Take"));
    }
    let is = |name: &str, value: &str| call.text(name).is_none_or(|wanted| wanted == value);
    let since = state.now.minus(WINDOW);
    let fits = |told: &&Transaction| {
        is("DistributorRef", &told.reference)
            && is("TransferRef", &told.id.to_string())
            && is("AccountNumber", &told.phone)
            && told.created_at >= since
    };
    let found: Vec<_> = state
        .all_visible(call.text("DistributorRef"))
        .rev()
        .filter(fits)
        .collect();
    let more = found.len() > skip.saturating_add(take);
    let items = found.into_iter().skip(skip).take(take).map(|told| {
        let (_, mut item) = result(told);
        item["TransferRecord"] = write(told);
        item
    });
    good(json!({ "Items": items.collect::<Value>(), "ThereAreMoreItems": more }))
}
