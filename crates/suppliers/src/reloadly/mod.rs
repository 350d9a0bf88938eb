//! Reloadly, airtime API.
//!
//! A reference that was accepted is never taken again, but two calls at once with one reference have
//! both been executed: that it is sent once is our business, and it is. What became of it is looked up
//! in Reloadly's report by our reference, then by theirs.
//!
//! Start at [`Reloadly`]; `answers` says what answers mean, `listing` what is sold.

mod answers;
mod codes;
mod listing;
mod push;
mod report;
mod settings;
#[cfg(test)]
mod tests;
mod wire;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{
    AttemptId, AttemptRef, Callback, CallbackError, Capabilities, Cause, Clock, Elsewhere, Evidence, Fault, Listing,
    Money, OperatorGuess, Outcome, PhoneNumber, Record, Rejection, Rounding, Supplier, SupplierError, SupplierName,
    Timestamp, TopUp,
};
use reqwest::Url;
use rust_decimal::RoundingStrategy;

pub use codes::CODES;
pub use settings::{Environment, RangesIn, ReloadlySettings, Submission};

use answers::Reported;
use listing::{Order, Parameters};

use crate::{
    LateChanges, Mapping, Secret,
    http::{Answer, Ask, Auth, Failure, Http, Token, TokenCache, error_of_status, json::Exact},
};

/// The version of the API that is spoken.
const ACCEPT: &str = "application/com.reloadly.topups-v1+json";
/// Operators on one page of the catalogue.
const PAGE_SIZE: u32 = 200;
/// A catalogue of more pages isn't one.
const PAGES_MAX: u32 = 200;
/// A token lasts no longer than told, and no longer than this.
const TOKEN_LASTS_MAX: Duration = Duration::from_hours(24 * 60);

/// An account at Reloadly.
pub struct Reloadly {
    settings: ReloadlySettings,
    http: Http,
    auth: Http,
    token: TokenCache,
    clock: Arc<dyn Clock>,
    mapping: Arc<dyn Mapping>,
    late_changes: LateChanges,
}

/// Why a request got no answer of the API's own.
enum Missed {
    /// No token could be had: the request itself was not sent.
    NoToken(SupplierError),
    Failure(Failure),
}

impl From<Missed> for SupplierError {
    fn from(missed: Missed) -> Self {
        match missed {
            Missed::NoToken(error) => error,
            Missed::Failure(failure) => failure.into(),
        }
    }
}

impl Missed {
    fn question(self) -> Outcome {
        match self {
            Self::NoToken(error) => Outcome::Unknown(Cause::Connection(error.to_string())),
            Self::Failure(failure) => failure.question(),
        }
    }
}

impl Reloadly {
    /// Opens the account; nothing is asked yet.
    pub fn open(
        settings: ReloadlySettings,
        clock: Arc<dyn Clock>,
        mapping: Arc<dyn Mapping>,
    ) -> Result<Self, reqwest::Error> {
        let http = |url: &Url| Http::new(url.clone(), Arc::clone(&clock));
        Ok(Self {
            http: http(&settings.api_url)?,
            auth: http(&settings.auth_url)?,
            token: TokenCache::new(Arc::clone(&clock)),
            late_changes: LateChanges::every(report::LATE_CHANGES_EVERY),
            settings,
            clock,
            mapping,
        })
    }

    async fn fetch_token(&self) -> Result<Token, SupplierError> {
        let asked = wire::TokenAsked {
            client_id: &self.settings.client_id,
            client_secret: self.settings.client_secret.expose(),
            grant_type: "client_credentials",
            audience: &self.settings.audience,
        };
        let ask = Ask::post(&["oauth", "token"], &asked).within(self.settings.token_timeout());
        let answer = self.auth.send(ask, &Evidence::new()).await?;
        if !answer.is_success() {
            return Err(error_of_status(&answer, None));
        }
        let given: wire::TokenGiven = answer.read()?;
        Ok(Token {
            secret: Secret::new(given.access_token),
            expires_at: self.clock.now() + Duration::from_secs(given.expires_in).min(TOKEN_LASTS_MAX),
        })
    }

