//! What the end of an order moves besides the order: its money, its invoice, what its account is told.
//!
//! Everything that ends orders goes through [`Changes`], so that no path can forget one of them.

use std::collections::{BTreeMap, HashMap};

use model::{AccountId, AttemptId, InvoiceId, Money, Outcome, Receipt, Rejection, Timestamp};

use super::{Attempt, InvalidTransition, Order, OrderKey, OrderStatus, store};
use crate::{
    Context, Error,
    db::{Asked, Tx},
    figures, invoices,
    ledger::{self, AskedBooks, Books, SupplierCost},
    limits, webhooks,
};

/// Orders that change in one transaction, with everything that goes with it.
pub(super) struct Changes {
    books: Option<Books>,
    orders: HashMap<OrderKey, Order>,
    before: BTreeMap<OrderKey, OrderStatus>,
    ended: BTreeMap<(AccountId, InvoiceId), i64>,
    reversed: Vec<(AccountId, InvoiceId)>,
    refunds: limits::Refunds,
    figures: figures::Added,
    booked: BTreeMap<AttemptId, Money>,
    now: Timestamp,
}

/// Changes that have been asked for.
pub(super) struct AskedChanges {
    books: Option<AskedBooks>,
    orders: Asked<Order>,
}

impl AskedChanges {
    /// Opens them.
    pub(super) fn take(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Changes, Error> {
        let orders = tx.take(self.orders)?.into_iter();
        Ok(Changes {
            books: self.books.map(|books| books.take(tx, now)).transpose()?,
            orders: orders.map(|order| (order.key(), order)).collect(),
            before: BTreeMap::new(),
            ended: BTreeMap::new(),
            reversed: Vec::new(),
            refunds: limits::Refunds::default(),
            figures: figures::Added::default(),
            booked: BTreeMap::new(),
            now,
        })
    }
}

impl Changes {
    /// Locks the books and the orders, so that orders may end.
    pub(super) fn open(tx: &mut Tx<'_>, keys: &[OrderKey], now: Timestamp) -> Result<Self, Error> {
        Self::ask(tx, keys)?.take(tx, now)
    }

    /// Locks the orders alone: they may go on, and none may end.
    pub(super) fn open_unended(tx: &mut Tx<'_>, keys: &[OrderKey], now: Timestamp) -> Result<Self, Error> {
        let (books, orders) = (None, ask_orders(tx, keys)?);
        AskedChanges { books, orders }.take(tx, now)
    }

    /// Asks for the books and the orders, which are locked then, so that orders may end.
    pub(super) fn ask(tx: &mut Tx<'_>, keys: &[OrderKey]) -> Result<AskedChanges, Error> {
        let accounts: Vec<_> = keys.iter().map(|key| key.account).collect();
        Ok(AskedChanges {
            books: Some(Books::ask(tx, &accounts)?),
            orders: ask_orders(tx, keys)?,
        })
    }

    /// How an order stands now.
    pub(super) fn order(&self, key: OrderKey) -> Option<&Order> {
        self.orders.get(&key)
    }

    /// Moves an order without ending it.
    pub(super) fn advance(
        &mut self,
        key: OrderKey,
        transition: impl FnOnce(&mut Order) -> Result<OrderStatus, InvalidTransition>,
    ) -> Result<Order, Error> {
        let order = self
            .orders
            .get_mut(&key)
            .ok_or_else(|| Error::corrupt("an order that was not locked"))?;
        let before = order.status;
        order.status = transition(order).map_err(Error::corrupt)?;
        self.before.entry(key).or_insert(before);
        Ok(order.clone())
    }

    /// Ends an order well: its hold becomes a sale, and its cost is owed to the supplier.
    pub(super) fn deliver(&mut self, key: OrderKey, attempt: &Attempt, receipt: Receipt) -> Result<(), Error> {
        let now = self.now;
        let cost = cost_of(attempt, Some(&receipt));
        let order = self.advance(key, |order| {
            order.receipt = Some(receipt);
            order.failure = None;
            match order.status {
                OrderStatus::Waiting { .. } => order.status.turn_out_delivered(attempt.id.number, now),
                status => status.deliver(now),
            }
        })?;
        self.books().settle_order(&order.money());
        let owed = cost.cost;
        self.books().owe_supplier(cost);
        self.figures.delivered(&order, (attempt, owed), now);
        self.count_ended(&order);
        Ok(())
    }

    /// Ends an order badly: its hold goes back to the balance.
    pub(super) fn refund(&mut self, key: OrderKey, rejection: Rejection) -> Result<(), Error> {
        let now = self.now;
        let order = self.advance(key, |order| {
            order.failure = Some(rejection);
            order.status.refund(now)
        })?;
        self.books().refund_order(&order.money());
        self.refunds.add(&order);
        self.figures.refunded(&order, now);
        self.count_ended(&order);
        Ok(())
    }

