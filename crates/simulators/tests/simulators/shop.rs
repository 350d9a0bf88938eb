//! Buying the same thing from any of the three: ten dollars of airtime for a phone in Haiti.

use serde_json::{Value, json};
use simulators::{Config, Status, Supplier, Transaction};

use crate::stage::{Answer, Stage, config};

/// A buyer at one of the suppliers.
pub(crate) struct Shop {
    pub(crate) stage: Stage,
    supplier: Supplier,
}

impl Shop {
    /// One at each.
    pub(crate) fn everywhere() -> impl Iterator<Item = Self> {
        Supplier::ALL.into_iter().map(|supplier| Self::with(config(supplier)))
    }

    pub(crate) fn with(config: Config) -> Self {
        let supplier = config.supplier;
        let stage = Stage::with(config);
        Self { stage, supplier }
    }

    /// One whose credentials are not the right ones.
    pub(crate) fn refused(config: Config) -> Self {
        let supplier = config.supplier;
        let stage = Stage::without_login(config);
        Self { stage, supplier }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.supplier.name()
    }

    /// What one posts to buy, and where.
    pub(crate) fn order(&self, reference: &str, ending: &str) -> (&'static str, Value) {
        let phone = format!("5093637{ending}");
        match self.supplier {
            Supplier::Reloadly => {
                let order = json!({
                    "operatorId": 1_000, "amount": 10, "customIdentifier": reference,
                    "recipientPhone": { "countryCode": "HT", "number": phone },
                });
                ("/topups", order)
            }
            Supplier::DtOne => {
                let order = json!({
                    "external_id": reference, "product_id": 6_002, "auto_confirm": true,
                    "credit_party_identifier": { "mobile_number": format!("+{phone}") },
                });
                ("/sync/transactions", order)
            }
            Supplier::Ding => {
                let order = json!({
                    "SkuCode": "S0HT10", "SendValue": 10, "AccountNumber": phone, "DistributorRef": reference,
                    "ValidateOnly": false,
                });
                ("/SendTransfer", order)
            }
        }
    }

    pub(crate) fn buy(&self, reference: &str, ending: &str) -> Result<Answer, ureq::Error> {
        let (path, order) = self.order(reference, ending);
        self.stage.caller.post(path, &order)
    }

    /// What a question by reference finds.
    pub(crate) fn find(&self, reference: &str) -> Option<Value> {
        let found = match self.supplier {
            Supplier::Reloadly => {
                let path = format!("/topups/reports/transactions?customIdentifier={reference}");
                self.stage.get(&path).json()["content"][0].clone()
            }
            Supplier::DtOne => self.stage.get(&format!("/transactions?external_id={reference}")).json()[0].clone(),
            Supplier::Ding => {
                let wanted = json!({ "DistributorRef": reference });
                self.stage.post("/ListTransferRecords", &wanted).json()["Items"][0]["TransferRecord"].clone()
            }
        };
        (!found.is_null()).then_some(found)
    }

    /// The state in the supplier's words, in an answer or in what was found.
    pub(crate) fn state(&self, body: &Value) -> String {
        let state = match self.supplier {
            Supplier::Reloadly => &body["status"],
            Supplier::DtOne => &body["status"]["class"]["message"],
            Supplier::Ding => match &body["TransferRecord"] {
                Value::Null => &body["ProcessingState"],
                record => &record["ProcessingState"],
            },
        };
        state.as_str().unwrap_or_default().to_owned()
    }

    /// The code in the supplier's words.
    pub(crate) fn code(&self, body: &Value) -> String {
        match self.supplier {
            Supplier::Reloadly => body["errorCode"].as_str().unwrap_or_default().to_owned(),
            Supplier::DtOne => body["errors"][0]["code"].to_string(),
            Supplier::Ding => {
                let error = &body["ErrorCodes"][0];
                let texts = ["Code", "Context"].map(|name| error[name].as_str().unwrap_or_default());
                texts.join(" ").trim_end().to_owned()
            }
        }
    }

    pub(crate) fn transaction(&self) -> Transaction {
        let mut all = self.stage.running.transactions();
        assert_eq!(all.len(), 1, "{}: {all:?}", self.name());
        all.remove(0)
    }

    /// What stands in the books: how often it was delivered, and whether money is held or spent.
    pub(crate) fn assert_books(&self, reference: &str, status: Status) {
        let transaction = self.transaction();
        assert_eq!(transaction.status, status, "{}", self.name());
        let delivered = usize::from(status == Status::Delivered);
        let deliveries = self.stage.running.deliveries();
        let standing = deliveries
            .iter()
            .filter(|delivery| !delivery.reversed && delivery.reference == reference);
        assert_eq!(standing.count(), delivered, "{}", self.name());
        let spent = if status == Status::Delivered {
            transaction.cost
        } else {
            0.into()
        };
        assert_eq!(self.stage.spent(), spent, "{}", self.name());
        let held = if status.is_final() { 0.into() } else { transaction.cost };
        assert_eq!(self.stage.running.wallet().holding, held, "{}", self.name());
    }

    pub(crate) fn assert_nothing_happened(&self) {
        assert!(self.stage.running.transactions().is_empty(), "{}", self.name());
        assert_eq!(self.stage.spent(), 0.into(), "{}", self.name());
    }
}
