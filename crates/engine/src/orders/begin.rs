//! Beginning: a worker claims what is due, and an attempt is written before anybody is called.

use std::{collections::HashMap, sync::Arc};

use model::{
    AccountId, AttemptId, AttemptRef, Elsewhere, Fault, Money, ProductId, Rejection, SupplierName, Timestamp, TopUp,
};

use super::{
    Attempt, HeldUp, Order, OrderKey, OrderStatus, attempts,
    ending::Changes,
    plan::{Plan, Plans, plan},
    restored,
};
use crate::{
    Context, Error,
    accounts::Directory,
    catalog::Snapshot,
    db::{Command, Tx},
    routing::{Choice, Conditions, NoRoute, Obstacle, Route},
};

/// Asks to work on an order.
pub struct Begin {
    /// Which order.
    pub key: OrderKey,
    /// The moment it is.
    pub now: Timestamp,
    /// What is sold, and by whom.
    pub catalog: Arc<Snapshot>,
    /// Whose margins count.
    pub directory: Arc<Directory>,
    /// What else routing goes by.
    pub conditions: Arc<Conditions>,
    /// Settings.
    pub context: Arc<Context>,
}

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Submit this, once.
    Submit(Submission),
    /// Ask what became of this.
    Ask(Question),
    /// No supplier may be used yet.
    Waits {
        /// Until when.
        until: Timestamp,
    },
    /// The order has ended: nobody sells it any more, so the money is back.
    Ended,
    /// Nothing: it isn't due, or another worker was first.
    Nothing,
}

/// An attempt that has been written and has to be submitted now, by its worker alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The order.
    pub key: OrderKey,
    /// Who is to deliver.
    pub supplier: SupplierName,
    /// What.
    pub topup: TopUp,
    /// What the phone is to receive, where that is an amount.
    pub amount: Option<Money>,
}

/// An attempt whose outcome is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The order.
    pub key: OrderKey,
    /// Who was to deliver.
    pub supplier: SupplierName,
    /// What to ask about.
    pub attempt: AttemptRef,
    /// What is to be delivered.
    pub product: ProductId,
    /// What the phone is to receive, where that is an amount.
    pub amount: Option<Money>,
}

impl Command for Begin {
    type Answer = Begun;

    fn account(&self) -> AccountId {
        self.key.account
    }

    fn run(tx: &mut Tx<'_>, set: &[Self]) -> Result<Vec<Begun>, Error> {
        let Some(first) = set.first() else {
            return Ok(Vec::new());
        };
        let keys: Vec<_> = set.iter().map(|begin| begin.key).collect();
        let mut changes = Changes::open_unended(tx, &keys, first.now)?;
        let tried = attempts_by_order(tx, &changes, &keys)?;
        let mut plans = plan(tx, set, &changes, &tried)?;
        let (mut written, mut unsold) = (Vec::new(), Vec::new());
        let mut answers = Vec::with_capacity(set.len());
        for begin in set {
            let attempts = tried.get(&begin.key).map_or(&[][..], Vec::as_slice);
            match begin.decide(&mut changes, attempts, &mut plans, &mut written)? {
                Decided::Begun(begun) => answers.push(begun),
                Decided::Unsold(rejection) => {
                    answers.push(Begun::Ended);
                    unsold.push((begin.key, rejection));
                }
            }
        }
        changes.write(tx, &first.context)?;
        attempts::insert(tx, &written)?;
        refund_unsold(tx, first, unsold)?;
        Ok(answers)
    }
}

/// What is decided for one order.
enum Decided {
    Begun(Begun),
    Unsold(Rejection),
}

impl Decided {
    /// The attempt is written, and may have been sent by a worker that nobody remembers: it is asked
    /// about when its lease has ended, as if that worker had died.
    fn unsent(self) -> Self {
        match self {
            Self::Begun(Begun::Submit(_)) => Self::Begun(Begun::Nothing),
            other => other,
        }
    }
}

/// Ends orders that nobody sells any more. Rare, so that beginning needs no books otherwise.
fn refund_unsold(tx: &mut Tx<'_>, first: &Begin, unsold: Vec<(OrderKey, Rejection)>) -> Result<(), Error> {
    if unsold.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = unsold.iter().map(|(key, _)| *key).collect();
    let mut changes = Changes::open(tx, &keys, first.now)?;
    for (key, rejection) in unsold {
        // The same order may have been asked for twice in one set.
        if changes.order(key).is_some_and(|order| !order.status.is_final()) {
            changes.refund(key, rejection)?;
        }
    }
    changes.write(tx, &first.context)
}

