//! What has to be done now and then: unpaid invoices expire, old answers are forgotten, lessons are
//! stored, and suppliers are asked what changed after its end.

use std::{collections::HashSet, sync::Arc, time::Duration};

use engine::{
    Error, idempotency, invoices,
    orders::{self, Call, OrderStatus, Resolved},
    routing,
};
use model::{AttemptId, Outcome, Supplier};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use super::{UnderWay, recipe_of, resolve};
use crate::App;

/// A sweep deals with so many things of each kind at most; the next one goes on.
const SWEEP_BOUND: u32 = 500;
/// Late changes are asked for so far back: a reversal may have come while no worker ran.
const LATE_CHANGES_SPAN: Duration = Duration::from_hours(24);
/// Pauses of numbers are forgotten so long after they are over, by any machine's clock.
const PAUSES_KEPT: Duration = Duration::from_mins(10);
/// So many late changes are remembered as heard at most; then all are looked at again.
const HEARD_MAX: usize = 100_000;

/// Sweeps until told to stop.
pub(super) async fn run(app: Arc<App>, every: Duration, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = HashSet::new();
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => {}
            _ = ticks.tick() => {
                if let Err(error) = sweep(&app, &mut heard).await {
                    tracing::error!("A sweep failed and is repeated: {error:?}");
                }
            }
        }
    }
}

async fn sweep(app: &Arc<App>, heard: &mut HashSet<AttemptId>) -> Result<(), Error> {
    let now = app.clock.now();
    app.refresh().await?;
    app.store_lessons().await?;
    let context = Arc::clone(&app.context);
    app.db
        .write_with(move |tx| invoices::expire(tx, &context, now, SWEEP_BOUND))
        .await?;
    let before = now.minus(app.context.settings.idempotency_kept);
    app.db
        .write_with(move |tx| idempotency::forget(tx, before, SWEEP_BOUND))
        .await?;
    let before = now.minus(app.context.settings.evidence_kept);
    app.db
        .write_with(move |tx| orders::forget_calls(tx, before, SWEEP_BOUND))
        .await?;
    app.db
        .write_with(move |tx| routing::forget_pauses(tx, now.minus(PAUSES_KEPT), SWEEP_BOUND))
        .await?;
    for (_, supplier) in app.suppliers.iter() {
        hear_late_changes(app, supplier.as_ref(), heard).await?;
    }
    Ok(())
}

/// Asks about attempts whose state changed after their end, each until it has been understood.
async fn hear_late_changes(app: &App, supplier: &dyn Supplier, heard: &mut HashSet<AttemptId>) -> Result<(), Error> {
    let since = app.clock.now().minus(LATE_CHANGES_SPAN);
    let changed = match supplier.late_changes(since).await {
        Ok(changed) => changed,
        Err(error) => {
            tracing::warn!("No late changes from {}: {error}", supplier.name());
            return Ok(());
        }
    };
    if heard.len() > HEARD_MAX {
        heard.clear();
    }
    for attempt in changed {
        if !heard.contains(&attempt) && hear(app, supplier, attempt).await? {
            heard.insert(attempt);
        }
    }
    Ok(())
}

/// Asks about one, and says whether there is nothing more to hear of it. One that is still under way
/// is asked about by whoever works on its order.
pub(crate) async fn hear(app: &App, supplier: &dyn Supplier, attempt: AttemptId) -> Result<bool, Error> {
    let Some((key, found)) = app.db.read(move |tx| orders::find_by_attempt(tx, attempt)).await? else {
        return Ok(true);
    };
    let Some(order) = app.db.read(move |tx| orders::find(tx, key.account, key.order)).await? else {
        return Ok(true);
    };
    // Also where a person had to say that it was.
    let delivered = matches!(order.status, OrderStatus::Delivered { attempt: by, .. } if by == attempt.number);
    // Also where that came after its order's end: then its cost can be taken back.
    let delivered = delivered || found.has_delivered();
    if order.status.open_attempt() == Some(attempt.number) {
        return Ok(false);
    }
    // Of what was taken back there is nothing more to hear.
    if matches!(found.outcome, Some(Outcome::Reversed { .. })) {
        return Ok(true);
    }
    let call = UnderWay::new(key, (attempt.number, Call::Find), app.clock.now());
    let outcome = supplier
        .find(&found.reference(order.phone_number), &call.evidence)
        .await;
    let resolved = resolve(app, call, outcome, recipe_of(app, supplier, key.order)).await?;
    let taken_back = matches!(resolved, Resolved::Reversed | Resolved::TakenBackLate);
    Ok(!delivered || taken_back)
}
