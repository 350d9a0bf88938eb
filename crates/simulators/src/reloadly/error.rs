//! Reloadly's errors.

use serde_json::json;

use super::report::CIVIL;
use crate::{
    call::{Call, Reply},
    world::{State, fault::Refusal},
};

/// Says no, in Reloadly's words.
pub(super) fn refusal(state: &State, call: &Call, why: &Refusal) -> Reply {
    let named = match why {
        Refusal::Unauthorized => "TOKEN_EXPIRED",
        Refusal::RateLimited => {
            return code(state, call, "RATE_LIMIT_REACHED")
                .with("X-RateLimit-Limit", 100)
                .with("X-RateLimit-Remaining", 0)
                .with("X-RateLimit-Reset", 60);
        }
        Refusal::FloatEmpty => "INSUFFICIENT_BALANCE",
        Refusal::ProductGone => "OPERATOR_UNAVAILABLE_OR_CURRENTLY_INACTIVE",
        Refusal::AmountGone => "INVALID_AMOUNT_FOR_OPERATOR",
        Refusal::WrongOperator => "INVALID_RECIPIENT_PHONE",
        Refusal::UnknownCode => "PLANETS_NOT_ALIGNED",
        Refusal::Named(chosen) => {
            let mut reply = code(state, call, &chosen.name);
            reply.status = chosen.http.unwrap_or(reply.status);
            return reply;
        }
    };
    code(state, call, named)
}

/// An error with a code.
pub(super) fn code(state: &State, call: &Call, code: &str) -> Reply {
    let (status, message) = of(code);
    let body = json!({
        "timeStamp": state.now.format(CIVIL),
        "message": message,
        "path": call.raw_path,
        "errorCode": code,
        "infoLink": null,
        "details": [],
    });
    Reply::new(status, body)
}

/// What the framework below answers where nothing is, in a shape of its own.
pub(super) fn unknown_path(state: &State, call: &Call) -> Reply {
    let body = json!({
        "timeStamp": state.now.format(CIVIL),
        "status": 404,
        "error": "Not Found",
        "message": "No message available",
        "path": call.raw_path,
    });
    Reply::new(404, body)
}

/// The status and the words of a code. Statuses that aren't documented are 400.
fn of(code: &str) -> (u16, String) {
    let status = match code {
        "INVALID_CREDENTIALS" | "INVALID_TOKEN" | "TOKEN_EXPIRED" => 401,
        "INACTIVE_ACCOUNT" => 403,
        "ACCOUNT_NOT_FOUND" | "COULD_NOT_AUTO_DETECT_OPERATOR" | "TRANSACTION_NOT_FOUND" => 404,
        "COUNTRY_NOT_SUPPORTED" => 409,
        "RATE_LIMIT_REACHED" => 429,
        "SERVICE_TO_OPERATOR_TEMPORARILY_UNAVAILABLE" | "CONNECTION_TO_OPERATOR_TEMPORARILY_DOWN" => 503,
        "FX_RATE_NOT_AVAILABLE"
        | "PROVIDER_INTERNAL_ERROR"
        | "REQUEST_FAILED_ON_PROVIDER"
        | "CONNECTION_TO_OPERATOR_FAILED"
        | "UNMAPPED_PROVIDER_ERROR_CODE"
        | "REQUEST_PROCESSING_FAILED" => 500,
        _ => 400,
    };
    let words = code.to_lowercase().replace('_', " ");
    (status, words)
}
