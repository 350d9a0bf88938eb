//! DT One's pushes: the transaction, with a user and a password and no signature.

use base64::{Engine, prelude::BASE64_STANDARD};
use model::{AttemptId, Callback, CallbackError};
use subtle::ConstantTimeEq;

use super::{CallbackSettings, wire::Transaction};

/// Reads a push. What it says of the transaction is not believed, only that there is one to ask about.
pub(super) fn read(settings: Option<&CallbackSettings>, callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
    let settings = settings.ok_or(CallbackError::NotServed)?;
    let given = callback.header("authorization");
    let given = given.ok_or(CallbackError::Forged("it has no Authorization"))?;
    let pair = format!("{}:{}", settings.user, settings.password.expose());
    let expected = format!("Basic {}", BASE64_STANDARD.encode(pair));
    if !bool::from(given.as_bytes().ct_eq(expected.as_bytes())) {
        return Err(CallbackError::Forged("its user or password is wrong"));
    }
    let told: Result<Transaction, _> = serde_json::from_slice(&callback.body);
    let told = told.map_err(|error| CallbackError::Unreadable(error.to_string()))?;
    // Somebody else may use the same account: theirs is none of ours.
    Ok(told.attempt().into_iter().collect())
}
