//! What happens in a transaction's life, and to the money with it.

use std::time::Duration;

use super::{
    State,
    course::{End, PushFault},
    delivery::Delivery,
    transaction::{Status, Transaction, Wanted},
};
use crate::{config::Supplier, push};

/// The wallet has too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLittle;

impl State {
    /// The id of the first transaction: long ones, as the suppliers have.
    pub(crate) const fn first_id(&self) -> u64 {
        match self.config.supplier {
            Supplier::Reloadly => 10_001,
            Supplier::DtOne => 2_237_512_001,
            Supplier::Ding => 863_784_001,
        }
    }

    /// Accepts a transaction and holds its cost. It isn't sent on yet.
    pub(crate) fn accept(&mut self, wanted: Wanted) -> Result<u64, TooLittle> {
        let cost = wanted.charged();
        let before = self.wallet.available;
        if before < cost {
            return Err(TooLittle);
        }
        let index = self.transactions.len();
        let id = self.first_id() + u64::try_from(index).expect("fewer transactions than numbers");
        self.wallet.hold(cost, id, self.now);
        let transaction = wanted.accepted(id, self.now, (before, self.wallet.available));
        let reference = transaction.reference.to_lowercase();
        self.references.entry(reference).or_default().push(index);
        self.phones.entry(transaction.phone.clone()).or_default().push(index);
        self.transactions.push(transaction);
        Ok(id)
    }

    /// Sends a transaction on. It ends at once if its course or the usual time says so.
    pub(crate) fn confirm(&mut self, id: u64, usual: Duration) {
        let transaction = self.transaction_mut(id).expect("it was accepted");
        transaction.status = Status::Confirmed;
        let (end, after) = (transaction.course.end, transaction.duration(usual));
        if end == End::Never {
            return self.after(usual, move |state| state.submit(id));
        }
        if !after.is_zero() {
            self.after(after / 2, move |state| state.submit(id));
        }
        self.after(after, move |state| state.end(id));
    }

    fn submit(&mut self, id: u64) {
        let transaction = self.transaction_mut(id).expect("it was accepted");
        if transaction.status == Status::Confirmed {
            transaction.status = Status::Submitted;
        }
    }

    /// Ends a transaction as its course says, and tells the caller.
    fn end(&mut self, id: u64) {
        let now = self.now;
        let transaction = self.transaction_mut(id).expect("it was accepted");
        if transaction.status.is_final() {
            return;
        }
        transaction.ended_at = Some(now);
        let (cost, reversal) = (transaction.cost, transaction.course.reversal);
        match transaction.course.end {
            End::Delivered => {
                transaction.status = Status::Delivered;
                let delivery = delivery(transaction);
                self.deliveries.push(delivery);
                self.wallet.capture(cost, id, now);
            }
            End::Failed | End::Never => self.fail(id, Status::Failed),
            End::Rejected => self.fail(id, Status::Rejected),
        }
        self.announce(id);
        if let Some(reversal) = reversal {
            self.after(reversal, move |state| {
                state.reverse(id);
            });
        }
    }

    /// Ends a transaction without a delivery.
    pub(crate) fn fail(&mut self, id: u64, status: Status) {
        let now = self.now;
        let transaction = self.transaction_mut(id).expect("it was accepted");
        transaction.status = status;
        transaction.ended_at = Some(now);
        let code = transaction.course.code.as_ref().map(|code| code.name.clone());
        transaction.code = transaction.code.take().or(code);
        let cost = transaction.cost;
        self.wallet.release(cost, id, now);
    }

    /// Ends what is held and not sent on.
    pub(crate) fn cancel(&mut self, id: u64) {
        if self.transaction(id).is_some_and(|held| held.status == Status::Held) {
            self.fail(id, Status::Cancelled);
            self.announce(id);
        }
    }

    /// Takes a delivery back; says whether there was one to take back.
    pub(crate) fn reverse(&mut self, id: u64) -> bool {
        let now = self.now;
        let found = self
            .transaction_mut(id)
            .filter(|found| found.status == Status::Delivered);
        let Some(transaction) = found else { return false };
        transaction.status = Status::Reversed;
        let cost = transaction.cost;
        self.wallet.refund(cost, id, now);
        for delivery in self.deliveries.iter_mut().filter(|delivery| delivery.transaction == id) {
            delivery.reversed = true;
        }
        self.announce(id);
        true
    }

    /// Puts the pushes about a transaction where they are sent from.
    pub(crate) fn announce(&mut self, id: u64) {
        let transaction = self.transaction(id).expect("it was accepted");
        let (fault, status) = (transaction.course.push, transaction.status);
        let truly = |status| push::compose(self, id, status, push::Truth::Genuine);
        let forged = || push::compose(self, id, status, push::Truth::Forged);
        let pushes = match fault {
            PushFault::Lost => vec![],
            PushFault::None | PushFault::First => vec![truly(status)],
            PushFault::Twice => vec![truly(status), truly(status)],
            PushFault::OutOfOrder => vec![truly(status), truly(Status::Submitted)],
            PushFault::Forged => vec![forged(), truly(status)],
        };
        let pushes = pushes.into_iter().flatten();
        // What comes later is no part of the call that bought: nobody may call again for a long time.
        let later = matches!(status, Status::Cancelled | Status::Reversed);
        if fault == PushFault::First && !later {
            self.urgent.extend(pushes);
        } else {
            self.outbox.extend(pushes);
        }
    }
}

fn delivery(transaction: &Transaction) -> Delivery {
    Delivery {
        phone: transaction.phone.clone(),
        amount: transaction.delivered,
        currency: transaction.delivered_currency.clone(),
        reference: transaction.reference.clone(),
        transaction: transaction.id,
        at: transaction.ended_at.unwrap_or(transaction.created_at),
        reversed: false,
    }
}
