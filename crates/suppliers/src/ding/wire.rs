//! What Ding writes about a transfer, and what it means.

use model::{AttemptId, Money, Outcome, PhoneNumber, Receipt, RecordState, Rounding, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    Commission,
    codes::{ErrorCode, failed, unlisted_state},
};
use crate::{
    amount::money,
    http::json::{Exact, list_or_nothing, text_or_number},
};

/// What every answer begins with, whatever its status.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Head {
    pub(super) result_code: u32,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) error_codes: Vec<ErrorCode>,
}

/// An answer that is a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", bound = "T: Deserialize<'de>")]
pub(super) struct Items<T> {
    #[serde(default = "Vec::new", deserialize_with = "list_or_nothing")]
    pub(super) items: Vec<T>,
    #[serde(default)]
    pub(super) there_are_more_items: bool,
}

/// An answer about one transfer, and an item of a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Told {
    #[serde(default)]
    pub(super) transfer_record: Option<Transfer>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) error_codes: Vec<ErrorCode>,
}

/// A transfer. Its receipt's text and PIN are not read: nothing here sells PINs.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Transfer {
    #[serde(default, rename = "TransferId")]
    named: Option<TransferId>,
    processing_state: String,
    #[serde(default)]
    price: Option<Price>,
    #[serde(default)]
    commission_applied: Option<Exact>,
    #[serde(default)]
    started_utc: Option<String>,
    #[serde(default)]
    receipt_params: Option<ReceiptParams>,
    #[serde(default, deserialize_with = "text_or_number")]
    account_number: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TransferId {
    #[serde(default, deserialize_with = "text_or_number")]
    transfer_ref: Option<String>,
    #[serde(default, deserialize_with = "text_or_number")]
    distributor_ref: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct ReceiptParams {
    #[serde(default, rename = "providerRef", deserialize_with = "text_or_number")]
    provider_ref: Option<String>,
}

/// What is sent, what arrives, and the fee on top.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Price {
    pub(super) send_value: Exact,
    pub(super) send_currency_iso: String,
    #[serde(default)]
    pub(super) distributor_fee: Option<Exact>,
    #[serde(default)]
    pub(super) receive_value: Option<Exact>,
    #[serde(default)]
    pub(super) receive_currency_iso: Option<String>,
}

/// Where a transfer stands, the furthest on its way to a phone first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// The phone has it.
    Complete,
    /// It is not final.
    UnderWay,
    /// It was not delivered and is not charged.
    Failed,
}

impl State {
    fn of(word: &str) -> Option<Self> {
        match word {
            "Complete" => Some(Self::Complete),
            "Submitted" | "Processing" | "Cancelling" => Some(Self::UnderWay),
            "Failed" | "Cancelled" => Some(Self::Failed),
            _ => None,
        }
    }
}

impl Transfer {
    /// Where it stands; none if the word is not a known one.
    pub(super) fn state(&self) -> Option<State> {
        State::of(&self.processing_state)
    }

    /// The word for where it stands.
    pub(super) fn word(&self) -> &str {
        &self.processing_state
    }

    /// Whether it is a submission's.
    pub(super) fn is_of(&self, attempt: AttemptId) -> bool {
        self.distributor_ref().and_then(|text| text.parse().ok()) == Some(attempt)
    }

    /// Our reference, as Ding has it.
    pub(super) fn distributor_ref(&self) -> Option<&str> {
        self.named.as_ref()?.distributor_ref.as_deref()
    }

    /// Ding's reference.
    pub(super) fn transfer_ref(&self) -> Option<&str> {
        self.named.as_ref()?.transfer_ref.as_deref()
    }

    pub(super) fn recipient(&self) -> Option<PhoneNumber> {
        PhoneNumber::from_digits(self.account_number.as_deref()?.parse().ok()?)
    }

    /// When it began. Where no zone stands it is UTC: the field's name says so.
    pub(super) fn started_at(&self) -> Option<Timestamp> {
        self.started_utc.as_deref()?.parse().ok()
    }

    /// What it costs us.
    pub(super) fn cost(&self, commission: Commission) -> Option<Money> {
        let earned = match commission {
            Commission::Separate => Decimal::ZERO,
            Commission::Netted => self.commission_applied.unwrap_or_default().0,
        };
        self.price.as_ref()?.cost(earned)
    }

    /// What has become of it, with the codes that stand beside it.
    pub(super) fn outcome(&self, codes: &[ErrorCode], commission: Commission) -> Outcome {
        let supplier_reference = self.transfer_ref().map(ToOwned::to_owned);
        match self.state() {
            Some(State::Complete) => Outcome::Delivered(Receipt {
                supplier_reference,
                operator_reference: self.operator_reference(),
                cost: self.cost(commission),
                delivered: self.price.as_ref().and_then(Price::received),
            }),
            Some(State::UnderWay) => Outcome::Pending { supplier_reference },
            Some(State::Failed) => Outcome::Rejected(failed(&self.processing_state, codes)),
            None => unlisted_state(&self.processing_state),
        }
    }

    /// Where it stands in books.
    pub(super) fn record_state(&self) -> Option<RecordState> {
        self.state().map(|state| match state {
            State::Complete => RecordState::Delivered,
            State::UnderWay => RecordState::Pending,
            State::Failed => RecordState::Rejected,
        })
    }

    fn operator_reference(&self) -> Option<String> {
        let reference = self.receipt_params.as_ref()?.provider_ref.clone();
        reference.filter(|text| !text.is_empty())
    }
}

impl Price {
    /// What is taken from our balance, less a commission that is taken off.
    pub(super) fn cost(&self, commission: Decimal) -> Option<Money> {
        let fee = self.distributor_fee.unwrap_or_default().0;
        let deducted = self.send_value.0.checked_add(fee)?.checked_sub(commission)?;
        money(deducted, &self.send_currency_iso, Rounding::Up)
    }

    /// What is to be sent.
    pub(super) fn sent(&self) -> Option<Money> {
        money(self.send_value.0, &self.send_currency_iso, Rounding::Up)
    }

    /// What arrives.
    pub(super) fn received(&self) -> Option<Money> {
        let code = self.receive_currency_iso.as_deref()?;
        money(self.receive_value?.0, code, Rounding::Down)
    }
}
