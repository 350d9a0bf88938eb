//! Simulation: the real engine, a clock that jumps, three suppliers with every fault, workers that
//! die, people who decide.
//!
//! One seed is one history of thousands of orders. An auditor with its own model, which reads
//! only what the outside was told and what the suppliers really did, checks the end of it.
//! `RECARGA_SEED` repeats a history, `RECARGA_SIMULATION_ORDERS` runs so many that they have that
//! many orders together.

mod auditor;
mod history;
mod market;
mod people;
mod workers;

use testkit::seed_from_environment;

/// Orders of one run of the test, at least.
const ORDERS: usize = 6_000;

#[test]
fn no_money_is_lost_and_no_phone_is_topped_up_twice_in_any_history() {
    let first = seed_from_environment();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (wanted, mut orders, mut seed) = (orders_wanted(), 0, first);
    while orders < wanted {
        let database = testkit::database();
        println!("{} with seed {seed}", database.kind);
        orders += runtime.block_on(history::History::live(database, seed));
        seed = seed.wrapping_add(1);
    }
    println!("{orders} orders in {} histories", seed.wrapping_sub(first));
}

#[expect(clippy::disallowed_methods, reason = "how long a test runs is chosen from outside")]
fn orders_wanted() -> usize {
    let named = std::env::var("RECARGA_SIMULATION_ORDERS").ok();
    named.and_then(|text| text.parse().ok()).unwrap_or(ORDERS)
}
