//! What people do about people: who may come in, and how they themselves do.

use std::fmt::Display;

use engine::{
    audit::Chain,
    people::{Role, User},
};
use model::SessionId;
use serde_json::{Value, json};

use super::Told;

/// Where a person's doings are written: with the account whose staff they are, or with the house.
fn chain_of(user: &User) -> Chain {
    user.works_for.map_or(Chain::House, Chain::Account)
}

fn told(user: &User, action: &'static str, details: Value) -> Told {
    Told::of(chain_of(user), action, &user.id, details)
}

/// Somebody invited somebody.
pub(crate) fn invited(user: &User) -> Told {
    let details = json!({ "login": user.login, "role": user.role.as_str() });
    told(user, "user.invite", details)
}

/// Somebody gave somebody another role.
pub(crate) fn role_set(before: &User, role: Role) -> Told {
    let details = json!({ "before": before.role.as_str(), "after": role.as_str() });
    told(before, "user.set_role", details)
}

/// Somebody keeps somebody out.
pub(crate) fn disabled(user: &User) -> Told {
    told(user, "user.disable", Value::Null)
}

/// Somebody lets somebody in again.
pub(crate) fn enabled(user: &User) -> Told {
    told(user, "user.enable", Value::Null)
}

/// Somebody had a link made by which somebody comes in.
pub(crate) fn link_made(user: &User) -> Told {
    told(user, "user.make_link", Value::Null)
}

/// Somebody came in by a link.
pub(crate) fn link_used(user: &User) -> Told {
    told(user, "user.use_link", json!({ "role": user.role.as_str() }))
}

/// Somebody signed in.
pub(crate) fn signed_in(user: &User, by: &str, address: &dyn Display) -> Told {
    told(
        user,
        "user.sign_in",
        json!({ "by": by, "address": address.to_string() }),
    )
}

/// Somebody changed how they themselves come in.
pub(crate) fn own(user: &User, action: &'static str, details: Value) -> Told {
    told(user, action, details)
}

/// Somebody ended one of their sessions, or all others.
pub(crate) fn session_ended(user: &User, one: Option<SessionId>) -> Told {
    let details = json!({ "session": one.map(|session| session.to_string()) });
    told(user, "session.end", details)
}
