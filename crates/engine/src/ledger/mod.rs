//! Money: one book per account, moved only by immutable transfers of two legs.
//!
//! A book has the ledger accounts `balance` (what the reseller may spend), `held` (what its open
//! orders may cost), `sales`, `cost`, `deposits` and one `payable:<supplier>` each. A balance is
//! credits less debits, so each book adds up to zero in every currency, and `balance` and `held`
//! never go below zero: the database refuses it as well.
//!
//! An order's money is held when it is placed and moves exactly once afterwards: it is settled or
//! released. The primary key of the transfers says so.
//!
//! [`Books`] holds the books of one set of requests: opened (and locked), moved in memory by one
//! function per movement, written at once. [`check`] recomputes everything from the transfers.

mod check;
mod payable;
mod statement;
mod store;

use std::{collections::HashMap, fmt, str::FromStr};

pub use check::{Report, check};
use model::{AccountId, AttemptId, Currency, DepositId, Money, OrderId, SupplierName, Timestamp};
pub use payable::{CostAdjustment, SupplierSum, booked, owed_to_supplier, totals};
pub use statement::{LineOrder, Lines, StatementLine, Sums, lines_of, read_lines, statement, sums};
pub use store::{Leg, Standing, standings, transfers};

use crate::{
    Error,
    db::{Asked, Tx},
};

/// A ledger account of a book.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// What the reseller may spend.
    Balance,
    /// What suppliers' deliveries have cost us.
    Cost,
    /// What has been paid in from outside.
    Deposits,
    /// What open orders may cost.
    Held,
    /// What we owe a supplier.
    Payable(SupplierName),
    /// What delivered orders have brought.
    Sales,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Balance => f.write_str("balance"),
            Self::Cost => f.write_str("cost"),
            Self::Deposits => f.write_str("deposits"),
            Self::Held => f.write_str("held"),
            Self::Payable(supplier) => write!(f, "payable:{supplier}"),
            Self::Sales => f.write_str("sales"),
        }
    }
}

impl FromStr for Code {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "balance" => Ok(Self::Balance),
            "cost" => Ok(Self::Cost),
            "deposits" => Ok(Self::Deposits),
            "held" => Ok(Self::Held),
            "sales" => Ok(Self::Sales),
            other => {
                let supplier = other.strip_prefix("payable:").and_then(|name| name.parse().ok());
                supplier
                    .map(Self::Payable)
                    .ok_or_else(|| Error::corrupt(format_args!("ledger account {other:?}")))
            }
        }
    }
}

/// What a transfer is for; a subject has each at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Movement {
    /// Money paid in.
    Deposit,
    /// Money paid out, or a deposit corrected.
    Withdrawal,
    /// An order's price, set aside.
    Hold,
    /// A hold, settled or released.
    Resolution,
    /// What a delivery costs us.
    Cost,
    /// An order's price, given back after its delivery was taken back.
    Reversal,
    /// What the delivery cost us, given back.
    CostReversal,
}

impl Movement {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Hold => "hold",
            Self::Resolution => "resolution",
            Self::Cost => "cost",
            Self::Reversal => "reversal",
            Self::CostReversal => "cost_reversal",
        }
    }
}

/// The balance is too small.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{needed} needed, {available} available")]
pub struct InsufficientBalance {
    /// What the movement takes.
    pub needed: Money,
    /// What may be spent.
    pub available: Money,
}

/// An order and what it costs the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderMoney {
    /// Whose order.
    pub account: AccountId,
    /// Which.
    pub order: OrderId,
    /// Its price in the account's currency; a free order moves nothing.
    pub price: Money,
}

/// What an account may spend, and what its open orders hold.
pub(crate) fn standing(tx: &mut Tx<'_>, account: AccountId, currency: Currency) -> Result<(Money, Money), Error> {
    let found = store::read_standing(tx, account, currency)?;
    let amount = |code| found.get(&code).copied().unwrap_or(Money::zero(currency));
    Ok((amount(Code::Balance), amount(Code::Held)))
}

/// Opens an account's book.
pub(crate) fn open_book(tx: &mut Tx<'_>, account: AccountId, currency: Currency) -> Result<(), Error> {
    store::insert_accounts(tx, account, currency)
}

/// What a delivery costs us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierCost {
    /// In whose book.
    pub account: AccountId,
    /// The attempt that delivered: two attempts of one order would cost twice.
    pub attempt: AttemptId,
    /// Who is owed.
    pub supplier: SupplierName,
    /// How much, in the supplier's currency.
    pub cost: Money,
}

/// A movement from outside, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// Whose balance.
    pub account: AccountId,
    /// Names the movement.
    pub id: DepositId,
    /// How much.
    pub amount: Money,
    /// Why, in a person's words.
    pub note: String,
}

/// The books of one set of requests, locked, with what has moved in them so far. Only balances are
/// read: nothing else is decided on, and what moves is added to what is there.
pub struct Books {
    balances: HashMap<(AccountId, Currency), store::LedgerRow>,
    moved: store::Moved,
    transfers: Vec<store::Transfer>,
    now: Timestamp,
}

/// Books that have been asked for.
pub(crate) struct AskedBooks(Asked<store::Balance>);

impl AskedBooks {
    /// Opens them.
    pub(crate) fn take(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Books, Error> {
        Ok(Books {
            balances: tx.take(self.0)?.into_iter().collect(),
            moved: store::Moved::new(),
            transfers: Vec::new(),
            now,
        })
    }
}

/// The two legs of a transfer.
struct Legs {
    debit: Code,
    credit: Code,
}

impl Books {
    /// Opens and locks the books of these accounts.
    pub fn open(tx: &mut Tx<'_>, accounts: &[AccountId], now: Timestamp) -> Result<Self, Error> {
        Self::ask(tx, accounts)?.take(tx, now)
    }

