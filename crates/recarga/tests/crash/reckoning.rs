//! The reckoning: invoices, orders and money as the database has them, deliveries as the supplier
//! has them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::Path,
};

use model::{AttemptId, Clock, OrderId};
use recarga::clock::SystemClock;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use suppliers::sandbox::{Entry, Record, Scenario, State, TABLE};

use crate::{program, resellers::Purchase, scenario};

/// Both sides at one moment.
pub(crate) struct Reckoning {
    /// Invoices by their reference.
    invoices: BTreeMap<String, Vec<String>>,
    orders: Vec<Order>,
    attempts: HashSet<AttemptId>,
    owed_minor: i64,
    record: HashMap<OrderId, Vec<Entry>>,
}

struct Order {
    id: OrderId,
    invoice: String,
    status: String,
    number: String,
}

impl Reckoning {
    pub(crate) fn read(folder: &Path) -> Self {
        // What is recorded may only grow after the orders were read, never the other way round.
        let database = Connection::open_with_flags(folder.join("recarga.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)
            .expect("the database opens");
        let read = |sql: &str| -> Vec<[String; 4]> {
            let mut statement = database.prepare(sql).expect("the tables are ours");
            let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]));
            rows.expect("it reads").collect::<Result<_, _>>().expect("it reads")
        };
        let mut invoices: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for [id, reference, ..] in read("SELECT id, COALESCE(reference, ''), '', '' FROM invoices") {
            invoices.entry(reference).or_default().push(id);
        }
        let orders = read("SELECT id, invoice_id, status, phone_number FROM orders").into_iter();
        let orders = orders.map(|[id, invoice, status, number]| Order {
            id: parsed(&id),
            invoice,
            status,
            number,
        });
        let attempts = read("SELECT order_id, CAST(number AS TEXT), '', '' FROM attempts").into_iter();
        let attempts = attempts.map(|[order, number, ..]| AttemptId {
            order: parsed(&order),
            number: parsed(&number),
        });
        let owed =
            "SELECT CAST(SUM(balance_minor) AS TEXT), '', '', '' FROM ledger_accounts WHERE code = 'payable:sandbox'";
        Self {
            invoices,
            orders: orders.collect(),
            attempts: attempts.collect(),
            owed_minor: parsed(&read(owed)[0][0]),
            record: read_record(folder),
        }
    }

    /// Lists the orders of which something is still to be expected: an end, or a delivery taken back.
    pub(crate) fn unsettled(&self) -> Vec<String> {
        let open = |order: &&Order| match order.status.as_str() {
            "waiting" | "delivering" | "confirming" | "stuck" => true,
            "delivered" => scenario::of_number(&order.number) == Scenario::ReversedLater,
            _ => false,
        };
        self.orders
            .iter()
            .filter(open)
            .map(|order| format!("{} {} {}", order.id, order.status, order.number))
            .collect()
    }

    pub(crate) fn summary(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for order in &self.orders {
            *counts.entry(&order.status).or_default() += 1;
        }
        format!(
            "{} orders {counts:?}, {} attempts",
            self.orders.len(),
            self.attempts.len()
        )
    }

    fn entries(&self, order: &Order) -> impl Iterator<Item = &Entry> {
        self.record.get(&order.id).into_iter().flatten()
    }

    /// What was answered is there, once.
    pub(crate) fn assert_kept(&self, purchases: &[Purchase]) {
        for Purchase { key, invoices, orders } in purchases {
            let kept = self.invoices.get(key).map_or(&[][..], Vec::as_slice);
            let [invoice] = kept else {
                panic!("{key} has {} invoices: {kept:?}", kept.len())
            };
            assert!(
                invoices.iter().all(|answered| answered == invoice),
                "{key} was answered {invoices:?}"
            );
            let bought = self.orders.iter().filter(|order| order.invoice == *invoice).count();
            assert_eq!(bought, *orders, "orders of {invoice}");
        }
        assert_eq!(
            self.invoices.len(),
            purchases.len(),
            "no purchase but those that were answered"
        );
    }

    /// Delivered once if it says so, not at all if the money went back, and asked for once.
    pub(crate) fn assert_each_order_agrees_with_the_supplier(&self) {
        for order in &self.orders {
            let count = |state| self.entries(order).filter(|entry| entry.state == state).count();
            let (delivered, reversed) = (count(State::Delivered), count(State::Reversed));
            let agrees = match order.status.as_str() {
                "delivered" => (delivered, reversed) == (1, 0),
                // What was taken back before anybody could ask was never delivered, as far as we know.
                "refunded" => delivered == 0,
                "reversed" => (delivered, reversed) == (0, 1),
                other => panic!("order {} is still {other}", order.id),
            };
            assert!(
                agrees,
                "order {} is {}: {:?}",
                order.id,
                order.status,
                self.record.get(&order.id)
            );
        }
        for entry in self.record.values().flatten() {
            assert_eq!(entry.submissions, 1, "{} was submitted again", entry.attempt);
            assert!(
                self.attempts.contains(&entry.attempt),
                "{} was submitted before it was written",
                entry.attempt
            );
        }
    }

    /// A run that never met a scenario would prove nothing of it; one that refunds everything, nothing at all.
    pub(crate) fn assert_every_scenario_came_up(&self) {
        let met: BTreeSet<_> = self
            .orders
            .iter()
            .map(|order| format!("{:?}", scenario::of_number(&order.number)))
            .collect();
        let missing: Vec<_> = TABLE
            .iter()
            .filter(|row| !met.contains(&format!("{:?}", row.scenario)))
            .collect();
        assert!(missing.is_empty(), "never met: {missing:?}");
        let plain = |order: &&Order| scenario::of_number(&order.number) == Scenario::Delivered;
        let (plain, delivered) = self
            .orders
            .iter()
            .filter(plain)
            .fold((0, 0), |(plain, delivered), order| {
                (plain + 1, delivered + usize::from(order.status == "delivered"))
            });
        // Dying three times in a row between writing an attempt and sending it leads to a refund.
        assert!(
            delivered * 10 >= plain * 9,
            "{delivered} of {plain} plain orders were delivered"
        );
    }

    /// What we owe is what was delivered, and the books are whole.
    pub(crate) fn assert_money_agrees(&self, folder: &Path) {
        let delivered = self
            .record
            .values()
            .flatten()
            .filter(|entry| entry.state == State::Delivered);
        let cost: i64 = delivered.map(|entry| entry.cost.minor()).sum();
        assert_eq!(self.owed_minor, cost, "what we owe the sandbox, and what it delivered");

        let output = program::command()
            .args(["ledger", "check", "--json", "--database"])
            .arg(folder.join("recarga.db"))
            .output()
            .expect("the program runs");
        let (out, error) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{out}{error}");
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("JSON: {out}{error}"));
        assert_eq!(report["problems"], serde_json::json!([]), "{report}");
    }
}

fn read_record(folder: &Path) -> HashMap<OrderId, Vec<Entry>> {
    let record = Record::open(&folder.join("sandbox.db")).expect("the record opens");
    let mut by_order: HashMap<_, Vec<_>> = HashMap::new();
    for entry in record.entries(SystemClock.now()).expect("the record reads") {
        by_order.entry(entry.attempt.order).or_default().push(entry);
    }
    by_order
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse()
        .unwrap_or_else(|_| panic!("{text:?} was not written by us"))
}
