//! The thread that writes: gathers what waits, runs it in one transaction, commits, answers.

use std::{
    any::{Any, TypeId},
    panic::{AssertUnwindSafe, catch_unwind},
};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{Command, tx::Tx};
use crate::Error;

/// Writers beyond so many wait for a place in the queue.
const QUEUE_BOUND: usize = 8_192;
/// One commit takes so many requests at most, so that nobody waits for a whole flood.
const SET_BOUND: usize = 512;

/// The sending side of the committer.
#[derive(Clone)]
pub(super) struct Committer {
    queue: mpsc::Sender<Job>,
}

/// A request, its type forgotten; `run` remembers it.
struct Job {
    kind: Kind,
    run: Run,
    payload: Payload,
}

type Payload = Box<dyn Any + Send>;
type Run = fn(&Connection, Vec<Payload>) -> Vec<Finish>;

/// What may run together.
#[derive(PartialEq, Eq)]
enum Kind {
    /// With every other request of this command.
    Set(TypeId),
    /// By itself.
    Alone,
}

/// Gives a caller its answer, once it is known whether the transaction holds.
type Finish = Box<dyn FnOnce(Result<(), Error>) + Send>;

struct Request<C: Command> {
    command: C,
    reply: oneshot::Sender<Result<C::Answer, Error>>,
}

type Body<T, E> = Box<dyn FnOnce(&mut Tx<'_>) -> Result<T, E> + Send>;

struct Closure<T, E> {
    body: Body<T, E>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl Committer {
    /// Starts the thread; it ends when the last sender is gone and the queue is empty.
    pub(super) fn start(conn: Connection) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE_BOUND);
        std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || commit_sets(&conn, jobs))
            .expect("a thread can be started");
        Self { queue }
    }

    pub(super) async fn submit<C: Command>(&self, command: C) -> Result<C::Answer, Error> {
        let (reply, answer) = oneshot::channel();
        let payload = Box::new(Request { command, reply });
        self.enqueue(Job {
            kind: Kind::Set(TypeId::of::<C>()),
            run: run_set::<C>,
            payload,
        })
        .await?;
        answer.await.unwrap_or_else(|_| Err(Error::closed()))
    }

    pub(super) async fn submit_closure<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let payload = Box::new(Closure::<T, E> {
            body: Box::new(closure),
            reply,
        });
        self.enqueue(Job {
            kind: Kind::Alone,
            run: run_closure::<T, E>,
            payload,
        })
        .await?;
        answer.await.unwrap_or_else(|_| Err(Error::closed().into()))
    }

    async fn enqueue(&self, job: Job) -> Result<(), Error> {
        self.queue.send(job).await.map_err(|_| Error::closed())
    }
}

fn commit_sets(conn: &Connection, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut waiting = vec![first];
        while waiting.len() < SET_BOUND
            && let Ok(job) = jobs.try_recv()
        {
            waiting.push(job);
        }
        commit(conn, waiting);
    }
}

/// Runs everything in one transaction and tells each caller how it went.
fn commit(conn: &Connection, jobs: Vec<Job>) {
    let begun = conn.execute_batch("BEGIN IMMEDIATE").map_err(Error::from);
    let mut finishes = Vec::with_capacity(jobs.len());
    let mut groups = group(jobs);
    if begun.is_ok() {
        for (run, payloads) in groups.drain(..) {
            finishes.extend(run(conn, payloads));
        }
    }
    let committed = begun.and_then(|()| conn.execute_batch("COMMIT").map_err(Error::from));
    if let Err(error) = &committed {
        tracing::error!("A transaction was not committed, its callers are told: {error:?}");
        if !conn.is_autocommit() {
            let _ = conn.execute_batch("ROLLBACK");
        }
    }
    for finish in finishes {
        finish(committed.clone());
    }
}

type Group = (fn(&Connection, Vec<Payload>) -> Vec<Finish>, Vec<Payload>);

/// Puts requests of one command together, in the order in which the first of each came.
fn group(jobs: Vec<Job>) -> Vec<Group> {
    let mut groups: Vec<(Kind, Group)> = Vec::new();
    for job in jobs {
        let same = groups
            .iter_mut()
            .find(|(kind, _)| *kind == job.kind && *kind != Kind::Alone);
        match same {
            Some((_, (_, payloads))) => payloads.push(job.payload),
            None => groups.push((job.kind, (job.run, vec![job.payload]))),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn run_set<C: Command>(conn: &Connection, payloads: Vec<Payload>) -> Vec<Finish> {
    let (commands, replies): (Vec<C>, Vec<_>) = payloads
        .into_iter()
        .map(|payload| payload.downcast::<Request<C>>().expect("grouped by type"))
        .map(|request| (request.command, request.reply))
        .unzip();
    let answers = match in_savepoint(conn, |tx| C::run(tx, &commands)) {
        Ok(answers) => answers.into_iter().map(Ok).collect(),
        Err(error) if commands.len() == 1 => vec![Err(error)],
        // One request may have spoilt the set: alone, each has its own result.
        Err(_) => commands
            .chunks(1)
            .map(|one| in_savepoint(conn, |tx| C::run(tx, one)).map(first))
            .collect(),
    };
    let finish = |(reply, answer): (oneshot::Sender<_>, Result<C::Answer, Error>)| -> Finish {
        Box::new(move |committed: Result<(), Error>| {
            let _ = reply.send(committed.and(answer));
        })
    };
    assert_eq!(replies.len(), answers.len(), "an answer for each request");
    replies.into_iter().zip(answers).map(finish).collect()
}

fn first<T>(answers: Vec<T>) -> T {
    answers.into_iter().next().expect("an answer for the one request")
}

fn run_closure<T, E>(conn: &Connection, payloads: Vec<Payload>) -> Vec<Finish>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let finish = |payload: Payload| -> Finish {
        let Closure { body, reply } = *payload.downcast::<Closure<T, E>>().expect("made together");
        let answer = in_savepoint(conn, body);
        Box::new(move |committed: Result<(), Error>| {
            let _ = reply.send(committed.map_err(E::from).and(answer));
        })
    };
    payloads.into_iter().map(finish).collect()
}

/// Runs something so that an error, or a panic, undoes what it wrote and nothing else.
fn in_savepoint<T, E: From<Error>>(conn: &Connection, body: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
    execute(conn, "SAVEPOINT request")?;
    let result = catch_unwind(AssertUnwindSafe(|| body(&mut Tx { conn })))
        .unwrap_or_else(|_| Err(Error::corrupt("a write panicked and was undone").into()));
    if result.is_err() {
        execute(conn, "ROLLBACK TO request")?;
    }
    execute(conn, "RELEASE request")?;
    result
}

fn execute(conn: &Connection, sql: &str) -> Result<(), Error> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}
