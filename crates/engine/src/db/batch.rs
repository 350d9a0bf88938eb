//! Requests on their way to a committer: their types forgotten in the queue, remembered in a batch.

use std::{
    any::{Any, TypeId},
    panic::{AssertUnwindSafe, catch_unwind},
};

use model::AccountId;
use tokio::sync::{mpsc, oneshot};

use super::{Command, tx::Tx};
use crate::Error;

/// Writers beyond so many wait for a place in the queue.
pub(super) const QUEUE_BOUND: usize = 8_192;
/// One commit takes so many requests at most, so that nobody waits for a whole flood.
const SET_BOUND: usize = 512;

/// A request in the queue.
pub(super) struct Job {
    kind: Kind,
    payload: Payload,
    batch: fn(Vec<Payload>) -> Box<dyn Batch>,
}

type Payload = Box<dyn Any + Send>;

/// What may run together.
#[derive(PartialEq, Eq)]
enum Kind {
    /// With every other request of this command.
    Set(TypeId),
    /// By itself.
    Alone,
}

/// Requests that run together, and their waiting callers.
pub(super) trait Batch {
    /// How many requests.
    fn len(&self) -> usize;
    /// Whose rows they write, if that is known before they run.
    fn accounts(&self) -> Vec<AccountId>;
    /// Runs all of them as one; false if what they wrote has to be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Runs one of them by itself; false if what it wrote has to be undone.
    fn run_one(&mut self, place: usize, tx: &mut Tx<'_>) -> bool;
    /// Gives the callers their answers: those of the last runs, or the reason why nothing holds.
    fn finish(self: Box<Self>, committed: Result<(), Error>);
    /// Gives one caller, whose request ran by itself, its answer.
    fn finish_one(&mut self, place: usize, committed: Result<(), Error>);
}

/// Sends a command to a committer, and the answer back.
pub(super) async fn submit<C: Command>(queue: &mpsc::Sender<Job>, command: C) -> Result<C::Answer, Error> {
    let (reply, answer) = oneshot::channel();
    let job = Job {
        kind: Kind::Set(TypeId::of::<C>()),
        payload: Box::new(Request { command, reply }),
        batch: set::<C>,
    };
    queue.send(job).await.map_err(|_| Error::closed())?;
    answer.await.unwrap_or_else(|_| Err(Error::closed()))
}

/// Sends a closure to a committer, and the answer back.
pub(super) async fn submit_closure<T, E, F>(queue: &mpsc::Sender<Job>, closure: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let closure = Closure {
        body: Box::new(closure),
        reply: Some(reply),
        answer: None,
    };
    let job = Job {
        kind: Kind::Alone,
        payload: Box::new(closure),
        batch: alone::<T, E>,
    };
    queue.send(job).await.map_err(|_| Error::closed())?;
    answer.await.unwrap_or_else(|_| Err(Error::closed().into()))
}

/// Waits for a request and takes what waits with it; none once the queue is closed and empty.
pub(super) fn gather(jobs: &mut mpsc::Receiver<Job>) -> Option<Vec<Box<dyn Batch>>> {
    let mut waiting = vec![jobs.blocking_recv()?];
    while waiting.len() < SET_BOUND
        && let Ok(job) = jobs.try_recv()
    {
        waiting.push(job);
    }
    Some(batches(waiting))
}

/// Puts requests of one command together, in the order in which the first of each came.
fn batches(jobs: Vec<Job>) -> Vec<Box<dyn Batch>> {
    type Group = (Kind, fn(Vec<Payload>) -> Box<dyn Batch>, Vec<Payload>);
    let mut groups: Vec<Group> = Vec::new();
    for job in jobs {
        let same = groups
            .iter_mut()
            .find(|(kind, ..)| *kind == job.kind && *kind != Kind::Alone);
        match same {
            Some((_, _, payloads)) => payloads.push(job.payload),
            None => groups.push((job.kind, job.batch, vec![job.payload])),
        }
    }
    groups.into_iter().map(|(_, batch, payloads)| batch(payloads)).collect()
}

type Reply<C> = oneshot::Sender<Result<<C as Command>::Answer, Error>>;

struct Request<C: Command> {
    command: C,
    reply: Reply<C>,
}

struct Set<C: Command> {
    commands: Vec<C>,
    replies: Vec<Option<Reply<C>>>,
    answers: Vec<Option<Result<C::Answer, Error>>>,
}

fn set<C: Command>(payloads: Vec<Payload>) -> Box<dyn Batch> {
    let (commands, replies): (Vec<C>, Vec<_>) = payloads
        .into_iter()
        .map(|payload| payload.downcast::<Request<C>>().expect("grouped by type"))
        .map(|request| (request.command, Some(request.reply)))
        .unzip();
    let answers = commands.iter().map(|_| None).collect();
    Box::new(Set {
        commands,
        replies,
        answers,
    })
}

impl<C: Command> Batch for Set<C> {
    fn len(&self) -> usize {
        self.commands.len()
    }

