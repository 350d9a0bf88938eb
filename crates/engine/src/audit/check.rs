//! Recomputes every chain.

use super::{COLUMNS, Chain, Entry, read};
use crate::{
    Error,
    db::{Tx, values},
};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How many chains there are.
    pub chains: usize,
    /// How many entries.
    pub entries: usize,
    /// What is wrong.
    pub problems: Vec<Flaw>,
}

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// Its head is gone.
    NoHead {
        /// Whose chain.
        chain: String,
    },
    /// It ends too early, or too late.
    WrongEnd {
        /// Whose chain.
        chain: Chain,
        /// With which entry.
        ends: i64,
        /// With which it should.
        should: i64,
    },
    /// An entry is missing before one.
    Missing {
        /// Whose chain.
        chain: Chain,
        /// Which entry.
        number: i64,
        /// Which one it follows.
        follows: i64,
    },
    /// An entry doesn't follow the one before it.
    Unchained {
        /// Whose chain.
        chain: Chain,
        /// Which entry.
        number: i64,
    },
    /// An entry is not as it was written.
    Changed {
        /// Whose chain.
        chain: Chain,
        /// Which entry.
        number: i64,
    },
}

impl Flaw {
    /// For commands.
    pub fn in_english(&self) -> String {
        match self {
            Self::NoHead { chain } => format!("the head of chain {chain} is gone"),
            Self::WrongEnd { chain, ends, should } => {
                format!("chain {chain} ends with entry {ends}, and should with entry {should}")
            }
            Self::Missing { chain, number, follows } => {
                format!("entry {number} of chain {chain} follows entry {follows}: one is missing")
            }
            Self::Unchained { chain, number } => {
                format!("entry {number} of chain {chain} doesn't follow the one before it: one was changed")
            }
            Self::Changed { chain, number } => format!("entry {number} of chain {chain} is not as it was written"),
        }
    }
}

impl Report {
    /// Whether every chain is as it was written.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }
}

/// So many entries are read at a time.
const STEP: i64 = 1_000;

/// Checks every entry's hash, that each follows the one before, and that the end is the end.
pub fn check(tx: &mut Tx<'_>) -> Result<Report, Error> {
    let sql = "SELECT account_id, entries_count, last_hash FROM audit_chains ORDER BY account_id";
    let heads = tx.query(sql, &[], |row| Ok((row.parse::<Chain>(0)?, row.int(1)?, row.text(2)?)))?;
    let mut report = Report::default();
    for (chain, count, last_hash) in heads {
        report.chains += 1;
        check_chain(tx, chain, (count, &last_hash), &mut report)?;
    }
    let orphans = "SELECT DISTINCT e.account_id FROM audit_entries e
                   LEFT JOIN audit_chains c ON c.account_id = e.account_id WHERE c.account_id IS NULL";
    for chain in tx.query(orphans, &[], |row| row.text(0))? {
        report.problems.push(Flaw::NoHead { chain });
    }
    Ok(report)
}

fn check_chain(
    tx: &mut Tx<'_>,
    chain: Chain,
    (count, last_hash): (i64, &str),
    report: &mut Report,
) -> Result<(), Error> {
    let sql =
        format!("SELECT {COLUMNS} FROM audit_entries WHERE account_id = ?1 AND number > ?2 ORDER BY number LIMIT ?3");
    let (mut number, mut hash) = (0, String::new());
    loop {
        let entries: Vec<Entry> = tx.query(&sql, &values![chain.to_string(), number, STEP], read)?;
        let Some(last) = entries.last() else { break };
        let next = (last.number, last.hash.clone());
        for entry in &entries {
            report.problems.extend(problem(entry, number, &hash));
            (number, hash) = (entry.number, entry.hash.clone());
            report.entries += 1;
        }
        (number, hash) = next;
    }
    if (number, hash.as_str()) != (count, last_hash) {
        report.problems.push(Flaw::WrongEnd {
            chain,
            ends: number,
            should: count,
        });
    }
    Ok(())
}

/// What is wrong with an entry, given the number and hash of the one before it.
fn problem(entry: &Entry, before: i64, hash: &str) -> Option<Flaw> {
    let (chain, number) = (entry.chain, entry.number);
    if number != before + 1 {
        let follows = before;
        return Some(Flaw::Missing { chain, number, follows });
    }
    if entry.previous_hash != hash {
        return Some(Flaw::Unchained { chain, number });
    }
    (entry.hash != entry.computed_hash()).then_some(Flaw::Changed { chain, number })
}
