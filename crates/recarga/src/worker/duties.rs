//! What is done for each supplier now and then, by one worker of all: fetching its list.
//!
//! A supplier that is slow or silent holds up nobody but itself.

use std::{sync::Arc, time::Duration};

use engine::{
    Error,
    catalog::{SANDBOX, mapping::MappingPolicy},
    duties::{self, Duty},
};
use model::Supplier;
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
}

impl Default for DutySettings {
    /// Does nothing by itself.
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(5),
            sync_every: None,
            mapping: MappingPolicy::default(),
        }
    }
}

/// A worker that is not heard of for this long is taken for dead. Longer than a long list takes to fetch and write.
const LEASE: Duration = Duration::from_mins(15);
/// What failed is tried again after this, or sooner where it is due sooner.
const AGAIN_AFTER: Duration = Duration::from_mins(5);

/// Sees to all suppliers until told to stop. What is cut short is found due again.
pub(super) async fn run(app: Arc<App>, settings: DutySettings, mut stop: watch::Receiver<bool>) {
    let mut suppliers = JoinSet::new();
    for (_, supplier) in app.suppliers.iter() {
        let (app, supplier, settings) = (Arc::clone(&app), Arc::clone(supplier), settings.clone());
        suppliers.spawn(async move { see_to(&app, supplier.as_ref(), &settings).await });
    }
    let _ = stop.wait_for(|stop| *stop).await;
    suppliers.shutdown().await;
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
    Ok(())
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
