//! What operators see of calls to suppliers: two metrics and log lines, never a phone number.

use std::{sync::Arc, time::Duration};

use metrics::{counter, histogram};
use model::{AttemptRef, Outcome, SupplierError, SupplierName, TopUp};
use tracing::{debug, info, warn};

/// A run of this many digits in a supplier's words may be a phone number.
const DIGITS_SHOWN_MAX: usize = 6;
/// A supplier's words beyond this are left out of the log.
const WORDS_CHARS_MAX: usize = 200;

/// What is asked of a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Offers,
    Submit,
    Find,
    LateChanges,
    Float,
    Lookup,
    Statement,
}

impl Call {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Offers => "offers",
            Self::Submit => "submit",
            Self::Find => "find",
            Self::LateChanges => "late_changes",
            Self::Float => "float",
            Self::Lookup => "lookup",
            Self::Statement => "statement",
        }
    }
}

/// Counts and notes the calls to one supplier.
pub(super) struct Telemetry {
    supplier: Arc<str>,
}

impl Telemetry {
    pub(super) fn new(supplier: &SupplierName) -> Self {
        Self {
            supplier: supplier.as_str().into(),
        }
    }

    pub(super) fn count(&self, call: Call, outcome: &'static str, took: Duration) {
        let (supplier, call) = (&self.supplier, call.as_str());
        counter!("recarga_supplier_calls_total", "supplier" => Arc::clone(supplier), "call" => call, "outcome" => outcome)
            .increment(1);
        histogram!("recarga_supplier_call_seconds", "supplier" => Arc::clone(supplier), "call" => call)
            .record(took.as_secs_f64());
    }

    pub(super) fn note_submission(&self, topup: &TopUp, outcome: &Outcome) {
        let (supplier, attempt, recipient) = (&*self.supplier, topup.attempt, topup.recipient.masked());
        match outcome {
            Outcome::Delivered(_) | Outcome::Pending { .. } => {
                debug!(%attempt, supplier, recipient, "Supplier {supplier}: {attempt} is {}", word_of(outcome));
            }
            Outcome::Rejected(rejection) => {
                let words = shown(&rejection.to_string());
                info!(%attempt, supplier, recipient, "Supplier {supplier} refused {attempt}: {words}");
            }
            Outcome::Unknown(cause) => {
                let words = shown(&cause.to_string());
                warn!(%attempt, supplier, recipient, "Supplier {supplier} left {attempt} unknown: {words}");
            }
            Outcome::Reversed { message } => {
                let words = shown(message);
                warn!(%attempt, supplier, recipient, "Supplier {supplier} took {attempt} back: {words}");
            }
        }
    }

    pub(super) fn note_finding(&self, found: &AttemptRef, outcome: &Outcome) {
        let (supplier, attempt) = (&*self.supplier, found.attempt);
        debug!(%attempt, supplier, "Supplier {supplier} says that {attempt} is {}", word_of(outcome));
    }

    pub(super) fn note_error(&self, call: Call, error: &SupplierError) {
        let (supplier, call, words) = (&*self.supplier, call.as_str(), shown(&error.to_string()));
        warn!(supplier, call, "Supplier {supplier} did not answer {call}: {words}");
    }
}

/// Names an outcome as the metrics' label does.
pub(super) const fn word_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered(_) => "delivered",
        Outcome::Rejected(_) => "rejected",
        Outcome::Pending { .. } => "pending",
        Outcome::Unknown(_) => "unknown",
        Outcome::Reversed { .. } => "reversed",
    }
}

/// Names the end of a question as the metrics' label does.
pub(super) const fn word_of_result<T>(result: &Result<T, SupplierError>) -> &'static str {
    match result {
        Ok(_) => "answered",
        Err(SupplierError::Unreachable(_)) => "unreachable",
        Err(SupplierError::Unusable(_)) => "unusable",
    }
}

/// Returns a supplier's words as a log may show them: short, and without what may be a phone number.
fn shown(words: &str) -> String {
    let mut shown = String::new();
    let mut run = String::new();
    for character in words.chars().take(WORDS_CHARS_MAX) {
        // Numbers are also written with gaps.
        let goes_on = !run.is_empty() && matches!(character, ' ' | '-' | '.' | '(' | ')' | '/');
        if character.is_ascii_digit() || goes_on {
            run.push(character);
        } else {
            push_run(&mut shown, &mut run);
            shown.push(character);
        }
    }
    push_run(&mut shown, &mut run);
    shown
}

fn push_run(shown: &mut String, run: &mut String) {
    let digits = run.trim_end_matches(|character: char| !character.is_ascii_digit());
    let count = digits.chars().filter(char::is_ascii_digit).count();
    shown.push_str(if count > DIGITS_SHOWN_MAX { "•••" } else { digits });
    shown.push_str(&run[digits.len()..]);
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_may_be_a_number_is_not_shown() {
        assert_eq!(shown("code 404: +15551234567 is barred"), "code 404: +••• is barred");
        assert_eq!(shown("(+1 (555) 123-4567)"), "(+•••)");
        assert_eq!(shown("15551234567"), "•••");
        assert_eq!(shown(&"é".repeat(500)).chars().count(), 200);
    }
}
