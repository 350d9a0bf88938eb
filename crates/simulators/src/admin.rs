//! `/_sim`: the hand on a simulator over HTTP.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    config::CallbackTarget,
    world::{State, World, changes::Change, rules::Rule, suffix::suffixes_of},
};

/// Where it begins.
pub(crate) const PATH: &str = "/_sim";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetWallet {
    available: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    advance_s: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reverse {
    reference: String,
}

#[derive(Deserialize)]
struct ChangeProduct {
    product: String,
    #[serde(flatten)]
    change: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetCallback {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    user: String,
    #[serde(default)]
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetQuirks {
    #[serde(default)]
    old_shape: bool,
    #[serde(default)]
    string_codes: bool,
}

/// Answers a call to the simulator itself.
pub(crate) fn answer(world: &World, call: &Call) -> Reply {
    let result = match call.route() {
        ("POST", path) if path == ["clock"] => read(call).map(|SetClock { advance_s }| {
            world.advance(Duration::from_secs(advance_s));
            json!({ "now": world.open().now })
        }),
        ("GET", path) => view(&world.open(), &path),
        ("POST", path) => change(&mut world.open(), &path, call),
        ("DELETE", path) => remove(&mut world.open(), &path),
        _ => Err("no such method here: GET, POST or DELETE".to_owned()),
    };
    world.moved.notify_one();
    match result {
        Ok(body) => Reply::ok(body),
        Err(error) => Reply::new(400, json!({ "error": error })),
    }
}

const PATHS: &str = "no such path: GET /_sim/transactions, deliveries, wallet, faults, suffixes, calls, pushes, clock; \
                     POST /_sim/faults, wallet, catalogue, clock, reverse, callback, quirks; \
                     DELETE /_sim/faults, faults/{id}, catalogue";

fn view(state: &State, path: &[&str]) -> Result<Value, String> {
    Ok(match path {
        ["transactions"] => json!(state.transactions),
        ["deliveries"] => json!(state.deliveries),
        ["wallet"] => {
            let mut wallet = json!(state.wallet);
            wallet["closing"] = json!(state.wallet.closing());
            wallet["spent"] = json!(state.wallet.spent());
            wallet
        }
        ["faults"] => state
            .rules
            .list()
            .iter()
            .map(|(id, rule)| json!({ "id": id, "rule": rule }))
            .collect(),
        ["suffixes"] => suffixes_of(state.config.supplier)
            .map(|suffix| json!({ "digits": suffix.digits, "fault": suffix.fault, "meaning": suffix.meaning }))
            .collect(),
        ["calls"] => json!(state.journal.calls()),
        ["pushes"] => json!(state.journal.pushes()),
        ["clock"] => json!({ "now": state.now }),
        _ => return Err(PATHS.to_owned()),
    })
}

fn change(state: &mut State, path: &[&str], call: &Call) -> Result<Value, String> {
    match path {
        ["faults"] => {
            let rule: Rule = read(call)?;
            let id = state.rules.add(rule).map_err(|error| error.to_string())?;
            Ok(json!({ "id": id }))
        }
        ["wallet"] => {
            let SetWallet { available } = read(call)?;
            let now = state.now;
            state.wallet.set(available, now);
            view(state, path)
        }
        ["catalogue"] => {
            let ChangeProduct { product, change } = read(call)?;
            let change: Change = serde_json::from_value(change).map_err(|error| error.to_string())?;
            state.changes.change(&product, change.clone());
            Ok(json!({ "product": product, "change": change }))
        }
        ["reverse"] => {
            let Reverse { reference } = read(call)?;
            let ids: Vec<_> = state.with_reference(&reference).map(|found| found.id).collect();
            let reversed: Vec<_> = ids.into_iter().filter(|id| state.reverse(*id)).collect();
            if reversed.is_empty() {
                return Err(format!(
                    "reference: no delivery with {reference:?} that could be taken back"
                ));
            }
            Ok(json!({ "reversed": reversed }))
        }
        ["callback"] => {
            let SetCallback { url, user, secret } = read(call)?;
            state.callback = Some(CallbackTarget { url, user, secret });
            Ok(json!({}))
        }
        ["quirks"] => {
            let SetQuirks {
                old_shape,
                string_codes,
            } = read(call)?;
            state.config.old_shape = old_shape;
            state.config.string_codes = string_codes;
            Ok(json!({ "old_shape": old_shape, "string_codes": string_codes }))
        }
        _ => Err(PATHS.to_owned()),
    }
}

fn remove(state: &mut State, path: &[&str]) -> Result<Value, String> {
    match path {
        ["faults"] => Ok(json!({ "removed": state.rules.remove(None) })),
        ["faults", id] => {
            let id = id
                .parse()
                .map_err(|_| format!("no fault {id:?}: GET /_sim/faults has their ids"))?;
            match state.rules.remove(Some(id)) {
                0 => Err(format!("no fault {id}: GET /_sim/faults has their ids")),
                removed => Ok(json!({ "removed": removed })),
            }
        }
        ["catalogue"] => {
            state.changes.restore();
            Ok(json!({}))
        }
        _ => Err(PATHS.to_owned()),
    }
}

fn read<T: DeserializeOwned>(call: &Call) -> Result<T, String> {
    let body = call.body.clone()?;
    serde_json::from_value(body).map_err(|error| error.to_string())
}
