//! Ding's codes: what they prove, by code and context. The status of an answer says nothing.

use model::{Cause, Elsewhere, Evidence, Fault, Outcome, Rejection};
use serde::Deserialize;

use super::wire::Head;
use crate::{
    codes::{Code, Meaning, judge_quietly, shortened},
    http::Answer,
};

/// One error, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorCode {
    pub(super) code: String,
    #[serde(default)]
    pub(super) context: Option<String>,
}

/// How long a number is left alone after Ding has braked, which it also does for a number: it doesn't say.
const BRAKE_S: u32 = 60;
const DUPLICATE: &str = "DuplicateTransactionPrevented";
const PROVIDER_TIMED_OUT: &str = "TransientProviderError (ProviderTimedOut)";
const PROVIDER_UNKNOWN_ERROR: &str = "ProviderError (ProviderUnknownError)";

/// What the codes prove. A row with a context in brackets is about that context only, one without is
/// about all that have no row of their own.
pub(super) const CODES: [Code; 23] = {
    use Fault::{Amount, Float, Number, Operator, Supplier, WrongOperator};
    use Meaning::{No, NoForAll, NoForNow, Unclear};
    [
        Code::new("AuthenticationFailed", No(Supplier)),
        Code::new("ParameterMissing", No(Supplier)),
        Code::new("ParameterInvalid", No(Supplier)),
        Code::new("ParameterOutOfRange", No(Amount)),
        Code::new("ParameterCombinationInvalid", No(Supplier)),
        Code::new("TooManyParameters", No(Supplier)),
        Code::new("RequestInvalid", No(Supplier)),
        Code::new("BatchItemRefMustBeUnique", No(Supplier)),
        Code::new("AccountNumberInvalid", NoForAll(Number)),
        Code::new("AccountNumberInvalid (AccountNumberFailedRegex)", NoForAll(Number)),
        // Another operator's, ported, or not prepaid.
        Code::new("AccountNumberInvalid (ProviderRefusedRequest)", NoForAll(WrongOperator)),
        Code::new("InsufficientBalance", No(Float)),
        Code::new("RateLimited", NoForNow(Supplier, BRAKE_S)),
        Code::new("RechargeNotAllowed", No(Operator)),
        Code::new("ProviderError (ProductUnavailable)", No(Amount)),
        Code::new("ProviderError (ProviderTemporarilyUnavailable)", No(Operator)),
        Code::new("ProviderError (RechargeNotAllowed)", No(Operator)),
        Code::new(PROVIDER_UNKNOWN_ERROR, No(Operator)),
        Code::new("TransientProviderError (ProviderRefusedRequest)", No(Operator)),
        Code::new(PROVIDER_TIMED_OUT, No(Operator)),
        // An equal one exists: it is looked for, and nothing else is tried.
        Code::new(DUPLICATE, Unclear),
        Code::new("NearestMatch", Unclear),
        Code::new("OtherError", Unclear),
    ]
};

/// These say that it failed, and the records are looked at first all the same.
const LOOKED_AT_FIRST: [&str; 2] = [PROVIDER_TIMED_OUT, PROVIDER_UNKNOWN_ERROR];

/// What the codes of an answer prove together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not delivered and not charged.
    No(Rejection),
    /// The same, if the records don't say otherwise.
    NoUnlessRecorded(Rejection),
    /// Nothing.
    Unclear(Cause),
}

impl ErrorCode {
    /// As people read it, and as the table names it.
    pub(super) fn text(&self) -> String {
        match self.context.as_deref().filter(|context| !context.is_empty()) {
            Some(context) => format!("{} ({context})", self.code),
            None => self.code.clone(),
        }
    }

    /// The row of the table that is about it.
    fn row(&self) -> Option<&'static str> {
        let listed = |name: &str| CODES.iter().find(|row| row.code == name).map(|row| row.code);
        listed(&self.text()).or_else(|| listed(&self.code))
    }

    fn verdict(&self) -> Verdict {
        let row = self.row();
        match row.map(|row| judge_quietly(&CODES, row, &self.text())) {
            Some(Outcome::Rejected(no)) if row.is_some_and(|row| LOOKED_AT_FIRST.contains(&row)) => {
                Verdict::NoUnlessRecorded(no)
            }
            Some(Outcome::Rejected(no)) => Verdict::No(no),
            _ => Verdict::Unclear(Cause::UnlistedCode(shortened(&self.text()))),
        }
    }
}

/// Reads codes that stand together: they are a no only if each of them is.
pub(super) fn verdict(codes: &[ErrorCode]) -> Verdict {
    let nothing = || Verdict::Unclear(Cause::Unreadable("neither a transfer nor an error".to_owned()));
    let doubt = |verdict: &Verdict| match verdict {
        Verdict::No(_) => 0,
        Verdict::NoUnlessRecorded(_) => 1,
        Verdict::Unclear(_) => 2,
    };
    // Of those in equal doubt the first speaks.
    let verdicts = codes.iter().map(ErrorCode::verdict).rev();
    verdicts.max_by_key(doubt).unwrap_or_else(nothing)
}

/// Reads an answer that has no transfer, and leaves a note.
pub(super) fn judged(answer: &Answer, evidence: &Evidence) -> Verdict {
    let verdict = match answer.read::<Head>() {
        Ok(head) => patient(verdict(&head.error_codes), answer),
        Err(cause) => Verdict::Unclear(cause),
    };
    evidence.judged(&match &verdict {
        Verdict::No(no) => format!("rejected: {} stands for it in the table", no.message),
        Verdict::NoUnlessRecorded(no) => format!("rejected, unless the records say otherwise: {}", no.message),
        Verdict::Unclear(cause) => format!("unknown: {cause}"),
    });
    verdict
}

/// A brake lasts as long as the answer says.
fn patient(verdict: Verdict, answer: &Answer) -> Verdict {
    let asked = answer.header("retry-after").and_then(|text| text.parse().ok());
    match verdict {
        Verdict::No(no) => Verdict::No(Rejection {
            again_after_s: no.again_after_s.map(|usual| asked.unwrap_or(usual)),
            ..no
        }),
        other => other,
    }
}

/// The rejection of a transfer that failed or was cancelled. That it did, its state says; whose fault it
/// is, the codes beside it.
pub(super) fn failed(state: &str, codes: &[ErrorCode]) -> Rejection {
    let otherwise = |fault, elsewhere| Rejection {
        fault,
        elsewhere,
        code: shortened(state),
        message: codes
            .first()
            .map_or_else(|| shortened(state), |code| shortened(&code.text())),
        again_after_s: None,
    };
    if codes.iter().any(|code| code.code == DUPLICATE) {
        // Ours was not delivered, but one like it was: another would be the second.
        return otherwise(Fault::Duplicate, Elsewhere::MustNot);
    }
    match verdict(codes) {
        Verdict::No(rejection) | Verdict::NoUnlessRecorded(rejection) => rejection,
        Verdict::Unclear(_) => otherwise(Fault::Operator, Elsewhere::May),
    }
}

pub(super) fn unlisted_state(word: &str) -> Outcome {
    Outcome::Unknown(Cause::UnlistedCode(shortened(&format!("state {word}"))))
}
