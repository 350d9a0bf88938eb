//! Settings: one commented file that is both the defaults and their documentation, then the
//! operator's file, the environment, and flags.
//!
//! A key that stands in `default.toml`, or in `suppliers.toml` for a supplier of its kind, exists and
//! no other does; everything else is refused by its name. [`load`] reads all four places; [`Config`] turns into what each part of the program takes.

mod convert;
mod database;
mod layers;
mod print;
mod suppliers;

use std::path::PathBuf;

pub use convert::open_numbers;
pub use database::{Database, DatabaseError};
pub use layers::{Sources, load};
use serde::{Deserialize, Serialize};
pub use suppliers::{
    DingSection, DtOneSection, RecargaSection, ReloadlySection, SUPPLIERS, SandboxSection, Supplier, SupplierTables,
};

/// The defaults, with a comment for each key.
pub const DEFAULT: &str = include_str!("../../default.toml");

/// A setting that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("can't read {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A key that isn't one.
    #[error("{place}: there is no setting {key}{near}")]
    UnknownKey {
        /// The file, `environment` or `--set`.
        place: String,
        /// The key as it was written.
        key: String,
        /// What was meant, perhaps.
        near: String,
    },
    /// A value that doesn't fit.
    #[error("{key}: {why}")]
    Value {
        /// Which setting.
        key: String,
        /// What would be right.
        why: String,
    },
    /// The text isn't TOML, or a value has another type.
    #[error("{0}")]
    Unreadable(String),
}

impl ConfigError {
    pub(crate) fn value(key: &str, why: &impl ToString) -> Self {
        Self::Value {
            key: key.to_owned(),
            why: why.to_string(),
        }
    }
}

/// Every setting, as `default.toml` documents it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "default.toml documents each setting, once")]
pub struct Config {
    pub server: Server,
    pub database: DatabaseUrl,
    pub worker: Worker,
    pub orders: Orders,
    pub funding: Funding,
    pub catalog: Catalog,
    pub floats: Floats,
    pub reconciliation: Reconciliation,
    pub webhooks: Webhooks,
    pub sandbox: Sandbox,
    #[serde(default)]
    pub suppliers: SupplierTables,
    pub phone: Phone,
    pub pages: Pages,
    pub log: Log,
}

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "default.toml documents each setting, once")]
        pub struct $name {
            $(pub $field: $type,)+
        }
    };
}

section!(
    /// `[server]`
    Server {
        bind: String,
        public_url: String,
        request_timeout_ms: u64,
        body_max_bytes: usize,
        trusted_proxies: Vec<String>,
        rate_limit_per_minute: u32,
        rate_limit_burst: u32,
        shutdown_grace_s: u64,
    }
);
section!(
    /// `[database]`
    DatabaseUrl { url: String }
);
section!(
    /// `[worker]`
    Worker { enabled: bool, bind: String, concurrency: usize, poll_ms: u64, sweep_ms: u64, shutdown_grace_s: u64 }
);
section!(
    /// `[orders]`
    Orders {
        invoice_expires_after_s: u64,
        duplicate_window_s: u64,
        lease_s: u64,
        clock_skew_s: u64,
        attempts_max: u32,
        retry_pauses_s: Vec<u64>,
        ask_pauses_s: Vec<u64>,
        stuck_after_s: u64,
        stuck_pause_s: u64,
        idempotency_kept_s: u64,
        held_up_max_s: u64,
        two_person: bool,
        evidence_kept_s: u64,
        delivered_tolerance_bps: u32,
    }
);
section!(
    /// `[funding]`
    Funding { alone_max_usd: String }
);
section!(
    /// `[catalog]`
    Catalog { sync_every_s: u64, apply_score: u32, suggest_score: u32, create: String }
);
section!(
    /// `[floats]`
    Floats { every_s: u64, kept_days: u64, warn_within_h: u64 }
);
section!(
    /// `[reconciliation]`
    Reconciliation { enabled: bool, after_h: u64 }
);
section!(
    /// `[webhooks]`
    Webhooks { pauses_s: Vec<u64>, secret_overlap_s: u64, allow_loopback: bool, timeout_ms: u64, poll_ms: u64, concurrency: usize }
);
section!(
    /// `[sandbox]`
    Sandbox {
        enabled: bool,
        record_path: String,
        call_timeout_ms: u64,
        absence_after_ms: u64,
        absence_queries: u32,
        slow_ms: u64,
        settle_after_ms: u64,
        reverse_after_ms: u64,
        late_after_ms: u64,
        float: String,
    }
);
section!(
    /// `[phone]`
    Phone { data_file: String }
);
section!(
    /// `[pages]`
    Pages { enabled: bool, session_idle_s: u64, session_max_s: u64, tries_per_minute: u32 }
);
section!(
    /// `[log]`
    Log { format: LogFormat, filter: String }
);

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Human,
    /// One object a line.
    Json,
}