/// Reads the attempts of those orders that have any.
fn attempts_by_order(
    tx: &mut Tx<'_>,
    changes: &Changes,
    keys: &[OrderKey],
) -> Result<HashMap<OrderKey, Vec<Attempt>>, Error> {
    let tried = |key: &&OrderKey| changes.order(**key).is_some_and(|order| order.attempts > 0);
    let keys: Vec<_> = keys.iter().filter(tried).copied().collect();
    let mut by_order: HashMap<_, Vec<_>> = HashMap::new();
    for attempt in attempts::of_orders(tx, &keys)? {
        by_order.entry(attempt.key()).or_default().push(attempt);
    }
    Ok(by_order)
}

impl Begin {
    fn decide(
        &self,
        changes: &mut Changes,
        attempts: &[Attempt],
        plans: &mut Plans,
        written: &mut Vec<Attempt>,
    ) -> Result<Decided, Error> {
        let due = |order: &&Order| order.status.due_at().is_some_and(|due_at| due_at <= self.now);
        let Some(order) = changes.order(self.key).filter(due) else {
            return Ok(Decided::Begun(Begun::Nothing));
        };
        match order.status {
            OrderStatus::Waiting { .. } => match plans.remove(&self.key) {
                Some(Plan::Go { route, choice }) => {
                    let is_forgotten = restored::is_forgotten(order.id, &self.context.settings);
                    let decided = self.submit(changes, (route, choice), written)?;
                    Ok(if is_forgotten { decided.unsent() } else { decided })
                }
                Some(Plan::Wait { until, why }) => self.wait(changes, until, why),
                Some(Plan::Never(reason)) => {
                    let before = order.failure.clone();
                    Ok(Decided::Unsold(before.unwrap_or_else(|| unsold(reason))))
                }
                None => Ok(Decided::Begun(Begun::Nothing)),
            },
            OrderStatus::Delivering { .. } | OrderStatus::Confirming { .. } | OrderStatus::Stuck { .. } => {
                self.ask(changes, attempts).map(Decided::Begun)
            }
            OrderStatus::Created
            | OrderStatus::Delivered { .. }
            | OrderStatus::Refunded { .. }
            | OrderStatus::Reversed { .. }
            | OrderStatus::Cancelled { .. } => Ok(Decided::Begun(Begun::Nothing)),
        }
    }

    /// Leaves the order until a supplier may be used for it.
    fn wait(&self, changes: &mut Changes, until: Timestamp, why: Obstacle) -> Result<Decided, Error> {
        let now = self.now.as_micros();
        changes.advance(self.key, |order| {
            let since_us = order.held_up.as_ref().map_or(now, |held_up| held_up.since_us);
            order.held_up = Some(HeldUp { since_us, why });
            order.status.wait(until)
        })?;
        Ok(Decided::Begun(Begun::Waits { until }))
    }

    /// Writes the attempt.
    fn submit(
        &self,
        changes: &mut Changes,
        (route, choice): (Route, Option<Choice>),
        written: &mut Vec<Attempt>,
    ) -> Result<Decided, Error> {
        let lease_until = self.now + self.context.settings.lease;
        let order = changes.advance(self.key, |order| {
            order.attempts += 1;
            order.held_up = None;
            order.status.begin(order.attempts, lease_until)
        })?;
        let number = order.attempts;
        let attempt = AttemptId {
            order: order.id,
            number,
        };
        written.push(Attempt {
            account: order.account,
            id: attempt,
            supplier: route.supplier.clone(),
            sku: route.sku.to_string(),
            cost: route.cost,
            submitted_at: self.now,
            questions: 0,
            absences: 0,
            supplier_reference: None,
            outcome: None,
            answered_at: None,
            choice,
            rule: None,
        });
        let amount = order.amount();
        let topup = TopUp {
            attempt,
            recipient: order.phone_number,
            country: order.country,
            product: order.product,
            sku: route.sku,
            amount: order.value,
            cost: route.cost,
            parameters: route.parameters,
        };
        Ok(Decided::Begun(Begun::Submit(Submission {
            key: self.key,
            supplier: route.supplier,
            topup,
            amount,
        })))
    }

    /// Claims the question for as long as a lease; a worker that died over its call is asked after here.
    fn ask(&self, changes: &mut Changes, attempts: &[Attempt]) -> Result<Begun, Error> {
        let attempt = attempts
            .last()
            .ok_or_else(|| Error::corrupt("an open attempt that was never written"))?;
        let ask_at = self.now + self.context.settings.lease;
        let order = changes.advance(self.key, |order| order.status.ask_later(ask_at))?;
        let amount = order.amount();
        Ok(Begun::Ask(Question {
            key: self.key,
            supplier: attempt.supplier.clone(),
            attempt: attempt.reference(order.phone_number),
            product: order.product,
            amount,
        }))
    }
}

fn unsold(reason: NoRoute) -> Rejection {
    Rejection {
        fault: Fault::Supplier,
        elsewhere: Elsewhere::MustNot,
        code: reason.code().to_owned(),
        message: reason.to_string(),
        again_after_s: None,
    }
}
