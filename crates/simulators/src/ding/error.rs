//! Ding's errors: codes with a context, a result code, and a status that says little.

use serde_json::{Value, json};

use crate::{call::Reply, world::fault::Refusal};

/// Says no, in Ding's words.
pub(super) fn refusal(why: &Refusal) -> Reply {
    match why {
        Refusal::Unauthorized => code("AuthenticationFailed", None),
        Refusal::RateLimited => code("RateLimited", None).with("Retry-After", 60),
        Refusal::FloatEmpty => code("InsufficientBalance", None),
        Refusal::ProductGone => code("ProviderError", Some("ProductUnavailable")),
        Refusal::AmountGone => code("ParameterOutOfRange", Some("SendValue")),
        Refusal::WrongOperator => code("AccountNumberInvalid", Some("ProviderRefusedRequest")),
        Refusal::UnknownCode => code("PlanetsNotAligned", None),
        Refusal::Named(chosen) => {
            let mut reply = code(&chosen.name, chosen.context.as_deref());
            reply.status = chosen.http.unwrap_or(reply.status);
            reply
        }
    }
}

/// An answer without anything but an error.
pub(super) fn code(code: &str, context: Option<&str>) -> Reply {
    let (status, mut body) = of(code, context);
    body["TransferRecord"] = Value::Null;
    Reply::new(status, body)
}

/// The status, and the part of an answer that says what went wrong.
pub(super) fn of(code: &str, context: Option<&str>) -> (u16, Value) {
    let (status, result) = match code {
        "AuthenticationFailed" => (401, 4),
        "InsufficientBalance" => (500, 5),
        "RateLimited" => (429, 3),
        "TransientProviderError" => (503, 3),
        "OtherError" => (500, 3),
        "AccountNumberInvalid" if context == Some("ProviderRefusedRequest") => (200, 5),
        "ParameterMissing"
        | "ParameterInvalid"
        | "ParameterOutOfRange"
        | "ParameterCombinationInvalid"
        | "TooManyParameters"
        | "RequestInvalid"
        | "BatchItemRefMustBeUnique"
        | "AccountNumberInvalid" => (400, 4),
        _ => (200, 5),
    };
    let body = json!({
        "ResultCode": result,
        "ErrorCodes": [{ "Code": code, "Context": context.unwrap_or_default() }],
    });
    (status, body)
}

/// A good answer.
pub(super) fn good(mut body: Value) -> Reply {
    body["ResultCode"] = 1.into();
    body["ErrorCodes"] = json!([]);
    Reply::ok(body)
}

/// Every code.
pub(super) const CODES: [&str; 17] = [
    "AuthenticationFailed",
    "ParameterMissing",
    "ParameterInvalid",
    "ParameterOutOfRange",
    "ParameterCombinationInvalid",
    "TooManyParameters",
    "RequestInvalid",
    "BatchItemRefMustBeUnique",
    "AccountNumberInvalid",
    "InsufficientBalance",
    "RateLimited",
    "ProviderError",
    "RechargeNotAllowed",
    "TransientProviderError",
    "DuplicateTransactionPrevented",
    "NearestMatch",
    "OtherError",
];
