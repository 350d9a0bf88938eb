//! What an error of PostgreSQL means for the transaction it came in.

use tokio_postgres::error::SqlState;

/// Why a transaction did not go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Two transactions were in each other's way: this one runs again.
    Conflict,
    /// The connection is of no use any more, or leads to a server that does not write (any more).
    Lost,
    /// The same would happen again.
    Final,
}

impl Failure {
    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        let Some(state) = error.code() else {
            // Everything that has no state comes from the connection, but for values of a wrong type.
            return if error.is_closed() || is_io(error) {
                Self::Lost
            } else {
                Self::Final
            };
        };
        match state.code() {
            // Transaction rollback: serialization failure, deadlock; a lock that was waited for too long.
            code if code.starts_with("40") => Self::Conflict,
            "55P03" => Self::Conflict,
            // The server is stopping, starting, full, or a standby.
            code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => Self::Lost,
            _ if *state == SqlState::READ_ONLY_SQL_TRANSACTION => Self::Lost,
            _ => Self::Final,
        }
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if error.is::<std::io::Error>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// Whether an error at the end of a transaction says surely that it was not committed. Everything
/// else, such as a server that stops while its standby has not answered, leaves that open.
pub(super) fn surely_not_committed(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|state| state.code().starts_with("40") || state.code().starts_with("23"))
}
