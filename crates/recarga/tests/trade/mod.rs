//! Resellers that buy while processes die, and the reckoning afterwards.

pub(crate) mod auditor;
mod reckoning;
pub(crate) mod resellers;
mod scenario;

/// Everything that waits, waits shortly, so that every scenario ends within seconds. A lease must be
/// five seconds longer than a call; all processes have one clock.
pub(crate) const SETTINGS: [(&str, &str); 12] = [
    ("RECARGA_ORDERS_ASK_PAUSES_S", "1"),
    ("RECARGA_ORDERS_CLOCK_SKEW_S", "0"),
    ("RECARGA_ORDERS_LEASE_S", "6"),
    ("RECARGA_ORDERS_RETRY_PAUSES_S", "0"),
    ("RECARGA_SANDBOX_ABSENCE_AFTER_MS", "900"),
    ("RECARGA_SANDBOX_CALL_TIMEOUT_MS", "300"),
    ("RECARGA_SANDBOX_LATE_AFTER_MS", "600"),
    ("RECARGA_SANDBOX_REVERSE_AFTER_MS", "1500"),
    ("RECARGA_SANDBOX_SETTLE_AFTER_MS", "200"),
    ("RECARGA_SANDBOX_SLOW_MS", "100"),
    ("RECARGA_WORKER_POLL_MS", "50"),
    ("RECARGA_WORKER_SWEEP_MS", "500"),
];
