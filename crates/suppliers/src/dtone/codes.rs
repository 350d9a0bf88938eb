//! DT One's tables: what its error codes prove, and whose fault its reasons name.

use model::{Cause, Elsewhere, Evidence, Fault, Outcome, Rejection};
use serde::Deserialize;

use super::wire::Transaction;
use crate::{
    codes::{Code, Meaning, judge, judge_quietly, shortened},
    http::{Answer, Failure, json::text_or_number},
};

/// The code of a transaction that was cancelled.
pub(super) const CODE_CANCELLED: &str = "CANCELLED";

/// What the error codes prove that come instead of a transaction.
pub(super) const ERRORS: [Code; 26] = {
    use Fault::{Amount, Float, Number, Operator, Supplier};
    use Meaning::{No, NoForAll, Unclear};
    [
        Code::new("1000400", No(Supplier)),
        Code::new("1000401", No(Supplier)),
        Code::new("1000429", No(Supplier)),
        // Our catalogue is older than theirs.
        Code::new("1003001", No(Amount)),
        Code::new("1003002", No(Amount)),
        Code::new("1003003", No(Amount)),
        Code::new("1003101", No(Amount)),
        Code::new("1003201", No(Amount)),
        Code::new("1003301", No(Amount)),
        Code::new("1005003", NoForAll(Number)),
        Code::new("1005004", No(Amount)),
        Code::new("1005005", No(Amount)),
        Code::new("1005006", No(Amount)),
        Code::new("1005503", No(Supplier)),
        Code::new("1006001", No(Float)),
        Code::new("1006003", No(Supplier)),
        Code::new("1006009", No(Supplier)),
        Code::new("1006503", No(Supplier)),
        Code::new("1007500", No(Operator)),
        // Our reference was used, or the transaction stands elsewhere than we thought: it is asked about.
        Code::new("1007001", Unclear),
        Code::new("1007002", Unclear),
        Code::new("1007004", Unclear),
        Code::new("1007005", Unclear),
        Code::new("1007007", Unclear),
        Code::new(NOT_FOUND, Unclear),
        Code::new("1009001", Unclear),
    ]
};

/// There is no such transaction.
pub(super) const NOT_FOUND: &str = "1008004";

/// Whose fault it is, by what follows `REJECTED-` or `DECLINED-`. That it was not delivered, the class
/// of the status says already.
const REASONS: [Code; 15] = {
    use Fault::{Amount, Duplicate, Float, Number, Operator, Supplier};
    use Meaning::{No, NoForAll};
    [
        Code::new("INVALID-CREDIT-PARTY", NoForAll(Number)),
        Code::new("BARRED-CREDIT-PARTY", NoForAll(Number)),
        Code::new("INELIGIBLE-CREDIT-PARTY", NoForAll(Number)),
        Code::new("INVALID-DEBIT-PARTY", No(Supplier)),
        Code::new("BARRED-DEBIT-PARTY", No(Supplier)),
        Code::new("LIMITATIONS-ON-CREDIT-PARTY-AMOUNT", No(Amount)),
        Code::new("LIMITATIONS-ON-CREDIT-PARTY-QUANTITY", No(Number)),
        Code::new("LIMITATIONS-ON-OPERATOR-AMOUNT", No(Operator)),
        Code::new("LIMITATIONS-ON-OPERATOR-QUANTITY", No(Operator)),
        Code::new("LIMITATIONS-ON-CUSTOMER-AMOUNT", No(Supplier)),
        Code::new("LIMITATIONS-ON-CUSTOMER-QUANTITY", No(Supplier)),
        Code::new("OPERATOR-CURRENTLY-UNAVAILABLE", No(Operator)),
        Code::new("INSUFFICIENT-BALANCE", No(Float)),
        // Ours was not delivered, but one like it was or will be: another would be the second.
        Code::new("DUPLICATED-TRANSACTION", NoForAll(Duplicate)),
        Code::new("EXCEPTION", No(Supplier)),
    ]
};

/// What an answer says of a transaction.
#[derive(Debug)]
pub(super) enum Said {
    /// The transaction itself.
    Transaction(Box<Transaction>),
    /// What was asked for was refused: it was not done.
    No(Rejection),
    /// There is no such transaction.
    Missing,
    /// Nobody can tell whether it was done.
    Unclear(Cause),
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    /// A number in the specification, a text from some servers.
    #[serde(deserialize_with = "text_or_number")]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

impl Said {
    /// Reads the answer to a request that changes something.
    pub(super) fn of(answer: Result<Answer, Failure>, evidence: &Evidence) -> Self {
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => return Self::of_outcome(failure.submission()),
        };
        if answer.is_success() {
            return match answer.read::<Transaction>() {
                Ok(transaction) => {
                    evidence.judged(&transaction.rule());
                    Self::Transaction(Box::new(transaction))
                }
                Err(cause) => Self::Unclear(cause),
            };
        }
        let Some(code) = code_of(&answer) else {
            let status = answer.status;
            return Self::Unclear(Cause::Unreadable(format!("status {status} without an error code")));
        };
        // A server that is in trouble has said nothing about the request, whatever code it gives.
        if !(400..500).contains(&answer.status) {
            return Self::Unclear(Cause::UnlistedCode(shortened(&code.0)));
        }
        if code.0 == NOT_FOUND {
            return Self::Missing;
        }
        Self::of_outcome(judge(&ERRORS, &code.0, &code.1, evidence))
    }

    fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Rejected(rejection) => Self::No(rejection),
            Outcome::Unknown(cause) => Self::Unclear(cause),
            // The tables have no other meaning.
            Outcome::Delivered(_) | Outcome::Pending { .. } | Outcome::Reversed { .. } => {
                Self::Unclear(Cause::Unreadable("a meaning that no error has".to_owned()))
            }
        }
    }
}

/// The code and words of an error. Of several, one that proves nothing speaks for all.
pub(super) fn code_of(answer: &Answer) -> Option<(String, String)> {
    let Errors { errors } = answer.read().ok()?;
    let mut codes = errors
        .into_iter()
        .map(|error| (error.code.unwrap_or_default(), error.message.unwrap_or_default()));
    let first = codes.next()?;
    let proves = |code: &str| matches!(judge_quietly(&ERRORS, code, ""), Outcome::Rejected(_));
    if !proves(&first.0) {
        return Some(first);
    }
    Some(codes.find(|(code, _)| !proves(code)).unwrap_or(first))
}

/// The rejection of a transaction that DT One or the operator has refused, by its status' message.
pub(super) fn refused(message: &str) -> Rejection {
    let reason = ["REJECTED-", "DECLINED-"]
        .into_iter()
        .find_map(|start| message.strip_prefix(start))
        .unwrap_or(message);
    let (code, words) = (shortened(message), message.to_lowercase().replace('-', " "));
    match judge_quietly(&REASONS, reason, &words) {
        Outcome::Rejected(rejection) => Rejection { code, ..rejection },
        _ => Rejection {
            fault: Fault::Operator,
            elsewhere: Elsewhere::May,
            code,
            message: shortened(&words),
            again_after_s: None,
        },
    }
}

/// The rejection of a transaction that was never confirmed.
pub(super) fn cancelled(message: &str) -> Rejection {
    Rejection {
        fault: Fault::Supplier,
        elsewhere: Elsewhere::May,
        code: CODE_CANCELLED.to_owned(),
        message: shortened(message),
        again_after_s: None,
    }
}

pub(super) fn unlisted_class(id: u64) -> Outcome {
    Outcome::Unknown(Cause::UnlistedCode(format!("status class {id}")))
}
