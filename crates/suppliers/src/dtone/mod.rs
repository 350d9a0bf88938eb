//! DT One DVS: money is held first and confirmed or cancelled afterwards.
//!
//! Nothing is sent to an operator before our confirmation, so that a crash or a lost answer before it
//! costs nothing: `hold` has that story. After it only DT One's word counts. Statuses are read by
//! their class, and lists in windows of a day.
//!
//! Start at [`DtOne::open`]; `wire` and `codes` are its format and its tables.

mod callback;
mod codes;
mod countries;
mod hold;
mod list;
mod listing;
mod settings;
mod wire;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{
    AttemptId, AttemptRef, Callback, CallbackError, Capabilities, Clock, Evidence, Listing, Money, OperatorGuess,
    Outcome, PhoneNumber, Record, Rounding, Supplier, SupplierError, SupplierName, Timestamp, TopUp,
};
use serde::{Deserialize, Serialize};

pub use settings::{BASE_URL, BASE_URL_PREPRODUCTION, CallbackSettings, DtOneSettings, TIMEOUT, Zone};

use crate::{
    LateChanges, Mapping,
    amount::money,
    http::{Ask, Auth, Http, json::Exact},
};
use list::error_of;

/// What was not confirmed by then is let go again: whoever asks meanwhile may cancel it.
const CONFIRM_WITHIN: Duration = Duration::from_secs(30);
/// Lists are by the day on which a transaction was made: a week of them is read for late reversals, …
const LATE_CHANGES_SPAN: Duration = Duration::from_hours(7 * 24);
/// … but not more often than this.
const LATE_CHANGES_EVERY: Duration = Duration::from_mins(15);

/// An account at DT One.
pub struct DtOne {
    settings: DtOneSettings,
    mapping: Arc<dyn Mapping>,
    clock: Arc<dyn Clock>,
    http: Http,
    late_changes: LateChanges,
}

impl DtOne {
    /// Gets ready to call; nothing is sent yet.
    pub fn open(
        settings: DtOneSettings,
        clock: Arc<dyn Clock>,
        mapping: Arc<dyn Mapping>,
    ) -> Result<Self, reqwest::Error> {
        let auth = Auth::Basic {
            user: settings.key.clone(),
            password: settings.secret.clone(),
        };
        Ok(Self {
            http: Http::new(settings.base_url.clone(), Arc::clone(&clock))?.with(auth),
            late_changes: LateChanges::every(LATE_CHANGES_EVERY),
            settings,
            mapping,
            clock,
        })
    }

    /// A request of ours, with its time.
    fn own<'a>(&self, ask: Ask<'a>) -> Ask<'a> {
        ask.within(self.settings.timeout)
    }
}

#[derive(Deserialize)]
struct Balance {
    unit: String,
    #[serde(default)]
    unit_type: String,
    available: Exact,
}

#[derive(Serialize)]
struct Lookup {
    mobile_number: String,
}

#[async_trait]
impl Supplier for DtOne {
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
        self.ask(attempt, evidence).await
    }

    async fn late_changes(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        let now = self.clock.now();
        if let Some(known) = self.late_changes.known(now) {
            return Ok(known);
        }
        let reversed = self.reversed(since.min(now.minus(LATE_CHANGES_SPAN))).await?;
        self.late_changes.keep(now, &reversed);
        Ok(reversed)
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        let ask = Ask::get(&["balances"]);
        let answer = self.http.send(ask, &Evidence::new()).await?;
        if !answer.is_success() {
            return Err(error_of(&answer));
        }
        let balances: Vec<Balance> = answer.read()?;
        let ours = |balance: &&Balance| match self.settings.currency {
            Some(currency) => balance.unit == currency.code(),
            None => balance.unit_type == "CURRENCY",
        };
        let mut found = balances.iter().filter(ours);
        match (found.next(), found.next()) {
            (Some(balance), None) => money(balance.available.0, &balance.unit, Rounding::Down)
                .ok_or_else(|| SupplierError::Unusable(format!("a balance in {:.10}", balance.unit))),
            (None, _) => Err(SupplierError::Unusable("it shows no balance of ours".to_owned())),
            (Some(_), Some(_)) => Err(SupplierError::Unusable(
                "it shows several balances: set the currency of ours".to_owned(),
            )),
        }
    }

    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        let body = Lookup {
            mobile_number: number.to_string(),
        };
        let ask = Ask::post(&["lookup", "mobile-number"], &body);
        let answer = self.http.send(ask, &Evidence::new()).await?;
        if !answer.is_success() {
            // A number that it has no opinion on is refused or not found.
            let nobodys = matches!(answer.status, 400 | 404);
            return if nobodys {
                Ok(Vec::new())
            } else {
                Err(error_of(&answer))
            };
        }
        let mut candidates: Vec<listing::Operator> = answer.read()?;
        candidates.sort_by_key(|candidate| !candidate.identified);
        let guess = |candidate: &listing::Operator| {
            let operator = self
                .mapping
                .operator_of(&self.settings.name, &candidate.id.to_string())?;
            let sure = candidate.identified;
            Some(OperatorGuess { operator, sure })
        };
        Ok(candidates.iter().filter_map(guess).collect())
    }

    async fn statement(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        self.records(from, until).await
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
        callback::read(self.settings.callback.as_ref(), callback)
    }
}
