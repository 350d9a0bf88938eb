//! Resellers that buy as the documentation says: each purchase has its key, and a request without an
//! answer is sent again with the same key, to the next server, until there is one.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use model::{Clock, Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use recarga::clock::SystemClock;
use serde_json::{Value, json};

use super::scenario;
use crate::program::{Answer, Client, Ready};

/// What is bought: the cheapest package, so that the balance lasts.
const PRODUCT: &str = "at-t-usa";
/// A purchase is tried so many times; more are needed only if no server ever comes back.
const TRIES_MAX: u32 = 4_000;
/// How long to wait for a server's next life before trying again.
const PATIENCE: Duration = Duration::from_millis(30);
/// Between two purchases, at most.
const PAUSE_MS: u64 = 8;
/// How often to look whether enough was bought, and how many times: a minute and more.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS_MAX: u32 = 4_000;

/// An answered purchase.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    /// Its key, which is its reference too.
    pub(crate) key: String,
    /// The invoice of each answer that was seen.
    pub(crate) invoices: Vec<String>,
    /// How many orders were asked for.
    pub(crate) orders: usize,
}

/// Some resellers, each with a thread.
pub(crate) struct Resellers {
    desk: Arc<Desk>,
    threads: Vec<JoinHandle<Vec<Purchase>>>,
}

/// Where servers are now, whether to go on, and how it goes.
struct Desk {
    servers: Mutex<Vec<Ready>>,
    moved: Condvar,
    closing: AtomicBool,
    bought: AtomicU64,
    pace: Mutex<Pace>,
}

/// How long nobody got an answer.
struct Pace {
    last: Timestamp,
    longest: Duration,
}

impl Resellers {
    pub(crate) fn open(servers: Vec<Ready>, seed: u64, count: u64) -> Self {
        let desk = Arc::new(Desk {
            servers: Mutex::new(servers),
            moved: Condvar::new(),
            closing: AtomicBool::new(false),
            bought: AtomicU64::new(0),
            pace: Mutex::new(Pace {
                last: SystemClock.now(),
                longest: Duration::ZERO,
            }),
        });
        let open = |number| {
            let chance = StdRng::seed_from_u64(seed.wrapping_add(number));
            let reseller = Reseller {
                desk: Arc::clone(&desk),
                client: Client::new(),
                chance,
                number,
                turn: usize::try_from(number).expect("a few"),
            };
            thread::spawn(move || reseller.buy_until_closing())
        };
        let threads = (1..=count).map(open).collect();
        Self { desk, threads }
    }

    /// Tells where servers are from now on.
    pub(crate) fn move_to(&self, servers: Vec<Ready>) {
        let mut places = self.desk.servers.lock().expect("nobody panics here");
        let account = |servers: &[Ready]| servers[0].account_id.clone();
        assert_eq!(
            account(&places),
            account(&servers),
            "everything comes back with its account"
        );
        *places = servers;
        self.desk.moved.notify_all();
    }

    /// Waits until so much more was bought.
    pub(crate) fn await_purchases(&self, more: u64) {
        let enough = self.desk.bought.load(Ordering::SeqCst) + more;
        for _ in 0..LOOKS_MAX {
            if self.desk.bought.load(Ordering::SeqCst) >= enough {
                return;
            }
            assert!(
                !self.threads.iter().any(JoinHandle::is_finished),
                "a reseller has given up"
            );
            thread::park_timeout(LOOK);
        }
        panic!("{more} more purchases never came");
    }

    /// Returns the longest time in which nobody got an answer, and starts to look anew.
    pub(crate) fn take_longest_silence(&self) -> Duration {
        let mut pace = self.desk.pace.lock().expect("nobody panics here");
        std::mem::take(&mut pace.longest)
    }

    /// Lets every purchase that was begun come to its answer.
    pub(crate) fn close(self) -> Vec<Purchase> {
        self.desk.closing.store(true, Ordering::SeqCst);
        self.threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a reseller is content"))
            .collect()
    }
}

struct Reseller {
    desk: Arc<Desk>,
    client: Client,
    chance: StdRng,
    number: u64,
    /// Which server it asks; any number, servers are taken in turn.
    turn: usize,
}

impl Reseller {
    fn buy_until_closing(mut self) -> Vec<Purchase> {
        let mut purchases = Vec::new();
        while !self.desk.closing.load(Ordering::SeqCst) {
            let key = format!("reseller-{}-{}", self.number, purchases.len());
            let purchase = self.buy(key);
            purchases.push(purchase);
            self.desk.bought.fetch_add(1, Ordering::SeqCst);
            thread::park_timeout(Duration::from_millis(self.chance.random_range(0..PAUSE_MS)));
        }
        purchases
    }

    fn buy(&mut self, key: String) -> Purchase {
        let orders = self.chance.random_range(1..=3);
        let lines: Vec<_> = (0..orders).map(|_| self.line()).collect();
        let at_once = !self.chance.random_ratio(1, 8);
        let body = json!({
            "products": lines, "payment_method": "balance", "auto_pay": at_once,
            "allow_duplicate": true, "reference": key,
        });
        let first = self.post("/invoices", &key, &body);
        let mut invoices = vec![invoice_of(&first)];
        if !at_once {
            let path = format!("/invoices/{}/pay", invoices[0]);
            invoices.push(invoice_of(&self.post(&path, &format!("pay-{key}"), &json!({}))));
        }
        // As a client does that lost its memory together with the answer.
        if self.chance.random_ratio(1, 8) {
            invoices.push(invoice_of(&self.post("/invoices", &key, &body)));
        }
        Purchase { key, invoices, orders }
    }

    fn line(&mut self) -> Value {
        json!({ "product_id": PRODUCT, "value": 5, "phone_number": scenario::draw_number(&mut self.chance) })
    }

    /// Posts until there is an answer, to one server after the other.
    fn post(&mut self, path: &str, key: &str, body: &Value) -> Answer {
        for _ in 0..TRIES_MAX {
            let servers = self.desk.servers.lock().expect("nobody panics here").clone();
            match self.client.post(&servers[self.turn % servers.len()], path, key, body) {
                Ok(answer) if (200..300).contains(&answer.status) => {
                    self.desk.answered();
                    return answer;
                }
                // Shutting down, without its database, or the same request is still being worked on.
                Ok(answer) if answer.status == 503 || answer.body["error_code"] == "idempotency_in_progress" => {}
                Ok(answer) => panic!("{path} {key}: {} {}", answer.status, answer.body),
                Err(_) => {}
            }
            self.turn += 1;
            let servers = self.desk.servers.lock().expect("nobody panics here");
            drop(
                self.desk
                    .moved
                    .wait_timeout(servers, PATIENCE)
                    .expect("nobody panics here"),
            );
        }
        panic!("{path} {key}: no answer after {TRIES_MAX} tries");
    }
}

impl Desk {
    fn answered(&self) {
        let mut pace = self.pace.lock().expect("nobody panics here");
        let now = SystemClock.now();
        pace.longest = pace.longest.max(now.since(pace.last));
        pace.last = now;
    }
}

fn invoice_of(answer: &Answer) -> String {
    answer.body["data"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("an invoice: {}", answer.body))
        .to_owned()
}
