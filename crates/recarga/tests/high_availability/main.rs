//! Two servers and two workers on one database, and under load each of them dies, the database's
//! machine too: nothing that was promised is lost, nothing is bought or delivered twice.
//!
//! A cluster of PostgreSQL is what `scripts/high-availability` makes; without one that part is passed
//! over. Chance comes from a seed that is printed; `RECARGA_SEED` gives it again.

mod cluster;
mod fleet;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "a demo does all by itself")]
mod program;
#[path = "../trade/mod.rs"]
mod trade;

use cluster::Cluster;
use fleet::Fleet;
use model::Clock;
use recarga::clock::SystemClock;
use trade::{
    auditor::Auditor,
    resellers::{Purchase, Resellers},
};

/// Whoever buys at the same time.
const RESELLERS: u64 = 6;
/// So many purchases are made before something else happens.
const PURCHASES: u64 = 300;

#[test]
fn a_worker_and_a_server_die_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("recarga.db").display());
    let mut fleet = Fleet::start(folder.path(), &url);
    let resellers = open(&mut fleet);
    lose_one_of_each(&mut fleet, &resellers);
    reckon(&fleet, &resellers.close());
}

#[test]
fn the_database_fails_over_and_nothing_is_lost() {
    let Some(cluster) = Cluster::from_environment() else {
        println!("passed over: there is no cluster, scripts/high-availability makes one");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut fleet = Fleet::start(folder.path(), cluster.url());
    let resellers = open(&mut fleet);

    let lost = fail_over(&cluster, &resellers, Cluster::kill);
    lose_one_of_each(&mut fleet, &resellers);
    cluster.revive(&lost);
    cluster.await_whole();
    resellers.await_purchases(PURCHASES);

    // Again, and this time a worker and a server die with it.
    fleet.kill_worker();
    fleet.kill_server();
    let lost = fail_over(&cluster, &resellers, Cluster::freeze);
    fleet.revive();
    resellers.move_to(fleet.servers());
    // As its watchdog does, before it can wake up and believe that it leads.
    cluster.kill(&lost);
    cluster.revive(&lost);
    cluster.await_whole();
    resellers.await_purchases(PURCHASES);
    reckon(&fleet, &resellers.close());
}

fn open(fleet: &mut Fleet) -> Resellers {
    let resellers = Resellers::open(fleet.servers(), testkit::seed_from_environment(), RESELLERS);
    resellers.await_purchases(PURCHASES);
    resellers
}

/// Loses the machine that the database is written on, and returns its name when another has taken over.
fn fail_over(cluster: &Cluster, resellers: &Resellers, take_away: impl Fn(&Cluster, &str)) -> String {
    let lost = cluster.await_primary();
    resellers.take_longest_silence();
    let lost_at = SystemClock.now();
    take_away(cluster, &lost);
    let next = cluster.await_primary();
    assert_ne!(next, lost);
    let taken_over = SystemClock.now().since(lost_at);
    resellers.await_purchases(PURCHASES);
    let silence = resellers.take_longest_silence();
    println!(
        "node {lost} is lost: node {next} took over after {taken_over:.1?}; nobody was answered for {silence:.1?}"
    );
    lost
}

/// Kills a worker and then a server, and brings both back.
fn lose_one_of_each(fleet: &mut Fleet, resellers: &Resellers) {
    resellers.take_longest_silence();
    fleet.kill_worker();
    resellers.await_purchases(PURCHASES);
    fleet.kill_server();
    resellers.await_purchases(PURCHASES);
    fleet.revive();
    resellers.move_to(fleet.servers());
    resellers.await_purchases(PURCHASES);
    let silence = resellers.take_longest_silence();
    println!("a worker and a server died: nobody was answered for {silence:.1?}");
}

fn reckon(fleet: &Fleet, purchases: &[Purchase]) {
    let auditor = Auditor::open(fleet.url(), fleet.record());
    let reckoning = auditor.await_the_end();
    println!("{} purchases, {}", purchases.len(), reckoning.summary());
    reckoning.assert_kept(purchases);
    reckoning.assert_each_order_agrees_with_the_supplier();
    reckoning.assert_every_scenario_came_up();
    reckoning.assert_money_agrees(fleet::FUNDED_MINOR);
    auditor.assert_books_are_whole();
}
