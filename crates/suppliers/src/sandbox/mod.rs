//! The sandbox: a supplier inside the program, without any effect outside.
//!
//! What it does depends on the recipient's last four digits alone ([`TABLE`]), so that every way a
//! supplier can answer, also late, falsely or not at all, can be tried on purpose. It records a
//! submission before it answers, and never delivers a reference twice.
//!
//! Start at [`Sandbox::open`]; `fate` decides, `record` remembers.

mod fate;
mod offers;
mod reading;
mod record;
mod scenario;
mod settings;

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use model::{
    AttemptId, AttemptRef, Capabilities, Cause, Clock, Currency, Evidence, Money, Offer, OperatorGuess, Outcome,
    PhoneNumber, Product, Supplier, SupplierError, SupplierName, Timestamp, TopUp,
};
use rust_decimal::Decimal;

pub use fate::{Refusal, State};
pub use record::{Entry, Record, RecordError};
pub use scenario::{PRODUCT_REFUSED, Row, Scenario, TABLE};
pub use settings::SandboxSettings;

use fate::Answer;

/// The name that the sandbox is configured under, unless it gets another.
pub const NAME: &str = "sandbox";
/// Lookup speaks of fictional numbers only: +1 555 and seven digits.
const FICTIONAL_US: u64 = 1_555;
/// Whose the fictional numbers are.
const OPERATOR: &str = "at-t-usa";
/// Whose those are that were ported.
const OPERATOR_PORTED: &str = "t-mobile-usa";

/// The embedded supplier.
pub struct Sandbox {
    settings: SandboxSettings,
    clock: Arc<dyn Clock>,
    offers: Vec<Offer>,
    record: Record,
}

/// Why the sandbox can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Settings that contradict each other.
    #[error("the sandbox's settings: {0}")]
    Settings(&'static str),
    /// The record can't be opened.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Sandbox {
    /// Opens the sandbox and its record. It sells the products whose currency has a rate: units of
    /// it for one USD.
    pub fn open(
        settings: SandboxSettings,
        clock: Arc<dyn Clock>,
        products: &[Product],
        rates: &HashMap<Currency, Decimal>,
    ) -> Result<Self, OpenError> {
        if let Some(mistake) = settings.mistake() {
            return Err(OpenError::Settings(mistake));
        }
        Ok(Self {
            record: Record::create(settings.path.as_deref())?,
            offers: offers::offers(products, rates),
            settings,
            clock,
        })
    }

    /// Returns the record, to be compared with what the orders say.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

// The record is written on the caller's thread: a write takes microseconds, a way to another thread takes longer.
#[async_trait]
impl Supplier for Sandbox {
    fn name(&self) -> &SupplierName {
        &self.settings.name
    }

    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    async fn offers(&self) -> Result<Vec<Offer>, SupplierError> {
        Ok(self.offers.clone())
    }

    async fn submit(&self, topup: &TopUp, _: &Evidence) -> Outcome {
        let now = self.clock.now();
        let (fate, answer) = fate::decide(topup, &self.settings, now);
        match self.record.add(topup, &fate, now) {
            Err(error) => Outcome::Unknown(Cause::Connection(error.to_string())),
            Ok(None) => match answer {
                Answer::After(wait) => {
                    if !wait.is_zero() {
                        tokio::time::sleep(wait).await;
                    }
                    fate.outcome(topup.attempt, now)
                }
                Answer::UnlistedCode => Outcome::Unknown(Cause::UnlistedCode(Refusal::Unlisted.code().into())),
                Answer::Never => std::future::pending().await,
            },
            Ok(Some(recorded)) => match recorded.outcome(topup.attempt, now) {
                // What was lost the first time stays lost: to deliver it now would be a second delivery.
                Outcome::Unknown(_) => std::future::pending().await,
                outcome => outcome,
            },
        }
    }

    async fn find(&self, attempt: &AttemptRef, _: &Evidence) -> Outcome {
        match self.record.find(attempt.attempt) {
            Err(error) => Outcome::Unknown(Cause::Connection(error.to_string())),
            Ok(None) => Outcome::Unknown(Cause::NoRecord),
            Ok(Some(fate)) => fate.outcome(attempt.attempt, self.clock.now()),
        }
    }

    async fn late_changes(&self, since: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        Ok(self.record.reversed(since, self.clock.now())?)
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        let spent = self.record.spent_minor(self.clock.now())?;
        let spent = Money::new(spent, self.settings.float.currency());
        self.settings
            .float
            .checked_sub(spent)
            .map_err(|error| SupplierError::Unusable(error.to_string()))
    }

    async fn statement(&self, from: Timestamp, until: Timestamp) -> Result<Vec<model::Record>, SupplierError> {
        Ok(self.record.statement((from, until), self.clock.now())?)
    }

    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        if number.digits() / 10_000_000 != FICTIONAL_US {
            return Ok(Vec::new());
        }
        let sure = Scenario::of_number(number) == Scenario::Ported;
        let operator = if sure { OPERATOR_PORTED } else { OPERATOR };
        Ok(vec![OperatorGuess {
            operator: operator.parse().expect("the operator's name is a slug"),
            sure,
        }])
    }
}
