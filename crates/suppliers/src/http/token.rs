//! A token that is fetched once and used until it ends, however many calls need it at once.

use std::{future::Future, sync::Arc, time::Duration};

use model::{Clock, Timestamp};
use tokio::sync::Mutex;

use crate::Secret;

/// A token is renewed so long before its end: it must last until the call has arrived.
const BEFORE_THE_END: Duration = Duration::from_mins(1);

/// A token and when it ends.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token.
    pub secret: Secret,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

/// Keeps one token. While it is fetched, all who need it wait for that one.
pub struct TokenCache {
    clock: Arc<dyn Clock>,
    token: Mutex<Option<Token>>,
}

impl TokenCache {
    /// Holds none yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            token: Mutex::new(None),
        }
    }

    /// Returns the token, fetched first where there is none that lasts.
    pub async fn get<E>(&self, fetch: impl Future<Output = Result<Token, E>>) -> Result<Secret, E> {
        let mut kept = self.token.lock().await;
        let lasting = kept
            .as_ref()
            .filter(|token| self.clock.now() + BEFORE_THE_END < token.expires_at);
        if let Some(token) = lasting {
            return Ok(token.secret.clone());
        }
        let token = fetch.await?;
        let secret = token.secret.clone();
        *kept = Some(token);
        Ok(secret)
    }

    /// Forgets a token that was refused, unless somebody else has renewed it already.
    pub async fn refuse(&self, refused: &Secret) {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|token| token.secret == *refused) {
            *kept = None;
        }
    }
}
