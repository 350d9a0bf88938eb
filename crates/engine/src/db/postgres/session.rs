//! One connection, driven by the thread that uses it, and the transaction that is open on it.
//!
//! `BEGIN` goes with the first statement, and statements wait until an answer is needed or the
//! transaction is committed: each round trip carries whatever has gathered. The first error is kept, since PostgreSQL answers
//! nothing useful after it.

use std::{
    cell::Cell,
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{join, join_all};
use tokio::{runtime::Runtime, time::timeout};
use tokio_postgres::{Client, Row, SimpleQueryMessage, Statement, types::ToSql};

use super::{
    failure::{Failure, surely_not_committed},
    params::Param,
    traffic::Counters,
};
use crate::{Error, db::tx::check_changed};

/// What a session's transactions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// They see one state throughout and lock nothing.
    Read,
    /// Each statement sees what was committed before it; what matters is locked.
    Write,
}

/// A round trip takes milliseconds. A server that hangs keeps its connections open and says nothing:
/// after this long it is taken for dead, with time left to ask another one (`transact::PATIENCE`).
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// A commit may wait for a standby that has to be replaced first. Whoever gives up does not know.
const COMMIT_MAX: Duration = Duration::from_secs(20);
/// What reads whole tables, or changes them, may take this long.
const AT_LENGTH_MAX: Duration = Duration::from_mins(31);
/// And the server ends it before.
const AT_LENGTH: &str =
    "SELECT set_config('statement_timeout', '30min', TRUE), set_config('lock_timeout', '30min', TRUE)";

/// The first eight digits of a log file's name.
const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/// More statements than this go in several round trips.
const WAITING_MAX: usize = 16;
/// More than the number of different statements; beyond it something is written wrongly.
const STATEMENTS_MAX: usize = 1_000;

/// Plans are kept this long. Those that were made while a table was nearly empty may look through all
/// of an account's rows for one key, and PostgreSQL keeps them until it has gathered statistics.
const PLANS_KEPT: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "how old a plan is concerns nobody else")]
fn now() -> Instant {
    Instant::now()
}

/// A connection to PostgreSQL.
pub(in crate::db) struct Session {
    driver: Driver,
    client: Client,
    pub(super) mode: Mode,
    /// Counts how often a standby has taken over in the server's history; 0 where nobody counts.
    pub(super) timeline: u32,
    statements: HashMap<String, Statement>,
    planned_at: Cell<Instant>,
    begun: bool,
    waiting: Vec<Waiting>,
    /// What the transaction's statements have answered, in their order.
    answers: Vec<Answer>,
    failure: Option<Failure>,
    answer_max: Duration,
    traffic: Arc<Counters>,
}

/// A statement that has not been sent.
struct Waiting {
    statement: Statement,
    params: Vec<Param>,
    wanted: Wanted,
}

/// What a statement is to answer.
#[derive(Clone, Copy)]
enum Wanted {
    Rows,
    /// How many rows it has changed.
    Count,
    /// That it has changed so many rows of this table.
    Changed(usize, &'static str),
}

/// What a statement has answered.
enum Answer {
    Rows(Vec<Row>),
    Count(u64),
}

/// Where the answer of a statement will be found.
#[derive(Clone, Copy)]
pub(in crate::db) struct Ticket(usize);

impl Session {
    pub(super) fn new(runtime: Runtime, client: Client, mode: Mode, traffic: Arc<Counters>) -> Self {
        Self {
            driver: Driver(Some(runtime)),
            client,
            mode,
            timeline: 0,
            statements: HashMap::new(),
            planned_at: Cell::new(now()),
            begun: false,
            waiting: Vec::new(),
            answers: Vec::new(),
            failure: None,
            answer_max: ANSWER_MAX,
            traffic,
        }
    }

    /// Starts a transaction, which begins with its first statement.
    pub(super) fn start(&mut self) {
        self.begun = false;
        self.failure = None;
        self.answer_max = ANSWER_MAX;
        self.waiting.clear();
        self.answers.clear();
    }

    /// Lets this transaction's statements take as long as whole tables need.
    pub(in crate::db) fn take_time(&mut self) -> Result<(), Error> {
        self.answer_max = AT_LENGTH_MAX;
        self.defer(AT_LENGTH, Vec::new(), None)
    }

