//! What Reloadly's answers mean.

use model::{AttemptId, Cause, Currency, Elsewhere, Evidence, Fault, Money, Outcome, Receipt, Rejection, Rounding};

use super::{
    codes::CODES,
    wire::{Page, Refused, Standing, Transaction},
};
use crate::{
    codes::{judge, judge_quietly, shortened},
    http::{Answer, json::Exact},
};

/// The word of an answer whose words can't be read.
const NO_CODE: &str = "no code";

/// Reads the answer to a submission.
pub(super) fn submitted(answer: &Answer, attempt: AttemptId, evidence: &Evidence) -> Outcome {
    if !answer.is_success() {
        return refused(answer, evidence);
    }
    let transaction: Transaction = match answer.read() {
        Ok(transaction) => transaction,
        Err(cause) => return unreadable(cause, evidence),
    };
    if transaction.custom_identifier.is_some() && !transaction.is_of(attempt) {
        return unreadable(Cause::Unreadable("the answer names another reference".into()), evidence);
    }
    let (outcome, rule) = match transaction.status.as_deref() {
        // It was given back before we ever heard that it was delivered.
        Some("REFUNDED") => (
            Outcome::Rejected(failed("REFUNDED", None)),
            "rejected: status REFUNDED".to_owned(),
        ),
        _ => standing_of(&transaction),
    };
    evidence.judged(&rule);
    outcome
}

/// What the report says of our reference.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reported {
    /// How it stands, or why that can't be told.
    Told(Outcome),
    /// It is there in the older shape: its status has to be asked for by this reference of theirs.
    WithoutStatus(String),
    /// Nothing is listed under it.
    Nothing,
}

/// Reads the answer to a question by our reference.
pub(super) fn reported(answer: &Answer, attempt: AttemptId, evidence: &Evidence) -> Reported {
    if !answer.is_success() {
        evidence.judged(&format!("unknown: the report answers with status {}", answer.status));
        return Reported::Told(Outcome::Unknown(Cause::Connection(format!("status {}", answer.status))));
    }
    let page: Page<Transaction> = match answer.read() {
        Ok(page) => page,
        Err(cause) => return Reported::Told(unreadable(cause, evidence)),
    };
    let (own, others): (Vec<_>, Vec<_>) = page.content.iter().partition(|row| row.is_of(attempt));
    if own.is_empty() && !others.is_empty() {
        let cause = Cause::Unreadable("the report lists other references than the one asked for".into());
        return Reported::Told(unreadable(cause, evidence));
    }
    let (told, untold): (Vec<_>, Vec<_>) = own.into_iter().partition(|row| row.status.is_some());
    // Two calls at once with one reference have both been executed: whatever was delivered counts first.
    let best = told
        .into_iter()
        .map(standing_of)
        .min_by_key(|(outcome, _)| weight(outcome));
    let untold = untold.into_iter().find_map(|row| row.transaction_id.clone());
    match (best, untold) {
        (Some((outcome @ Outcome::Delivered(_), rule)), _) | (Some((outcome, rule)), None) => {
            evidence.judged(&rule);
            Reported::Told(outcome)
        }
        (_, Some(reference)) => {
            evidence.judged("accepted, without a status");
            Reported::WithoutStatus(reference)
        }
        (None, None) => {
            evidence.judged("no record: the report has nothing under this reference");
            Reported::Nothing
        }
    }
}

/// Reads the answer to a question by the supplier's reference.
pub(super) fn stood(answer: &Answer, reference: &str, evidence: &Evidence) -> Outcome {
    if !answer.is_success() {
        // It was accepted once, so that it isn't found proves nothing.
        evidence.judged(&format!(
            "unknown: status {} about an accepted transaction",
            answer.status
        ));
        return Outcome::Unknown(Cause::Connection(format!("status {}", answer.status)));
    }
    let standing: Standing = match answer.read() {
        Ok(standing) => standing,
        Err(cause) => return unreadable(cause, evidence),
    };
    let reference = Some(reference.to_owned());
    let (outcome, rule) = match (standing.status.as_deref(), &standing.transaction) {
        (Some("PROCESSING" | "PENDING"), _) => (
            Outcome::Pending {
                supplier_reference: reference,
            },
            "pending: the status says so".to_owned(),
        ),
        (Some("FAILED"), _) => {
            let code = standing.code.as_deref();
            let said = code.map(|code| (code, standing.message.as_deref().unwrap_or_default()));
            (
                Outcome::Rejected(failed("FAILED", said)),
                "rejected: status FAILED".to_owned(),
            )
        }
        (Some("SUCCESSFUL"), None) => (
            Outcome::Delivered(Receipt {
                supplier_reference: reference,
                ..Receipt::default()
            }),
            "delivered: status SUCCESSFUL".to_owned(),
        ),
        (Some("REFUNDED"), None) => reversed(),
        (_, Some(transaction)) => standing_of(transaction),
        (status, None) => unlisted(status),
    };
    evidence.judged(&rule);
    outcome
}

/// What was delivered outweighs what is open, and that what was not delivered.
fn weight(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Delivered(_) => 0,
        Outcome::Pending { .. } | Outcome::Unknown(_) => 1,
        Outcome::Reversed { .. } => 2,
        Outcome::Rejected(_) => 3,
    }
}

