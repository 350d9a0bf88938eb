//! Pushes: what suppliers send by themselves. Each is tried a few times, then given up.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::Moment,
    journal::PushRecord,
    wire,
    world::{State, World, transaction::Status},
};

/// A push to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) transaction: u64,
    pub(crate) attempt: u32,
    pub(crate) truth: Truth,
}

/// Whether the supplier sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// It does.
    Genuine,
    /// Somebody else does, who doesn't know the secret and says the opposite.
    Forged,
}

/// A receiver must answer within this; Reloadly's is about as long.
const RECEIVER_TIMEOUT: Duration = Duration::from_secs(3);
/// How often a push is tried. The suppliers' own numbers aren't published.
const ATTEMPTS_MAX: u32 = 4;
/// The pause before the second try; each next one is twice as long.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// Writes the push about a transaction in a state, if the supplier pushes it and has somewhere to.
pub(crate) fn compose(state: &State, id: u64, status: Status, truth: Truth) -> Option<Push> {
    let mut told = state.transaction(id)?.clone();
    told.status = match truth {
        Truth::Genuine => status,
        Truth::Forged if status == Status::Delivered => Status::Failed,
        Truth::Forged => Status::Delivered,
    };
    let (url, headers, body) = wire::of(state.config.supplier).push(state, &told, truth)?;
    Some(Push {
        url,
        headers,
        body,
        transaction: id,
        attempt: 1,
        truth,
    })
}

/// Sends everything that is to be sent now, in order.
pub(crate) async fn send_all(world: &Arc<World>) {
    loop {
        let pushes = std::mem::take(&mut world.open().outbox);
        if pushes.is_empty() {
            return;
        }
        for push in pushes {
            send(world, push).await;
        }
    }
}

/// Sends what must be there before the answer.
pub(crate) async fn send_urgent(world: &Arc<World>) {
    let pushes = std::mem::take(&mut world.open().urgent);
    for push in pushes {
        send(world, push).await;
    }
}

async fn send(world: &Arc<World>, push: Push) {
    let sent = push.clone();
    let posted = tokio::task::spawn_blocking(move || post(&sent)).await;
    let status = posted.ok().flatten();
    let mut state = world.open();
    let at: Moment = state.now;
    state.journal.push(PushRecord {
        at,
        url: push.url.clone(),
        transaction: push.transaction,
        attempt: push.attempt,
        forged: push.truth == Truth::Forged,
        status,
    });
    let taken = status.is_some_and(|status| (200..300).contains(&status));
    if !taken && push.truth == Truth::Genuine && push.attempt < ATTEMPTS_MAX {
        let pause = RETRY_PAUSE * 2_u32.pow(push.attempt - 1);
        let again = Push {
            attempt: push.attempt + 1,
            ..push
        };
        state.after(pause, move |state| state.outbox.push(again));
        world.moved.notify_one();
    }
}

/// Posts it and returns the receiver's status.
fn post(push: &Push) -> Option<u16> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(RECEIVER_TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .new_agent();
    let mut request = agent.post(&push.url).header("Content-Type", "application/json");
    for (name, value) in &push.headers {
        request = request.header(*name, value);
    }
    match request.send(push.body.as_str()) {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => {
            tracing::debug!(url = push.url, %error, "A push was not taken");
            None
        }
    }
}
