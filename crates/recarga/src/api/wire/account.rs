//! An account's money as it sees it.

use engine::ledger::StatementLine;
use model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Number, shown};

/// What an account has.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the wire's own word")]
pub(in crate::api) struct Balance {
    /// What it may spend.
    #[schema(example = 974.25)]
    pub(in crate::api) balance: Number,
    /// What its open orders hold.
    #[schema(example = 25.75)]
    pub(in crate::api) held: Number,
    /// What both are counted in.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    pub(in crate::api) currency: &'static str,
}

/// One movement of the balance.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Movement<'a> {
    /// Counts the account's movements from 1, without gaps.
    #[schema(minimum = 1)]
    line: i64,
    /// `deposit`, `withdrawal`, `hold`, `release` or `reversal`.
    #[serde(rename = "type")]
    #[schema(pattern = "^(deposit|withdrawal|hold|release|reversal)$", example = "hold")]
    kind: &'a str,
    /// The order that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order: Option<OrderLink<'a>>,
    /// The deposit or withdrawal that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    deposit_id: Option<&'a str>,
    /// How the balance changed; negative if it fell.
    amount: Number,
    /// The balance after it.
    balance_after: Number,
    /// What both are counted in.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: &'static str,
    /// Why, if a person said so.
    note: Option<&'a str>,
    /// When.
    #[serde(serialize_with = "shown")]
    #[schema(value_type = String, format = DateTime)]
    created_time: Timestamp,
}

/// The order of a movement.
#[derive(Serialize, ToSchema)]
struct OrderLink<'a> {
    id: &'a str,
    #[serde(rename = "_href")]
    href: String,
}

impl<'a> Movement<'a> {
    /// Writes a movement down; links begin with `base_url`.
    pub(in crate::api) fn of(line: &'a StatementLine, base_url: &str) -> Self {
        let subject = line.subject.as_str();
        let order = subject.starts_with("ord_");
        Self {
            line: line.line,
            kind: &line.movement,
            order: order.then(|| OrderLink {
                id: subject,
                href: format!("{base_url}/v2/orders/{subject}"),
            }),
            deposit_id: (!order).then_some(subject),
            amount: line.amount.into(),
            balance_after: line.balance_after.into(),
            currency: line.amount.currency().code(),
            note: line.note.as_deref(),
            created_time: line.created_at,
        }
    }
}
