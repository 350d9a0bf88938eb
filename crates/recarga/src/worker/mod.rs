//! The worker: finds what is due, calls suppliers, writes how it ended.
//!
//! Any number of workers may run on one database. A worker that dies leaves leases behind; whoever
//! finds one expired asks the supplier, and never sends again.

mod duties;
mod forgotten;
mod sweep;

use std::{collections::HashSet, sync::Arc, time::Duration};

use engine::{
    Error,
    health::Grade,
    lookup::Verdict,
    orders::{self, Begin, Begun, Call, OrderKey, Question, Recipe, Resolve, Resolved, Submission, restored},
};
use model::{
    Absence, Cause, Elsewhere, Evidence, Fault, Money, OrderId, Outcome, Rejection, Supplier, SupplierName, Timestamp,
    TopUp,
};
use rand::seq::SliceRandom;
use tokio::{
    sync::{Notify, Semaphore, watch},
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

pub use duties::DutySettings;
pub(crate) use duties::show_float;
pub(crate) use sweep::hear;

use crate::App;

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Orders worked on at the same time.
    pub concurrency: usize,
    /// How often to look into the database for what is due.
    pub poll: Duration,
    /// How often to sweep: expired invoices, old idempotency keys, late changes at suppliers.
    pub sweep: Duration,
    /// How long a stopping worker waits for the calls under way.
    pub grace: Duration,
    /// What is done for suppliers now and then.
    pub duties: DutySettings,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            concurrency: 512,
            poll: Duration::from_millis(500),
            sweep: Duration::from_secs(5),
            grace: Duration::from_secs(20),
            duties: DutySettings::default(),
        }
    }
}

/// How often an answer of a supplier is offered to a database that is not there; each offer waits.
const WRITES_MAX: u32 = 3;

/// Works until told to stop, then finishes what is under way or leaves it resumable.
pub async fn run(app: Arc<App>, settings: WorkerSettings, mut stop: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(settings.concurrency));
    let freed = Arc::new(Notify::new());
    let mut under_way = JoinSet::new();
    let mut poll = interval(settings.poll);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let sweeper = tokio::spawn(sweep::run(Arc::clone(&app), settings.sweep, stop.clone()));
    let duties = tokio::spawn(duties::run(Arc::clone(&app), settings.duties.clone(), stop.clone()));
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => {}
            () = app.inbox.filled() => {}
            () = freed.notified() => {}
            _ = poll.tick() => look(&app, settings.concurrency).await,
        }
        while let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
            let Some(key) = app.inbox.take() else { break };
            let (app, freed) = (Arc::clone(&app), Arc::clone(&freed));
            under_way.spawn(async move {
                if let Err(error) = work(&app, key).await {
                    tracing::error!(order.id = %key.order, "Order {} is left for later: {error:?}", key.order);
                }
                app.inbox.done(key);
                drop(slot);
                freed.notify_one();
            });
        }
        while under_way.try_join_next().is_some() {}
    }
    let finished = timeout(settings.grace, async { while under_way.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!(
            "Stopped with {} orders under way; they will be asked about",
            under_way.len()
        );
    }
    sweeper.abort();
    duties.abort();
}

/// Takes what is due in the database into the inbox, unless that is full enough.
async fn look(app: &App, concurrency: usize) {
    if app.inbox.len() > concurrency {
        return;
    }
    let now = app.clock.now();
    let limit = u32::try_from(concurrency * 4).unwrap_or(u32::MAX);
    match app.db.read(move |tx| orders::due(tx, now, limit)).await {
        Ok(mut keys) => {
            // Other workers see the same orders: each begins with others of them.
            keys.shuffle(&mut rand::rng());
            app.inbox.put(one_of_each_first(keys).take(concurrency));
        }
        Err(error) => tracing::error!("Can't look for orders that are due: {error:?}"),
    }
}

/// A flood of one account must not crowd out what is due of the others.
fn one_of_each_first(keys: Vec<OrderKey>) -> impl Iterator<Item = OrderKey> {
    let mut seen = HashSet::new();
    let (first, rest): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| seen.insert(key.account));
    first.into_iter().chain(rest)
}

/// Works on one order: claims it, calls a supplier, writes how it ended.
async fn work(app: &App, key: OrderKey) -> Result<(), Error> {
    let begun_at = app.clock.now();
    let claim = Begin {
        key,
        now: begun_at,
        catalog: app.catalog(),
        directory: app.directory(),
        conditions: app.routes.conditions(),
        context: Arc::clone(&app.context),
    };
    match app.db.write(claim).await? {
        Begun::Submit(submission) => submit(app, submission, begun_at).await,
        Begun::Ask(question) => ask(app, question).await,
        Begun::Waits { .. } | Begun::Ended | Begun::Nothing => Ok(()),
    }
}

