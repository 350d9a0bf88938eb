//! Resellers that buy as the documentation says: each purchase has its key, and a request without an
//! answer is sent again with the same key until there is one.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::{
    program::{Answer, Client, Ready},
    scenario,
};

/// What is bought: the cheapest package, so that the balance lasts.
const PRODUCT: &str = "at-t-usa";
/// A purchase is tried so many times; more are needed only if the program never comes back.
const TRIES_MAX: u32 = 2_000;
/// How long to wait for the program's next life before trying again.
const PATIENCE: Duration = Duration::from_millis(30);
/// Between two purchases, at most.
const PAUSE_MS: u64 = 8;

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

/// Where the program lives now, and whether to go on.
struct Desk {
    at: Mutex<Ready>,
    moved: Condvar,
    closing: AtomicBool,
}

impl Resellers {
    pub(crate) fn open(at: Ready, seed: u64, count: u64) -> Self {
        let desk = Arc::new(Desk {
            at: Mutex::new(at),
            moved: Condvar::new(),
            closing: AtomicBool::new(false),
        });
        let open = |number| {
            let chance = StdRng::seed_from_u64(seed.wrapping_add(number));
            let reseller = Reseller {
                desk: Arc::clone(&desk),
                client: Client::new(),
                chance,
                number,
            };
            thread::spawn(move || reseller.buy_until_closing())
        };
        let threads = (1..=count).map(open).collect();
        Self { desk, threads }
    }

    /// Tells where the program answers from now on.
    pub(crate) fn move_to(&self, at: Ready) {
        let mut place = self.desk.at.lock().expect("nobody panics here");
        assert_eq!(place.account_id, at.account_id, "the demo comes back with its account");
        *place = at;
        self.desk.moved.notify_all();
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
}

impl Reseller {
    fn buy_until_closing(mut self) -> Vec<Purchase> {
        let mut purchases = Vec::new();
        while !self.desk.closing.load(Ordering::SeqCst) {
            let key = format!("reseller-{}-{}", self.number, purchases.len());
            let purchase = self.buy(key);
            purchases.push(purchase);
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

    /// Posts until there is an answer.
    fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        for _ in 0..TRIES_MAX {
            let at = self.desk.at.lock().expect("nobody panics here").clone();
            match self.client.post(&at, path, key, body) {
                Ok(answer) if (200..300).contains(&answer.status) => return answer,
                // Shutting down, or the same request is still being worked on.
                Ok(answer) if answer.status == 503 || answer.body["error_code"] == "idempotency_in_progress" => {}
                Ok(answer) => panic!("{path} {key}: {} {}", answer.status, answer.body),
                Err(_) => {
                    let at = self.desk.at.lock().expect("nobody panics here");
                    drop(self.desk.moved.wait_timeout(at, PATIENCE).expect("nobody panics here"));
                }
            }
        }
        panic!("{path} {key}: no answer after {TRIES_MAX} tries");
    }
}

fn invoice_of(answer: &Answer) -> String {
    answer.body["data"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("an invoice: {}", answer.body))
        .to_owned()
}
