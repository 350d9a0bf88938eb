//! What a server does now and then, beside serving: it looks at what others have changed, and sets gauges.

use std::{sync::Arc, time::Duration};

use metrics::{counter, gauge};
use rust_decimal::prelude::ToPrimitive;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::App;

/// How often gauges are set: seldom enough that they cost nothing.
const GAUGES_EVERY: Duration = Duration::from_secs(15);

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
    for (name, supplier) in app.suppliers.iter() {
        // Whoever doesn't answer keeps the last value; the layers log and count the failure.
        if let Ok(Ok(float)) = timeout(GAUGES_EVERY, supplier.float()).await {
            let labels = [
                ("supplier", name.to_string()),
                ("currency", float.currency().code().to_owned()),
            ];
            gauge!("recarga_supplier_float", &labels).set(float.major().to_f64().unwrap_or(f64::NAN));
        }
    }
}
