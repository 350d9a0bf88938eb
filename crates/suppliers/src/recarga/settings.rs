//! What an account at another server of the v2 API is configured with.

use std::time::Duration;

use model::{Absence, Capabilities, SupplierName};
use reqwest::Url;

use crate::Secret;

/// A request is given up by the server long before; what it had begun by then is written by then.
const EXECUTES_FOR: Duration = Duration::from_mins(2);
/// So many questions in a row must find nothing, then nothing happened.
const ABSENCE_QUERIES: u32 = 2;

/// An account at another server of the v2 API.
#[derive(Debug, Clone)]
pub struct RecargaSettings {
    /// What the supplier is called here.
    pub name: SupplierName,
    /// Where its API begins, with `/v2`.
    pub base_url: Url,
    /// The account's key.
    pub api_key: Secret,
    /// The id that belongs to the key, where both are sent by HTTP Basic.
    pub api_id: Option<String>,
    /// What the server can be relied on for.
    pub server: Server,
    /// Where it sends its webhooks.
    pub callback_url: Option<String>,
    /// What it signs them with; without it they aren't listened to.
    pub webhook_secret: Option<Secret>,
    /// Whether test products are listed.
    pub test_products: bool,
    /// How long an answer is waited for.
    pub timeout: Duration,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Another Recarga: it takes our reference and an idempotency key, and finds orders by it.
    Recarga,
    /// Another server of that API, where an order without an answer can't be found again.
    OtherV2,
}

impl RecargaSettings {
    /// What the account can be relied on for.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            call_timeout: self.timeout + Duration::from_secs(5),
            absence: match self.server {
                Server::Recarga => Absence::Proof {
                    after: EXECUTES_FOR.max(self.timeout),
                    queries: ABSENCE_QUERIES,
                },
                Server::OtherV2 => Absence::NeverProof,
            },
            lookup: true,
            statement: true,
            number_pause: Duration::ZERO,
        }
    }
}
