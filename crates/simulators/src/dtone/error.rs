//! DT One's errors.

use serde_json::{Value, json};

use crate::{
    call::Reply,
    world::{State, fault::Refusal},
};

/// Says no, in DT One's words.
pub(super) fn refusal(state: &State, why: &Refusal) -> Reply {
    let named = match why {
        Refusal::Unauthorized => "1000401",
        Refusal::RateLimited => {
            return code(state, "1000429")
                .with("X-Ratelimit-Limit", 100)
                .with("X-Ratelimit-Remaining", 0);
        }
        Refusal::FloatEmpty => "1006001",
        Refusal::ProductGone => "1003001",
        Refusal::AmountGone => "1003002",
        Refusal::WrongOperator => "1005003",
        Refusal::UnknownCode => "1999999",
        Refusal::Named(chosen) => {
            let mut reply = code(state, &chosen.name);
            reply.status = chosen.http.unwrap_or(reply.status);
            return reply;
        }
    };
    code(state, named)
}

/// An error with a code: a number, or a text at some of its servers.
pub(super) fn code(state: &State, code: &str) -> Reply {
    let (status, message) = of(code);
    let written = match code.parse::<u64>() {
        Ok(number) if !state.config.string_codes => Value::from(number),
        _ => Value::from(code),
    };
    Reply::new(status, json!({ "errors": [{ "code": written, "message": message }] }))
}

/// The status and the words of a code. Statuses that aren't documented are 400.
fn of(code: &str) -> (u16, &'static str) {
    match code {
        "1000400" => (400, "Bad request"),
        "1000401" => (401, "Unauthorized"),
        "1000404" => (404, "Resource not found"),
        "1000429" => (429, "Too many requests"),
        "1003001" => (404, "Product is not available in your account"),
        "1003002" => (400, "Amount is out of range"),
        "1003003" => (400, "Unit is not valid"),
        "1003101" | "1003201" | "1003301" => (404, "Not available in your account"),
        "1005003" => (400, "Credit party identifier is not valid"),
        "1005004" | "1005005" | "1005006" | "1006009" => (404, "Not found"),
        "1005503" => (400, "Sender is not valid"),
        "1006001" => (400, "Insufficient balance"),
        "1006003" => (400, "Debit party identifier is not valid"),
        "1006503" => (400, "Beneficiary is not valid"),
        "1007001" => (400, "External id has already been used"),
        "1007002" => (400, "Transaction has already been confirmed"),
        "1007004" => (400, "Transaction can no longer be confirmed"),
        "1007005" => (400, "Transaction has already been cancelled"),
        "1007007" => (400, "Transaction can no longer be cancelled"),
        "1007500" => (400, "Not supported by the operator"),
        "1008004" => (404, "Transaction not found"),
        "1009001" => (500, "Internal error"),
        "1009503" => (503, "Service unavailable"),
        _ => (400, "Something else"),
    }
}
