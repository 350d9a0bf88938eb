//! A few connections that only read, each state of theirs consistent.

use std::{path::Path, sync::Mutex};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{Session, open};
use crate::{
    Error,
    db::{batch::caught, tx::Tx},
};

/// Reads wait for one of so many connections.
const CONNECTIONS: usize = 4;

/// The connections that read.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let idle = (0..CONNECTIONS)
            .map(|_| open::open_reader(path))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            idle: Mutex::new(idle),
            permits: Semaphore::new(CONNECTIONS),
        })
    }

    /// Runs a closure in a reading transaction, off the asynchronous threads.
    pub(super) async fn read<T, E, F>(self: &std::sync::Arc<Self>, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let _permit = self.permits.acquire().await.map_err(|_| Error::closed())?;
        let readers = std::sync::Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let conn = readers
                .idle
                .lock()
                .expect("nobody panics here")
                .pop()
                .expect("a permit is a connection");
            let result = read_once(&conn, closure);
            readers.idle.lock().expect("nobody panics here").push(conn);
            result
        });
        reading.await.unwrap_or_else(|_| Err(Error::closed().into()))
    }
}

fn read_once<T, E, F>(conn: &Connection, closure: F) -> Result<T, E>
where
    E: From<Error>,
    F: Fn(&mut Tx<'_>) -> Result<T, E>,
{
    conn.execute_batch("BEGIN").map_err(Error::from)?;
    let result = caught(|| closure(&mut Tx::sqlite(Session(conn))));
    conn.execute_batch("ROLLBACK").map_err(Error::from)?;
    result
}
