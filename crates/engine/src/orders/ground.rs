//! What the end of an attempt rests on, as a value: pages say it in their reader's language, commands in English.

use serde::{Deserialize, Serialize};

/// The evidence that ended an attempt: what came after rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Its supplier refused it.
    Refused {
        /// Who.
        supplier: String,
        /// With which code.
        code: String,
        /// The line of the supplier's table that decided, as it is kept with the evidence.
        line: Option<String>,
    },
    /// Its supplier took the delivery back.
    TakenBack {
        /// Who.
        supplier: String,
        /// The line of the supplier's table that decided.
        line: Option<String>,
    },
    /// Its supplier had no record of it, often enough and late enough.
    NoRecord {
        /// Who.
        supplier: String,
        /// So many times in a row, …
        times: u32,
        /// … the last time so long after the submission, when no call could execute any more.
        after_s: u64,
        /// The line of the supplier's table that decided.
        line: Option<String>,
    },
    /// People said so.
    Word {
        /// Who.
        by: String,
        /// Who agreed, where two had to.
        confirmed_by: Option<String>,
        /// Their reason.
        why: String,
    },
    /// Its supplier says after all that it was delivered.
    AfterAll {
        /// Who.
        supplier: String,
        /// What it rested on before.
        before: Box<Self>,
    },
}

impl Ground {
    /// For commands.
    pub fn in_english(&self) -> String {
        let with = |said: String, line: &Option<String>| match line {
            Some(line) => format!("{said} ({line})"),
            None => said,
        };
        match self {
            Self::Refused { supplier, code, line } => with(format!("{supplier} refused it: {code}"), line),
            Self::TakenBack { supplier, line } => with(format!("{supplier} took it back"), line),
            Self::NoRecord {
                supplier,
                times,
                after_s,
                line,
            } => {
                let said = format!(
                    "{supplier} had no record of it {times} times in a row, asked {after_s} s after the submission and \
                     when no call could execute any more"
                );
                with(said, line)
            }
            Self::Word {
                by,
                confirmed_by: Some(second),
                why,
            } => format!("the word of {by}, confirmed by {second}: {why}"),
            Self::Word { by, why, .. } => format!("the word of {by}: {why}"),
            Self::AfterAll { supplier, before } => {
                format!(
                    "{supplier} says after all that it was delivered; before: {}",
                    before.in_english()
                )
            }
        }
    }
}
