//! Reloadly Airtime.
//!
//! Its peculiarities: a reference is looked for some time before it is written, so that two calls at once
//! both pass; a rejected call leaves its reference free; a number must rest for two minutes; answers may
//! lack `status`; pushes are signed.

mod catalogue;
mod error;
mod report;
mod token;
mod topup;

use std::{fmt::Write, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use self::error::{refusal, unknown_path};
use crate::{
    call::{Call, Reply, digits},
    push::Truth,
    wire::{PushParts, Wire},
    world::{
        State,
        course::Course,
        fault::{Endpoint, Refusal},
        rules::Subject,
        transaction::Transaction,
    },
};

/// The supplier.
#[derive(Debug)]
pub(crate) struct Reloadly;

impl Wire for Reloadly {
    fn endpoint(&self, call: &Call) -> Endpoint {
        let (method, path) = call.route();
        match (method, path.as_slice()) {
            ("POST", ["topups" | "topups-async"]) => Endpoint::Submit,
            ("GET", ["topups", ..]) => Endpoint::Query,
            ("POST", ["oauth", "token"]) => Endpoint::Token,
            ("GET", ["accounts", "balance"]) => Endpoint::Balance,
            ("GET", ["operators", "auto-detect" | "mnp-lookup", ..]) => Endpoint::Lookup,
            ("GET" | "POST", ["operators" | "countries" | "promotions", ..]) => Endpoint::Catalogue,
            _ => Endpoint::Other,
        }
    }

    fn subject(&self, state: &State, call: &Call) -> Subject {
        let (_, path) = call.route();
        let told = match path.as_slice() {
            ["topups", "reports", "transactions", id] | ["topups", id, "status"] => {
                id.parse().ok().and_then(|id| state.transaction(id))
            }
            _ => None,
        };
        let phone = match path.as_slice() {
            ["operators", _, "phone", phone, ..] => Some(digits(phone)),
            _ => call.field("recipientPhone")["number"].as_str().map(digits),
        };
        let reference = call.text("customIdentifier").or(call.parameter("customIdentifier"));
        Subject {
            phone: phone.or_else(|| told.map(|told| told.phone.clone())),
            reference: reference
                .map(ToOwned::to_owned)
                .or_else(|| told.map(|told| told.reference.clone())),
        }
    }

    fn authorize(&self, state: &State, call: &Call) -> Result<(), Reply> {
        token::check(state, call)
    }

    fn look_before(&self, state: &State, call: &Call) -> Result<(), Reply> {
        topup::look_before(state, call)
    }

    fn gap(&self, state: &State) -> Duration {
        state.config.race_window
    }

    fn answer(&self, state: &mut State, call: &Call, course: &Course) -> Reply {
        let (method, path) = call.route();
        match (method, path.as_slice()) {
            ("POST", ["oauth", "token"]) => token::issue(state, call),
            ("POST", ["topups"]) => topup::now(state, call, course),
            ("POST", ["topups-async"]) => topup::later(state, call, course),
            ("GET", ["topups", "reports", "transactions"]) => report::page(state, call),
            ("GET", ["topups", "reports", "transactions", id]) => report::one(state, call, id),
            ("GET", ["topups", id, "status"]) => report::status(state, call, id),
            ("GET", ["accounts", "balance"]) => Reply::ok(balance(state)),
            ("GET" | "POST", ["operators" | "countries" | "promotions", ..]) => catalogue::answer(state, call),
            _ => unknown_path(state, call),
        }
    }

    fn refuse(&self, state: &mut State, call: &Call, why: &Refusal) -> Reply {
        if *why == Refusal::Unauthorized && !token::expire_once(state, call, &self.subject(state, call)) {
            return self.answer(state, call, &Course::default());
        }
        refusal(state, call, why)
    }

    fn broken(&self, state: &State, call: &Call) -> Reply {
        error::code(state, call, "PROVIDER_INTERNAL_ERROR")
    }

    fn push(&self, state: &State, transaction: &Transaction, truth: Truth) -> Option<PushParts> {
        let target = state.callback.as_ref()?;
        let body = json!({
            "type": "airtime_transaction.status",
            "data": {
                "transactionId": transaction.id,
                "customIdentifier": transaction.reference,
                "status": report::status_of(transaction.status),
            },
        })
        .to_string();
        let timestamp = state.now.as_seconds().to_string();
        let key = match truth {
            Truth::Genuine => target.secret.as_bytes(),
            Truth::Forged => b"not the secret".as_slice(),
        };
        let headers = vec![
            ("X-Reloadly-Signature", signature(key, &body, &timestamp)),
            ("X-Reloadly-Request-Timestamp", timestamp),
        ];
        Some((target.url.clone()?, headers, body))
    }
}

/// HMAC-SHA256 over the body, a colon and the timestamp, in hexadecimal.
fn signature(key: &[u8], body: &str, timestamp: &str) -> String {
    let mut code = Hmac::<Sha256>::new_from_slice(key).expect("any key will do");
    code.update(format!("{body}:{timestamp}").as_bytes());
    let bytes = code.finalize().into_bytes();
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn balance(state: &State) -> Value {
    json!({
        "balance": crate::number::number(state.wallet.available),
        "frozenBalance": crate::number::number(state.wallet.holding),
        "currencyCode": state.wallet.currency,
        "currencyName": "US Dollar",
        "updatedAt": state.now.format(report::CIVIL),
    })
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn a_push_is_signed_over_body_and_time() {
        // Computed with `openssl dgst -sha256 -hmac secret` over `{}:1700000000`.
        let expected = "93fd43bfe3a2ec7ae9b7f39a018c241c9680c2b0c0c05ea4825d0593025f005a";
        assert_eq!(signature(b"secret", "{}", "1700000000"), expected);
    }
}
