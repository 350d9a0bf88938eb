//! The one place from which suppliers are called over HTTP.
//!
//! A call is sent once, to one address: nothing is repeated, redirected or proxied. It ends in its
//! time, its answer is bounded, and both are written into the evidence without secrets. What could
//! not be sent ([`Failure::NotSent`]) is told apart from what may have arrived: only the former is
//! proof that nothing happened.

mod ask;
mod failure;
pub mod json;
mod redact;
mod token;
mod trust;

use std::{sync::Arc, time::Duration};

use model::{Clock, Evidence};
use reqwest::{Client, Response, Url, redirect::Policy, retry};

pub use ask::{Answer, Ask, Auth};
pub use failure::{CODE_NOT_SENT, Failure, error_of_status};
pub use token::{Token, TokenCache};
pub use trust::{base_url, trusting};

/// A connection that isn't there by then never will be; shorter than any call's time, so that "not
/// sent" is found out rather than "no answer".
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections to one supplier are closed beyond this.
const IDLE_MAX: usize = 16;
/// An idle connection is closed after this: sooner than servers do, so that nothing is sent into one
/// that is being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Evidence is made of no more than this of a body.
const EVIDENCE_BYTES_MAX: usize = 8_000;
const USER_AGENT: &str = concat!("Recarga/", env!("CARGO_PKG_VERSION"));

/// Calls one supplier.
pub struct Http {
    client: Client,
    base: Url,
    auth: Option<Auth>,
    clock: Arc<dyn Clock>,
}

impl Http {
    /// Calls whoever answers under this URL.
    pub fn new(base: Url, clock: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        let client = trusting(|| {
            Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                .retry(retry::never())
                .referer(false)
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(IDLE_MAX)
                .user_agent(USER_AGENT)
        })?;
        Ok(Self {
            client,
            base,
            auth: None,
            clock,
        })
    }

    /// Says with each request whose it is, unless a request says it itself.
    #[must_use]
    pub fn with(self, auth: Auth) -> Self {
        Self {
            auth: Some(auth),
            ..self
        }
    }

    /// Sends once and reads the answer, whatever its status.
    pub async fn send(&self, ask: Ask<'_>, evidence: &Evidence) -> Result<Answer, Failure> {
        let url = ask.url(&self.base);
        let began = self.clock.now();
        let number = evidence.sent(began, &ask.noted(&url));
        let answer = self.exchange(&ask, url).await;
        let took = self.clock.now().since(began);
        match &answer {
            Ok(answer) => evidence.answered(number, Some(&answer.noted()), took),
            Err(failure) => {
                evidence.answered(number, None, took);
                evidence.judged(&failure.to_string());
            }
        }
        answer
    }

    async fn exchange(&self, ask: &Ask<'_>, url: Url) -> Result<Answer, Failure> {
        let request = ask.request(&self.client, url, self.auth.as_ref());
        let response = request.send().await.map_err(Failure::of)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = read(response, ask.answer_bytes_max).await?;
        Ok(Answer { status, headers, body })
    }
}

async fn read(mut response: Response, bytes_max: usize) -> Result<String, Failure> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(Failure::of)? {
        if body.len() + part.len() > bytes_max {
            return Err(Failure::TooLong(bytes_max));
        }
        body.extend_from_slice(&part);
    }
    // Whatever isn't UTF-8 isn't JSON either; it stands in the evidence as well as it can.
    Ok(String::from_utf8_lossy(&body).into_owned())
}
