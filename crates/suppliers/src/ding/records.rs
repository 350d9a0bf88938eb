//! Ding's records of transfers, about two months of them.

use std::collections::HashSet;

use model::{Evidence, Record, SupplierError, Timestamp};
use serde::Serialize;

use super::{
    Ding,
    codes::ErrorCode,
    transfer::is_good,
    wire::{Head, Items, Told, Transfer},
};
use crate::http::{Answer, Ask, error_of_status};

/// As many as are taken at once.
const TAKE: u32 = 100;
/// A list with more pages is given up.
const PAGES_MAX: u32 = 5_000;

/// What narrows a list of records.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTransferRecords {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) distributor_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account_number: Option<String>,
    pub(super) skip: u32,
    pub(super) take: u32,
}

impl Ding {
    /// Lists its records. They can't be asked for by time: they are read page by page until they are
    /// older than what is wanted, as long as they come the newest first, else to the end.
    pub(super) async fn records(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Record>, SupplierError> {
        let (mut records, mut seen, mut order) = (Vec::new(), HashSet::new(), NewestFirst::default());
        for page in 0..PAGES_MAX {
            let told = self.page(page * TAKE).await?;
            for transfer in told.items.into_iter().filter_map(|told| told.transfer_record) {
                let record = self.record(&transfer)?;
                order.look(record.made_at);
                let inside = from <= record.made_at && record.made_at < until;
                // New transfers push others on to the next page while we read.
                if inside && seen.insert(record.supplier_reference.clone()) {
                    records.push(record);
                }
            }
            if !told.there_are_more_items || order.is_past(from) {
                return Ok(records);
            }
        }
        let most = PAGES_MAX * TAKE;
        Err(SupplierError::Unusable(format!("a list of more than {most} transfers")))
    }

    async fn page(&self, skip: u32) -> Result<Items<Told>, SupplierError> {
        let wanted = ListTransferRecords {
            distributor_ref: None,
            account_number: None,
            skip,
            take: TAKE,
        };
        let ask = Ask::post(&["ListTransferRecords"], &wanted).list();
        let answer = self.http.send(ask, &Evidence::new()).await?;
        good(&answer)?;
        Ok(answer.read()?)
    }

    fn record(&self, transfer: &Transfer) -> Result<Record, SupplierError> {
        let reference = transfer.transfer_ref().map(ToOwned::to_owned);
        let named = reference.clone().unwrap_or_default();
        let without = |what: &str| SupplierError::Unusable(format!("transfer {named:?} has no {what}"));
        Ok(Record {
            supplier_reference: reference.ok_or_else(|| without("reference"))?,
            reference: transfer.distributor_ref().map(ToOwned::to_owned),
            recipient: transfer.recipient(),
            state: transfer.record_state().ok_or_else(|| without("known state"))?,
            cost: transfer.cost(self.settings.commission),
            made_at: transfer.started_at().ok_or_else(|| without("time"))?,
        })
    }
}

/// Whether a list is sorted by time so far, and how far it has come.
#[derive(Default)]
struct NewestFirst {
    last: Option<Timestamp>,
    broken: bool,
}

impl NewestFirst {
    fn look(&mut self, at: Timestamp) {
        self.broken |= self.last.is_some_and(|last| last < at);
        self.last = Some(at);
    }

    fn is_past(&self, from: Timestamp) -> bool {
        !self.broken && self.last.is_some_and(|last| last < from)
    }
}

/// Refuses an answer that says that it is none, whatever its status.
pub(super) fn good(answer: &Answer) -> Result<(), SupplierError> {
    match answer.read::<Head>() {
        Ok(head) if is_good(&head) => Ok(()),
        Ok(head) => Err(SupplierError::Unusable(refusal(&head))),
        Err(_) if !answer.is_success() => Err(error_of_status(answer, None)),
        Err(cause) => Err(cause.into()),
    }
}

/// A question that was refused.
pub(super) fn refusal(head: &Head) -> String {
    let codes: Vec<_> = head.error_codes.iter().map(ErrorCode::text).collect();
    format!("the question was refused: {}", codes.join(", "))
}
