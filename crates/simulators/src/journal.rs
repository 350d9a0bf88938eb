//! What was asked and what was pushed, for whoever wants to see it.

use std::collections::VecDeque;

use serde::Serialize;

use crate::{
    clock::Moment,
    world::fault::{Endpoint, Fault},
};

/// A call that a supplier got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// When.
    pub at: Moment,
    /// `GET /accounts/balance`.
    pub request: String,
    /// What it was for.
    pub endpoint: Endpoint,
    /// The recipient's digits, if it had one.
    pub phone: Option<String>,
    /// The caller's reference, if it had one.
    pub reference: Option<String>,
    /// Whether its key or token was taken. What is refused for that is not looked at, and may be sent again.
    pub authorized: bool,
    /// The fault that was chosen for it.
    pub fault: Option<Fault>,
}

/// A push that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PushRecord {
    /// When.
    pub at: Moment,
    /// Where to.
    pub url: String,
    /// About which transaction.
    pub transaction: u64,
    /// Which try it was, from 1.
    pub attempt: u32,
    /// Whether it was a forged one.
    pub forged: bool,
    /// The receiver's status, if it answered.
    pub status: Option<u16>,
}

/// The latest calls and pushes.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    calls: VecDeque<CallRecord>,
    pushes: VecDeque<PushRecord>,
}

/// So many are kept of each, so that a simulator may run for weeks.
const KEPT: usize = 10_000;

impl Journal {
    pub(crate) fn call(&mut self, record: CallRecord) {
        keep(&mut self.calls, record);
    }

    pub(crate) fn push(&mut self, record: PushRecord) {
        keep(&mut self.pushes, record);
    }

    pub(crate) fn calls(&self) -> Vec<CallRecord> {
        self.calls.iter().cloned().collect()
    }

    pub(crate) fn pushes(&self) -> Vec<PushRecord> {
        self.pushes.iter().cloned().collect()
    }
}

fn keep<T>(records: &mut VecDeque<T>, record: T) {
    if records.len() == KEPT {
        records.pop_front();
    }
    records.push_back(record);
}
