//! Telling accounts: signed POSTs of what has happened, again and again until they are taken.
//!
//! Any number of processes may do it on one database: a delivery is claimed by a lease. Every try
//! is logged, one that was never sent too. Where a webhook may go, [`WebhookTargets`] says, of the
//! URL and again of every address that its name resolves to.

mod post;
mod targets;

use std::{sync::Arc, time::Duration};

use engine::{
    Error,
    webhooks::{self, Next, Posting, Tried},
};
use tokio::{
    sync::{Notify, Semaphore, watch},
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};

use post::Post;
pub use targets::{Refusal, WebhookTargets};

use crate::App;

/// How webhooks are sent.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// Where they may go.
    pub targets: WebhookTargets,
    /// A receiver that takes longer has not answered.
    pub timeout: Duration,
    /// How often to look for what is due.
    pub poll: Duration,
    /// How many are sent at the same time.
    pub concurrency: usize,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            targets: WebhookTargets::PublicOnly,
            timeout: Duration::from_secs(15),
            poll: Duration::from_millis(500),
            concurrency: 64,
        }
    }
}

/// Sends what is due until told to stop; what is under way then is finished.
pub async fn run(app: Arc<App>, settings: WebhookSettings, mut stop: watch::Receiver<bool>) {
    let post = match Post::new(&settings) {
        Ok(post) => Arc::new(post),
        Err(error) => return tracing::error!("No webhooks are sent: {error:?}"),
    };
    let slots = Arc::new(Semaphore::new(settings.concurrency));
    let freed = Arc::new(Notify::new());
    let mut under_way = JoinSet::new();
    let mut poll = interval(settings.poll);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut more = false;
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.changed() => continue,
            () = freed.notified(), if more => {}
            _ = poll.tick() => {}
        }
        let limit = slots.available_permits();
        let claimed = claim(&app, limit).await;
        more = limit > 0 && claimed.len() == limit;
        for posting in claimed {
            let slot = Arc::clone(&slots).acquire_owned().await.expect("nobody closes it");
            let (app, post, freed) = (Arc::clone(&app), Arc::clone(&post), Arc::clone(&freed));
            under_way.spawn(async move {
                let (account, delivery) = (posting.account, posting.id);
                if let Err(error) = send(&app, &post, posting).await {
                    tracing::error!("Webhook delivery {delivery} of {account} is left for later: {error:?}");
                }
                drop(slot);
                freed.notify_one();
            });
        }
        while under_way.try_join_next().is_some() {}
    }
    let finished = timeout(settings.timeout, async {
        while under_way.join_next().await.is_some() {}
    })
    .await;
    if finished.is_err() {
        tracing::warn!(
            "Stopped with {} webhooks under way; they are sent again",
            under_way.len()
        );
    }
}

/// Claims what is due.
async fn claim(app: &App, limit: usize) -> Vec<Posting> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    if limit == 0 {
        return Vec::new();
    }
    let (context, now) = (Arc::clone(&app.context), app.clock.now());
    let claimed = app
        .db
        .write_with(move |tx| webhooks::begin(tx, &context, now, limit))
        .await;
    claimed.unwrap_or_else(|error: Error| {
        tracing::error!("Can't look for webhooks that are due: {error:?}");
        Vec::new()
    })
}

/// Sends one and writes how it went.
async fn send(app: &Arc<App>, post: &Post, posting: Posting) -> Result<(), Error> {
    if app.directory().account(posting.account).is_none() {
        // An account that another process made a moment ago.
        app.refresh().await?;
    }
    let began = app.clock.now();
    let secrets = app
        .directory()
        .account(posting.account)
        .map(|account| account.webhook_secrets.clone());
    let answer = post.send(&posting, secrets.as_ref(), began).await;
    let now = app.clock.now();
    let said = format!("{answer:?}");
    let Posting { account, id, .. } = posting;
    let tried = Tried {
        account,
        id,
        answer,
        took: now.since(began),
        now,
        context: Arc::clone(&app.context),
    };
    let end = match app.db.write(tried).await? {
        Next::Delivered => {
            tracing::debug!("Webhook delivery {id} of {account} was taken");
            "delivered"
        }
        Next::Again(due_at) => {
            tracing::info!("Webhook delivery {id} of {account} is tried again at {due_at}: {said}");
            "again"
        }
        Next::Failed => {
            tracing::warn!("Webhook delivery {id} of {account} is given up: {said}");
            "failed"
        }
        Next::Stale => return Ok(()),
    };
    metrics::counter!("recarga_webhook_tries_total", "end" => end).increment(1);
    Ok(())
}
