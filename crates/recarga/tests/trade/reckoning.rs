//! The reckoning: invoices, orders and money as the database has them, deliveries as the supplier
//! has them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use engine::{
    Error,
    db::{Row, Tx},
};
use model::{AttemptId, OrderId};
use suppliers::sandbox::{Entry, Scenario, State, TABLE};

use super::{resellers::Purchase, scenario};

/// Both sides at one moment.
pub(crate) struct Reckoning {
    /// Invoices by their reference.
    invoices: BTreeMap<String, Vec<String>>,
    orders: Vec<Order>,
    attempts: HashSet<AttemptId>,
    money: Money,
    record: HashMap<OrderId, Vec<Entry>>,
}

struct Order {
    id: OrderId,
    invoice: String,
    status: String,
    number: String,
    price_minor: i64,
}

/// What stands on all ledger accounts of a kind, in minor units.
struct Money {
    balance: i64,
    held: i64,
    owed: i64,
}

impl Reckoning {
    /// Reads the database's side.
    pub(super) fn read(tx: &mut Tx<'_>) -> Result<Self, Error> {
        let mut invoices: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let references = tx.query("SELECT id, reference FROM invoices", &[], |row| {
            Ok((row.text(0)?, row.text_opt(1)?.unwrap_or_default()))
        });
        for (id, reference) in references? {
            invoices.entry(reference).or_default().push(id);
        }
        let order = |row: &Row<'_>| {
            Ok(Order {
                id: row.parse(0)?,
                invoice: row.text(1)?,
                status: row.text(2)?,
                number: row.text(3)?,
                price_minor: row.int(4)?,
            })
        };
        let orders = "SELECT id, invoice_id, status, phone_number, price_minor FROM orders";
        let attempt = |row: &Row<'_>| {
            let (order, number) = (row.parse(0)?, row.count(1)?);
            Ok(AttemptId { order, number })
        };
        let attempts = tx.query("SELECT order_id, number FROM attempts", &[], attempt)?;
        Ok(Self {
            invoices,
            orders: tx.query(orders, &[], order)?,
            attempts: attempts.into_iter().collect(),
            money: Money::read(tx)?,
            record: HashMap::new(),
        })
    }

    /// Adds what the supplier has.
    pub(super) fn add(&mut self, entry: Entry) {
        self.record.entry(entry.attempt.order).or_default().push(entry);
    }

    /// Lists the orders of which something is still to be expected: an end, or a delivery taken back.
    pub(super) fn unsettled(&self) -> Vec<String> {
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
        let mut bought: HashMap<&str, usize> = HashMap::new();
        for order in &self.orders {
            *bought.entry(&order.invoice).or_default() += 1;
        }
        for Purchase { key, invoices, orders } in purchases {
            let kept = self.invoices.get(key).map_or(&[][..], Vec::as_slice);
            let [invoice] = kept else {
                panic!("{key} has {} invoices: {kept:?}", kept.len())
            };
            assert!(
                invoices.iter().all(|answered| answered == invoice),
                "{key} was answered {invoices:?}"
            );
            assert_eq!(bought.get(invoice.as_str()), Some(orders), "orders of {invoice}");
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

    /// We owe what was delivered, and of what was paid in, the price of what was delivered is gone, no more.
    pub(crate) fn assert_money_agrees(&self, funded_minor: i64) {
        let delivered = self
            .record
            .values()
            .flatten()
            .filter(|entry| entry.state == State::Delivered);
        let cost: i64 = delivered.map(|entry| entry.cost.minor()).sum();
        assert_eq!(self.money.owed, cost, "what we owe the sandbox, and what it delivered");
        let delivered = self.orders.iter().filter(|order| order.status == "delivered");
        let paid: i64 = delivered.map(|order| order.price_minor).sum();
        assert_eq!(self.money.balance, funded_minor - paid, "what is left");
        assert_eq!(self.money.held, 0, "nothing is held any more");
    }
}

impl Money {
    fn read(tx: &mut Tx<'_>) -> Result<Self, Error> {
        let sums = "SELECT code, CAST(SUM(balance_minor) AS BIGINT) FROM ledger_accounts GROUP BY code";
        let sums = tx.query(sums, &[], |row| Ok((row.text(0)?, row.int(1)?)))?;
        let sums: HashMap<_, _> = sums.into_iter().collect();
        let sum = |code: &str| sums.get(code).copied().unwrap_or_default();
        Ok(Self {
            balance: sum("balance"),
            held: sum("held"),
            owed: sum("payable:sandbox"),
        })
    }
}
