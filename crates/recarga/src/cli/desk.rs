//! Where the commands work that need the database and no server.

use std::sync::Arc;

use engine::{
    Context, Error,
    accounts::{self, Account},
    db::{Db, Tx},
};
use model::{AccountId, Clock, Timestamp};

use super::{Failure, Output, Shared};
use crate::{
    clock::SystemClock,
    config::{Config, Database},
    telemetry,
};

/// The open database with all that a command needs.
pub(crate) struct Desk {
    pub(crate) config: Config,
    pub(crate) db: Db,
    pub(crate) context: Arc<Context>,
    pub(crate) output: Output,
    clock: SystemClock,
}

/// Says what to do if there is no database: a mistyped path must not make a new, empty one.
pub(crate) fn must_exist(database: &Database) -> Result<(), Failure> {
    let Some(path) = database.missing_file() else {
        return Ok(());
    };
    let text = format!(
        "there is no database at {}: make one with recarga init, or name yours with --database or --config",
        path.display()
    );
    Err(Failure::new(text))
}

impl Desk {
    /// Opens the database that is set; it has to be there.
    pub(crate) fn open(shared: &Shared) -> Result<Self, Failure> {
        let config = shared.load(&[])?;
        must_exist(&config.database()?)?;
        Self::make(config, shared.output())
    }

    /// Opens the database that is set, or makes it.
    pub(crate) fn make(config: Config, output: Output) -> Result<Self, Failure> {
        telemetry::install_logs(&crate::config::Log {
            filter: "warn".to_owned(),
            ..config.log.clone()
        });
        crate::serve::make_room(&config)?;
        let db = config.database()?.open()?;
        let context = Arc::new(crate::serve::context(&config, &config.public_url(config.bind()?)));
        Ok(Self {
            config,
            db,
            context,
            output,
            clock: SystemClock,
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Writes with all that the business is given.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>, &Context, Timestamp) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (context, now) = (Arc::clone(&self.context), self.now());
        self.db.write_with(move |tx| closure(tx, &context, now)).await
    }

    /// Reads a consistent state.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.db.read(closure).await
    }
}

/// Finds the account that a person means by an id or a name.
pub(crate) fn account_of(tx: &mut Tx<'_>, text: &str) -> Result<Account, Failure> {
    let unknown = || {
        Failure::new(format!(
            "there is no account {text:?}: recarga account list shows them all"
        ))
    };
    if let Ok(id) = text.parse::<AccountId>() {
        return accounts::find(tx, id)?.ok_or_else(unknown);
    }
    let mut named: Vec<_> = accounts::list(tx)?
        .into_iter()
        .filter(|account| account.name == text)
        .collect();
    match (named.pop(), named.is_empty()) {
        (Some(account), true) => Ok(account),
        (Some(_), false) => Err(Failure::new(format!(
            "several accounts are called {text:?}: use the id of one"
        ))),
        (None, _) => Err(unknown()),
    }
}

/// Lists the account that is meant, or all of them.
pub(crate) fn accounts_of(tx: &mut Tx<'_>, text: Option<&str>) -> Result<Vec<Account>, Failure> {
    match text {
        Some(text) => Ok(vec![account_of(tx, text)?]),
        None => accounts::list(tx).map_err(|error: Error| error.into()),
    }
}
