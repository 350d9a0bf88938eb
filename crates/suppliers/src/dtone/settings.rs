//! DT One's settings.

use std::time::Duration;

use model::{Absence, Capabilities, Currency, SupplierName};
use reqwest::Url;

use crate::Secret;

/// Where DT One answers.
pub const BASE_URL: &str = "https://dvs-api.dtone.com/v1";
/// Where its environment for trying things answers.
pub const BASE_URL_PREPRODUCTION: &str = "https://preprod-dvs-api.dtone.com/v1";

/// How an account at DT One is used.
#[derive(Debug, Clone)]
pub struct DtOneSettings {
    /// What the supplier is called here.
    pub name: SupplierName,
    /// Where it answers: the live or the pre-production environment.
    pub base_url: Url,
    /// The API key.
    pub key: String,
    /// The API secret.
    pub secret: Secret,
    /// Which of the account's balances is ours, if it has several.
    pub currency: Option<Currency>,
    /// Which products may be sold.
    pub zone: Zone,
    /// Where it pushes to; none if it shouldn't.
    pub callback: Option<CallbackSettings>,
    /// How long each answer is waited for.
    pub timeout: Duration,
    /// How long after a submission a missing record proves that nothing was delivered; zero for never.
    pub absence_after: Duration,
    /// How many times in a row the record must be missing for that.
    pub absence_queries: u32,
}

/// Where pushes come to and what makes them genuine.
#[derive(Debug, Clone)]
pub struct CallbackSettings {
    /// Our address, as DT One reaches it; without it none are asked for.
    pub url: Option<Url>,
    /// The user that is set at DT One for pushes.
    pub user: String,
    /// And its password.
    pub password: Secret,
}

/// From where a product may be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// From other countries.
    International,
    /// From the operator's country.
    Domestic,
}

impl Zone {
    /// As DT One writes it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::International => "INTERNATIONAL",
            Self::Domestic => "DOMESTIC",
        }
    }
}

/// How long an answer is waited for; the fast calls of the two phases take no longer.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// So many requests make a submission at most: hold, confirm, cancel and look.
const REQUESTS_MAX: u32 = 4;

impl DtOneSettings {
    /// What the account can be relied on for.
    pub fn capabilities(&self) -> Capabilities {
        let call_timeout = self.timeout.saturating_mul(REQUESTS_MAX);
        let absence = if self.absence_after.is_zero() || self.absence_queries == 0 {
            Absence::NeverProof
        } else {
            Absence::Proof {
                after: self.absence_after.max(call_timeout),
                queries: self.absence_queries,
            }
        };
        Capabilities {
            call_timeout,
            absence,
            lookup: true,
            statement: true,
            number_pause: Duration::ZERO,
        }
    }
}
