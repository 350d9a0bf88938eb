//! Making connections, and saying clearly why one can't be made.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime, time::timeout};
use tokio_postgres::{Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    Session,
    address::{Address, words},
    failure::Failure,
    session::Mode,
    tls,
    traffic::Counters,
};
use crate::{Error, db::Durability};

/// All hosts together are given this long.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// The pause between two tries; nobody is helped by a storm of them.
const PAUSE: Duration = Duration::from_millis(200);
/// The oldest server that is tested: `server_version_num`.
const VERSION_MIN: i32 = 140_000;

/// For every session: bounds, and no compiling of short statements.
const EVERY_SESSION: &str = "SET TIME ZONE 'UTC'; SET jit = off; SET idle_in_transaction_session_timeout = '60s';";
const READING: &str = "SET statement_timeout = '300s';";
/// Writers touch rows by key only. A plan that reads whole tables is right for a table that was empty
/// when it was made and wrong ever after.
const WRITING: &str = "SET statement_timeout = '60s'; SET lock_timeout = '15s'; SET enable_seqscan = off;
    SET enable_hashjoin = off; SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan;";

/// Makes connections to one database.
pub(super) struct Connector {
    address: Address,
    tls: Option<MakeRustlsConnect>,
    durability: Durability,
    traffic: Arc<Counters>,
}

/// Why there is no connection.
struct Refusal {
    error: Error,
    passes: bool,
}

impl Connector {
    pub(super) fn new(address: &Address, durability: Durability, traffic: Arc<Counters>) -> Result<Self, Error> {
        Ok(Self {
            address: address.clone(),
            tls: address.tls.as_ref().map(tls::connect_with).transpose()?,
            durability,
            traffic,
        })
    }

    pub(super) fn note_retry(&self) {
        self.traffic.count_retry();
    }

    /// Connects, and checks that the server is one that this program can use.
    pub(super) fn connect_first(&self) -> Result<Session, Error> {
        let mut session = self.connect(Mode::Write).map_err(|refusal| refusal.error)?;
        session.start();
        let sql = "SELECT CAST(current_setting('server_version_num') AS INT), current_setting('server_encoding'),
                          current_setting('synchronous_commit')";
        let row = session.fetch(sql, &[])?.pop();
        session.roll_back();
        let row = row.ok_or_else(|| Error::setup("the server answers nothing"))?;
        let (version, encoding, commit): (i32, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if version < VERSION_MIN {
            let text = format_args!("PostgreSQL {} is too old: use 14 or newer", version / 10_000);
            return Err(Error::setup(text));
        }
        if encoding != "UTF8" {
            let text = format_args!("the database's encoding is {encoding}: make it with ENCODING 'UTF8'");
            return Err(Error::setup(text));
        }
        if self.durability == Durability::Full && commit == "off" {
            let text = "synchronous_commit is off: an answer would promise what a crash may undo; switch it on";
            return Err(Error::setup(text));
        }
        Ok(session)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a server that is not there is not asked again at once"
    )]
    /// Connects, trying for as long as the database may still come back.
    pub(super) fn connect_until(&self, mode: Mode, until: Instant) -> Result<Session, Error> {
        loop {
            match self.connect(mode) {
                Ok(session) => return Ok(session),
                Err(Refusal { error, passes }) if !passes || Instant::now() + PAUSE >= until => {
                    tracing::error!("No connection to the database: {error}");
                    return Err(Error::unavailable(error));
                }
                Err(_) => thread::sleep(PAUSE),
            }
        }
    }

    fn connect(&self, mode: Mode) -> Result<Session, Refusal> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Refusal {
                error: Error::setup(format_args!("no connection can be driven: {error}")),
                passes: true,
            })?;
        let connected = runtime.block_on(async { timeout(CONNECT_MAX, self.connect_on(&runtime)).await });
        let client = match connected {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => {
                return Err(Refusal {
                    error: self.refused(&words(&error)),
                    passes: Failure::of(&error) == Failure::Lost || error.code().is_none(),
                });
            }
            Err(_) => {
                return Err(Refusal {
                    error: self.refused("no answer in time"),
                    passes: true,
                });
            }
        };
        self.traffic.count_connection();
        let mut session = Session::new(runtime, client, mode, Arc::clone(&self.traffic));
        let kind = if mode == Mode::Read { READING } else { WRITING };
        let lazily = match self.durability {
            Durability::Full => "",
            Durability::ProcessOnly => "SET synchronous_commit = off;",
        };
        session
            .run_batch(&format!("{EVERY_SESSION}{kind}{lazily}"))
            .map_err(|error| Refusal { error, passes: true })?;
        Ok(session)
    }

    async fn connect_on(&self, runtime: &runtime::Runtime) -> Result<Client, tokio_postgres::Error> {
        let config = &self.address.config;
        if let Some(tls) = &self.tls {
            let (client, connection) = config.connect(tls.clone()).await?;
            runtime.spawn(connection);
            Ok(client)
        } else {
            let (client, connection) = config.connect(NoTls).await?;
            runtime.spawn(connection);
            Ok(client)
        }
    }

    fn refused(&self, why: &str) -> Error {
        Error::setup(format_args!("can't connect to {}: {why}", self.address))
    }
}
