//! Three simulated suppliers, a server, and two workers that are killed at random moments: whatever goes wrong, no phone
//! is topped up twice, no delivered order is refunded, and the suppliers' own books agree with ours, or the order
//! stands before a person.
//!
//! Chance comes from a seed that is printed; `RECARGA_SEED` gives it again. The processes' own timing is theirs.
//! `RECARGA_SIMULATED_ORDERS` sells more.

#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "a demo does all by itself")]
mod program;

mod counter;
mod house;
mod market;
mod reckoning;

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{counter::Counter, house::House, market::Simulated};

/// So many orders are sold at least.
const ORDERS: usize = 300;
/// A worker is killed after so many orders, more or less.
const KILL_EVERY: std::ops::Range<usize> = 40..90;

#[test]
fn books_orders_and_suppliers_agree_whatever_goes_wrong_and_whoever_dies() {
    let mut chance = StdRng::seed_from_u64(testkit::seed_from_environment());
    let simulated = Simulated::start();
    let mut house = House::open(&simulated);
    simulated.push_to(&house.public_url());
    let mut counter = Counter::open(&house.ready(), &mut chance);
    let (mut next, mut kills) = (chance.random_range(KILL_EVERY), 0);
    for sold in 1..=orders_wanted() {
        counter.sell(&mut chance);
        if sold == next {
            house.kill_a_worker(chance.random_range(0..2));
            (next, kills) = (sold + chance.random_range(KILL_EVERY), kills + 1);
        }
    }
    let reckoning = house.await_the_end();
    println!("{kills} kills, {}", reckoning.summary());
    reckoning.assert_each_order_agrees(&simulated);
    reckoning.assert_every_supplier_delivered(&simulated);
    house.assert_books_agree(&simulated, &reckoning);
}

#[expect(clippy::disallowed_methods, reason = "how long a test runs is chosen from outside")]
fn orders_wanted() -> usize {
    let named = std::env::var("RECARGA_SIMULATED_ORDERS").ok();
    named.and_then(|text| text.parse().ok()).unwrap_or(ORDERS)
}
