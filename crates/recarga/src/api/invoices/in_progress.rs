//! Which idempotency keys have a request running in this process.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::HeaderMap;
use engine::idempotency::IdempotencyKey;
use model::AccountId;

use crate::api::error::{ApiError, Code};

const HEADER: &str = "idempotency-key";

type Running = Arc<Mutex<HashSet<(AccountId, String)>>>;

/// The keys of requests that are running.
#[derive(Default)]
pub(in crate::api) struct InProgress(Running);

/// A request that is running; dropped when it is over.
pub(super) struct Turn {
    running: Running,
    key: (AccountId, String),
}

impl InProgress {
    /// Begins a request with this key, unless one is running.
    pub(super) fn begin(&self, account: AccountId, key: &str) -> Result<Turn, ApiError> {
        let key = (account, key.to_owned());
        let first = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone());
        if first {
            return Ok(Turn {
                running: Arc::clone(&self.0),
                key,
            });
        }
        let text = "the first request with this idempotency key is still running: wait for its answer";
        Err(ApiError::new(Code::IdempotencyInProgress, text).after(1))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}

/// Reads the key that a request names itself with.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(given) = headers.get(HEADER) else {
        return Ok(None);
    };
    let printable = given
        .to_str()
        .ok()
        .filter(|key| (1..=IdempotencyKey::LENGTH_MAX).contains(&key.len()));
    printable.map(Some).ok_or_else(|| {
        let rule = format_args!("has 1 to {} printable characters", IdempotencyKey::LENGTH_MAX).to_string();
        ApiError::invalid("Idempotency-Key", rule)
    })
}
