//! DT One's statuses: a class that counts, and a reason.

use serde_json::{Value, json};

use crate::world::transaction::{Status, Transaction};

/// What each class's statuses begin with.
const IDS_EACH: u64 = 10_000;

/// The reasons for a bad end. Only that of an unavailable operator, 400, is known; the others are ours.
const REASONS: [(&str, u64); 12] = [
    ("INVALID-CREDIT-PARTY", 100),
    ("BARRED-CREDIT-PARTY", 110),
    ("INELIGIBLE-CREDIT-PARTY", 120),
    ("INVALID-DEBIT-PARTY", 130),
    ("BARRED-DEBIT-PARTY", 140),
    ("LIMITATIONS-ON-CREDIT-PARTY-AMOUNT", 200),
    ("LIMITATIONS-ON-CREDIT-PARTY-QUANTITY", 210),
    ("LIMITATIONS-ON-OPERATOR-AMOUNT", 220),
    ("OPERATOR-CURRENTLY-UNAVAILABLE", 400),
    ("INSUFFICIENT-BALANCE", 500),
    ("DUPLICATED-TRANSACTION", 600),
    ("EXCEPTION", 900),
];

/// A transaction's status.
pub(super) fn write(told: &Transaction) -> Value {
    let (class, name) = class_of(told.status);
    let failed = matches!(told.status, Status::Failed | Status::Rejected);
    let message = match &told.code {
        Some(code) if failed => code.as_str(),
        _ => name,
    };
    let reason = REASONS.iter().find(|(reason, _)| message.ends_with(reason));
    json!({
        "id": class * IDS_EACH + reason.map_or(0, |(_, number)| *number),
        "message": message,
        "class": { "id": class, "message": name },
    })
}

const fn class_of(status: Status) -> (u64, &'static str) {
    match status {
        Status::Held => (1, "CREATED"),
        Status::Confirmed => (2, "CONFIRMED"),
        Status::Rejected => (3, "REJECTED"),
        Status::Cancelled => (4, "CANCELLED"),
        Status::Submitted => (5, "SUBMITTED"),
        Status::Delivered => (7, "COMPLETED"),
        Status::Reversed => (8, "REVERSED"),
        Status::Failed => (9, "DECLINED"),
    }
}
