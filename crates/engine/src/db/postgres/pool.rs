//! A few connections for what runs by itself: closures that write, and reads.

use std::sync::{Arc, Mutex};

use tokio::{sync::Semaphore, time::timeout};

use super::{
    Session,
    connect::Connector,
    session::Mode,
    transact::{PATIENCE, Slot, Spoilt},
};
use crate::{
    Error,
    db::{batch::caught, tx::Tx},
};

/// Connections that are made when they are needed and kept, so many at most.
pub(super) struct Pool {
    connector: Arc<Connector>,
    mode: Mode,
    idle: Mutex<Vec<Session>>,
    permits: Semaphore,
}

impl Pool {
    pub(super) fn new(connector: &Arc<Connector>, mode: Mode, size: usize) -> Self {
        Self {
            connector: Arc::clone(connector),
            mode,
            idle: Mutex::default(),
            permits: Semaphore::new(size),
        }
    }

    /// Runs a closure in a transaction, off the asynchronous threads.
    pub(super) async fn run<T, E, F>(self: &Arc<Self>, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let waited = timeout(PATIENCE, self.permits.acquire()).await;
        let busy = |_| Error::unavailable("all its connections are in use");
        let _permit = waited.map_err(busy)?.map_err(|_| Error::closed())?;
        let pool = Arc::clone(self);
        let running = tokio::task::spawn_blocking(move || pool.run_here(&closure));
        running.await.unwrap_or_else(|_| Err(Error::closed().into()))
    }

    fn run_here<T, E: From<Error>>(&self, closure: &impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut slot = Slot {
            connector: Arc::clone(&self.connector),
            mode: self.mode,
            session: self.idle.lock().expect("nobody panics here").pop(),
        };
        let mut answer = None;
        let ended = slot.transact(|tx| answer.insert(caught(|| closure(tx))).is_ok());
        if let Some(session) = slot.session {
            self.idle.lock().expect("nobody panics here").push(session);
        }
        match ended {
            Ok(()) | Err(Spoilt::Request) => answer.unwrap_or_else(|| Err(Error::closed().into())),
            Err(Spoilt::Writing(error) | Spoilt::Database(error)) => Err(error.into()),
        }
    }
}
