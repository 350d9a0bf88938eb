//! What an account may buy: in one order, on one day, for one recipient on one day.

use std::collections::{BTreeMap, HashMap};

use model::{AccountId, Currency, Money, OrderId, PhoneNumber, Timestamp};

use crate::{
    Error,
    accounts::Limits,
    db::{Asked, Insert, Lock, Select, Tx, Value, int, text, values},
    orders::Order,
};

/// Which limit an order goes past.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// The limit of one order.
    #[error("an order may cost {0} at most")]
    Order(Money),
    /// The limit of a day.
    #[error("orders of one day (UTC) may cost {0} at most")]
    Day(Money),
    /// The limit of a recipient's day.
    #[error("orders for one number on one day (UTC) may cost {0} at most")]
    RecipientDay(Money),
}

/// What accounts have spent today, as it grows while a set is decided.
#[derive(Default)]
pub(crate) struct Spending {
    days: HashMap<AccountId, i64>,
    recipients: HashMap<(AccountId, PhoneNumber), i64>,
    added: BTreeMap<AccountId, i64>,
}

const DAY: Select = Select {
    table: "spending",
    columns: "account_id, spent_minor",
    keys: &[text("account_id"), int("day")],
    condition: "",
    order: "",
    lock: Lock::None,
};

const ADDED: Insert = Insert {
    table: "spending",
    columns: &[text("account_id"), int("day"), int("spent_minor")],
    conflict: "ON CONFLICT (account_id, day) DO UPDATE SET spent_minor = spending.spent_minor + excluded.spent_minor",
};

impl Spending {
    /// Reads what the accounts have spent on the day of `now`.
    pub(crate) fn read(tx: &mut Tx<'_>, accounts: &[AccountId], now: Timestamp) -> Result<Self, Error> {
        let days = Self::ask(tx, accounts, now)?;
        Ok(Self::of(tx.take(days)?))
    }

    /// Asks for what the accounts have spent on the day of `now`.
    pub(crate) fn ask(
        tx: &mut Tx<'_>,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<Asked<(AccountId, i64)>, Error> {
        let keys: Vec<_> = accounts.iter().map(|account| values![account, now.day()]).collect();
        tx.ask_many(&DAY, &keys, |row| Ok((row.parse(0)?, row.int(1)?)))
    }

    /// Starts from what accounts have spent.
    pub(crate) fn of(days: Vec<(AccountId, i64)>) -> Self {
        Self {
            days: days.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Adds what was spent on recipients today.
    pub(crate) fn read_recipients(
        &mut self,
        tx: &mut Tx<'_>,
        recipients: &[(AccountId, PhoneNumber)],
        now: Timestamp,
    ) -> Result<(), Error> {
        const TODAY: Select = Select {
            table: "orders",
            columns: "account_id, phone_number, price_minor, id",
            keys: &[text("account_id"), text("phone_number")],
            // More orders for one number on one day are past every limit anyway.
            condition: "AND status NOT IN ('created', 'cancelled', 'refunded', 'reversed')",
            order: "ORDER BY number DESC LIMIT 1000",
            lock: Lock::None,
        };
        let keys: Vec<_> = recipients
            .iter()
            .map(|(account, phone_number)| values![account, phone_number])
            .collect();
        let found = tx.select_many(&TODAY, &keys, |row| {
            Ok(((row.parse(0)?, row.parse(1)?), row.int(2)?, row.parse::<OrderId>(3)?))
        })?;
        for (key, price, _) in found
            .into_iter()
            .filter(|(_, _, id)| id.created_at().day() == now.day())
        {
            let spent = self.recipients.entry(key).or_default();
            *spent = spent.saturating_add(price);
        }
        Ok(())
    }

    /// Counts an order that is paid for, or says which limit it goes past.
    pub(crate) fn spend(
        &mut self,
        (account, limits): (AccountId, &Limits),
        phone_number: PhoneNumber,
        price: Money,
    ) -> Result<(), LimitExceeded> {
        let day = self
            .days
            .get(&account)
            .copied()
            .unwrap_or(0)
            .saturating_add(price.minor());
        let recipient = (account, phone_number);
        let recipient_day = self
            .recipients
            .get(&recipient)
            .copied()
            .unwrap_or(0)
            .saturating_add(price.minor());
        check_order(limits, price)?;
        if let Some(max) = limits.day_max.filter(|max| day > max.minor()) {
            return Err(LimitExceeded::Day(max));
        }
        if let Some(max) = limits.recipient_day_max.filter(|max| recipient_day > max.minor()) {
            return Err(LimitExceeded::RecipientDay(max));
        }
        self.days.insert(account, day);
        if limits.recipient_day_max.is_some() {
            self.recipients.insert(recipient, recipient_day);
        }
        *self.added.entry(account).or_default() += price.minor();
        Ok(())
    }

    /// Takes back what was counted for orders that were not placed after all.
    pub(crate) fn unspend(&mut self, account: AccountId, phone_number: PhoneNumber, price: Money) {
        for spent in [self.days.get_mut(&account), self.added.get_mut(&account)]
            .into_iter()
            .flatten()
        {
            *spent -= price.minor();
        }
        if let Some(spent) = self.recipients.get_mut(&(account, phone_number)) {
            *spent -= price.minor();
        }
    }

    /// Writes what has been added.
    pub(crate) fn write(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
        let added = self.added.into_iter().filter(|(_, minor)| *minor != 0);
        let rows: Vec<_> = added
            .map(|(account, minor)| values![account, now.day(), minor])
            .collect();
        tx.insert_many(&ADDED, &rows)?;
        Ok(())
    }
}

/// Checks the limit of one order.
pub(crate) fn check_order(limits: &Limits, price: Money) -> Result<(), LimitExceeded> {
    match limits.order_max.filter(|max| price.minor() > max.minor()) {
        Some(max) => Err(LimitExceeded::Order(max)),
        None => Ok(()),
    }
}

/// Reads what an account has spent on the day of `now`, refunds taken off.
pub fn spent_today(tx: &mut Tx<'_>, account: AccountId, currency: Currency, now: Timestamp) -> Result<Money, Error> {
    let spent = tx.select_many(&DAY, &[values![account, now.day()]], |row| row.int(1))?;
    Ok(Money::new(spent.into_iter().sum(), currency))
}

/// Money that came back, to be taken off the day on which it was spent.
#[derive(Default)]
pub(crate) struct Refunds(BTreeMap<(AccountId, i64), i64>);

impl Refunds {
    /// Takes an order's price off the day it was made.
    pub(crate) fn add(&mut self, order: &Order) {
        *self.0.entry((order.account, order.created_at().day())).or_default() -= order.price.minor();
    }

    /// Writes them.
    pub(crate) fn write(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let row = |((account, day), minor): (&(AccountId, i64), &i64)| -> [Value; 3] { values![account, *day, *minor] };
        tx.insert_many(&ADDED, &self.0.iter().map(row).collect::<Vec<_>>())?;
        Ok(())
    }
}