    /// Sends with a token. One that is refused is renewed once: Reloadly looks at it before anything else,
    /// so what was asked has not been done.
    async fn send(&self, ask: Ask<'_>, evidence: &Evidence) -> Result<Answer, Missed> {
        let token = || async { self.token.get(self.fetch_token()).await.map_err(Missed::NoToken) };
        let ask = ask.accept(ACCEPT);
        let first = token().await?;
        let answer = self
            .http
            .send(ask.clone().auth(&Auth::Bearer(first.clone())), evidence)
            .await;
        let answer = answer.map_err(Missed::Failure)?;
        if answer.status != 401 {
            return Ok(answer);
        }
        evidence.judged("not done: the token is refused before anything else");
        self.token.refuse(&first).await;
        let second = Auth::Bearer(token().await?);
        self.http
            .send(ask.auth(&second), evidence)
            .await
            .map_err(Missed::Failure)
    }

    /// Asks for something where no money is at stake.
    async fn ask(&self, ask: Ask<'_>) -> Result<Answer, SupplierError> {
        let answer = self.send(ask, &Evidence::new()).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        let refused = answer.read::<wire::Refused>().ok();
        Err(error_of_status(
            &answer,
            refused.and_then(|refused| refused.error_code).as_deref(),
        ))
    }

    async fn find_by_reference(&self, attempt: AttemptId, evidence: &Evidence) -> Reported {
        let ask = Ask::get(&["topups", "reports", "transactions"])
            .query("customIdentifier", attempt.to_string())
            .query("page", "1")
            .query("size", "50");
        match self.send(ask, evidence).await {
            Ok(answer) => answers::reported(&answer, attempt, evidence),
            Err(missed) => Reported::Told(missed.question()),
        }
    }
}

/// What was surely not sent.
fn not_sent(fault: Fault, code: &str, message: String) -> Outcome {
    Outcome::Rejected(Rejection {
        fault,
        elsewhere: Elsewhere::May,
        code: code.to_owned(),
        message,
        again_after_s: None,
    })
}

/// What is written into an order for what the phone shall receive; none if it can't be ordered.
fn ordered(amount: Money, order: &Order) -> Option<(Exact, bool)> {
    let ordered = match order {
        Order::Local => return Some((Exact(amount.major()), true)),
        Order::Sender(sender) => Exact::parse(sender)?,
        Order::Converted { rate, min, max } => {
            let (rate, min, max) = (Exact::parse(rate)?.0, Exact::parse(min)?.0, Exact::parse(max)?.0);
            let exact = amount.major().checked_div(rate)?;
            let cents = exact.round_dp_with_strategy(2, RoundingStrategy::ToPositiveInfinity);
            // A minimum that was converted and rounded comes back a cent too small at most.
            Exact(Some(cents.max(min)).filter(|cents| *cents <= max)?)
        }
    };
    Some((ordered, false))
}

#[async_trait]
impl Supplier for Reloadly {
    fn name(&self) -> &SupplierName {
        &self.settings.name
    }

    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    async fn listings(&self) -> Result<Vec<Listing>, SupplierError> {
        let mut listings = Vec::new();
        for number in 1..=PAGES_MAX {
            let ask = Ask::get(&["operators"])
                .query("page", number.to_string())
                .query("size", PAGE_SIZE.to_string())
                .query("includeBundles", "true")
                .query("includeData", "true")
                .query("includeCombo", "true")
                .query("includePin", "false")
                .query("suggestedAmountsMap", "true")
                .list();
            let page: wire::Page<wire::Operator> = self.ask(ask).await?.read()?;
            listings.extend(
                page.content
                    .iter()
                    .flat_map(|operator| listing::listings(operator, self.settings.ranges)),
            );
            if page.is_last(number) {
                return Ok(listings);
            }
        }
        Err(SupplierError::Unusable(format!(
            "a catalogue of more than {PAGES_MAX} pages"
        )))
    }

