//! Killed with -9 at random moments under load, again and again: nothing that was promised is lost,
//! nothing is bought or delivered twice, and the money agrees with the supplier's own record.
//!
//! Chance comes from a seed that is printed; `RECARGA_SEED` gives it again. The processes' own
//! timing is theirs, so the seed repeats what was tried, not every interleaving.

#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "resellers only buy")]
mod program;
#[path = "../trade/mod.rs"]
#[expect(dead_code, reason = "there is one server")]
mod trade;

use std::{path::Path, thread, time::Duration};

use program::{Program, Ready};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use trade::{SETTINGS, auditor::Auditor, resellers::Resellers};

/// The program dies this many times.
const KILLS: u32 = 66;
/// It lives this long in between, in milliseconds.
const LIFE_MS: std::ops::Range<u64> = 50..400;
/// One life in so many ends while the program is still starting, …
const STILLBORN: u32 = 6;
/// … this many milliseconds after its start.
const BIRTH_MS: std::ops::Range<u64> = 0..60;
/// Whoever buys at the same time.
const RESELLERS: u64 = 4;
/// What a demo has at first and what it is given, in cents: more than can be spent meanwhile.
const FUNDED_MINOR: i64 = 1_001_000_000;

#[test]
fn nothing_is_lost_or_doubled_however_often_it_dies() {
    let seed = testkit::seed_from_environment();
    let mut chance = StdRng::seed_from_u64(seed);
    let database = testkit::database();
    let folder = &database.directory;
    let settings = [&SETTINGS[..], &[("RECARGA_DATABASE_URL", &*database.url)]].concat();

    let mut program = Program::start(folder.path(), &settings);
    let first = ready(&mut program, folder.path());
    fund(&first, &database.url);
    let resellers = Resellers::open(vec![first], seed, RESELLERS);
    for _ in 0..KILLS {
        let stillborn = chance.random_ratio(1, STILLBORN);
        if !stillborn {
            resellers.move_to(vec![ready(&mut program, folder.path())]);
        }
        // A wait for nothing but the moment to kill: any moment is as good.
        let life = if stillborn { BIRTH_MS } else { LIFE_MS };
        thread::park_timeout(Duration::from_millis(chance.random_range(life)));
        program.kill();
        program = Program::start(folder.path(), &settings);
    }
    resellers.move_to(vec![ready(&mut program, folder.path())]);
    let purchases = resellers.close();
    let auditor = Auditor::open(&database.url, folder.path().join("sandbox.db"));
    let reckoning = auditor.await_the_end();
    program.kill();

    println!("{KILLS} kills, {} purchases, {}", purchases.len(), reckoning.summary());
    reckoning.assert_kept(&purchases);
    reckoning.assert_each_order_agrees_with_the_supplier();
    reckoning.assert_every_scenario_came_up();
    reckoning.assert_money_agrees(FUNDED_MINOR);
    auditor.assert_books_are_whole();
}

/// Gives the account the rest of [`FUNDED_MINOR`].
fn fund(at: &Ready, database: &str) {
    let mut command = program::command();
    command.args(["account", "fund", &at.account_id, "10000000", "--database", database]);
    assert!(command.status().expect("the program runs").success());
}

fn ready(program: &mut Program, folder: &Path) -> Ready {
    let log = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    program
        .ready()
        .unwrap_or_else(|| panic!("the program does not start again:\n{}", log()))
}
