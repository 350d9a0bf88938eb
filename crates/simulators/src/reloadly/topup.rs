//! Reloadly's top-ups.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{catalogue::Product, error::code, report};
use crate::{
    call::{Call, Reply, digits},
    markets::MARKETS,
    number::{cents, constant, decimal},
    world::{State, course::Course, transaction::Wanted},
};

/// The longest reference.
const REFERENCE_MAX: usize = 150;

/// Tops up and answers with the transaction.
pub(super) fn now(state: &mut State, call: &Call, course: &Course) -> Reply {
    match submit(state, call, course, Duration::ZERO) {
        Ok(id) => Reply::ok(report::transaction(state, id, report::Balance::Shown)),
        Err(reply) => reply,
    }
}

/// Tops up later and answers with the transaction's id.
pub(super) fn later(state: &mut State, call: &Call, course: &Course) -> Reply {
    let settle = state.config.times.settle;
    match submit(state, call, course, settle) {
        Ok(id) => Reply::ok(json!({ "transactionId": id })),
        Err(reply) => reply,
    }
}

/// What is looked at some time before anything is written: the reference, and whether the number rests.
pub(super) fn look_before(state: &State, call: &Call) -> Result<(), Reply> {
    let reference = call.text("customIdentifier");
    if reference.is_some_and(|reference| state.with_reference(reference).next().is_some()) {
        return Err(code(state, call, "CUSTOM_IDENTIFIER_ALREADY_USED"));
    }
    let phone = call.field("recipientPhone")["number"].as_str().map(digits);
    let window = state.config.times.velocity;
    if state.recent(&phone.unwrap_or_default(), window).next().is_some() {
        return Err(code(state, call, "PHONE_RECENTLY_RECHARGED"));
    }
    Ok(())
}

fn submit(state: &mut State, call: &Call, course: &Course, usual: Duration) -> Result<u64, Reply> {
    let wanted = read(state, call, course)?;
    let accepted = state.accept(wanted);
    let id = accepted.map_err(|_| code(state, call, "INSUFFICIENT_BALANCE"))?;
    state.confirm(id, usual);
    Ok(id)
}

fn read(state: &State, call: &Call, course: &Course) -> Result<Wanted, Reply> {
    let no = |named: &str| code(state, call, named);
    if call.body.is_err() {
        return Err(no("JSON_SYNTAX_ERROR"));
    }
    let reference = call.text("customIdentifier").unwrap_or_default();
    let recipient = call.field("recipientPhone");
    let fields = (
        call.field("operatorId").as_u64(),
        decimal(call.field("amount")),
        recipient["countryCode"].as_str(),
        recipient["number"].as_str(),
    );
    let (Some(operator), Some(amount), Some(country), Some(number)) = fields else {
        return Err(no("INVALID_INPUT_PROVIDED"));
    };
    if reference.len() > REFERENCE_MAX || amount <= Decimal::ZERO {
        return Err(no("INVALID_INPUT_PROVIDED"));
    }
    let Some(market) = MARKETS.iter().find(|market| market.iso2 == country) else {
        return Err(no("COUNTRY_NOT_SUPPORTED"));
    };
    let product = Product::find(operator).filter(|product| !state.changes.is_gone(&product.name()));
    let Some(product) = product else {
        return Err(no("OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE"));
    };
    let phone = digits(number);
    if !market.has(&phone) || product.operator.market != market {
        return Err(no("INVALID_RECIPIENT_PHONE"));
    }
    let local = call.field("useLocalAmount").as_bool().unwrap_or_default();
    if !product.sells(amount, local) || !state.changes.sells(&product.name(), amount) {
        return Err(no("INVALID_AMOUNT_FOR_OPERATOR"));
    }
    let (cost, delivered) = product.price(&state.changes, amount, local);
    Ok(Wanted {
        reference: reference.to_owned(),
        phone,
        product: product.name(),
        requested: amount,
        requested_currency: if local { market.currency } else { "USD" },
        cost,
        delivered,
        delivered_currency: market.currency,
        detail: detail(call, &product),
        course: course.clone(),
    })
}

fn detail(call: &Call, product: &Product) -> Value {
    json!({
        "operatorId": product.id,
        "operatorName": product.title(),
        "countryCode": product.operator.market.iso2,
        "senderPhone": call.field("senderPhone")["number"],
        "recipientEmail": call.field("recipientEmail"),
    })
}

/// What an amount costs and what arrives.
impl Product {
    fn price(&self, changes: &crate::world::changes::Changes, amount: Decimal, local: bool) -> (Decimal, Decimal) {
        let rate = self.operator.market.rate();
        if local {
            return (cents(amount / rate), amount);
        }
        let hundred = constant("100");
        let cost = amount - amount * self.discount(changes) / hundred;
        (cents(cost), cents(amount * rate))
    }
}