    async fn submit(&self, topup: &TopUp, evidence: &Evidence) -> Outcome {
        let parameters = topup
            .parameters
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok());
        let Some(parameters) = parameters else {
            let message = "the offer lacks what its listing said: sync the catalogue".to_owned();
            return not_sent(Fault::Supplier, "no_parameters", message);
        };
        let Parameters { operator, order } = parameters;
        let Some((amount, use_local_amount)) = ordered(topup.amount, &order) else {
            let message = format!("{} can't be ordered by the terms of its listing", topup.amount);
            return not_sent(Fault::Amount, "not_orderable", message);
        };
        let reference = topup.attempt.to_string();
        let body = wire::TopUpAsked {
            operator_id: operator,
            amount,
            use_local_amount,
            custom_identifier: &reference,
            recipient_phone: wire::Phone {
                country_code: topup.country.code(),
                number: topup.recipient.digits().to_string(),
            },
        };
        let path = match self.settings.submission {
            Submission::Sync => "topups",
            Submission::Async => "topups-async",
        };
        let ask = Ask::post(&[path], &body).within(self.settings.timeout);
        match self.send(ask, evidence).await {
            Ok(answer) => answers::submitted(&answer, topup.attempt, evidence),
            Err(Missed::NoToken(error)) => not_sent(Fault::Supplier, "no_token", format!("no token: {error}")),
            Err(Missed::Failure(failure)) => failure.submission(),
        }
    }

    async fn find(&self, attempt: &AttemptRef, evidence: &Evidence) -> Outcome {
        let reference = match self.find_by_reference(attempt.attempt, evidence).await {
            Reported::Told(outcome) => return outcome,
            Reported::WithoutStatus(reference) => Some(reference),
            Reported::Nothing => attempt.supplier_reference.clone(),
        };
        let Some(reference) = reference else {
            return Outcome::Unknown(Cause::NoRecord);
        };
        let ask = Ask::get(&["topups", &reference, "status"]);
        match self.send(ask, evidence).await {
            Ok(answer) => answers::stood(&answer, &reference, evidence),
            Err(missed) => missed.question(),
        }
    }

    async fn late_changes(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        let now = self.clock.now();
        if let Some(known) = self.late_changes.known(now) {
            return Ok(known);
        }
        let changed = report::refunded(&self.report(since, now).await?);
        self.late_changes.keep(now, &changed);
        Ok(changed)
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        let answer = self.ask(Ask::get(&["accounts", "balance"])).await?;
        let balance: wire::Balance = answer.read()?;
        let unreadable = |error: model::MoneyError| SupplierError::Unusable(error.to_string());
        let currency = balance.currency_code.parse().map_err(unreadable)?;
        Money::round(balance.balance.0, currency, Rounding::Down).map_err(unreadable)
    }

    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        let Some(country) = self.mapping.country_of(number) else {
            return Ok(Vec::new());
        };
        let digits = number.digits().to_string();
        let path = [
            "operators",
            "auto-detect",
            "phone",
            &digits,
            "countries",
            country.code(),
        ];
        let answer = self.send(Ask::get(&path), &Evidence::new()).await?;
        // It doesn't know the number, or not the country.
        if matches!(answer.status, 404 | 409) {
            return Ok(Vec::new());
        }
        if !answer.is_success() {
            return Err(error_of_status(&answer, None));
        }
        let detected: wire::Detected = answer.read()?;
        let id = detected.operator_id.or(detected.id);
        let operator = id.and_then(|id| self.mapping.operator_of(&self.settings.name, &id));
        let guess = |operator| OperatorGuess { operator, sure: false };
        Ok(operator.map(guess).into_iter().collect())
    }

    async fn statement(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        let records = report::records(&self.report(from, until).await?);
        let within = |record: &Record| record.made_at >= from && record.made_at < until;
        Ok(records.into_iter().filter(within).collect())
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
        push::read(self.settings.webhook_secret.as_ref(), callback)
    }
}
