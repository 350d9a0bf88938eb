//! Who looks at both sides from outside, while they are written and afterwards.

use std::{path::PathBuf, thread, time::Duration};

use engine::db::Db;
use model::Clock;
use recarga::{clock::SystemClock, config::Database};
use serde_json::Value;
use suppliers::sandbox::Record;

use super::reckoning::Reckoning;
use crate::program;

/// What is left must have ended after so many looks, `LOOK` apart: a minute and more.
const LOOKS_MAX: u32 = 600;
const LOOK: Duration = Duration::from_millis(100);

/// Reads both sides, also while they are written.
pub(crate) struct Auditor {
    runtime: tokio::runtime::Runtime,
    database: Db,
    url: String,
    record: PathBuf,
}

impl Auditor {
    /// Opens a database by its URL, and the sandbox's record.
    pub(crate) fn open(url: &str, record: PathBuf) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self {
            runtime: runtime.expect("a thread is enough"),
            database: Database::parse(url).expect("a database").open().expect("it opens"),
            url: url.to_owned(),
            record,
        }
    }

    /// Reads the database at one moment and the record after it: what was submitted may only grow meanwhile.
    pub(crate) fn reckon(&self) -> Reckoning {
        let read = self.database.read(Reckoning::read);
        let mut reckoning: Reckoning = self.runtime.block_on(read).expect("the tables are ours");
        let record = Record::open(&self.record).expect("the record opens");
        for entry in record.entries(SystemClock.now()).expect("the record reads") {
            reckoning.add(entry);
        }
        reckoning
    }

    /// Waits until every order has ended and what will be taken back was taken back.
    pub(crate) fn await_the_end(&self) -> Reckoning {
        for _ in 0..LOOKS_MAX {
            let reckoning = self.reckon();
            if reckoning.unsettled().is_empty() {
                return reckoning;
            }
            thread::park_timeout(LOOK);
        }
        panic!("not everything ends: {:?}", self.reckon().unsettled());
    }

    /// The program itself finds its books whole.
    pub(crate) fn assert_books_are_whole(&self) {
        let output = program::command()
            .args(["ledger", "check", "--json", "--database", &self.url])
            .output()
            .expect("the program runs");
        let (out, error) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{out}{error}");
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("JSON: {out}{error}"));
        assert_eq!(report["problems"], serde_json::json!([]), "{report}");
    }
}
