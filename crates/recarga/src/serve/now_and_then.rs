//! What a server does now and then, beside serving: it looks at what others have changed, and sets gauges.

use std::{sync::Arc, time::Duration};

use engine::{Error, db::Tx, floats};
use metrics::{counter, gauge};
use model::SupplierName;
use rust_decimal::prelude::ToPrimitive;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::App;

/// How often gauges are set: seldom enough that they cost nothing.
const GAUGES_EVERY: Duration = Duration::from_secs(15);
/// How often it is kept when keys were used: exact enough for whoever wonders whether one is still needed.
const KEY_USES_EVERY: Duration = Duration::from_mins(1);
/// How often it is kept how many requests were made: so much of it is lost at most if the process dies.
const REQUESTS_EVERY: Duration = Duration::from_secs(5);

/// Reads what others have changed in the database; where a worker runs, that does it.
pub(super) async fn refresh(app: Arc<App>, every: Duration, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => {}
            _ = ticks.tick() => {
                if let Err(error) = app.refresh().await {
                    tracing::error!("Can't read what has changed; trying again: {error:?}");
                }
            }
        }
    }
}

/// Keeps when keys were used, now and then and in the end.
pub(super) async fn keep_key_uses(app: Arc<App>, stop: watch::Receiver<bool>) {
    let keep = || {
        let app = Arc::clone(&app);
        async move {
            if let Err(error) = app.store_key_uses().await {
                tracing::warn!("Can't keep when keys were used: {error:?}");
            }
        }
    };
    now_and_then(keep, KEY_USES_EVERY, stop).await;
}

/// Keeps how many requests were made, now and then and in the end.
pub(super) async fn keep_requests(app: Arc<App>, stop: watch::Receiver<bool>) {
    let keep = || {
        let app = Arc::clone(&app);
        async move {
            if let Err(error) = app.store_requests().await {
                tracing::warn!("Can't keep how many requests were made; trying again: {error:?}");
            }
        }
    };
    now_and_then(keep, REQUESTS_EVERY, stop).await;
}

async fn now_and_then<F: Future<Output = ()>>(keep: impl Fn() -> F, every: Duration, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let stopped = *stop.borrow();
        keep().await;
        if stopped {
            return;
        }
        tokio::select! {
            _ = stop.changed() => {}
            _ = ticks.tick() => {}
        }
    }
}

/// Sets the gauges now and then.
pub(super) async fn sample(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(GAUGES_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => {}
            _ = ticks.tick() => sample_once(&app).await,
        }
    }
}

async fn sample_once(app: &App) {
    match app.db.read(engine::orders::count_open).await {
        Ok(open) => {
            gauge!("recarga_orders_under_way").set(open.under_way.to_f64().unwrap_or(f64::NAN));
            gauge!("recarga_orders_stuck").set(open.stuck.to_f64().unwrap_or(f64::NAN));
            let overdue = open.due_since.map(|due_at| app.clock.now().since(due_at));
            gauge!("recarga_orders_overdue_seconds").set(overdue.unwrap_or_default().as_secs_f64());
        }
        Err(error) => tracing::warn!("Can't count open orders: {error:?}"),
    }
    let traffic = app.db.traffic();
    counter!("recarga_database_statements_total").absolute(traffic.statements);
    counter!("recarga_database_round_trips_total").absolute(traffic.round_trips);
    counter!("recarga_database_retries_total").absolute(traffic.retries);
    counter!("recarga_database_connections_total").absolute(traffic.connections);
    app.routes.sample(app.clock.now());
    for (name, _) in app.suppliers.iter() {
        if let Err(error) = sample_float(app, name).await {
            tracing::warn!("Can't read the float at {name}: {error:?}");
        }
    }
}

/// Shows what a worker was told last: suppliers are asked by one of all.
async fn sample_float(app: &App, name: &SupplierName) -> Result<(), Error> {
    let (of, now) = (name.clone(), app.clock.now());
    let read = move |tx: &mut Tx<'_>| {
        let Some(sample) = floats::latest(tx, &of)? else {
            return Ok(None);
        };
        let burn = floats::burn(tx, &of, sample.float.currency(), now)?;
        let stopped = floats::stops(tx)?.iter().any(|stop| stop.supplier == of);
        Ok::<_, Error>(Some((
            sample.float,
            burn.and_then(|burn| burn.lasts(sample.float)),
            stopped,
        )))
    };
    let Some((float, lasts, stopped)) = app.db.read(read).await? else {
        return Ok(());
    };
    crate::worker::show_float(name, float, lasts, stopped);
    Ok(())
}
