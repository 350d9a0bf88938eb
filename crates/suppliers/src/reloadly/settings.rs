//! What an account at Reloadly is configured with.

use std::time::Duration;

use model::{Absence, Capabilities, SupplierName};
use reqwest::Url;

use super::codes::NUMBER_PAUSE_S;
use crate::Secret;

/// Time for a token before the call itself begins.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(10);
/// An unanswered call has been seen to run for a minute; twice that is taken.
const EXECUTES_FOR: Duration = Duration::from_mins(2);
/// So many questions in a row must find nothing, then nothing happened.
const ABSENCE_QUERIES: u32 = 3;

/// An account at Reloadly.
#[derive(Debug, Clone)]
pub struct ReloadlySettings {
    /// What the supplier is called here.
    pub name: SupplierName,
    /// The account's client id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// What webhooks are signed with; without it they aren't listened to.
    pub webhook_secret: Option<Secret>,
    /// Where tokens come from.
    pub auth_url: Url,
    /// Where top-ups are made.
    pub api_url: Url,
    /// What a token is for: as Reloadly names it, the address of live or of the sandbox.
    pub audience: String,
    /// In whose currency free amounts are ordered.
    pub ranges: RangesIn,
    /// Whether to wait for the operator in the call.
    pub submission: Submission,
    /// How long an answer is waited for.
    pub timeout: Duration,
}

/// In whose currency free amounts are ordered where both can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangesIn {
    /// The operator's: the phone gets exactly what was sold, at the local discount.
    Local,
    /// The account's, at the international discount: what the phone gets hangs on the rate of the moment.
    Account,
}

/// How Reloadly is asked to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submission {
    /// It answers when the operator has.
    Sync,
    /// It answers at once, and is asked later.
    Async,
}

/// Which Reloadly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Real top-ups for real money.
    Live,
    /// The same catalogue and play money.
    Sandbox,
}

impl Environment {
    /// Where top-ups are made, and what tokens are for.
    pub const fn api_url(self) -> &'static str {
        match self {
            Self::Live => "https://topups.reloadly.com",
            Self::Sandbox => "https://topups-sandbox.reloadly.com",
        }
    }

    /// Where tokens come from.
    pub const fn auth_url(self) -> &'static str {
        "https://auth.reloadly.com"
    }
}

impl ReloadlySettings {
    /// How long a token is waited for: no longer than the answer to a call.
    pub(super) fn token_timeout(&self) -> Duration {
        self.timeout.min(TOKEN_TIMEOUT)
    }

    /// What the account can be relied on for.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            call_timeout: self.timeout + self.token_timeout(),
            absence: Absence::Proof {
                after: EXECUTES_FOR.max(self.timeout) + self.token_timeout(),
                queries: ABSENCE_QUERIES,
            },
            lookup: true,
            statement: true,
            number_pause: Duration::from_secs(NUMBER_PAUSE_S.into()),
        }
    }
}
