//! The books of a simulated supplier, and what is still to happen in them.
//!
//! A transaction is accepted with its cost held, and ends with it captured or released; a reversal gives
//! it back. [`State`] is only ever seen up to date: whoever opens the [`World`] first lets everything
//! happen that was due.

pub(crate) mod changes;
pub(crate) mod course;
pub(crate) mod delivery;
pub(crate) mod fault;
mod life;
pub(crate) mod rules;
pub(crate) mod suffix;
pub(crate) mod transaction;
pub(crate) mod wallet;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, oneshot};

use self::{
    changes::Changes,
    delivery::Delivery,
    fault::{Endpoint, Fault},
    rules::{Rule, Rules, Subject},
    transaction::{Status, Transaction},
    wallet::Wallet,
};
use crate::{
    clock::{Clock, Moment},
    config::{CallbackTarget, Config},
    journal::Journal,
    push::Push,
};

/// A simulated supplier.
pub(crate) struct World {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    state: Mutex<State>,
    /// Calls that wait for others to stand where they stand.
    waiting: Mutex<Vec<oneshot::Sender<()>>>,
    /// Told when the time was moved or something new is due.
    pub(crate) moved: Notify,
}

/// A call waits no longer than this for others to stand beside it.
const MEETING_MAX: Duration = Duration::from_secs(10);

/// Something that happens later.
pub(crate) type Event = Box<dyn FnOnce(&mut State) + Send>;

/// Everything that the supplier knows.
pub(crate) struct State {
    pub(crate) config: Config,
    /// The moment it is, or the one at which something due happens.
    pub(crate) now: Moment,
    pub(crate) wallet: Wallet,
    pub(crate) transactions: Vec<Transaction>,
    /// Where transactions with a reference are, in lower case.
    references: HashMap<String, Vec<usize>>,
    /// Where the transactions for a phone are.
    phones: HashMap<String, Vec<usize>>,
    pub(crate) deliveries: Vec<Delivery>,
    /// Reloadly's tokens, until when they are good, and for whom.
    pub(crate) tokens: BTreeMap<String, (Moment, String)>,
    /// The references that were told once that their token had expired.
    pub(crate) expired_once: HashSet<String>,
    pub(crate) rules: Rules,
    pub(crate) changes: Changes,
    pub(crate) callback: Option<CallbackTarget>,
    pub(crate) journal: Journal,
    /// Pushes to be sent now.
    pub(crate) outbox: Vec<Push>,
    /// Pushes to be sent before the call that made them is answered.
    pub(crate) urgent: Vec<Push>,
    due: BTreeMap<(Moment, u64), Event>,
    last_event: u64,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let clock = Clock::new(config.now.clone());
        let state = Mutex::new(State::new(config.clone(), clock.now()));
        Self {
            config,
            clock,
            state,
            waiting: Mutex::default(),
            moved: Notify::new(),
        }
    }

    /// Opens the books, after everything that was due has happened.
    pub(crate) fn open(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(self.clock.now());
        state
    }

    /// Moves the time ahead.
    pub(crate) fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
        drop(self.open());
        self.moved.notify_one();
    }

    /// Waits until so many calls wait here, then all go on.
    pub(crate) async fn meet(&self, count: usize) {
        let _ = tokio::time::timeout(MEETING_MAX, self.stand(count)).await;
    }

    /// Stands in the queue, and lets all of it go if it is long enough.
    fn stand(&self, count: usize) -> oneshot::Receiver<()> {
        let (sender, all_here) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(sender);
        if waiting.len() >= count {
            for sender in waiting.drain(..) {
                // One that has given up waiting has gone on already.
                let _ = sender.send(());
            }
        }
        all_here
    }

    /// How long until something is due; none if nothing is.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        let state = self.open();
        let ((next, _), _) = state.due.first_key_value()?;
        Some(next.since(state.now))
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("supplier", &self.config.supplier)
            .finish_non_exhaustive()
    }
}