/// Sends an order to its supplier, once.
async fn submit(app: &App, submission: Submission, begun_at: Timestamp) -> Result<(), Error> {
    let Submission {
        key,
        supplier: name,
        topup,
        amount,
    } = submission;
    let called_at = app.clock.now();
    let attempt = topup.attempt.number;
    let call = UnderWay::new(key, (attempt, Call::Submit), called_at);
    let (outcome, recipe) = match app.suppliers.get(&name) {
        // Nobody else ever submits this attempt, so what is held back here is surely not delivered.
        _ if called_at.since(begun_at) > app.context.settings.submit_within => {
            (held_up(), Recipe::new(Absence::NeverProof))
        }
        Some(supplier) => {
            let operator = app.operator(&topup.product);
            if let Some(operator) = &operator {
                app.routes.begun(&name, operator, called_at);
            }
            let outcome = supplier.submit(&topup, &call.evidence).await;
            let now = app.clock.now();
            if let Some(operator) = &operator {
                let grade = Grade::of_submission(&outcome, now.since(called_at));
                app.routes.heard(&name, operator, grade, now);
            }
            (outcome, recipe_of(app, supplier.as_ref(), key.order))
        }
        None => unconfigured(&name),
    };
    learn(app, &topup, &outcome);
    settle(app, call, (outcome, recipe), amount).await
}

/// Asks a supplier what became of an attempt.
async fn ask(app: &App, question: Question) -> Result<(), Error> {
    let Question {
        key,
        supplier: name,
        attempt,
        product,
        amount,
    } = question;
    let called_at = app.clock.now();
    let call = UnderWay::new(key, (attempt.attempt.number, Call::Find), called_at);
    let (outcome, recipe) = match app.suppliers.get(&name) {
        Some(supplier) => {
            let outcome = supplier.find(&attempt, &call.evidence).await;
            let now = app.clock.now();
            if let Some(operator) = app.operator(&product) {
                let grade = Grade::of_question(&outcome, now.since(attempt.submitted_at));
                app.routes.heard(&name, &operator, grade, now);
            }
            (outcome, recipe_of(app, supplier.as_ref(), key.order))
        }
        None => unconfigured(&name),
    };
    let outcome = forgotten::ask_others(app, (&name, &call), &attempt, outcome).await?;
    settle(app, call, (outcome, recipe), amount).await
}

/// Writes what a supplier said, and compares what it delivered with what was ordered.
async fn settle(
    app: &App,
    call: UnderWay,
    (outcome, recipe): (Outcome, Recipe),
    amount: Option<Money>,
) -> Result<(), Error> {
    let (key, delivered) = (call.key, delivered(&outcome));
    let resolved = resolve(app, call, outcome, recipe).await?;
    compare(app, (key, resolved), amount, delivered);
    Ok(())
}

/// What is done while nobody knows: the connector's own, made stricter by the rules and by what a restored database
/// has forgotten.
fn recipe_of(app: &App, supplier: &dyn Supplier, order: OrderId) -> Recipe {
    let absence = supplier.capabilities().absence;
    let recipe = app.routes.conditions().rules.recipe(supplier.name(), absence);
    restored::recipe(recipe, order, (&app.context.settings, app.suppliers.len()))
}

fn delivered(outcome: &Outcome) -> Option<model::Receipt> {
    match outcome {
        Outcome::Delivered(receipt) => Some(receipt.clone()),
        Outcome::Rejected(_) | Outcome::Pending { .. } | Outcome::Unknown(_) | Outcome::Reversed { .. } => None,
    }
}

/// Says so where a phone received less than was bought.
fn compare(app: &App, (key, resolved): (OrderKey, Resolved), ordered: Option<Money>, receipt: Option<model::Receipt>) {
    let Some(ordered) = ordered else { return };
    let tolerance = app.context.settings.delivered_tolerance_bps;
    let missing = receipt.and_then(|receipt| orders::shortfall(ordered, &receipt, tolerance));
    if let (Resolved::Delivered, Some(missing)) = (resolved, missing) {
        let order = key.order;
        tracing::error!(order.id = %order, "Order {order} delivered {missing} less than the {ordered} that were bought");
        metrics::counter!("recarga_short_deliveries_total").increment(1);
    }
}

/// A delivery proves whose number it is, a refusal as another operator's disproves it.
fn learn(app: &App, topup: &TopUp, outcome: &Outcome) {
    let verdict = match outcome {
        Outcome::Delivered(_) => Verdict::Proved,
        Outcome::Rejected(rejection) if rejection.fault == Fault::WrongOperator => Verdict::Disproved,
        Outcome::Rejected(_) | Outcome::Pending { .. } | Outcome::Unknown(_) | Outcome::Reversed { .. } => return,
    };
    app.learn(topup.recipient, &topup.product, verdict);
}

