//! The sandbox's settings and what they may be.

use std::{path::PathBuf, time::Duration};

use model::{Absence, Capabilities, Currency, Money, SupplierName};

/// How the sandbox behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxSettings {
    /// What it is called: there may be several.
    pub name: SupplierName,
    /// The file of its record, which several processes may share; `None` keeps it in memory.
    pub path: Option<PathBuf>,
    /// After this long without an answer a call counts as unanswered.
    pub call_timeout: Duration,
    /// How long after its submission a missing record proves that nothing was delivered.
    pub absence_after: Duration,
    /// How many times in a row the record must be missing for that.
    pub absence_queries: u32,
    /// How long a slow delivery takes.
    pub slow: Duration,
    /// How long a pending submission stays pending.
    pub settle_after: Duration,
    /// How long after its submission a delivery is taken back.
    pub reverse_after: Duration,
    /// How long after its submission a late delivery shows.
    pub late_after: Duration,
    /// What we have deposited there.
    pub float: Money,
}

impl Default for SandboxSettings {
    fn default() -> Self {
        Self {
            name: super::NAME.parse().expect("the sandbox's name is a slug"),
            path: None,
            call_timeout: Duration::from_secs(5),
            absence_after: Duration::from_secs(10),
            absence_queries: 2,
            slow: Duration::from_secs(2),
            settle_after: Duration::from_secs(3),
            reverse_after: Duration::from_mins(1),
            late_after: Duration::from_secs(7),
            float: Money::new(100_000_000, usd()),
        }
    }
}

impl SandboxSettings {
    /// Returns what contradicts the sandbox's own table.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        let rules = [
            (self.slow < self.call_timeout, "slow must be shorter than call_timeout"),
            (
                self.late_after < self.absence_after,
                "late_after must be shorter than absence_after",
            ),
            (
                self.call_timeout <= self.absence_after,
                "absence_after must not be shorter than call_timeout",
            ),
            (self.absence_queries > 0, "absence_queries must be at least 1"),
            (self.float.currency() == usd(), "float must be in USD"),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map(|(_, mistake)| mistake)
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        Capabilities {
            call_timeout: self.call_timeout,
            absence: Absence::Proof {
                after: self.absence_after,
                queries: self.absence_queries,
            },
            lookup: true,
            statement: true,
            number_pause: Duration::ZERO,
        }
    }
}

/// The currency that the sandbox charges in.
pub(super) fn usd() -> Currency {
    "USD".parse().expect("USD is a currency")
}