    /// Asks for the books of these accounts, which are locked then.
    pub(crate) fn ask(tx: &mut Tx<'_>, accounts: &[AccountId]) -> Result<AskedBooks, Error> {
        store::ask_balances(tx, accounts).map(AskedBooks)
    }

    /// What an account may spend in a currency.
    pub fn balance(&self, account: AccountId, currency: Currency) -> Money {
        let balance = self.balances.get(&(account, currency));
        Money::new(balance.map_or(0, |balance| balance.minor), currency)
    }

    /// Pays money in.
    pub fn fund(&mut self, deposit: &Deposit) {
        let legs = Legs {
            debit: Code::Deposits,
            credit: Code::Balance,
        };
        let transfer = self.transfer(
            deposit.account,
            &deposit.id.to_string(),
            Movement::Deposit,
            deposit.amount,
        );
        self.post(transfer.noted(&deposit.note), legs, "post");
    }

    /// Pays money out.
    pub fn withdraw(&mut self, withdrawal: &Deposit) -> Result<(), InsufficientBalance> {
        self.need(withdrawal.account, withdrawal.amount)?;
        let legs = Legs {
            debit: Code::Balance,
            credit: Code::Deposits,
        };
        let subject = withdrawal.id.to_string();
        let transfer = self.transfer(withdrawal.account, &subject, Movement::Withdrawal, withdrawal.amount);
        self.post(transfer.noted(&withdrawal.note), legs, "post");
        Ok(())
    }

    /// Sets an order's price aside.
    pub fn hold_for_order(&mut self, order: &OrderMoney) -> Result<(), InsufficientBalance> {
        self.need(order.account, order.price)?;
        let legs = Legs {
            debit: Code::Balance,
            credit: Code::Held,
        };
        self.post(self.of_order(order, Movement::Hold), legs, "hold");
        Ok(())
    }

    /// Turns an order's hold into a sale.
    pub fn settle_order(&mut self, order: &OrderMoney) {
        let legs = Legs {
            debit: Code::Held,
            credit: Code::Sales,
        };
        self.post(self.of_order(order, Movement::Resolution), legs, "settle");
    }

    /// Gives an order's hold back.
    pub fn refund_order(&mut self, order: &OrderMoney) {
        let legs = Legs {
            debit: Code::Held,
            credit: Code::Balance,
        };
        self.post(self.of_order(order, Movement::Resolution), legs, "release");
    }

    /// Books what a delivery costs us.
    pub fn owe_supplier(&mut self, cost: SupplierCost) {
        let transfer = self.transfer(cost.account, &cost.attempt.to_string(), Movement::Cost, cost.cost);
        let legs = Legs {
            debit: Code::Cost,
            credit: Code::Payable(cost.supplier),
        };
        self.post(transfer, legs, "post");
    }

    /// Gives back the price of a delivered order whose delivery was taken back.
    pub fn reverse_order(&mut self, order: &OrderMoney) {
        let legs = Legs {
            debit: Code::Sales,
            credit: Code::Balance,
        };
        self.post(self.of_order(order, Movement::Reversal), legs, "post");
    }

    /// Books that a supplier no longer charges a delivery.
    pub fn forgive_cost(&mut self, cost: SupplierCost) {
        let transfer = self.transfer(
            cost.account,
            &cost.attempt.to_string(),
            Movement::CostReversal,
            cost.cost,
        );
        let legs = Legs {
            debit: Code::Payable(cost.supplier),
            credit: Code::Cost,
        };
        self.post(transfer, legs, "post");
    }

    /// Writes what has moved. The database repeats every check.
    pub fn write(self, tx: &mut Tx<'_>) -> Result<(), Error> {
        store::write(tx, &self.moved, &self.transfers)
    }

    fn need(&self, account: AccountId, needed: Money) -> Result<(), InsufficientBalance> {
        let available = self.balance(account, needed.currency());
        if available.minor() >= needed.minor() {
            Ok(())
        } else {
            Err(InsufficientBalance { needed, available })
        }
    }

    fn of_order(&self, order: &OrderMoney, movement: Movement) -> store::Transfer {
        self.transfer(order.account, &order.order.to_string(), movement, order.price)
    }

    fn transfer(&self, account: AccountId, subject: &str, movement: Movement, amount: Money) -> store::Transfer {
        store::Transfer::new(account, subject, movement, amount, self.now)
    }

    /// Moves an amount and keeps the transfer. Nothing moves for nothing.
    fn post(&mut self, transfer: store::Transfer, legs: Legs, kind: &'static str) {
        assert!(transfer.amount.minor() >= 0, "a transfer never moves backwards");
        if !transfer.amount.is_positive() {
            return;
        }
        let (minor, currency) = (transfer.amount.minor(), transfer.amount.currency());
        let mut line = None;
        for (code, minor) in [(&legs.debit, -minor), (&legs.credit, minor)] {
            let moved = self.moved.entry((transfer.account, code.clone(), currency));
            moved.or_default().add(minor);
            if *code == Code::Balance {
                let balance = self.balances.entry((transfer.account, currency)).or_default();
                balance.add(minor);
                assert!(balance.minor >= 0, "balance of {} below zero", transfer.account);
                line = Some((balance.transfers_count, balance.minor));
            }
        }
        self.transfers
            .push(transfer.posted(legs.debit, legs.credit, kind, line));
    }
}
