//! What a supplier's folder has to say: its format, its order of checks, its words for a refusal.

use std::time::Duration;

use crate::{
    call::{Call, Reply},
    config::Supplier,
    ding::Ding,
    dtone::DtOne,
    push::Truth,
    reloadly::Reloadly,
    world::{
        State,
        course::Course,
        fault::{Endpoint, Fault, Refusal},
        rules::Subject,
        transaction::Transaction,
    },
};

/// Where a push goes, its headers and its body.
pub(crate) type PushParts = (String, Vec<(&'static str, String)>, String);

/// A supplier's wire.
pub(crate) trait Wire: Send + Sync {
    /// What a call is for.
    fn endpoint(&self, call: &Call) -> Endpoint;

    /// Whom it is about.
    fn subject(&self, state: &State, call: &Call) -> Subject;

    /// Refuses callers without good credentials.
    fn authorize(&self, state: &State, call: &Call) -> Result<(), Reply>;

    /// What is looked at some time before a submission is written: the gap in which two can pass.
    fn look_before(&self, _state: &State, _call: &Call) -> Result<(), Reply> {
        Ok(())
    }

    /// How long that gap is.
    fn gap(&self, _state: &State) -> Duration {
        Duration::ZERO
    }

    /// Whether a fault that the recipient's last digits choose strikes at a call.
    fn strikes(&self, _fault: Fault, endpoint: Endpoint, _call: &Call) -> bool {
        endpoint == Endpoint::Submit
    }

    /// Answers, and does what was asked for.
    fn answer(&self, state: &mut State, call: &Call, course: &Course) -> Reply;

    /// Says no in the supplier's words.
    fn refuse(&self, state: &mut State, call: &Call, refusal: &Refusal) -> Reply;

    /// Says that something broke.
    fn broken(&self, state: &State, call: &Call) -> Reply;

    /// Writes a push, if it sends one and has somewhere to send it.
    fn push(&self, state: &State, transaction: &Transaction, truth: Truth) -> Option<PushParts>;
}

/// The wire of a supplier.
pub(crate) fn of(supplier: Supplier) -> &'static dyn Wire {
    match supplier {
        Supplier::Reloadly => &Reloadly,
        Supplier::DtOne => &DtOne,
        Supplier::Ding => &Ding,
    }
}
