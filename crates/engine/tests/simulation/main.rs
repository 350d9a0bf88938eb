//! Simulation: the real engine, a clock that jumps, a supplier with every fault, workers that die.
//!
//! One seed is one history of thousands of orders. An auditor with its own model, which reads
//! only what the outside was told and what the supplier really did, checks the end of it.
//! `RECARGA_SEED` repeats a history, `RECARGA_SEEDS` runs more of them.

mod auditor;
mod history;

use testkit::seed_from_environment;

/// Histories of one run of the test.
const SEEDS: u64 = 3;

#[test]
fn no_money_is_lost_and_no_phone_is_topped_up_twice_in_any_history() {
    let first = seed_from_environment();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for seed in first..first.saturating_add(seeds()) {
        let database = testkit::database();
        println!("{} with seed {seed}", database.kind);
        runtime.block_on(history::History::live(database, seed));
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a test runs is chosen from outside")]
fn seeds() -> u64 {
    std::env::var("RECARGA_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(SEEDS)
}
