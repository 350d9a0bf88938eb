//! Placing: an invoice and its orders written, and paid for if asked, in sets.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use model::{AccountId, Country, InvoiceId, Money, OrderId, PhoneNumber, ProductId, Timestamp};

use super::{Invoice, InvoiceStatus, Payment, store};
use crate::{
    Context, Error,
    accounts::{self, AccountRow, AccountStatus},
    db::{Asked, Command, Lock, Select, Tx, text, values},
    idempotency::{self, IdempotencyKey, Known},
    ledger::{Books, InsufficientBalance},
    limits::{self, LimitExceeded, Spending},
    orders::{self, Order, OrderStatus},
};

/// Writes an invoice as the answer to the request that made it.
pub type AnswerWith = Arc<dyn Fn(&Invoice) -> String + Send + Sync>;

/// Asks for an invoice whose lines have been checked.
pub struct Place {
    /// Whose it will be.
    pub account: AccountId,
    /// One line per order.
    pub lines: Vec<Line>,
    /// Whether it is paid for at once.
    pub payment: Payment,
    /// Whether a repetition of a recent order is meant.
    pub repeats: Repeats,
    /// The account's own reference.
    pub reference: Option<String>,
    /// Who is told when it becomes final, if not who the account says.
    pub webhook_url: Option<String>,
    /// The caller's key for this request.
    pub idempotency: Option<IdempotencyKey>,
    /// Makes the answer that is kept with the key.
    pub answer: AnswerWith,
    /// The moment it is.
    pub now: Timestamp,
    /// Ids and settings.
    pub context: Arc<Context>,
}

/// One order to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What is bought.
    pub product: ProductId,
    /// Its name.
    pub product_name: String,
    /// Which package, unless the amount is free.
    pub package_value: Option<String>,
    /// What the phone receives.
    pub value: Money,
    /// The phone.
    pub phone_number: PhoneNumber,
    /// The product's country.
    pub country: Country,
    /// What the account pays.
    pub price: Money,
}

/// Whether an order for the same number and value as a recent one is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// It would be a mistake.
    Refuse,
    /// It is meant.
    Allow,
}

/// An invoice that was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Just now.
    New(Box<Invoice>),
    /// By an earlier request with the same key; this was the answer.
    Again(String),
}

