//! One transaction, run again where nothing of it can have been committed.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Session, connect::Connector, failure::Failure, session::Mode};
use crate::{Error, db::tx::Tx};

/// A transaction that the database asks for again is run again this long, and callers wait this
/// long for a database that is not there: longer than a standby needs to take over.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Why nothing was committed, or nobody knows whether it was.
pub(super) enum Spoilt {
    /// What was run said so, and knows why.
    Request,
    /// The database refused what was written, and would again.
    Writing(Error),
    /// The database is not there, or it is not known whether it committed.
    Database(Error),
}

/// Connections that one thread uses after another: at most one.
pub(super) struct Slot {
    pub(super) connector: Arc<Connector>,
    pub(super) mode: Mode,
    pub(super) session: Option<Session>,
}

impl Slot {
    /// Runs a transaction and commits it unless `run` says false; runs it again as long as nothing
    /// of it can have been committed and the database may still take it.
    #[expect(
        clippy::disallowed_methods,
        reason = "patience is bounded by the machine's own clock"
    )]
    pub(super) fn transact(&mut self, mut run: impl FnMut(&mut Tx<'_>) -> bool) -> Result<(), Spoilt> {
        let until = Instant::now() + PATIENCE;
        loop {
            let kept = self.session.take().filter(|kept| !self.connector.is_outdated(kept));
            let mut session = if let Some(session) = kept {
                session
            } else {
                let connected = self.connector.connect_until(self.mode, until);
                connected.map_err(Spoilt::Database)?
            };
            let mut ended = attempt(&mut session, &mut run);
            // What was committed, two servers have. What was only read may be what was true long ago.
            let only_read = match ended {
                Ok(()) => self.mode == Mode::Read,
                Err(Attempt::Over(Spoilt::Request)) => true,
                Err(_) => false,
            };
            if only_read && self.connector.is_outdated(&session) {
                ended = Err(Attempt::Again(Error::unavailable("another server has taken over")));
            }
            if session.is_usable() {
                self.session = Some(session);
            }
            match ended {
                Ok(()) => return Ok(()),
                Err(Attempt::Again(_)) if Instant::now() < until => self.connector.note_retry(),
                Err(Attempt::Again(error)) => return Err(Spoilt::Database(Error::unavailable(error))),
                Err(Attempt::Over(spoilt)) => return Err(spoilt),
            }
        }
    }
}

/// How a transaction ended that was not committed.
enum Attempt {
    Again(Error),
    Over(Spoilt),
}

fn attempt(session: &mut Session, run: &mut impl FnMut(&mut Tx<'_>) -> bool) -> Result<(), Attempt> {
    session.start();
    let written = if run(&mut Tx::postgres(session)) {
        match session.commit() {
            Ok(()) => return Ok(()),
            Err(error) => Some(error),
        }
    } else {
        None
    };
    let failure = session.failure();
    session.roll_back();
    Err(match (failure, written) {
        (_, Some(error)) if error.is_commit_unknown() => Attempt::Over(Spoilt::Database(error)),
        (Some(Failure::Conflict | Failure::Lost), error) => {
            Attempt::Again(error.unwrap_or_else(|| Error::unavailable("the connection was lost")))
        }
        (_, Some(error)) => Attempt::Over(Spoilt::Writing(error)),
        (_, None) => Attempt::Over(Spoilt::Request),
    })
}
