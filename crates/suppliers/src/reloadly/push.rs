//! Reloadly's webhooks: signed, and no more than hints.

use model::{AttemptId, Callback, CallbackError};

use super::wire::Push;
use crate::{
    Secret,
    signature::{check_fresh, from_hex, is_signed},
};

const SIGNATURE: &str = "x-reloadly-signature";
const TIMESTAMP: &str = "x-reloadly-request-timestamp";

/// Reads a push that is signed with HMAC-SHA256 over its body, a colon and its time.
pub(super) fn read(secret: Option<&Secret>, callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
    let secret = secret.ok_or(CallbackError::Forged(
        "webhook_secret is not set, so none can be verified",
    ))?;
    let signature = callback.header(SIGNATURE).and_then(from_hex);
    let signature = signature.ok_or(CallbackError::Forged("it is not signed"))?;
    let moment = callback
        .header(TIMESTAMP)
        .ok_or(CallbackError::Forged("it has no time"))?;
    let parts = [callback.body.as_slice(), b":", moment.as_bytes()];
    if !is_signed(secret.expose().as_bytes(), &parts, &signature) {
        return Err(CallbackError::Forged("its signature is wrong"));
    }
    check_fresh(moment, callback)?;
    let push: Push =
        serde_json::from_slice(&callback.body).map_err(|error| CallbackError::Unreadable(error.to_string()))?;
    let data = push.data.as_ref();
    let transaction = data.and_then(|data| data.transaction.as_ref());
    let references = [
        push.custom_identifier.as_deref(),
        data.and_then(|data| data.custom_identifier.as_deref()),
        transaction.and_then(|transaction| transaction.custom_identifier.as_deref()),
    ];
    // What isn't an attempt of ours was made by somebody else with the account.
    let attempt = references
        .into_iter()
        .flatten()
        .find_map(|reference| reference.to_ascii_lowercase().parse().ok());
    Ok(attempt.into_iter().collect())
}
