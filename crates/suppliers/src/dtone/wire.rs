//! What DT One writes about a transaction, and what it means.

use model::{AttemptId, Money, Outcome, PhoneNumber, Receipt, Rounding, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::codes::{cancelled, refused, unlisted_class};
use crate::{
    amount::money,
    codes::shortened,
    http::json::{Exact, list_or_nothing, text_or_number},
};

/// A transaction. Its PIN, if it has one, is not read: nothing here sells PINs.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Transaction {
    pub(super) id: u64,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) external_id: Option<String>,
    #[serde(default)]
    creation_date: Option<String>,
    status: Status,
    #[serde(default)]
    credit_party_identifier: Option<CreditParty>,
    #[serde(default)]
    prices: Option<Prices>,
    #[serde(default, deserialize_with = "list_or_nothing")]
    benefits: Vec<Benefit>,
    #[serde(default, deserialize_with = "text_or_number")]
    operator_reference: Option<String>,
}

/// Where it stands: only the class counts.
#[derive(Debug, Clone, Deserialize)]
struct Status {
    #[serde(default)]
    message: String,
    class: StatusClass,
}

#[derive(Debug, Clone, Deserialize)]
struct StatusClass {
    id: u64,
}

#[derive(Debug, Clone, Deserialize)]
struct CreditParty {
    #[serde(default)]
    mobile_number: Option<String>,
}

/// What it costs us and others.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Prices {
    #[serde(default)]
    pub(super) wholesale: Option<Price>,
}

/// A price and the fee on top of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Price {
    pub(super) amount: Amount,
    #[serde(default)]
    pub(super) fee: Option<Exact>,
    pub(super) unit: String,
}

/// One part of what the phone gets.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Benefit {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) unit_type: String,
    pub(super) amount: BenefitAmount,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct BenefitAmount {
    /// Without what a promotion adds.
    pub(super) base: Amount,
}

/// One amount, or the ends of a range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amount {
    One(Decimal),
    Between {
        min: Decimal,
        max: Decimal,
        increment: Option<Decimal>,
    },
}

impl Amount {
    pub(super) const fn one(self) -> Option<Decimal> {
        match self {
            Self::One(amount) => Some(amount),
            Self::Between { .. } => None,
        }
    }
}

/// What a transaction's class says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Money is held, nothing was sent to the operator.
    Created,
    /// Sent to the operator.
    Confirmed,
    /// DT One refused.
    Rejected,
    /// Cancelled before it was confirmed, or its hold expired.
    Cancelled,
    /// The operator has it.
    Submitted,
    /// The phone has it.
    Completed,
    /// It was taken back.
    Reversed,
    /// The operator refused.
    Declined,
}

impl Class {
    const fn of(id: u64) -> Option<Self> {
        Some(match id {
            1 => Self::Created,
            2 => Self::Confirmed,
            3 => Self::Rejected,
            4 => Self::Cancelled,
            5 => Self::Submitted,
            7 => Self::Completed,
            8 => Self::Reversed,
            9 => Self::Declined,
            _ => return None,
        })
    }
}

impl Transaction {
    /// Where it stands; none if its class is not a known one.
    pub(super) const fn class(&self) -> Option<Class> {
        Class::of(self.status.class.id)
    }

    /// Whether it is a submission's.
    pub(super) fn is_of(&self, attempt: AttemptId) -> bool {
        self.attempt() == Some(attempt)
    }

    /// Whose submission it is; none if somebody else made it.
    pub(super) fn attempt(&self) -> Option<AttemptId> {
        self.external_id.as_deref()?.parse().ok()
    }

    pub(super) fn recipient(&self) -> Option<PhoneNumber> {
        let number = self.credit_party_identifier.as_ref()?.mobile_number.as_deref()?;
        number.parse().ok()
    }

    /// When it was made. DT One writes nine digits of a second; we keep six.
    pub(super) fn made_at(&self) -> Option<Timestamp> {
        self.creation_date.as_deref()?.parse().ok()
    }

    /// What it costs us.
    pub(super) fn cost(&self) -> Option<Money> {
        self.prices.as_ref()?.wholesale.as_ref()?.cost()
    }

    /// By what it is judged.
    pub(super) fn rule(&self) -> String {
        let Status { message, class } = &self.status;
        format!("its status is {message:.100} of class {}", class.id)
    }

    /// What has become of it.
    pub(super) fn outcome(&self) -> Outcome {
        let message = &self.status.message;
        match self.class() {
            Some(Class::Created | Class::Confirmed | Class::Submitted) => self.pending(),
            Some(Class::Completed) => Outcome::Delivered(self.receipt()),
            Some(Class::Rejected | Class::Declined) => Outcome::Rejected(refused(message)),
            Some(Class::Cancelled) => Outcome::Rejected(cancelled(message)),
            Some(Class::Reversed) => Outcome::Reversed {
                message: shortened(message),
            },
            None => unlisted_class(self.status.class.id),
        }
    }

    /// It is not final.
    pub(super) fn pending(&self) -> Outcome {
        pending(self.id)
    }

    fn receipt(&self) -> Receipt {
        Receipt {
            supplier_reference: Some(self.id.to_string()),
            operator_reference: self.operator_reference.clone().filter(|text| !text.is_empty()),
            cost: self.cost(),
            delivered: self.benefits.iter().find_map(Benefit::credit),
        }
    }
}

/// A transaction that is not final.
pub(super) fn pending(id: u64) -> Outcome {
    Outcome::Pending {
        supplier_reference: Some(id.to_string()),
    }
}

impl Price {
    /// What is paid in all, if it is one amount of money.
    pub(super) fn cost(&self) -> Option<Money> {
        match self.amount {
            Amount::One(amount) => money(amount + self.fee(), &self.unit, Rounding::Up),
            Amount::Between { .. } => None,
        }
    }

    pub(super) fn fee(&self) -> Decimal {
        self.fee.unwrap_or_default().0
    }
}

impl Benefit {
    /// The amount of money that it adds, if that is what it adds.
    fn credit(&self) -> Option<Money> {
        let is_money = self.kind == "CREDITS" && self.unit_type == "CURRENCY";
        let amount = self.amount.base.one().filter(|_| is_money)?;
        money(amount, &self.unit, Rounding::Down)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Ends {
            min: Exact,
            max: Exact,
            #[serde(default)]
            increment: Option<Exact>,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let raw = raw.get();
        if raw.starts_with('{') {
            let ends: Ends = serde_json::from_str(raw).map_err(de::Error::custom)?;
            return Ok(Self::Between {
                min: ends.min.0,
                max: ends.max.0,
                increment: ends.increment.map(|exact| exact.0),
            });
        }
        let exact: Exact = serde_json::from_str(raw).map_err(de::Error::custom)?;
        Ok(Self::One(exact.0))
    }
}
