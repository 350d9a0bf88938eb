//! A test agent: credentials with which the number's last digit chooses the outcome.

use super::error::code;
use crate::{
    call::{Call, Reply},
    world::State,
};

/// Whether a test agent calls.
pub(super) fn is_agent(state: &State, call: &Call) -> bool {
    call.header("api_key") == Some(state.config.test_agent_key.as_str())
}

/// What a number's last digit refuses.
pub(super) fn refusal(phone: &str) -> Option<Reply> {
    let (named, context) = match phone.chars().last()? {
        '1' => ("RateLimited", None),
        '2' => ("TransientProviderError", Some("ProviderTimedOut")),
        '3' => ("TransientProviderError", Some("ProviderRefusedRequest")),
        '4' => ("ProviderError", Some("ProductUnavailable")),
        '5' => ("AccountNumberInvalid", Some("ProviderRefusedRequest")),
        '6' => ("ProviderError", Some("ProviderTemporarilyUnavailable")),
        '7' => ("InsufficientBalance", None),
        '8' => ("AccountNumberInvalid", Some("AccountNumberFailedRegex")),
        '9' => ("ProviderError", Some("RechargeNotAllowed")),
        _ => return None,
    };
    Some(code(named, context))
}
