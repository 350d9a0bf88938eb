//! The reseller's money at the supplier, exact, with every movement.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::clock::Moment;

/// The reseller's money at the supplier, in US dollars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wallet {
    /// What can be spent.
    pub available: Decimal,
    /// What is held for transactions under way.
    pub holding: Decimal,
    /// What was on it at first.
    pub opening: Decimal,
    /// Its currency.
    pub currency: &'static str,
    /// Every movement, the oldest first.
    pub entries: Vec<Entry>,
}

/// A movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// What moved: `deposit`, `hold`, `capture`, `release`, `refund`.
    pub kind: &'static str,
    /// How much.
    pub amount: Decimal,
    /// For which transaction, if for one.
    pub transaction: Option<u64>,
    /// What could be spent before.
    pub available_before: Decimal,
    /// What can be spent after.
    pub available_after: Decimal,
}

impl Wallet {
    pub(crate) const fn new(opening: Decimal) -> Self {
        Self {
            available: opening,
            holding: Decimal::ZERO,
            opening,
            currency: "USD",
            entries: Vec::new(),
        }
    }

    /// What is on it: what can be spent and what is held.
    pub fn closing(&self) -> Decimal {
        self.available + self.holding
    }

    /// What deliveries that were not taken back have cost: by its movements.
    pub fn spent(&self) -> Decimal {
        self.sum("capture") - self.sum("refund")
    }

    /// Whether the movements make the balance.
    pub fn is_whole(&self) -> bool {
        self.opening + self.sum("deposit") - self.spent() == self.closing()
    }

    fn sum(&self, kind: &str) -> Decimal {
        let entries = self.entries.iter().filter(|entry| entry.kind == kind);
        entries.map(|entry| entry.amount).sum()
    }

    /// Makes what can be spent this much.
    pub(crate) fn set(&mut self, available: Decimal, at: Moment) {
        self.book("deposit", available - self.available, None, at, |wallet, amount| {
            wallet.available += amount;
        });
    }

    pub(crate) fn hold(&mut self, amount: Decimal, transaction: u64, at: Moment) {
        self.book("hold", amount, Some(transaction), at, |wallet, amount| {
            wallet.available -= amount;
            wallet.holding += amount;
        });
    }

    pub(crate) fn capture(&mut self, amount: Decimal, transaction: u64, at: Moment) {
        self.book("capture", amount, Some(transaction), at, |wallet, amount| {
            wallet.holding -= amount;
        });
    }

    pub(crate) fn release(&mut self, amount: Decimal, transaction: u64, at: Moment) {
        self.book("release", amount, Some(transaction), at, |wallet, amount| {
            wallet.available += amount;
            wallet.holding -= amount;
        });
    }

    pub(crate) fn refund(&mut self, amount: Decimal, transaction: u64, at: Moment) {
        self.book("refund", amount, Some(transaction), at, |wallet, amount| {
            wallet.available += amount;
        });
    }

    fn book(
        &mut self,
        kind: &'static str,
        amount: Decimal,
        transaction: Option<u64>,
        at: Moment,
        movement: impl FnOnce(&mut Self, Decimal),
    ) {
        let available_before = self.available;
        movement(self, amount);
        self.entries.push(Entry {
            at,
            kind,
            amount,
            transaction,
            available_before,
            available_after: self.available,
        });
    }
}
