//! Which numbers are topped up: every row of the sandbox's table, and plain numbers.

use rand::{RngExt, rngs::StdRng};
use suppliers::sandbox::{Scenario, TABLE};

/// One number in so many is one that the sandbox treats like any other.
const PLAIN: u32 = 3;

/// Draws a fictional number.
pub(crate) fn draw_number(chance: &mut StdRng) -> String {
    let rows: Vec<_> = TABLE.iter().filter_map(|row| row.last_four).collect();
    let plain = chance.random_ratio(1, PLAIN);
    let last_four = if plain {
        chance.random_range(1_000..10_000)
    } else {
        rows[chance.random_range(0..rows.len())]
    };
    format!("+1555{}{last_four:04}", chance.random_range(200..1_000))
}

/// What the sandbox does to a number.
pub(crate) fn of_number(number: &str) -> Scenario {
    Scenario::of_number(number.parse().expect("a number that was sold"))
}
