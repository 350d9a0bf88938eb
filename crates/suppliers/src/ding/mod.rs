//! Ding Connect V1: one call that delivers, codes in the body whatever the status.
//!
//! A reference that is sent twice is paid twice, so that it never is. What is unclear is looked for in
//! the records by our reference and the number; that it isn't there is no proof.
//!
//! Start at [`Ding::open`]; `wire` and `codes` are its format and its table.

mod codes;
mod listing;
mod records;
mod settings;
mod transfer;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use model::{
    AttemptId, AttemptRef, Capabilities, Clock, Evidence, Listing, Money, OperatorGuess, Outcome, PhoneNumber, Record,
    Rounding, Supplier, SupplierError, SupplierName, Timestamp, TopUp,
};
use reqwest::header::HeaderName;
use serde::Deserialize;

pub use settings::{BASE_URL, Batches, Commission, DingSettings, TIMEOUT};

use crate::{
    Mapping,
    amount::money,
    http::{Ask, Auth, Http, json::Exact},
};
use records::good;
use wire::Head;

/// Any other name for the key is refused.
const API_KEY: HeaderName = HeaderName::from_static("api_key");

/// An account at Ding.
pub struct Ding {
    settings: DingSettings,
    mapping: Arc<dyn Mapping>,
    http: Http,
}

impl Ding {
    /// Gets ready to call; nothing is sent yet.
    pub fn open(
        settings: DingSettings,
        clock: Arc<dyn Clock>,
        mapping: Arc<dyn Mapping>,
    ) -> Result<Self, reqwest::Error> {
        let auth = Auth::Header(API_KEY, settings.api_key.clone());
        Ok(Self {
            http: Http::new(settings.base_url.clone(), clock)?.with(auth),
            settings,
            mapping,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Balance {
    balance: Exact,
    currency_iso: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Candidate {
    provider_code: String,
}

#[async_trait]
impl Supplier for Ding {
    fn name(&self) -> &SupplierName {
        &self.settings.name
    }

    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    async fn listings(&self) -> Result<Vec<Listing>, SupplierError> {
        self.products().await
    }

    async fn submit(&self, topup: &TopUp, evidence: &Evidence) -> Outcome {
        self.deliver(topup, evidence).await
    }

    async fn find(&self, attempt: &AttemptRef, evidence: &Evidence) -> Outcome {
        self.ask(attempt.attempt, attempt.recipient, evidence).await
    }

    /// Nothing is documented of a delivery that is taken back.
    async fn late_changes(&self, _since: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        Ok(Vec::new())
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        let answer = self.http.send(Ask::get(&["GetBalance"]), &Evidence::new()).await?;
        good(&answer)?;
        let Balance { balance, currency_iso } = answer.read()?;
        let float = money(balance.0, &currency_iso, Rounding::Down);
        float.ok_or_else(|| SupplierError::Unusable(format!("a balance in {currency_iso:.10}")))
    }

    /// It goes by the shape of numbers, also where that is several operators': never sure.
    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        let ask = Ask::get(&["GetAccountLookup"]).query("accountNumber", number.digits().to_string());
        let answer = self.http.send(ask, &Evidence::new()).await?;
        let nobodys = |head: &Head| {
            let about_it = |code: &codes::ErrorCode| code.code == "AccountNumberInvalid";
            head.result_code == 2 || (head.result_code == 4 && head.error_codes.iter().all(about_it))
        };
        if answer.read().is_ok_and(|head: Head| nobodys(&head)) {
            return Ok(Vec::new());
        }
        good(&answer)?;
        let candidates: wire::Items<Candidate> = answer.read()?;
        let known = |candidate: &Candidate| {
            let operator = self
                .mapping
                .operator_of(&self.settings.name, &candidate.provider_code)?;
            Some(OperatorGuess { operator, sure: false })
        };
        Ok(candidates.items.iter().filter_map(known).collect())
    }

    async fn statement(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        self.records(from, until).await
    }
}
