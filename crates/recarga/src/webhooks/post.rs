//! One POST to a receiver that nobody vouches for.

use std::{error::Error as _, sync::Arc};

use engine::{
    accounts::WebhookSecrets,
    webhooks::{Answer, Posting, SIGNATURE_HEADERS, Silence, signature_headers},
};
use model::Timestamp;
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    header::CONTENT_TYPE,
    redirect::Policy,
};
use suppliers::http::trusting;

use super::{Refusal, WebhookSettings, WebhookTargets};

const USER_AGENT: &str = concat!("Recarga/", env!("CARGO_PKG_VERSION"), " (webhooks)");
/// Idle connections to one receiver are closed beyond this.
const IDLE_MAX: usize = 4;

/// Sends POSTs.
pub(super) struct Post {
    client: Client,
    targets: WebhookTargets,
}

impl Post {
    /// Makes the client: no proxy, no redirects, and no address that the targets don't allow. Trusts
    /// what the machine trusts, or Mozilla's authorities where it has no certificates at all.
    pub(super) fn new(settings: &WebhookSettings) -> Result<Self, reqwest::Error> {
        let client = trusting(|| {
            Client::builder()
                .dns_resolver(Arc::new(Resolver(settings.targets)))
                .no_proxy()
                .redirect(Policy::none())
                .timeout(settings.timeout)
                .pool_max_idle_per_host(IDLE_MAX)
                .user_agent(USER_AGENT)
        })?;
        Ok(Self {
            client,
            targets: settings.targets,
        })
    }

    /// Sends one. The receiver's words are not read: its status is its answer.
    pub(super) async fn send(&self, posting: &Posting, secrets: Option<&WebhookSecrets>, now: Timestamp) -> Answer {
        let url = match self.targets.check(&posting.url) {
            Ok(url) => url,
            Err(refusal) => return Answer::NoAnswer(Silence::NotAllowed(refusal.to_string())),
        };
        let Some(secrets) = secrets else {
            return Answer::NoAnswer(Silence::NotKnownYet);
        };
        let id = posting.event.to_string();
        let headers = signature_headers(secrets, &id, &posting.body, now);
        let mut request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(posting.body.clone());
        for (name, value) in SIGNATURE_HEADERS.into_iter().zip(headers) {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(answer) => Answer::Status(answer.status().as_u16()),
            Err(error) => Answer::NoAnswer(reason(&error)),
        }
    }
}

/// Why there was no answer: the innermost cause says most.
fn reason(error: &reqwest::Error) -> Silence {
    if error.is_timeout() {
        return Silence::Timeout;
    }
    let mut cause = error.source();
    let mut text = "the request could not be sent".to_owned();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    Silence::Broken(text)
}

/// Resolves names to the addresses that are allowed.
pub(super) struct Resolver(pub(super) WebhookTargets);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let targets = self.0;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let first = found.first().map(std::net::SocketAddr::ip);
            let allowed: Vec<_> = found
                .into_iter()
                .filter(|address| targets.allow(address.ip()))
                .collect();
            if let (true, Some(address)) = (allowed.is_empty(), first) {
                return Err(Refusal::Address(address).into());
            }
            let allowed: Addrs = Box::new(allowed.into_iter());
            Ok(allowed)
        })
    }
}
