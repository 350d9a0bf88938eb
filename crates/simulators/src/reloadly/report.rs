//! How Reloadly writes transactions, and the ways to ask for them.

use serde_json::{Map, Value, json};

use super::error::code;
use crate::{
    call::{Call, Reply},
    clock::Moment,
    number::number,
    world::{
        State,
        transaction::{Status, Transaction},
    },
};

/// Its times have no zone.
pub(super) const CIVIL: &str = "%Y-%m-%d %H:%M:%S";
/// And one of the two in a transaction is five hours behind the other.
const BEHIND: std::time::Duration = std::time::Duration::from_hours(5);
/// How many are on a page.
const PAGE: usize = 200;

/// Whether the balance is written: reports leave it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Balance {
    Shown,
    Hidden,
}

/// A status in its words.
pub(super) const fn status_of(status: Status) -> &'static str {
    match status {
        Status::Held | Status::Confirmed | Status::Submitted => "PROCESSING",
        Status::Delivered => "SUCCESSFUL",
        Status::Failed | Status::Rejected | Status::Cancelled => "FAILED",
        Status::Reversed => "REFUNDED",
    }
}

/// A transaction, which must be there.
pub(super) fn transaction(state: &State, id: u64, balance: Balance) -> Value {
    write(state, state.transaction(id).expect("it was accepted"), balance)
}

fn write(state: &State, told: &Transaction, balance: Balance) -> Value {
    let detail = &told.detail;
    let discount = if told.requested_currency == told.delivered_currency && told.requested_currency != "USD" {
        rust_decimal::Decimal::ZERO
    } else {
        told.requested - told.cost
    };
    let mut body = json!({
        "transactionId": told.id,
        "status": status_of(told.status),
        "operatorTransactionId": (told.status == Status::Delivered).then(|| format!("SIM{}", told.id)),
        "customIdentifier": told.reference,
        "recipientPhone": told.phone,
        "recipientEmail": detail["recipientEmail"],
        "senderPhone": detail["senderPhone"],
        "countryCode": detail["countryCode"],
        "operatorId": detail["operatorId"],
        "operatorName": detail["operatorName"],
        "discount": number(discount),
        "discountCurrencyCode": "USD",
        "requestedAmount": number(told.requested),
        "requestedAmountCurrencyCode": told.requested_currency,
        "deliveredAmount": number(told.delivered),
        "deliveredAmountCurrencyCode": told.delivered_currency,
        "transactionDate": told.created_at.minus(BEHIND).format(CIVIL),
        "fee": 0,
        "pinDetail": null,
        "balanceInfo": null,
    });
    if balance == Balance::Shown {
        body["balanceInfo"] = json!({
            "oldBalance": number(told.balance_before),
            "newBalance": number(told.balance_after),
            "cost": number(told.cost),
            "currencyCode": "USD",
            "currencyName": "US Dollar",
            "updatedAt": told.created_at.format(CIVIL),
        });
    }
    if state.config.old_shape {
        drop_from(&mut body, "status");
        drop_from(&mut body["balanceInfo"], "cost");
    }
    body
}

fn drop_from(value: &mut Value, field: &str) {
    value.as_object_mut().map(|fields: &mut Map<_, _>| fields.remove(field));
}

/// `GET /topups/{id}/status`.
pub(super) fn status(state: &State, call: &Call, id: &str) -> Reply {
    let Some(told) = id.parse().ok().and_then(|id| state.visible(id)) else {
        return code(state, call, "TRANSACTION_NOT_FOUND");
    };
    let failed = matches!(told.status, Status::Failed | Status::Rejected);
    let named = failed.then(|| told.chosen_code("TRANSACTION_FAILED_ON_OPERATOR").name);
    let mut body = json!({
        "code": named,
        "message": named.as_deref().map(|code| code.to_lowercase().replace('_', " ")),
        "status": status_of(told.status),
    });
    if told.status.is_final() {
        // The status stands beside it and is always there, also in the old shape.
        body["transaction"] = write(state, told, Balance::Shown);
    }
    Reply::ok(body)
}

/// `GET /topups/reports/transactions/{id}`.
pub(super) fn one(state: &State, call: &Call, id: &str) -> Reply {
    match id.parse().ok().and_then(|id| state.visible(id)) {
        Some(told) => Reply::ok(write(state, told, Balance::Hidden)),
        None => code(state, call, "TRANSACTION_NOT_FOUND"),
    }
}

/// `GET /topups/reports/transactions`: the newest first.
pub(super) fn page(state: &State, call: &Call) -> Reply {
    let is = |name: &str, value: &str| {
        call.parameter(name)
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    };
    let from = call.parameter("startDate").and_then(Moment::parse);
    let to = call.parameter("endDate").and_then(Moment::parse);
    let fits = |told: &&Transaction| {
        let detail = |name: &str| told.detail[name].as_str().unwrap_or_default().to_owned();
        let date = told.created_at.minus(BEHIND);
        is("customIdentifier", &told.reference)
            && is("countryCode", &detail("countryCode"))
            && is("operatorName", &detail("operatorName"))
            && is("operatorId", &told.detail["operatorId"].to_string())
            && from.is_none_or(|from| from <= date)
            && to.is_none_or(|to| date <= to)
    };
    let reference = call.parameter("customIdentifier");
    let found = state.all_visible(reference).rev().filter(fits).collect();
    Reply::ok(paged(call, found, |told| write(state, told, Balance::Hidden)))
}

/// A page as the framework below writes it. The first one is asked for with 1 and calls itself 0.
pub(super) fn paged<T>(call: &Call, all: Vec<T>, write: impl Fn(T) -> Value) -> Value {
    let size = call.count("size", PAGE).clamp(1, PAGE);
    let number = call.count("page", 1).max(1) - 1;
    let total = all.len();
    let pages = total.div_ceil(size);
    let on_page = all.into_iter().skip(number.saturating_mul(size)).take(size);
    let content: Vec<_> = on_page.map(write).collect();
    json!({
        "numberOfElements": content.len(),
        "empty": content.is_empty(),
        "content": content,
        "totalElements": total,
        "totalPages": pages,
        "size": size,
        "number": number,
        "first": number == 0,
        "last": number + 1 >= pages,
        "sort": { "sorted": false, "unsorted": true, "empty": true },
    })
}