    fn accounts(&self) -> Vec<AccountId> {
        self.commands.iter().map(Command::account).collect()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = caught(|| C::run(tx, &self.commands));
        let kept = result.is_ok();
        self.answers = match result {
            Ok(answers) => answers.into_iter().map(|answer| Some(Ok(answer))).collect(),
            Err(error) => self.commands.iter().map(|_| Some(Err(error.clone()))).collect(),
        };
        assert_eq!(self.replies.len(), self.answers.len(), "an answer for each request");
        kept
    }

    fn run_one(&mut self, place: usize, tx: &mut Tx<'_>) -> bool {
        let one = &self.commands[place..=place];
        let result = caught(|| C::run(tx, one))
            .map(|answers| answers.into_iter().next().expect("an answer for the one request"));
        let kept = result.is_ok();
        self.answers[place] = Some(result);
        kept
    }

    fn finish(mut self: Box<Self>, committed: Result<(), Error>) {
        for place in 0..self.commands.len() {
            self.finish_one(place, committed.clone());
        }
    }

    fn finish_one(&mut self, place: usize, committed: Result<(), Error>) {
        let answer = self.answers[place].take().unwrap_or_else(|| Err(Error::closed()));
        if let Some(reply) = self.replies[place].take() {
            let _ = reply.send(committed.and(answer));
        }
    }
}

type Body<T, E> = Box<dyn Fn(&mut Tx<'_>) -> Result<T, E> + Send>;

struct Closure<T, E> {
    body: Body<T, E>,
    reply: Option<oneshot::Sender<Result<T, E>>>,
    answer: Option<Result<T, E>>,
}

fn alone<T, E>(mut payloads: Vec<Payload>) -> Box<dyn Batch>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let payload = payloads.pop().expect("one request by itself");
    payload.downcast::<Closure<T, E>>().expect("made together")
}

impl<T, E: From<Error>> Batch for Closure<T, E> {
    fn len(&self) -> usize {
        1
    }

    fn accounts(&self) -> Vec<AccountId> {
        Vec::new()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let answer = caught(|| (self.body)(tx));
        let kept = answer.is_ok();
        self.answer = Some(answer);
        kept
    }

    fn run_one(&mut self, _place: usize, tx: &mut Tx<'_>) -> bool {
        self.run(tx)
    }

    fn finish(mut self: Box<Self>, committed: Result<(), Error>) {
        self.finish_one(0, committed);
    }

    fn finish_one(&mut self, _place: usize, committed: Result<(), Error>) {
        let answer = self.answer.take().unwrap_or_else(|| Err(Error::closed().into()));
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(committed.map_err(E::from).and(answer));
        }
    }
}

/// Runs something so that a panic is an error of it.
pub(super) fn caught<T, E: From<Error>>(run: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(Error::corrupt("a transaction panicked and was undone").into()))
}
