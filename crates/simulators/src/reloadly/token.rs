//! Reloadly's tokens.

use serde_json::json;

use super::error::code;
use crate::{
    call::{Call, Reply},
    world::{State, rules::Subject},
};

/// What a token may do.
const SCOPE: &str = "send-topups read-operators read-promotions read-topups-history read-prepaid-balance \
                     read-prepaid-commissions";

/// Gives a token for credentials.
pub(super) fn issue(state: &mut State, call: &Call) -> Reply {
    let given = ["client_id", "client_secret", "grant_type", "audience"].map(|name| call.text(name));
    let [Some(user), Some(secret), Some("client_credentials"), Some(audience)] = given else {
        return code(state, call, "INVALID_INPUT_PROVIDED");
    };
    let wanted = state.config.credentials.as_ref();
    if wanted.is_some_and(|wanted| wanted.user != user || wanted.secret != secret) {
        return code(state, call, "INVALID_CREDENTIALS");
    }
    let life = state.config.times.token;
    let token = format!("simulated-token-{}", state.tokens.len() + 1);
    state
        .tokens
        .insert(token.clone(), (state.now.plus(life), audience.to_owned()));
    Reply::ok(json!({
        "access_token": token,
        "scope": SCOPE,
        "expires_in": life.as_secs(),
        "token_type": "Bearer",
    }))
}

/// Lets only those with a good token pass.
pub(super) fn check(state: &State, call: &Call) -> Result<(), Reply> {
    if call.path == ["oauth", "token"] {
        return Ok(());
    }
    let Some((until, audience)) = presented(call).and_then(|token| state.tokens.get(token)) else {
        return Err(code(state, call, "INVALID_TOKEN"));
    };
    let wanted = state.config.audience.as_ref();
    if wanted.is_some_and(|wanted| wanted != audience) {
        return Err(code(state, call, "INVALID_TOKEN"));
    }
    if *until <= state.now {
        return Err(code(state, call, "TOKEN_EXPIRED"));
    }
    Ok(())
}

/// Lets the presented token expire in the middle, once for everything that is asked for.
pub(super) fn expire_once(state: &mut State, call: &Call, subject: &Subject) -> bool {
    let asked = subject.reference.clone().unwrap_or_else(|| call.raw_path.clone());
    if !state.expired_once.insert(asked) {
        return false;
    }
    let now = state.now;
    if let Some((until, _)) = presented(call).and_then(|token| state.tokens.get_mut(token)) {
        *until = now;
    }
    true
}

fn presented(call: &Call) -> Option<&str> {
    call.header("authorization")?.strip_prefix("Bearer ")
}