/// Why an invoice is not placed. Nothing is left behind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The account may not buy.
    #[error("the account is suspended")]
    AccountSuspended,
    /// The balance does not cover it.
    #[error("balance too low: {0}")]
    BalanceTooLow(#[from] InsufficientBalance),
    /// A limit of the account does not allow it.
    #[error(transparent)]
    LimitExceeded(#[from] LimitExceeded),
    /// The same number and value were ordered a moment ago.
    #[error("order {earlier} for the same number and value was made a moment ago")]
    DuplicateTopup {
        /// That order.
        earlier: OrderId,
        /// Which line repeats it, counted from 0.
        line: usize,
    },
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
}

impl Command for Place {
    type Answer = Result<Placed, PlaceError>;

    fn account(&self) -> AccountId {
        self.account
    }

    fn run(tx: &mut Tx<'_>, set: &[Self]) -> Result<Vec<Self::Answer>, Error> {
        let Some(first) = set.first() else {
            return Ok(Vec::new());
        };
        let mut desk = Desk::open(tx, set, first.now)?;
        let answers = set.iter().map(|place| desk.place(place)).collect::<Result<_, _>>()?;
        desk.write(tx, first.now)?;
        Ok(answers)
    }
}

type Repeated = (AccountId, PhoneNumber, Money);

/// Everything that a set of requests is decided on, and what has been decided so far.
struct Desk<'a> {
    accounts: HashMap<AccountId, AccountRow>,
    books: Books,
    spending: Spending,
    recent: HashMap<Repeated, OrderId>,
    known: idempotency::Answers,
    invoices: Vec<Invoice>,
    kept: Vec<((AccountId, &'a IdempotencyKey), String)>,
}

impl<'a> Desk<'a> {
    fn open(tx: &mut Tx<'_>, set: &'a [Place], now: Timestamp) -> Result<Self, Error> {
        let mut ids: Vec<_> = set.iter().map(|place| place.account).collect();
        ids.sort_unstable();
        ids.dedup();
        let keys: Vec<_> = set
            .iter()
            .filter_map(|place| Some((place.account, place.idempotency.as_ref()?)))
            .collect();
        let accounts = accounts::ask(tx, &ids)?;
        let books = Books::ask(tx, &ids)?;
        let spent = Spending::ask(tx, &ids, now)?;
        let recent = ask_recent_orders(tx, set)?;
        let known = idempotency::ask(tx, &keys)?;
        let accounts = tx
            .take(accounts)?
            .into_iter()
            .map(|row| (row.account.id, row))
            .collect();
        let mut spending = Spending::of(tx.take(spent)?);
        spending.read_recipients(tx, &limited_recipients(set, &accounts), now)?;
        Ok(Self {
            accounts,
            books: books.take(tx, now)?,
            spending,
            recent: recent_orders(tx.take(recent)?, set),
            known: tx.take(known)?.into_iter().collect(),
            invoices: Vec::new(),
            kept: Vec::new(),
        })
    }

    fn place(&mut self, place: &'a Place) -> Result<Result<Placed, PlaceError>, Error> {
        if let Some(known) = self.known_answer(place) {
            return Ok(known);
        }
        let Some(row) = self.accounts.get(&place.account) else {
            return Err(Error::corrupt(format_args!("account {} is gone", place.account)));
        };
        if row.account.status == AccountStatus::Suspended {
            return Ok(Err(PlaceError::AccountSuspended));
        }
        if let Err(refusal) = self.check(place).and_then(|()| self.charge(place)) {
            return Ok(Err(refusal));
        }
        let invoice = self.number(place)?;
        if place.payment == Payment::Now {
            for order in &invoice.orders {
                self.books.hold_for_order(&order.money()).map_err(Error::corrupt)?;
            }
        }
        for order in &invoice.orders {
            self.recent
                .insert((order.account, order.phone_number, order.value), order.id);
        }
        if let Some(key) = &place.idempotency {
            let answer = (place.answer)(&invoice);
            self.known.insert(
                (place.account, key.key.clone()),
                (key.fingerprint.clone(), answer.clone()),
            );
            self.kept.push(((place.account, key), answer));
        }
        self.invoices.push(invoice.clone());
        Ok(Ok(Placed::New(Box::new(invoice))))
    }

    fn known_answer(&self, place: &Place) -> Option<Result<Placed, PlaceError>> {
        let key = place.idempotency.as_ref()?;
        let first = self.known.get(&(place.account, key.key.clone()))?;
        Some(match idempotency::compare(key, first) {
            Known::Answered(answer) => Ok(Placed::Again(answer)),
            Known::Reused => Err(PlaceError::IdempotencyKeyReused),
        })
    }

    /// Repetitions, and the limit of one order.
    fn check(&self, place: &Place) -> Result<(), PlaceError> {
        let limits = &self.accounts[&place.account].account.limits;
        for (line, wanted) in place.lines.iter().enumerate() {
            limits::check_order(limits, wanted.price)?;
            let repeated = (place.account, wanted.phone_number, wanted.value);
            if let (Repeats::Refuse, Some(earlier)) = (place.repeats, self.recent.get(&repeated)) {
                return Err(PlaceError::DuplicateTopup {
                    earlier: *earlier,
                    line,
                });
            }
        }
        Ok(())
    }

    /// Whether the money is there and may be spent today; counts it as spent.
    fn charge(&mut self, place: &Place) -> Result<(), PlaceError> {
        if place.payment == Payment::Later {
            return Ok(());
        }
        let account = &self.accounts[&place.account].account;
        let (limits, currency) = (account.limits, account.currency);
        let available = self.books.balance(place.account, currency);
        let needed = place.lines.iter().try_fold(Money::zero(currency), |sum, line| {
            sum.checked_add(line.price).map_err(|_| InsufficientBalance {
                needed: line.price,
                available,
            })
        })?;
        if needed.minor() > available.minor() {
            return Err(InsufficientBalance { needed, available }.into());
        }
        for (spent, line) in place.lines.iter().enumerate() {
            if let Err(refusal) = self
                .spending
                .spend((place.account, &limits), line.phone_number, line.price)
            {
                for line in &place.lines[..spent] {
                    self.spending.unspend(place.account, line.phone_number, line.price);
                }
                return Err(refusal.into());
            }
        }
        Ok(())
    }

    /// Gives the invoice and its orders their ids and numbers.
    fn number(&mut self, place: &Place) -> Result<Invoice, Error> {
        let row = self.accounts.get_mut(&place.account).expect("looked up before");
        let ids = &place.context.ids;
        let made_at = place.now.max(row.latest_at);
        row.latest_at = made_at;
        let id = InvoiceId::from_uuid(ids.next(made_at));
        row.invoices_count += 1;
        let first_order = row.orders_count + 1;
        let paid = place.payment == Payment::Now;
        let status = if paid {
            OrderStatus::Waiting { due_at: place.now }
        } else {
            OrderStatus::Created
        };
        let mut price = Money::zero(row.account.currency);
        let mut orders = Vec::with_capacity(place.lines.len());
        for line in &place.lines {
            price = price.checked_add(line.price).map_err(Error::corrupt)?;
            row.orders_count += 1;
            let identity = (OrderId::from_uuid(ids.next(made_at)), row.orders_count, id);
            orders.push(new_order(place, line, identity, status));
        }
        let count = i64::try_from(orders.len()).expect("a handful of orders");
        Ok(Invoice {
            account: place.account,
            id,
            number: row.invoices_count,
            status: if paid {
                InvoiceStatus::Paid { at: place.now }
            } else {
                InvoiceStatus::Unpaid
            },
            payment_method: "balance".to_owned(),
            price,
            reference: place.reference.clone(),
            webhook_url: place.webhook_url.clone().or_else(|| row.account.webhook_url.clone()),
            expires_at: place.now + place.context.settings.invoice_expires_after,
            first_order,
            orders_count: count,
            orders_open: count,
            orders,
        })
    }

    fn write(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
        let placed: HashSet<_> = self.invoices.iter().map(|invoice| invoice.account).collect();
        accounts::write_counts(
            tx,
            self.accounts.values().filter(|row| placed.contains(&row.account.id)),
        )?;
        self.books.write(tx)?;
        store::insert(tx, &self.invoices)?;
        let orders: Vec<_> = self.invoices.into_iter().flat_map(|invoice| invoice.orders).collect();
        orders::insert(tx, &orders)?;
        self.spending.write(tx, now)?;
        idempotency::keep(tx, &self.kept, now)
    }
}

fn new_order(place: &Place, line: &Line, identity: (OrderId, i64, InvoiceId), status: OrderStatus) -> Order {
    let (id, number, invoice) = identity;
    Order {
        account: place.account,
        id,
        number,
        invoice,
        product: line.product.clone(),
        product_name: line.product_name.clone(),
        package_value: line.package_value.clone(),
        value: line.value,
        phone_number: line.phone_number,
        country: line.country,
        price: line.price,
        reference: place.reference.clone(),
        status,
        attempts: 0,
        failure: None,
        receipt: None,
        decision: None,
        held_up: None,
    }
}

/// Recipients whose day has a limit.
fn limited_recipients(set: &[Place], accounts: &HashMap<AccountId, AccountRow>) -> Vec<(AccountId, PhoneNumber)> {
    let limited = |place: &&Place| {
        let row = accounts.get(&place.account);
        row.is_some_and(|row| row.account.limits.recipient_day_max.is_some()) && place.payment == Payment::Now
    };
    let recipients = set
        .iter()
        .filter(limited)
        .flat_map(|place| place.lines.iter().map(|line| (place.account, line.phone_number)));
    recipients.collect::<HashSet<_>>().into_iter().collect()
}

/// Asks what was ordered for the same phones and has not come to nothing.
fn ask_recent_orders(tx: &mut Tx<'_>, set: &[Place]) -> Result<Asked<(Repeated, OrderId)>, Error> {
    const RECENT: Select = Select {
        table: "orders",
        columns: "account_id, phone_number, value_minor, value_currency, id",
        keys: &[text("account_id"), text("phone_number")],
        condition: "AND status NOT IN ('cancelled', 'refunded', 'reversed')",
        order: "ORDER BY number DESC LIMIT 100",
        lock: Lock::None,
    };
    let mut keys = HashSet::new();
    for place in set.iter().filter(|place| place.repeats == Repeats::Refuse) {
        keys.extend(place.lines.iter().map(|line| values![place.account, line.phone_number]));
    }
    let keys: Vec<_> = keys.into_iter().collect();
    tx.ask_many(&RECENT, &keys, |row| {
        let repeated = (row.parse(0)?, row.parse(1)?, Money::new(row.int(2)?, row.parse(3)?));
        Ok((repeated, row.parse::<OrderId>(4)?))
    })
}

/// Those of a moment ago.
fn recent_orders(found: Vec<(Repeated, OrderId)>, set: &[Place]) -> HashMap<Repeated, OrderId> {
    let window = set
        .iter()
        .map(|place| place.now.minus(place.context.settings.duplicate_window))
        .min();
    let recent = |(_, id): &(Repeated, OrderId)| window.is_some_and(|from| id.created_at() >= from);
    found.into_iter().filter(recent).collect()
}
