//! What is done for each supplier now and then, by one worker of all: fetching its list, looking at our float there,
//! comparing its last days.
//!
//! A supplier that is slow or silent holds up nobody but itself.

use std::{sync::Arc, time::Duration};

use engine::{
    Error,
    catalog::{SANDBOX, mapping::MappingPolicy},
    duties::{self, Duty},
    floats::{self, FloatPolicy, Turn, WhyLow},
    reconcile::{self, Day},
    requests,
};
use metrics::gauge;
use model::{Money, Supplier, SupplierName, Timestamp};
use rust_decimal::prelude::ToPrimitive;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::App;

/// What is done for suppliers, and how often.
#[derive(Debug, Clone)]
pub struct DutySettings {
    /// How often to look whether something is due.
    pub look_every: Duration,
    /// How often to ask a supplier what it sells; none for never.
    pub sync_every: Option<Duration>,
    /// When its names are taken for ours.
    pub mapping: MappingPolicy,
    /// How often to ask for our float; none for never.
    pub float_every: Option<Duration>,
    /// How floats are watched.
    pub floats: FloatPolicy,
    /// How long after a day is over it is compared; none for never.
    pub reconcile_after: Option<Duration>,
}

impl Default for DutySettings {
    /// Does nothing by itself.
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(5),
            sync_every: None,
            mapping: MappingPolicy::default(),
            float_every: None,
            floats: FloatPolicy {
                kept: Duration::from_hours(24 * 40),
                warn_within: Duration::from_hours(24),
            },
            reconcile_after: None,
        }
    }
}

/// A worker that is not heard of for this long is taken for dead. Longer than a long list takes to fetch and write.
const LEASE: Duration = Duration::from_mins(15);
/// What failed is tried again after this, or sooner where it is due sooner.
const AGAIN_AFTER: Duration = Duration::from_mins(5);
/// How long it is kept how many requests accounts made.
const REQUESTS_KEPT: Duration = Duration::from_hours(24 * 90);
/// How often what is too old is looked for, …
const FORGET_EVERY: Duration = Duration::from_hours(24);
/// … and how many rows are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u32 = 500;

/// Sees to all suppliers until told to stop. What is cut short is found due again.
pub(super) async fn run(app: Arc<App>, settings: DutySettings, mut stop: watch::Receiver<bool>) {
    let mut suppliers = JoinSet::new();
    for (_, supplier) in app.suppliers.iter() {
        let (app, supplier, settings) = (Arc::clone(&app), Arc::clone(supplier), settings.clone());
        suppliers.spawn(async move { see_to(&app, supplier.as_ref(), &settings).await });
    }
    let (of_house, look_every) = (Arc::clone(&app), settings.look_every);
    suppliers.spawn(async move { tidy(&of_house, look_every).await });
    let _ = stop.wait_for(|stop| *stop).await;
    suppliers.shutdown().await;
}

/// Forgets what is kept for a while only.
async fn tidy(app: &App, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = forget_requests(app).await {
            tracing::error!("Can't forget old counts of requests; trying again: {error:?}");
        }
    }
}

async fn forget_requests(app: &App) -> Result<(), Error> {
    let Some(duty) = claim(app, "forget:requests".to_owned()).await? else {
        return Ok(());
    };
    let before = requests::day_of(app.clock.now().minus(REQUESTS_KEPT));
    while app
        .db
        .write_with(move |tx| requests::forget(tx, before, FORGOTTEN_AT_ONCE))
        .await?
        > 0
    {}
    done(app, duty, FORGET_EVERY, Ok(())).await
}

async fn see_to(app: &App, supplier: &dyn Supplier, settings: &DutySettings) {
    let mut ticks = interval(settings.look_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = look(app, supplier, settings).await {
            tracing::error!("Can't see to supplier {}; trying again: {error:?}", supplier.name());
        }
    }
}

async fn look(app: &App, supplier: &dyn Supplier, settings: &DutySettings) -> Result<(), Error> {
    // The sandbox sells what the catalogue has, so its list says nothing new.
    let sync_every = settings.sync_every.filter(|_| supplier.name().as_str() != SANDBOX);
    if let Some(every) = sync_every
        && let Some(duty) = claim(app, format!("sync:{}", supplier.name())).await?
    {
        let synced = crate::catalog::sync(&app.db, supplier, settings.mapping, app.clock.now()).await;
        done(app, duty, every, synced.map(drop).map_err(|error| error.to_string())).await?;
    }
    if let Some(every) = settings.float_every
        && let Some(duty) = claim(app, format!("float:{}", supplier.name())).await?
    {
        let watched = watch(app, supplier, settings.floats).await?;
        done(app, duty, every, watched).await?;
    }
    if let Some(after) = settings.reconcile_after.filter(|_| supplier.capabilities().statement) {
        compare_days(app, supplier, after).await?;
    }
    Ok(())
}

