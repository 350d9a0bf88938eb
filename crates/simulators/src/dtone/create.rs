//! Creating a transaction: money is held for it, and it is sent on when it is confirmed.

use std::time::Duration;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    error::code,
    list,
    product::{Kind, Product},
    sandbox,
};
use crate::{
    call::{Call, Reply, digits},
    number::{cents, decimal},
    world::{
        State,
        course::{Course, End},
        fault::Code,
        transaction::Wanted,
    },
};

/// The longest reference.
const REFERENCE_MAX: usize = 40;

/// Whether a creation confirms itself.
pub(super) fn confirms_itself(call: &Call) -> bool {
    call.field("auto_confirm").as_bool().unwrap_or_default()
}

/// How long a confirmed transaction is under way: no time where the caller waits for it.
pub(super) fn usual(state: &State, mode: &str) -> Duration {
    if mode == "sync" {
        Duration::ZERO
    } else {
        state.config.times.settle
    }
}

pub(super) fn create(state: &mut State, call: &Call, course: &Course, mode: &str) -> Reply {
    let wanted = match read(state, call, course) {
        Ok(wanted) => wanted,
        Err(named) => return code(state, named),
    };
    if state
        .with_reference(&wanted.reference)
        .any(|earlier| earlier.reference == wanted.reference)
    {
        return code(state, "1007001");
    }
    let rejected = wanted.course.end == End::Rejected;
    let Ok(id) = state.accept(wanted) else {
        return code(state, "1006001");
    };
    if rejected || confirms_itself(call) {
        let usual = usual(state, mode);
        state.confirm(id, usual);
    } else {
        let hold = state.config.times.hold;
        state.after(hold, move |state| state.cancel(id));
    }
    Reply::new(201, list::write(state.transaction(id).expect("it was accepted")))
}

fn read(state: &State, call: &Call, course: &Course) -> Result<Wanted, &'static str> {
    let reference = call
        .text("external_id")
        .filter(|text| (1..=REFERENCE_MAX).contains(&text.len()));
    let (Some(reference), Some(id)) = (reference, call.field("product_id").as_u64()) else {
        return Err("1000400");
    };
    let product = Product::find(id).filter(|product| !state.changes.is_gone(&product.name()));
    let product = product.ok_or("1003001")?;
    let number = call.field("credit_party_identifier")["mobile_number"].as_str();
    let number = number.filter(|number| is_mobile_number(number)).ok_or("1005003")?;
    let phone = digits(number);
    if !product.market().has(&phone) {
        return Err("1005003");
    }
    let face = amount(state, call, &product)?;
    let (course, pin) = chosen(state, &phone, course);
    let mut wanted = Wanted {
        reference: reference.to_owned(),
        product: product.name(),
        requested: face,
        requested_currency: product.market().currency,
        cost: product.wholesale(face, &state.changes),
        delivered: face,
        delivered_currency: product.market().currency,
        detail: Value::Null,
        course,
        phone,
    };
    wanted.detail = detail(state, call, &product, (&wanted, pin));
    Ok(wanted)
}

/// `^\+[1-9][0-9]{6,14}$`
fn is_mobile_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
}

/// What arrives, in the phone's currency.
fn amount(state: &State, call: &Call, product: &Product) -> Result<Decimal, &'static str> {
    if product.kind != Kind::Range {
        return product.face().ok_or("1000400");
    }
    let (side, unit) = match call.text("calculation_mode") {
        Some("DESTINATION_AMOUNT") => (call.field("destination"), product.market().currency),
        Some("SOURCE_AMOUNT") => (call.field("source"), "USD"),
        _ => return Err("1000400"),
    };
    if side["unit"].as_str() != Some(unit) || side["unit_type"].as_str() != Some("CURRENCY") {
        return Err("1003003");
    }
    let given = decimal(&side["amount"]).ok_or("1000400")?;
    let face = match unit {
        "USD" if call.text("calculation_mode") == Some("SOURCE_AMOUNT") => product.bought(given, &state.changes),
        _ => given,
    };
    let (least, most) = product.bounds();
    let sold = state.changes.sells(&product.name(), face) && given == cents(given);
    if (least..=most).contains(&face) && sold {
        Ok(face)
    } else {
        Err("1003002")
    }
}

/// How it goes on: as a fault has chosen, or as the sandbox's own endings do.
fn chosen(state: &State, phone: &str, course: &Course) -> (Course, bool) {
    if let Some(window) = course.velocity {
        let limited = state.recent(phone, window).next().is_some();
        let declined = Course {
            end: End::Failed,
            code: Some(Code {
                name: "DECLINED-LIMITATIONS-ON-CREDIT-PARTY-QUANTITY".to_owned(),
                context: None,
                http: None,
            }),
            ..Course::default()
        };
        return (if limited { declined } else { Course::default() }, false);
    }
    let own = (*course == Course::default())
        .then(|| sandbox::course_of(phone))
        .flatten();
    own.unwrap_or_else(|| (course.clone(), false))
}

/// What only DT One writes of a transaction.
fn detail(state: &State, call: &Call, product: &Product, (wanted, pin): (&Wanted, bool)) -> Value {
    let face = wanted.delivered;
    let (subservice, subservice_name) = product.subservice();
    json!({
        "confirmation_expiration_date": state.now.plus(state.config.times.hold).nanos(),
        "callback_url": call.field("callback_url"),
        "prices": product.prices(face, wanted.charged()),
        "rates": product.rates(&state.changes),
        "benefits": product.benefits(face),
        "product": {
            "id": product.id,
            "name": product.title(),
            "type": product.type_name(),
            "service": { "id": 1, "name": "Mobile", "subservice": { "id": subservice, "name": subservice_name } },
            "operator": product.write_operator(),
        },
        "pin": pin.then(|| json!({ "code": "5550123456789", "serial": "SIM000001" })),
    })
}
