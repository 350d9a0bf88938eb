//! What a supplier's codes prove: one table per supplier, and one reading of it.
//!
//! A code says that nothing was delivered and nothing is owed only if it stands in its supplier's
//! table with that meaning. Everything else is unknown and asked about.

use model::{Cause, Elsewhere, Evidence, Fault, Outcome, Rejection};

/// One code of a supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// As the supplier writes it.
    pub code: &'static str,
    /// What it proves.
    pub meaning: Meaning,
}

/// What a code proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Not delivered and nothing is owed; another supplier may be tried.
    No(Fault),
    /// The same, and nobody will succeed with this number and amount.
    NoForAll(Fault),
    /// The same as [`Meaning::No`], and this supplier must be left alone for this number for so many seconds.
    NoForNow(Fault, u32),
    /// Accepted and not final.
    Pending,
    /// It says nothing: the supplier is asked what became of the submission.
    Unclear,
}

impl Code {
    /// A row of a table.
    pub const fn new(code: &'static str, meaning: Meaning) -> Self {
        Self { code, meaning }
    }
}

/// Reads a code by its table, and leaves a note of the rule that decided.
pub fn judge(table: &[Code], code: &str, message: &str, evidence: &Evidence) -> Outcome {
    let outcome = judge_quietly(table, code, message);
    evidence.judged(&match &outcome {
        Outcome::Rejected(_) => format!("rejected: code {code} stands for it in the table"),
        Outcome::Pending { .. } => format!("pending: code {code} stands for it in the table"),
        _ if table.iter().any(|row| row.code == code) => format!("unknown: code {code} doesn't say what became of it"),
        _ => format!("unknown: code {code} stands in no table"),
    });
    outcome
}

/// Reads a code by its table.
pub fn judge_quietly(table: &[Code], code: &str, message: &str) -> Outcome {
    let unclear = || Outcome::Unknown(Cause::UnlistedCode(code.chars().take(CODE_CHARS_MAX).collect()));
    let Some(row) = table.iter().find(|row| row.code == code) else {
        return unclear();
    };
    let no = |fault, elsewhere, again_after_s| {
        Outcome::Rejected(Rejection {
            fault,
            elsewhere,
            code: row.code.to_owned(),
            message: shortened(message),
            again_after_s,
        })
    };
    match row.meaning {
        Meaning::No(fault) => no(fault, Elsewhere::May, None),
        Meaning::NoForAll(fault) => no(fault, Elsewhere::MustNot, None),
        Meaning::NoForNow(fault, seconds) => no(fault, Elsewhere::May, Some(seconds)),
        Meaning::Pending => Outcome::Pending {
            supplier_reference: None,
        },
        Meaning::Unclear => unclear(),
    }
}

/// An unlisted code is kept so far.
const CODE_CHARS_MAX: usize = 100;
/// A supplier's words are kept so far.
const MESSAGE_CHARS_MAX: usize = 500;

/// A supplier's words, as far as they are kept.
pub fn shortened(message: &str) -> String {
    message.chars().take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: [Code; 3] = [
        Code::new("GONE", Meaning::NoForAll(Fault::Number)),
        Code::new("SOON", Meaning::NoForNow(Fault::Duplicate, 120)),
        Code::new("HM", Meaning::Unclear),
    ];

    #[test]
    fn only_a_listed_code_proves_anything() {
        let Outcome::Rejected(soon) = judge_quietly(&TABLE, "SOON", "wait") else {
            panic!("a listed code rejects")
        };
        assert_eq!((soon.elsewhere, soon.again_after_s), (Elsewhere::May, Some(120)));
        for unclear in ["HM", "soon", ""] {
            let outcome = judge_quietly(&TABLE, unclear, "");
            assert_eq!(outcome, Outcome::Unknown(Cause::UnlistedCode(unclear.into())));
        }
    }
}