/// Asks for our float and does what follows from it.
async fn watch(app: &App, supplier: &dyn Supplier, policy: FloatPolicy) -> Result<Result<(), String>, Error> {
    let float = match supplier.float().await {
        Ok(float) => float,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let (context, name, now) = (Arc::clone(&app.context), supplier.name().clone(), app.clock.now());
    let watch = move |tx: &mut engine::db::Tx<'_>| floats::watch(tx, &context, &name, float, (policy, now));
    let watched = app.db.write_with(watch).await?;
    let name = supplier.name();
    let lasts = watched.burn.and_then(|burn| burn.lasts(float));
    show_float(name, float, lasts, watched.stopped);
    for turn in &watched.turns {
        match turn {
            Turn::Low => {
                let why = watched.low.as_ref().map(WhyLow::in_english).unwrap_or_default();
                tracing::error!(supplier = %name, "Pay in at {name}: {why}");
            }
            Turn::Stopped => tracing::error!(supplier = %name, "Nothing is sold from {name}: the float is {float}"),
            Turn::Recovered => tracing::info!(supplier = %name, "The float at {name} is {float} again"),
            Turn::Resumed => tracing::info!(supplier = %name, "{name} is sold from again"),
        }
    }
    // Those who are taken off sale here should not wait for the next sweep.
    if watched
        .turns
        .iter()
        .any(|turn| matches!(turn, Turn::Stopped | Turn::Resumed))
    {
        app.refresh_catalog().await?;
    }
    Ok(Ok(()))
}

/// Sets the gauges of a float.
pub(crate) fn show_float(supplier: &SupplierName, float: Money, lasts: Option<Duration>, stopped: bool) {
    let supplier = supplier.to_string();
    let labels = [
        ("supplier", supplier.clone()),
        ("currency", float.currency().code().to_owned()),
    ];
    gauge!("recarga_supplier_float", &labels).set(float.major().to_f64().unwrap_or(f64::NAN));
    let lasts = lasts.map_or(f64::INFINITY, |lasts| lasts.as_secs_f64());
    gauge!("recarga_supplier_float_lasts_seconds", "supplier" => supplier.clone()).set(lasts);
    gauge!("recarga_supplier_stopped", "supplier" => supplier).set(if stopped { 1.0 } else { 0.0 });
}

/// Compares yesterday, once, when it has been over for long enough, and days on which no worker was there to do so.
async fn compare_days(app: &App, supplier: &dyn Supplier, after: Duration) -> Result<(), Error> {
    let now = app.clock.now();
    if day_to_compare(app, supplier, (after, now)).await?.is_none() {
        return Ok(());
    }
    if let Some(duty) = claim(app, format!("reconcile:{}", supplier.name())).await? {
        // Somebody else may have compared it just before.
        let Some(day) = day_to_compare(app, supplier, (after, now)).await? else {
            return done(app, duty, Duration::ZERO, Ok(())).await;
        };
        let compared = crate::reconcile::reconcile(&app.db, &app.context, supplier, (day, None), now).await;
        // Due at once again: it is the day that was not compared yet which decides.
        let result = compared.map(drop).map_err(|error| error.to_string());
        let every = if result.is_ok() { Duration::ZERO } else { AGAIN_AFTER };
        done(app, duty, every, result).await?;
    }
    Ok(())
}

async fn day_to_compare(
    app: &App,
    supplier: &dyn Supplier,
    (after, now): (Duration, Timestamp),
) -> Result<Option<Day>, Error> {
    let (of, yesterday) = (supplier.name().clone(), Day::of(now).before());
    let is_over = now >= yesterday.ends() + after;
    let look = move |tx: &mut engine::db::Tx<'_>| {
        if is_over && !reconcile::was_compared(tx, &of, yesterday)? {
            return Ok(Some(yesterday));
        }
        reconcile::missed(tx, &of, yesterday.before())
    };
    app.db.read(look).await
}

/// Takes a duty if it is due. Looking costs a read; only what is due costs a write.
async fn claim(app: &App, name: String) -> Result<Option<Duty>, Error> {
    let now = app.clock.now();
    let named = name.clone();
    let last = app.db.read(move |tx| duties::find(tx, &named)).await?;
    if last.is_some_and(|last| last.due_at > now) {
        return Ok(None);
    }
    app.db.write_with(move |tx| duties::claim(tx, &name, LEASE, now)).await
}

/// Notes how it went, and when it is due again.
async fn done(app: &App, duty: Duty, every: Duration, result: Result<(), String>) -> Result<(), Error> {
    let now = app.clock.now();
    match result {
        Ok(()) => {
            app.db
                .write_with(move |tx| duties::finish(tx, &duty, now + every, now))
                .await
        }
        Err(why) => {
            tracing::error!("{} could not be done: {why}", duty.name());
            let again = now + every.min(AGAIN_AFTER);
            app.db.write_with(move |tx| duties::fail(tx, &duty, again, &why)).await
        }
    }
}
