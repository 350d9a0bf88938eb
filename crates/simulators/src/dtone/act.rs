//! Confirming and cancelling what is held.

use super::{create, error::code, list};
use crate::{
    call::Reply,
    world::{State, course::Course, transaction::Status},
};

/// Sends a held transaction on.
pub(super) fn confirm(state: &mut State, (id, mode): (&str, &str), course: &Course) -> Reply {
    let now = state.now;
    let Some(told) = id.parse().ok().and_then(|id| state.transaction_mut(id)) else {
        return code(state, "1008004");
    };
    let (id, cancelling) = (told.id, told.detail["cancelling"] == true);
    match told.status {
        Status::Held if cancelling => code(state, "1007004"),
        Status::Held => {
            if *course != Course::default() {
                told.visible_at = now.plus(course.hidden);
                told.course = course.clone();
            }
            let usual = create::usual(state, mode);
            state.confirm(id, usual);
            accepted(state, id)
        }
        Status::Cancelled | Status::Rejected => code(state, "1007004"),
        Status::Confirmed | Status::Submitted | Status::Delivered | Status::Failed | Status::Reversed => {
            code(state, "1007002")
        }
    }
}

/// Begins to cancel a held transaction: it is cancelled a moment later.
pub(super) fn cancel(state: &mut State, id: &str) -> Reply {
    let settle = state.config.times.settle;
    let Some(told) = id.parse().ok().and_then(|id| state.transaction_mut(id)) else {
        return code(state, "1008004");
    };
    let id = told.id;
    match told.status {
        Status::Held => {
            told.detail["cancelling"] = true.into();
            let reply = accepted(state, id);
            state.after(settle, move |state| state.cancel(id));
            reply
        }
        Status::Cancelled => code(state, "1007005"),
        _ => code(state, "1007007"),
    }
}

fn accepted(state: &State, id: u64) -> Reply {
    Reply::new(202, list::write(state.transaction(id).expect("it was accepted")))
}
