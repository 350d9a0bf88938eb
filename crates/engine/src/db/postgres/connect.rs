//! Making connections, and saying clearly why one can't be made.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime, time::timeout};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    Session,
    address::{Address, words},
    failure::Failure,
    hosts,
    session::Mode,
    tls,
    traffic::Counters,
};
use crate::{Error, db::Durability};

/// Each host is given this long to take a connection and to say who it is. One that hangs takes the
/// connection and says nothing; three of them leave time for a fourth within a caller's patience.
const HOST_MAX: Duration = Duration::from_secs(4);
/// The pause between two tries; nobody is helped by a storm of them.
const PAUSE: Duration = Duration::from_millis(200);
/// The oldest server that is tested: `server_version_num`.
const VERSION_MIN: i32 = 140_000;

/// For every session: bounds that end before our own patience does (`ANSWER_MAX`), and no compiling of
/// short statements.
const EVERY_SESSION: &str = "SET TIME ZONE 'UTC'; SET jit = off; SET idle_in_transaction_session_timeout = '60s';
    SET statement_timeout = '8s'; SET lock_timeout = '5s';";
/// Writers touch rows by key only. A plan that reads whole tables, or keeps what it read for the next key,
/// is right for a table that was empty when it was made and wrong ever after.
const WRITING: &str = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;
    SET enable_mergejoin = off; SET enable_material = off;
    SET plan_cache_mode = force_generic_plan;";

/// Makes connections to one database.
pub(super) struct Connector {
    address: Address,
    hosts: Vec<Config>,
    /// The host that took the last connection: the others may hang.
    answered: AtomicUsize,
    /// The newest timeline that a server was on.
    timeline: AtomicU32,
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
            hosts: address.hosts(),
            answered: AtomicUsize::new(0),
            timeline: AtomicU32::new(0),
            tls: address.tls.as_ref().map(tls::connect_with).transpose()?,
            durability,
            traffic,
        })
    }

    /// Whether a connection leads to a server that another has taken over from. Frozen for a while, it may
    /// not know that yet, and answers with what was true then.
    pub(super) fn is_outdated(&self, session: &Session) -> bool {
        session.timeline < self.timeline.load(Relaxed)
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
        let row = session.fetch(sql, Vec::new())?.pop();
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
        let client = self.find_host(&runtime)?;
        self.traffic.count_connection();
        let mut session = Session::new(runtime, client, mode, Arc::clone(&self.traffic));
        let kind = if mode == Mode::Read { "" } else { WRITING };
        let lazily = match self.durability {
            Durability::Full => "",
            Durability::ProcessOnly => "SET synchronous_commit = off;",
        };
        session
            .run_batch(&format!("{EVERY_SESSION}{kind}{lazily}"))
            .map_err(|error| Refusal { error, passes: true })?;
        session.find_timeline();
        let newest = self.timeline.fetch_max(session.timeline, Relaxed);
        if session.timeline < newest {
            let text = format!(
                "another server has taken over from it (timeline {newest} after {}); if that one was set back on \
                 purpose, start this program again",
                session.timeline
            );
            // The next try begins elsewhere.
            self.answered.fetch_add(1, Relaxed);
            return Err(Refusal {
                error: self.refused(&text),
                passes: true,
            });
        }
        Ok(session)
    }

    /// Connects to the first host that takes writes, beginning where that was so the last time.
    fn find_host(&self, runtime: &runtime::Runtime) -> Result<Client, Refusal> {
        let (first, count) = (self.answered.load(Relaxed), self.hosts.len());
        let (mut passes, mut reasons) = (false, Vec::new());
        for place in (first..first + count).map(|place| place % count) {
            let connecting = self.connect_to(&self.hosts[place], runtime);
            let why = match runtime.block_on(async { timeout(HOST_MAX, connecting).await }) {
                Ok(Ok(client)) => {
                    self.answered.store(place, Relaxed);
                    return Ok(client);
                }
                Ok(Err(error)) => {
                    passes |= Failure::of(&error) == Failure::Lost || error.code().is_none();
                    tls::explained(&error).unwrap_or_else(|| words(&error))
                }
                Err(_) => {
                    passes = true;
                    "it takes the connection and doesn't answer".to_owned()
                }
            };
            reasons.push(if count > 1 {
                format!("{}: {why}", hosts::named(&self.hosts[place], 0))
            } else {
                why
            });
        }
        let error = self.refused(&reasons.join("; "));
        Err(Refusal { error, passes })
    }

    fn refused(&self, why: &str) -> Error {
        Error::setup(format_args!("can't connect to {}: {why}", self.address))
    }

    async fn connect_to(&self, host: &Config, runtime: &runtime::Runtime) -> Result<Client, tokio_postgres::Error> {
        if let Some(tls) = &self.tls {
            let (client, connection) = host.connect(tls.clone()).await?;
            runtime.spawn(connection);
            Ok(client)
        } else {
            let (client, connection) = host.connect(NoTls).await?;
            runtime.spawn(connection);
            Ok(client)
        }
    }
}
