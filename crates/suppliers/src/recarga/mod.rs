//! Another Recarga, or another server of the same v2 API, as a supplier.
//!
//! A Recarga takes our reference and an idempotency key, so that what became of a submission can
//! always be found out. On another server of that API an order can only be found by the id that its answer
//! told: an answer that is lost there is for a person to settle.
//!
//! Start at [`Recarga`]; `answers` says what answers mean.

mod answers;
mod codes;
mod listing;
mod settings;
#[cfg(test)]
mod tests;
mod wire;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{
    AttemptId, AttemptRef, Callback, CallbackError, Capabilities, Cause, Clock, Currency, Evidence, Listing, Money,
    MoneyError, OperatorGuess, Outcome, PhoneNumber, Record, Rounding, Supplier, SupplierError, SupplierName,
    Timestamp, TopUp,
};
use reqwest::header::HeaderName;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;

pub use codes::CODES;
pub use settings::{RecargaSettings, Server};

use answers::Place;
use wire::{Balance, Checked, Data, Invoice, InvoiceAsked, Line, List, Order, Product, Refused};

use crate::{
    LateChanges, Mapping,
    http::{Answer, Ask, Auth, Http, error_of_status, json::Exact},
    signature::check_standard_webhook,
};

/// A page holds no more.
const PAGE_SIZE: usize = 50;
/// A list of more pages is asked for in parts.
const PAGES_MAX: usize = 2_000;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Orders that are reversed are looked for so far back, by when they were made.
const REVERSALS_SPAN: Duration = Duration::from_hours(24 * 7);
const LATE_CHANGES_EVERY: Duration = Duration::from_mins(1);
/// A price may be so much above the listed one, which is rounded: 1 %, and a cent.
const PRICE_TOLERANCE: Decimal = Decimal::from_parts(101, 0, 0, false, 2);

/// An account at another server of the v2 API.
pub struct Recarga {
    settings: RecargaSettings,
    http: Http,
    clock: Arc<dyn Clock>,
    mapping: Arc<dyn Mapping>,
    late_changes: LateChanges,
}

impl Recarga {
    /// Opens the account; nothing is asked yet.
    pub fn open(
        settings: RecargaSettings,
        clock: Arc<dyn Clock>,
        mapping: Arc<dyn Mapping>,
    ) -> Result<Self, reqwest::Error> {
        let key = settings.api_key.clone();
        let auth = match &settings.api_id {
            Some(id) => Auth::Basic {
                user: id.clone(),
                password: key,
            },
            None => Auth::Bearer(key),
        };
        Ok(Self {
            http: Http::new(settings.base_url.clone(), Arc::clone(&clock))?.with(auth),
            late_changes: LateChanges::every(LATE_CHANGES_EVERY),
            settings,
            clock,
            mapping,
        })
    }

    /// Asks for something where no money is at stake.
    async fn ask(&self, ask: Ask<'_>) -> Result<Answer, SupplierError> {
        let answer = self.http.send(ask, &Evidence::new()).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        let refused = answer.read::<Refused>().ok();
        Err(error_of_status(
            &answer,
            refused.and_then(|refused| refused.error_code).as_deref(),
        ))
    }

    /// Asks for a list page by page. A page's address is made here: the one that it names may lead elsewhere.
    async fn list<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<Vec<T>, SupplierError> {
        let mut all = Vec::new();
        for page in 0..PAGES_MAX {
            let asked = ask
                .clone()
                .query("start", (page * PAGE_SIZE).to_string())
                .query("limit", PAGE_SIZE.to_string());
            let found: List<T> = self.ask(asked.list()).await?.read()?;
            let is_last = found.data.len() < PAGE_SIZE && found.meta.next.is_none();
            all.extend(found.data);
            if is_last {
                return Ok(all);
            }
        }
        Err(SupplierError::Unusable(format!(
            "a list of more than {PAGES_MAX} pages"
        )))
    }

    async fn balance(&self) -> Result<(Currency, Exact), SupplierError> {
        let balance: Data<Balance> = self.ask(Ask::get(&["accounts", "balance"])).await?.read()?;
        let Balance { balance, currency } = balance.data;
        let unusable = |_| {
            let text = format!("the account there is in {currency}: only one in a currency such as USD can be used");
            SupplierError::Unusable(text)
        };
        Ok((currency.parse().map_err(unusable)?, balance))
    }

    async fn find_by_reference(&self, attempt: AttemptId, evidence: &Evidence) -> Option<Outcome> {
        let ask = Ask::get(&["orders"]).query("reference", attempt.to_string());
        match self.http.send(ask, evidence).await {
            Ok(answer) => answers::listed(&answer, attempt, evidence),
            Err(failure) => Some(failure.question()),
        }
    }
}

/// What an order may cost: what the listing said, and a little.
fn price_max(cost: Money) -> Option<Exact> {
    let tolerated = cost.major().checked_mul(PRICE_TOLERANCE)?;
    let rounded = Money::round(tolerated, cost.currency(), Rounding::Up).ok()?;
    let cent = Money::new(1, cost.currency());
    Some(Exact(rounded.checked_add(cent).ok()?.major()))
}