    /// Lets an order be delivered by another attempt than the one that has failed now, or was taken back: that one had
    /// turned out delivered before, and its cost is booked.
    pub(super) fn rest_on(&mut self, key: OrderKey, failed: &Attempt, other: &Attempt) -> Result<(), Error> {
        let (now, number) = (self.now, other.id.number);
        let was_delivered = (self.order(key)).is_some_and(|order| order.status.delivered_by().is_some());
        let order = self.advance(key, |order| {
            order.failure = None;
            if let Some(Outcome::Delivered(receipt)) = &other.outcome {
                order.receipt = Some(receipt.clone());
            }
            if was_delivered {
                order.status.rest_on(number)
            } else {
                order.status.turn_out_delivered(number, now)
            }
        })?;
        if was_delivered {
            self.forgive_late_delivery(key, failed);
        } else {
            self.books().settle_order(&order.money());
            self.figures
                .delivered(&order, (other, Money::zero(other.cost.currency())), now);
            self.count_ended(&order);
        }
        Ok(())
    }

    /// Takes a delivery back: the price goes back to the balance and the supplier is owed nothing.
    pub(super) fn reverse(&mut self, key: OrderKey, attempt: &Attempt, rejection: Rejection) -> Result<(), Error> {
        let now = self.now;
        let order = self.advance(key, |order| {
            order.failure = Some(rejection);
            order.status.reverse(now)
        })?;
        self.books().reverse_order(&order.money());
        let owed = self.forgive(attempt);
        self.refunds.add(&order);
        self.figures.reversed(&order, (attempt, owed), now);
        self.reversed.push((order.account, order.invoice));
        Ok(())
    }

    /// Books the cost of a delivery that the order did not wait for: the account keeps its refund.
    pub(super) fn owe_late_delivery(&mut self, key: OrderKey, attempt: &Attempt, receipt: &Receipt) {
        let cost = cost_of(attempt, Some(receipt));
        if let Some(order) = self.orders.get(&key) {
            self.figures.delivered_late(order, (attempt, cost.cost), self.now);
        }
        self.books().owe_supplier(cost);
    }

    /// Books that a delivery which the order did not wait for, or not alone, costs nothing any more.
    pub(super) fn forgive_late_delivery(&mut self, key: OrderKey, attempt: &Attempt) {
        let forgiven = self.forgive(attempt);
        if let Some(order) = self.orders.get(&key) {
            let less = Money::new(-forgiven.minor(), forgiven.currency());
            self.figures.delivered_late(order, (attempt, less), self.now);
        }
    }

    /// Reads what is booked for an attempt, so that exactly this is forgiven if its delivery is taken back.
    pub(super) fn read_booked(&mut self, tx: &mut Tx<'_>, attempt: &Attempt) -> Result<(), Error> {
        let booked = ledger::booked(tx, attempt.account, (attempt.id, &attempt.supplier))?;
        let told = match &attempt.outcome {
            Some(Outcome::Delivered(receipt)) => Some(receipt),
            _ => None,
        };
        // Charged in one currency. Where nothing is written yet, it was delivered in this same transaction.
        let cost = booked.first().copied().unwrap_or(cost_of(attempt, told).cost);
        self.booked.insert(attempt.id, cost);
        Ok(())
    }

    fn forgive(&mut self, attempt: &Attempt) -> Money {
        let booked = self.booked.remove(&attempt.id);
        let cost = booked
            .filter(|cost| cost.is_positive())
            .unwrap_or(Money::zero(attempt.cost.currency()));
        self.books().forgive_cost(SupplierCost {
            cost,
            ..cost_of(attempt, None)
        });
        cost
    }

    fn books(&mut self) -> &mut Books {
        self.books.as_mut().expect("only orders whose books are open end")
    }

    fn count_ended(&mut self, order: &Order) {
        *self.ended.entry((order.account, order.invoice)).or_default() += 1;
    }

    /// Writes everything.
    pub(super) fn write(mut self, tx: &mut Tx<'_>, context: &Context) -> Result<(), Error> {
        if let Some(books) = self.books.take() {
            books.write(tx)?;
        }
        let changed = self.before.iter().map(|(key, before)| {
            let order = self.orders.remove(key).expect("changed orders were locked");
            (*before, order)
        });
        store::update(tx, &changed.collect::<Vec<_>>())?;
        self.refunds.write(tx)?;
        self.figures.write(tx)?;
        let mut told = invoices::close_orders(tx, &self.ended, self.now)?;
        told.extend(invoices::find_all(tx, &self.reversed)?);
        webhooks::tell(tx, context, told, self.now)
    }
}

fn ask_orders(tx: &mut Tx<'_>, keys: &[OrderKey]) -> Result<Asked<Order>, Error> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    store::ask(tx, &keys)
}

/// What is owed for a delivery: what the supplier says that it cost, else what its offer said.
pub(super) fn cost_of(attempt: &Attempt, receipt: Option<&Receipt>) -> SupplierCost {
    let told = receipt
        .and_then(|receipt| receipt.cost)
        .filter(|cost| cost.minor() >= 0);
    SupplierCost {
        account: attempt.account,
        attempt: attempt.id,
        supplier: attempt.supplier.clone(),
        cost: told.unwrap_or(attempt.cost),
    }
}