    /// Why the transaction can't go on, if it can't.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// Runs several statements of text, as they are, outside of any transaction.
    pub(super) fn run_batch(&mut self, sql: &str) -> Result<(), Error> {
        self.traffic.count_trip(1);
        let result = self.driver.within(self.answer_max, self.client.batch_execute(sql));
        let result = self.heard(result)?;
        self.noted(result)
    }

    /// Asks for the timeline. Servers that are PostgreSQL in their manners only don't have one.
    pub(super) fn find_timeline(&mut self) {
        self.traffic.count_trip(1);
        let asked = self.driver.within(self.answer_max, self.client.simple_query(TIMELINE));
        for message in asked.into_iter().flatten().flatten() {
            if let SimpleQueryMessage::Row(row) = message {
                self.timeline = row
                    .get(0)
                    .and_then(|hex| u32::from_str_radix(hex, 16).ok())
                    .unwrap_or(0);
            }
        }
    }

    /// Sends what waits and then this, and returns its rows.
    pub(super) fn fetch(&mut self, sql: &str, params: Vec<Param>) -> Result<Vec<Row>, Error> {
        let ticket = self.ask(sql, params)?;
        self.take(ticket)
    }

    /// Sends what waits and then this, and says how many rows it changed.
    pub(super) fn change(&mut self, sql: &str, params: Vec<Param>) -> Result<u64, Error> {
        let ticket = self.wait(sql, params, Wanted::Count)?;
        self.flush()?;
        match self.answers.get(ticket.0) {
            Some(Answer::Count(count)) => Ok(*count),
            Some(Answer::Rows(_)) | None => Err(Error::corrupt("a change that was not answered")),
        }
    }

    /// Writes with the next round trip; so many rows of a table, if that is known.
    pub(super) fn defer(
        &mut self,
        sql: &str,
        params: Vec<Param>,
        expected: Option<(usize, &'static str)>,
    ) -> Result<(), Error> {
        let wanted = expected.map_or(Wanted::Count, |(count, table)| Wanted::Changed(count, table));
        self.wait(sql, params, wanted).map(drop)
    }

    /// Reads with the next round trip.
    pub(super) fn ask(&mut self, sql: &str, params: Vec<Param>) -> Result<Ticket, Error> {
        self.wait(sql, params, Wanted::Rows)
    }

    /// Takes the rows that were asked for, which ends the wait.
    pub(super) fn take(&mut self, ticket: Ticket) -> Result<Vec<Row>, Error> {
        if self.answers.len() <= ticket.0 {
            self.flush()?;
        }
        match self.answers.get_mut(ticket.0) {
            Some(Answer::Rows(rows)) => Ok(std::mem::take(rows)),
            Some(Answer::Count(_)) | None => Err(Error::corrupt("rows that were not asked for")),
        }
    }

    fn wait(&mut self, sql: &str, params: Vec<Param>, wanted: Wanted) -> Result<Ticket, Error> {
        let statement = self.prepare(sql)?;
        if self.waiting.len() >= WAITING_MAX {
            self.flush()?;
        }
        let ticket = Ticket(self.answers.len() + self.waiting.len());
        self.waiting.push(Waiting {
            statement,
            params,
            wanted,
        });
        Ok(ticket)
    }

    /// Sends what waits.
    fn flush(&mut self) -> Result<(), Error> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let sent = self.send(&waiting);
        let (opened, answers) = self.heard(sent)?;
        self.begun = true;
        self.noted(opened)?;
        for (waiting, answer) in waiting.iter().zip(answers) {
            let answer = self.noted(answer)?;
            if let (Wanted::Changed(expected, table), Answer::Count(changed)) = (waiting.wanted, &answer) {
                let changed = usize::try_from(*changed).unwrap_or(usize::MAX);
                if let Err(error) = check_changed(table, expected, changed) {
                    self.failure = Some(Failure::Final);
                    return Err(error);
                }
            }
            self.answers.push(answer);
        }
        Ok(())
    }