#[async_trait]
impl Supplier for Recarga {
    fn name(&self) -> &SupplierName {
        &self.settings.name
    }

    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    async fn listings(&self) -> Result<Vec<Listing>, SupplierError> {
        let (currency, _) = self.balance().await?;
        let ask = Ask::get(&["products"])
            .query("type", "phone_refill")
            .query("include_test_products", self.settings.test_products.to_string());
        let products: Vec<Product> = self.list(ask).await?;
        let listings = products.iter().flat_map(|product| listing::listings(product, currency));
        Ok(listings.collect())
    }

    async fn submit(&self, topup: &TopUp, evidence: &Evidence) -> Outcome {
        let reference = topup.attempt.to_string();
        let (product, package) = match topup.sku.split_once(listing::SEPARATOR) {
            Some((product, _)) => (product, Some(&*topup.sku)),
            None => (&*topup.sku, None),
        };
        let body = InvoiceAsked {
            products: [Line {
                product_id: product,
                package_id: package,
                value: package.is_none().then(|| Exact(topup.amount.major())),
                phone_number: topup.recipient.to_string(),
                quantity: 1,
            }],
            payment_method: "balance",
            auto_pay: true,
            reference: &reference,
            allow_duplicate: true,
            max_price: price_max(topup.cost).unwrap_or(Exact(topup.cost.major())),
            webhook_url: self.settings.callback_url.as_deref(),
        };
        let ask = Ask::post(&["invoices"], &body)
            .header(IDEMPOTENCY_KEY, reference.as_str())
            .within(self.settings.timeout);
        match self.http.send(ask, evidence).await {
            Ok(answer) => answers::invoiced(&answer, evidence),
            Err(failure) => failure.submission(),
        }
    }

    async fn find(&self, attempt: &AttemptRef, evidence: &Evidence) -> Outcome {
        if self.settings.server == Server::Recarga
            && let Some(outcome) = self.find_by_reference(attempt.attempt, evidence).await
        {
            return outcome;
        }
        let Some(reference) = attempt.supplier_reference.as_deref() else {
            return Outcome::Unknown(Cause::NoRecord);
        };
        let place = Place::of(reference);
        let path = match place {
            Place::Order(id) => ["orders", id],
            Place::Invoice(id) => ["invoices", id],
        };
        match (self.http.send(Ask::get(&path), evidence).await, place) {
            (Ok(answer), Place::Order(_)) => answers::ordered(&answer, evidence),
            (Ok(answer), Place::Invoice(_)) => answers::invoice_found(&answer, evidence),
            (Err(failure), _) => failure.question(),
        }
    }

    async fn late_changes(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        if self.settings.server == Server::OtherV2 {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        if let Some(known) = self.late_changes.known(now) {
            return Ok(known);
        }
        let ask = Ask::get(&["orders"])
            .query("status", "reversed")
            .query("after", since.minus(REVERSALS_SPAN).to_string());
        let orders: Vec<Order> = self.list(ask).await?;
        let references = orders
            .iter()
            .filter_map(|order| order.reference.as_deref()?.parse().ok());
        let changed: Vec<_> = references.collect();
        self.late_changes.keep(now, &changed);
        Ok(changed)
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        let (currency, balance) = self.balance().await?;
        Money::round(balance.0, currency, Rounding::Down)
            .map_err(|error: MoneyError| SupplierError::Unusable(error.to_string()))
    }

    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        let ask = Ask::get(&["check_phone_number"]).query("phone_number", number.to_string());
        let answer = self.http.send(ask, &Evidence::new()).await?;
        // It serves nobody with this number, or takes it for none.
        if matches!(answer.status, 400 | 404) {
            return Ok(Vec::new());
        }
        if !answer.is_success() {
            return Err(error_of_status(&answer, None));
        }
        let checked: Data<Checked> = answer.read()?;
        let named = checked.data.operators.iter().map(|candidate| {
            let sure = candidate.confidence.as_deref() == Some("confirmed");
            (candidate.id.as_str(), sure)
        });
        let alone = checked.data.id.as_deref().filter(|_| checked.data.operators.is_empty());
        let guesses = named.chain(alone.map(|id| (id, false))).filter_map(|(id, sure)| {
            let operator = self.mapping.operator_of(&self.settings.name, id)?;
            Some(OperatorGuess { operator, sure })
        });
        Ok(guesses.collect())
    }

    async fn statement(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        let ask = Ask::get(&["orders"])
            .query("after", from.to_string())
            .query("before", until.to_string());
        let orders: Vec<Order> = self.list(ask).await?;
        Ok(orders.iter().filter_map(Order::record).collect())
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
        let secret = self.settings.webhook_secret.as_ref();
        let secret = secret.ok_or(CallbackError::Forged(
            "webhook_secret is not set, so none can be verified",
        ))?;
        check_standard_webhook(secret, callback)?;
        let invoice: Invoice =
            serde_json::from_slice(&callback.body).map_err(|error| CallbackError::Unreadable(error.to_string()))?;
        // What isn't an attempt of ours was bought by somebody else with the account.
        let attempt = invoice.reference.and_then(|reference| reference.parse().ok());
        Ok(attempt.into_iter().collect())
    }
}