/// A supplier that is not configured any more may still know of an attempt: nobody can tell.
fn unconfigured(supplier: &SupplierName) -> (Outcome, Recipe) {
    let cause = Cause::Connection(format!("supplier {supplier} is not configured"));
    (Outcome::Unknown(cause), Recipe::new(Absence::NeverProof))
}

/// A worker that was held up does not send: others may have begun to ask what became of it.
fn held_up() -> Outcome {
    Outcome::Rejected(Rejection {
        fault: Fault::Supplier,
        elsewhere: Elsewhere::May,
        code: "held_up".to_owned(),
        message: "the worker was held up before it could submit; it was not sent".to_owned(),
        again_after_s: None,
    })
}

/// A call to a supplier while it is under way.
struct UnderWay {
    key: OrderKey,
    attempt: u32,
    call: Call,
    called_at: Timestamp,
    evidence: Evidence,
}

impl UnderWay {
    fn new(key: OrderKey, (attempt, call): (u32, Call), called_at: Timestamp) -> Self {
        Self {
            key,
            attempt,
            call,
            called_at,
            evidence: Evidence::new(),
        }
    }
}

/// Writes how a call ended, and says what became of the order.
async fn resolve(app: &App, called: UnderWay, outcome: Outcome, recipe: Recipe) -> Result<Resolved, Error> {
    let UnderWay {
        key,
        attempt,
        call,
        called_at,
        evidence,
    } = called;
    let resolve = Resolve {
        key,
        attempt,
        outcome,
        call,
        recipe,
        exchanges: evidence.take(),
        called_at,
        now: app.clock.now(),
        context: Arc::clone(&app.context),
    };
    let resolved = write(app, resolve).await?;
    note(key, resolved);
    Ok(resolved)
}

/// Writes an answer, and once more where the database was not there: what a supplier said is worth a
/// wait, and an answer that was written already changes nothing.
async fn write(app: &App, resolve: Resolve) -> Result<Resolved, Error> {
    for _ in 1..WRITES_MAX {
        match app.db.write(resolve.clone()).await {
            Err(error) if error.passes() => tracing::warn!("Writing the end of a call again: {error}"),
            written => return written,
        }
    }
    app.db.write(resolve).await
}

/// Logs and counts what became of an order.
fn note(key: OrderKey, resolved: Resolved) {
    let order = key.order;
    let end = match resolved {
        Resolved::Delivered => {
            tracing::debug!(order.id = %order, "Delivered order {order}");
            "delivered"
        }
        Resolved::Refunded => {
            tracing::info!(order.id = %order, "Refunded order {order}");
            "refunded"
        }
        Resolved::Reversed => {
            tracing::warn!(order.id = %order, "Order {order} was reversed and refunded");
            "reversed"
        }
        Resolved::DeliveredLate => {
            tracing::error!(order.id = %order, "An attempt of order {order} was delivered after its end: recarga cases list");
            "delivered_late"
        }
        Resolved::TakenBackLate => {
            return tracing::warn!(order.id = %order, "An attempt of order {order} that came late was taken back: it costs nothing");
        }
        Resolved::Again { due_at } => {
            return tracing::info!(order.id = %order, "Order {order} was refused and is tried again at {due_at}");
        }
        Resolved::Confirming { ask_at } => {
            return tracing::info!(order.id = %order, "The outcome of order {order} is not known; asking at {ask_at}");
        }
        Resolved::Stuck => {
            return tracing::error!(order.id = %order, "Order {order} needs a person: recarga orders stuck");
        }
        Resolved::Stale => return,
    };
    metrics::counter!("recarga_orders_total", "end" => end).increment(1);
}

#[cfg(test)]
mod tests {
    use model::{AccountId, Ids, OrderId, Timestamp};

    use super::*;

    #[test]
    fn a_flood_of_one_account_does_not_crowd_out_another() {
        let ids = Ids::seeded(1);
        let id = || ids.next(Timestamp::default());
        let (flood, drop) = (AccountId::from_uuid(id()), AccountId::from_uuid(id()));
        let key = |account| OrderKey {
            account,
            order: OrderId::from_uuid(id()),
        };
        let due: Vec<_> = std::iter::repeat_with(|| key(flood))
            .take(50)
            .chain([key(drop)])
            .collect();
        let taken: Vec<_> = one_of_each_first(due.clone()).take(2).collect();
        assert_eq!(taken, [due[0], due[50]]);
        assert_eq!(one_of_each_first(due).count(), 51, "none is left out");
    }
}