    /// Ends the transaction for good. An error without a failure means that nobody can tell whether it did.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        self.flush()?;
        if !self.begun {
            return Ok(());
        }
        self.begun = false;
        self.traffic.count_trip(1);
        let error = match self.driver.within(COMMIT_MAX, self.client.batch_execute("COMMIT")) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) if surely_not_committed(&error) => return self.noted(Err(error)),
            Ok(Err(error)) => Some(error),
            Err(Silence) => None,
        };
        self.failure = Some(Failure::Lost);
        Err(Error::commit_unknown(error))
    }

    /// Undoes the transaction. A connection on which that fails is of no use any more.
    pub(super) fn roll_back(&mut self) {
        self.waiting.clear();
        let begun = std::mem::take(&mut self.begun);
        // A lost connection is closed, which undoes as much; a server that hangs is not asked again.
        if begun && self.failure != Some(Failure::Lost) {
            self.traffic.count_trip(1);
            let undone = self
                .driver
                .within(self.answer_max, self.client.batch_execute("ROLLBACK"));
            if !matches!(undone, Ok(Ok(()))) {
                self.failure = Some(Failure::Lost);
            }
        }
    }

    /// Whether the connection may be used again.
    pub(super) fn is_usable(&self) -> bool {
        self.failure != Some(Failure::Lost) && !self.client.is_closed()
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        debug_assert!(self.statements.len() < STATEMENTS_MAX, "{sql}");
        self.traffic.count_trip(1);
        let prepared = self.driver.within(self.answer_max, self.client.prepare(sql));
        let prepared = self.heard(prepared)?;
        let statement = self.noted(prepared)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// How a transaction begins; now and then with the order to plan anew.
    fn beginning(&self) -> String {
        let begin = match self.mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        };
        if self.planned_at.get().elapsed() < PLANS_KEPT {
            return begin.to_owned();
        }
        self.planned_at.set(now());
        format!("{begin}; DISCARD PLANS")
    }

    /// Sends `BEGIN` if need be and the statements, all in one round trip.
    fn send(&self, waiting: &[Waiting]) -> Result<(Sent<()>, Vec<Sent<Answer>>), Silence> {
        let begin = (!self.begun).then(|| self.beginning());
        self.traffic.count_trip(waiting.len() + usize::from(begin.is_some()));
        let beginning = async {
            match begin {
                Some(sql) => self.client.batch_execute(&sql).await,
                None => Ok(()),
            }
        };
        let answering = waiting.iter().map(|waiting| async {
            let params = refs(&waiting.params);
            match waiting.wanted {
                Wanted::Rows => {
                    let rows = self.client.query(&waiting.statement, &params).await;
                    rows.map(Answer::Rows)
                }
                Wanted::Count | Wanted::Changed(..) => {
                    let count = self.client.execute(&waiting.statement, &params).await;
                    count.map(Answer::Count)
                }
            }
        });
        // Each is sent when it is first looked at: in this order.
        self.driver
            .within(self.answer_max, join(beginning, join_all(answering)))
    }

    /// Takes a server that says nothing for dead.
    fn heard<T>(&mut self, answer: Result<T, Silence>) -> Result<T, Error> {
        answer.map_err(|Silence| {
            self.failure = Some(Failure::Lost);
            Error::unavailable("it doesn't answer in time")
        })
    }

    fn noted<T>(&mut self, result: Result<T, tokio_postgres::Error>) -> Result<T, Error> {
        result.map_err(|error| {
            self.failure.get_or_insert_with(|| Failure::of(&error));
            Error::from(error)
        })
    }
}

/// Drives one connection. It may be dropped anywhere, also where nobody may wait for its end.
struct Driver(Option<Runtime>);

impl Driver {
    /// Waits for an answer, so long at most.
    fn within<T>(&self, limit: Duration, answer: impl Future<Output = T>) -> Result<T, Silence> {
        let runtime = self.0.as_ref().expect("there until it is dropped");
        let answered = runtime.block_on(async { timeout(limit, answer).await });
        answered.map_err(|_| Silence)
    }
}

/// No answer came in time.
struct Silence;

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// How a statement ended.
type Sent<T> = Result<T, tokio_postgres::Error>;

fn refs(params: &[Param]) -> Vec<&(dyn ToSql + Sync)> {
    fn one(param: &Param) -> &(dyn ToSql + Sync) {
        param
    }
    params.iter().map(one).collect()
}
