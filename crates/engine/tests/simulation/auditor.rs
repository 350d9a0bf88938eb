//! The auditor: what must be true at the end, from its own books.

use std::collections::{BTreeMap, HashMap};

use engine::{
    invoices::{self, Invoice},
    ledger,
    orders::OrderStatus,
    page::PageRequest,
};
use model::{AccountId, Clock, InvoiceId, OrderId, Timestamp};
use rand::{rngs::StdRng, seq::IteratorRandom};
use testkit::World;

use crate::market::Market;

type InvoiceKey = (AccountId, InvoiceId);

/// What the outside was told.
#[derive(Default)]
pub(crate) struct Auditor {
    funded: BTreeMap<AccountId, i64>,
    invoices: BTreeMap<InvoiceKey, Told>,
    keys: HashMap<(AccountId, String), String>,
}

struct Told {
    orders: Vec<(OrderId, i64)>,
    paid: bool,
    expires_at: Timestamp,
    ended: bool,
}

impl Auditor {
    pub(crate) fn funded(&mut self, account: AccountId, cents: i64) {
        *self.funded.entry(account).or_default() += cents;
    }

    pub(crate) fn placed(&mut self, invoice: &Invoice, key: Option<String>) {
        let told = Told {
            orders: invoice
                .orders
                .iter()
                .map(|order| (order.id, order.price.minor()))
                .collect(),
            paid: invoice.status.paid_at().is_some(),
            expires_at: invoice.expires_at,
            ended: false,
        };
        assert!(
            self.invoices.insert((invoice.account, invoice.id), told).is_none(),
            "an id is used once"
        );
        if let Some(key) = key {
            let before = self.keys.insert((invoice.account, key), invoice.id.to_string());
            assert!(before.is_none(), "one key made two invoices");
        }
    }

    pub(crate) fn placed_again(&self, account: AccountId, key: Option<&str>, answer: &str) {
        // The first answer may arrive after its repetition, so that nothing is known yet.
        if let Some(first) = key.and_then(|key| self.keys.get(&(account, key.to_owned()))) {
            assert_eq!(first, answer, "a repetition has the first answer");
        }
    }

    pub(crate) fn an_unpaid(&self, rng: &mut StdRng) -> Option<InvoiceKey> {
        self.invoices
            .iter()
            .filter(|(_, told)| !told.paid && !told.ended)
            .map(|(key, _)| *key)
            .choose(rng)
    }

    pub(crate) fn paid(&mut self, invoice: &Invoice) {
        self.told(&(invoice.account, invoice.id)).paid = true;
    }

    pub(crate) fn ended(&mut self, invoice: InvoiceKey) {
        self.told(&invoice).ended = true;
    }

    pub(crate) fn expired(&mut self, now: Timestamp) {
        for told in self
            .invoices
            .values_mut()
            .filter(|told| !told.paid && told.expires_at <= now)
        {
            told.ended = true;
        }
    }

    fn told(&mut self, key: &InvoiceKey) -> &mut Told {
        self.invoices.get_mut(key).expect("an invoice that was told of")
    }

    /// Compares the database, the suppliers' records and what the outside was told; answers how many
    /// orders there were.
    pub(crate) async fn audit(&self, world: &World, market: &Market) -> usize {
        world.check_books().await;
        let delivered = delivered_by(market, world.clock.now());
        let mut spent: BTreeMap<AccountId, i64> = BTreeMap::new();
        let (mut orders, mut refunded) = (0, 0);
        for (key, told) in &self.invoices {
            let (account, id) = *key;
            let found = world
                .db
                .read(move |tx| invoices::find(tx, account, id))
                .await
                .expect("the database works");
            let invoice = found.unwrap_or_else(|| panic!("invoice {id} was told of and is lost"));
            assert_eq!(invoice.orders.len(), told.orders.len());
            for (order, (id, price)) in invoice.orders.iter().zip(&told.orders) {
                assert_eq!((order.id, order.price.minor()), (*id, *price));
                let times = delivered.get(id).copied().unwrap_or(0);
                match order.status {
                    OrderStatus::Delivered { .. } => {
                        assert_eq!(times, 1, "{id} is called delivered");
                        *spent.entry(account).or_default() += price;
                    }
                    OrderStatus::Refunded { .. } | OrderStatus::Reversed { .. } => {
                        assert_eq!(times, 0, "{id} was refunded");
                        refunded += 1;
                    }
                    OrderStatus::Cancelled { .. } | OrderStatus::Created => {
                        assert!(!told.paid, "{id} was paid for");
                        assert_eq!(times, 0, "{id} was never paid for");
                    }
                    other => panic!("{id} never ended: {other:?}"),
                }
                orders += 1;
            }
        }
        assert!(
            orders > 500 && refunded > 50,
            "a history of {orders} orders, {refunded} refunded, proves little"
        );
        let submissions = market
            .iter()
            .map(|(name, supplier)| format!("{} to {name}", supplier.executions().len()));
        let submissions: Vec<_> = submissions.collect();
        println!(
            "{orders} orders, {refunded} refunded; submissions: {}",
            submissions.join(", ")
        );
        self.audit_proofs(world).await;
        self.audit_balances(world, &spent).await;
        orders
    }

    /// Whatever came after an attempt rests on evidence that is kept with it.
    async fn audit_proofs(&self, world: &World) {
        let attempts =
            "SELECT COUNT(*) FROM attempts t JOIN orders o ON o.account_id = t.account_id AND o.id = t.order_id
            WHERE t.rule IS NULL AND (t.number < o.attempts OR o.status IN ('refunded', 'reversed'))";
        let count = move |tx: &mut engine::db::Tx<'_>| tx.find(attempts, &[], |row| row.int(0));
        let unproved = world.db.read(count).await.expect("the database works");
        assert_eq!(unproved, Some(0), "attempts were followed by something without proof");
    }

    /// Each balance is what was paid in less what was delivered, and the statement tells how it came to be.
    async fn audit_balances(&self, world: &World, spent: &BTreeMap<AccountId, i64>) {
        for (account, funded) in &self.funded {
            let account = *account;
            let expected = funded - spent.get(&account).copied().unwrap_or(0);
            assert_eq!(world.balance(account).await, expected, "the balance of {account}");
            let page = PageRequest { start: 0, limit: 50 };
            let statement = world.db.read(move |tx| ledger::statement(tx, account, page)).await;
            let lines = statement.expect("the database works").entries;
            assert_eq!(lines.first().map_or(0, |line| line.balance_after.minor()), expected);
            for pair in lines.windows(2) {
                assert_eq!(pair[0].line, pair[1].line + 1, "no line is missing");
                assert_eq!(
                    pair[0].balance_after.minor(),
                    pair[1].balance_after.minor() + pair[0].amount.minor()
                );
            }
        }
    }
}

/// How often suppliers really topped each order's phone up, and did not take it back.
fn delivered_by(market: &Market, now: Timestamp) -> HashMap<OrderId, u32> {
    let mut delivered = HashMap::new();
    for (attempt, execution) in market.iter().flat_map(|(_, supplier)| supplier.executions()) {
        let there = execution.delivered_at.is_some_and(|at| at <= now);
        let gone = execution.reversed_at.is_some_and(|at| at <= now);
        if there && !gone {
            *delivered.entry(attempt.order).or_default() += 1;
        }
    }
    delivered
}