impl State {
    fn new(config: Config, now: Moment) -> Self {
        Self {
            now,
            wallet: Wallet::new(config.wallet),
            transactions: Vec::new(),
            references: HashMap::new(),
            phones: HashMap::new(),
            deliveries: Vec::new(),
            tokens: BTreeMap::new(),
            expired_once: HashSet::new(),
            rules: Rules::new(config.seed),
            changes: Changes::default(),
            callback: config.callback.clone(),
            journal: Journal::default(),
            outbox: Vec::new(),
            urgent: Vec::new(),
            due: BTreeMap::new(),
            last_event: 0,
            config,
        }
    }

    /// Lets happen what is due, each at its moment.
    fn catch_up(&mut self, now: Moment) {
        while let Some(entry) = self.due.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((moment, _), event) = entry.remove_entry();
            self.now = moment;
            event(self);
        }
        self.now = now;
    }

    /// Lets something happen after a while; at once if there is none.
    pub(crate) fn after(&mut self, duration: Duration, event: impl FnOnce(&mut Self) + Send + 'static) {
        if duration.is_zero() {
            return event(self);
        }
        self.last_event += 1;
        self.due
            .insert((self.now.plus(duration), self.last_event), Box::new(event));
    }

    /// What the rules say of a call.
    pub(crate) fn rule_for(&mut self, endpoint: Endpoint, subject: &Subject) -> Option<Rule> {
        self.rules.choose(endpoint, subject)
    }

    /// What a recipient's last digits say, if they are to say anything.
    pub(crate) fn suffix_of(&self, subject: &Subject) -> Option<Fault> {
        let phone = subject.phone.as_deref().filter(|_| self.config.suffixes)?;
        suffix::of_phone(phone)
    }

    /// Whether a number was taken along to another operator.
    pub(crate) fn is_ported(&self, phone: &str) -> bool {
        let by_suffix = self.config.suffixes && suffix::of_phone(phone) == Some(Fault::WrongOperator);
        by_suffix || self.rules.names(Fault::WrongOperator, phone)
    }

    /// The transaction with an id, whether it can be found already or not.
    pub(crate) fn transaction(&self, id: u64) -> Option<&Transaction> {
        let index = usize::try_from(id.checked_sub(self.first_id())?).ok()?;
        self.transactions.get(index)
    }

    pub(crate) fn transaction_mut(&mut self, id: u64) -> Option<&mut Transaction> {
        let index = usize::try_from(id.checked_sub(self.first_id())?).ok()?;
        self.transactions.get_mut(index)
    }

    /// The transaction with an id, if questions find it.
    pub(crate) fn visible(&self, id: u64) -> Option<&Transaction> {
        self.transaction(id).filter(|found| found.visible_at <= self.now)
    }

    /// Every transaction that questions find, or those with a reference, the oldest first.
    pub(crate) fn all_visible<'a>(
        &'a self,
        reference: Option<&str>,
    ) -> Box<dyn DoubleEndedIterator<Item = &'a Transaction> + 'a> {
        let visible = |found: &&Transaction| found.visible_at <= self.now;
        match reference {
            Some(reference) => Box::new(self.with_reference(reference).filter(visible)),
            None => Box::new(self.transactions.iter().filter(visible)),
        }
    }

    /// The transactions for a phone since a while ago that have not failed.
    pub(crate) fn recent(&self, phone: &str, window: Duration) -> impl Iterator<Item = &Transaction> {
        let since = self.now.minus(window);
        let places = self.phones.get(phone).into_iter().flatten().rev();
        let all = places.map(|index| &self.transactions[*index]);
        let recent = all.take_while(move |earlier| earlier.created_at > since);
        recent.filter(|earlier| !matches!(earlier.status, Status::Failed | Status::Rejected | Status::Cancelled))
    }

    /// All transactions with a reference, whatever its case, whether they can be found already or not.
    pub(crate) fn with_reference(&self, reference: &str) -> impl DoubleEndedIterator<Item = &Transaction> + use<'_> {
        let places = self.references.get(&reference.to_lowercase());
        places.into_iter().flatten().map(|index| &self.transactions[*index])
    }
}
