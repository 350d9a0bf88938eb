//! A supplier that says what a test wants it to say, and counts how often it is asked.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use async_trait::async_trait;
use model::{
    Absence, AttemptId, AttemptRef, Capabilities, Cause, Evidence, Listing, Money, OperatorGuess, Outcome, PhoneNumber,
    Record, RecordState, Supplier, SupplierError, SupplierName, Timestamp, TopUp,
};
use testkit::usd;

/// What it says.
pub(crate) struct Scripted {
    name: SupplierName,
    listings: Mutex<Vec<Listing>>,
    float: Mutex<Money>,
    records: Mutex<Vec<Record>>,
    lists: AtomicU32,
    statements: AtomicU32,
}

/// A hundred gourdes for Digicel in Haiti.
pub(crate) fn airtime(sku: &str) -> Listing {
    testkit::listing(sku, "100", "0.80")
}

/// A delivery that we know nothing of.
pub(crate) fn record(supplier_reference: &str, made_at: Timestamp) -> Record {
    Record {
        supplier_reference: supplier_reference.to_owned(),
        reference: None,
        recipient: None,
        state: RecordState::Delivered,
        cost: Some(usd(80)),
        made_at,
    }
}

impl Scripted {
    pub(crate) fn selling(listings: Vec<Listing>) -> Self {
        Self {
            name: "scripted".parse().unwrap(),
            listings: Mutex::new(listings),
            float: Mutex::new(usd(100_000)),
            records: Mutex::default(),
            lists: AtomicU32::new(0),
            statements: AtomicU32::new(0),
        }
    }

    pub(crate) fn sell(&self, listings: Vec<Listing>) {
        *self.listings.lock().unwrap() = listings;
    }

    pub(crate) fn hold(&self, float: Money) {
        *self.float.lock().unwrap() = float;
    }

    pub(crate) fn state(&self, records: Vec<Record>) {
        *self.records.lock().unwrap() = records;
    }

    pub(crate) fn asked_for_lists(&self) -> u32 {
        self.lists.load(Ordering::SeqCst)
    }

    pub(crate) fn asked_for_statements(&self) -> u32 {
        self.statements.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Supplier for Scripted {
    fn name(&self) -> &SupplierName {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            call_timeout: std::time::Duration::from_secs(5),
            absence: Absence::NeverProof,
            lookup: false,
            statement: true,
            number_pause: std::time::Duration::ZERO,
        }
    }

    async fn listings(&self) -> Result<Vec<Listing>, SupplierError> {
        self.lists.fetch_add(1, Ordering::SeqCst);
        Ok(self.listings.lock().unwrap().clone())
    }

    async fn submit(&self, _: &TopUp, _: &Evidence) -> Outcome {
        Outcome::Unknown(Cause::Timeout)
    }

    async fn find(&self, _: &AttemptRef, _: &Evidence) -> Outcome {
        Outcome::Unknown(Cause::Timeout)
    }

    async fn late_changes(&self, _: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        Ok(Vec::new())
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        Ok(*self.float.lock().unwrap())
    }

    async fn lookup(&self, _: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        Ok(Vec::new())
    }

    async fn statement(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        self.statements.fetch_add(1, Ordering::SeqCst);
        let records = self.records.lock().unwrap();
        let within = records.iter().filter(|record| (from..until).contains(&record.made_at));
        Ok(within.cloned().collect())
    }
}