/// How a transaction stands, and by which rule.
fn standing_of(transaction: &Transaction) -> (Outcome, String) {
    match transaction.status.as_deref() {
        Some("SUCCESSFUL") => (
            Outcome::Delivered(transaction.receipt()),
            "delivered: status SUCCESSFUL".into(),
        ),
        Some("PROCESSING" | "PENDING") => (transaction.pending(), "pending: the status says so".into()),
        Some("FAILED") => (
            Outcome::Rejected(failed("FAILED", None)),
            "rejected: status FAILED".into(),
        ),
        Some("REFUNDED") => reversed(),
        // The older shape: its status has to be asked for.
        None if transaction.transaction_id.is_some() => {
            (transaction.pending(), "pending: accepted without a status".into())
        }
        status => unlisted(status),
    }
}

fn refused(answer: &Answer, evidence: &Evidence) -> Outcome {
    let refused = answer.read::<Refused>().ok();
    let code = refused.as_ref().and_then(|refused| refused.error_code.as_deref());
    let message = refused.as_ref().and_then(|refused| refused.message.as_deref());
    if answer.status >= 500 {
        // Whatever the code: a server that fails may have done its work before.
        evidence.judged(&format!("unknown: status {}", answer.status));
        let code = code.unwrap_or(NO_CODE);
        return Outcome::Unknown(Cause::UnlistedCode(format!("{} {code}", answer.status)));
    }
    match code {
        Some(code) => judge(&CODES, code, message.unwrap_or_default(), evidence),
        // Tokens are looked at before anything else.
        None if answer.status == 401 => judge(&CODES, "INVALID_TOKEN", "it refuses our token", evidence),
        None => {
            evidence.judged(&format!("unknown: status {} without a code", answer.status));
            Outcome::Unknown(Cause::UnlistedCode(format!("{} {NO_CODE}", answer.status)))
        }
    }
}

fn unreadable(cause: Cause, evidence: &Evidence) -> Outcome {
    evidence.judged(&format!("unknown: {cause}"));
    Outcome::Unknown(cause)
}

fn unlisted(status: Option<&str>) -> (Outcome, String) {
    let status = shortened(status.unwrap_or("no status"));
    let rule = format!("unknown: status {status} stands in no table");
    (Outcome::Unknown(Cause::UnlistedCode(status)), rule)
}

fn reversed() -> (Outcome, String) {
    let message = "Reloadly has refunded it".to_owned();
    (Outcome::Reversed { message }, "reversed: status REFUNDED".to_owned())
}

/// Nothing was delivered. A code may say whose fault it was, but not that it is otherwise.
fn failed(status: &str, code: Option<(&str, &str)>) -> Rejection {
    let told = code.map(|(code, message)| judge_quietly(&CODES, code, message));
    if let Some(Outcome::Rejected(rejection)) = told {
        return rejection;
    }
    let (code, message) = code.unwrap_or((status, "Reloadly says that it was not delivered"));
    Rejection {
        fault: Fault::Operator,
        elsewhere: Elsewhere::May,
        code: code.to_owned(),
        message: shortened(message),
        again_after_s: None,
    }
}

impl Transaction {
    /// Whether it carries our reference. Reloadly compares references without regard to case.
    pub(super) fn is_of(&self, attempt: AttemptId) -> bool {
        let own = attempt.to_string();
        self.custom_identifier
            .as_deref()
            .is_some_and(|reference| reference.eq_ignore_ascii_case(&own))
    }

    fn pending(&self) -> Outcome {
        Outcome::Pending {
            supplier_reference: self.transaction_id.clone(),
        }
    }

    fn receipt(&self) -> Receipt {
        Receipt {
            supplier_reference: self.transaction_id.clone(),
            operator_reference: self.operator_transaction_id.clone(),
            cost: self.cost(),
            delivered: money(self.delivered_amount, self.delivered_amount_currency_code.as_deref()),
        }
    }

    /// What it cost: as told; else what was ordered less the discount, which is right however many run at
    /// once; else by how much the balance has changed.
    pub(super) fn cost(&self) -> Option<Money> {
        let info = self.balance_info.as_ref();
        let told = info.and_then(|info| money(info.cost, info.currency_code.as_deref()));
        told.or_else(|| {
            let currency = self.requested_amount_currency_code.as_deref();
            let ordered = self.requested_amount?.0;
            if currency != self.discount_currency_code.as_deref() {
                return None;
            }
            let discounted = ordered.checked_sub(self.discount.unwrap_or_default().0)?;
            money(
                Some(Exact(discounted.checked_add(self.fee.unwrap_or_default().0)?)),
                currency,
            )
        })
        .or_else(|| {
            let info = info?;
            let change = info.old_balance?.0.checked_sub(info.new_balance?.0)?;
            money(Some(Exact(change)), info.currency_code.as_deref())
        })
    }
}

/// An amount as money, rounded to what its currency counts.
pub(super) fn money(amount: Option<Exact>, currency: Option<&str>) -> Option<Money> {
    let currency: Currency = currency?.parse().ok()?;
    Money::round(amount?.0, currency, Rounding::HalfEven).ok()
}
