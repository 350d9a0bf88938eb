//! Everything that is open while the program runs: database, catalogue, accounts, suppliers.
//!
//! What requests read often is held in memory and swapped when its revision in the database moves:
//! at once in the process that changed it, within seconds in the others.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use arc_swap::ArcSwap;
use engine::{
    Context, Error, Settings,
    accounts::{self, Directory, KeyUse},
    catalog::{self, Snapshot},
    db::{Db, unfinished_copy},
    health::{Health, recent},
    invoices::{Invoice, Payment, Place, PlaceError, Placed},
    lookup::{self, Lesson, Lookup, Verdict},
    orders::restored,
    requests::{self, Requests},
};
use model::{AccountId, Clock, Ids, KeyId, OperatorId, PhoneNumber, ProductId, Timestamp};
use numbers::Numbers;
use suppliers::Suppliers;

use crate::{
    catalog::SharedCatalog,
    inbox::Inbox,
    routes::{Routes, Stored},
    tally::Tally,
};

/// Everything that is open while the program runs.
pub struct App {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and settings of the business.
    pub context: Arc<Context>,
    /// Who delivers.
    pub suppliers: Suppliers,
    /// What is known of numbers.
    pub lookup: Lookup,
    /// What routing goes by.
    pub routes: Routes,
    catalog: SharedCatalog,
    directory: ArcSwap<Directory>,
    lessons: Mutex<Vec<Lesson>>,
    key_uses: Mutex<BTreeMap<(AccountId, KeyId), Timestamp>>,
    pub(crate) tally: Tally,
    pub(crate) inbox: Inbox,
}

/// So many lessons wait to be stored at most; those beyond are only remembered until the end.
const LESSONS_BOUND: usize = 10_000;

/// Requests of so many accounts are kept in one transaction, so that no order waits long for it.
const REQUESTS_AT_ONCE: usize = 200;

/// What an [`App`] is opened with.
pub struct AppOptions {
    /// The database.
    pub db: Db,
    /// How the business behaves.
    pub settings: Settings,
    /// Who delivers: made when the catalogue is there.
    pub suppliers: Box<dyn FnOnce(&SharedCatalog) -> Suppliers + Send>,
    /// How the outside sees an invoice.
    pub present: Arc<dyn Fn(&Invoice) -> String + Send + Sync>,
    /// What is known of numbering plans.
    pub numbers: &'static Numbers,
    /// Where ids come from.
    pub ids: Ids,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl App {
    /// Opens everything; an empty database gets the default catalogue.
    pub async fn open(options: AppOptions) -> Result<Arc<Self>, Error> {
        let AppOptions {
            db,
            settings,
            suppliers,
            present,
            numbers,
            ids,
            clock,
        } = options;
        let now = clock.now();
        let restored_at = db.read(restored::restored_at).await?;
        let settings = Settings {
            restored_at,
            ..settings
        };
        if let Some(source) = db.read(unfinished_copy).await? {
            return Err(Error::setup(format_args!(
                "the database holds an unfinished copy of {source}: repeat recarga db copy, which goes on where it was"
            )));
        }
        db.write_with(move |tx| catalog::seed_default(tx, now)).await?;
        let (snapshot, directory, lookup) = db
            .read(move |tx| {
                let lookup = Lookup::load(tx, numbers)?;
                Ok::<_, Error>((Snapshot::load(tx, now)?, Directory::load(tx)?, lookup))
            })
            .await?;
        let catalog = Arc::new(ArcSwap::from_pointee(snapshot));
        let suppliers = suppliers(&catalog);
        catalog.store(Arc::new(load_sold(&db, &suppliers, now).await?));
        let since = now.minus(Health::SEED_SPAN);
        let (stored, recent) = db
            .read(move |tx| Ok::<_, Error>((Stored::read(tx, 0, now)?, recent(tx, since)?)))
            .await?;
        Ok(Arc::new(Self {
            routes: Routes::new(&suppliers, &catalog.load(), (stored, &recent), now),
            db,
            clock,
            context: Arc::new(Context { ids, settings, present }),
            suppliers,
            lookup,
            catalog,
            directory: ArcSwap::from_pointee(directory),
            lessons: Mutex::default(),
            key_uses: Mutex::default(),
            tally: Tally::default(),
            inbox: Inbox::default(),
        }))
    }

    /// What is sold now.
    pub fn catalog(&self) -> Arc<Snapshot> {
        self.catalog.load_full()
    }

    /// Whose product it is, while it is sold.
    pub(crate) fn operator(&self, product: &ProductId) -> Option<OperatorId> {
        Some(self.catalog.load().product(product.as_str())?.operator.clone())
    }

    /// Who may come in now.
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }

    /// Reads again what has changed in the database.
    pub async fn refresh(self: &Arc<Self>) -> Result<(), Error> {
        let now = self.clock.now();
        let revisions =
            |tx: &mut engine::db::Tx<'_>| Ok::<_, Error>((catalog::revision(tx)?, Directory::current_revision(tx)?));
        let (catalog_revision, accounts_revision) = self.db.read(revisions).await?;
        let outdated = self.catalog().valid_until().is_some_and(|until| until <= now);
        self.keep_catalog(catalog_revision, outdated, now).await?;
        if self.directory().revision() != accounts_revision {
            self.directory.store(Arc::new(self.db.read(Directory::load).await?));
        }
        let known = self.routes.conditions().version;
        let stored = self.db.read(move |tx| Stored::read(tx, known, now)).await?;
        self.routes.learn(stored, now);
        let app = Arc::clone(self);
        self.db.read(move |tx| app.lookup.catch_up(tx)).await
    }

    /// Reads the catalogue again where it has changed.
    pub async fn refresh_catalog(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let revision = self.db.read(catalog::revision).await?;
        self.keep_catalog(revision, false, now).await
    }

    async fn keep_catalog(&self, revision: i64, outdated: bool, now: Timestamp) -> Result<(), Error> {
        if outdated || self.catalog().revision() != revision {
            let sold = load_sold(&self.db, &self.suppliers, now).await?;
            self.catalog.store(Arc::new(sold));
        }
        Ok(())
    }

    /// Learns whose a number is from what a supplier said of a delivery; stored by the next
    /// [`Self::store_lessons`].
    pub fn learn(&self, number: PhoneNumber, product: &ProductId, verdict: Verdict) {
        let catalog = self.catalog();
        let Some(product) = catalog.product(product.as_str()).filter(|product| !product.test) else {
            return;
        };
        let lesson = Lesson {
            number,
            operator: product.operator.clone(),
            verdict,
            learned_at: self.clock.now(),
        };
        self.lookup.learn(number, &lesson.operator, verdict, lesson.learned_at);
        let mut lessons = self.lessons.lock().expect("nothing panics over a list");
        if lessons.len() < LESSONS_BOUND {
            lessons.push(lesson);
        }
    }

    /// Stores what was learned since the last time, apart from the orders that taught it: a lesson
    /// may be lost, and it belongs to no account.
    pub async fn store_lessons(&self) -> Result<(), Error> {
        let lessons = std::mem::take(&mut *self.lessons.lock().expect("nothing panics over a list"));
        if lessons.is_empty() {
            return Ok(());
        }
        let store = move |tx: &mut engine::db::Tx<'_>| {
            lookup::store_lessons(tx, &lessons)?;
            lookup::forget_oldest(tx)
        };
        self.db.write_with(store).await.map(|_| ())
    }

    /// Remembers that a key was used; kept by the next [`Self::store_key_uses`].
    pub(crate) fn note_key_use(&self, account: AccountId, key: KeyId) {
        let mut uses = self.key_uses.lock().expect("nothing panics over a map");
        uses.insert((account, key), self.clock.now());
    }

    /// Keeps when keys were used since the last time. What can't be kept is only a moment that nobody bills.
    pub async fn store_key_uses(&self) -> Result<(), Error> {
        let uses = std::mem::take(&mut *self.key_uses.lock().expect("nothing panics over a map"));
        if uses.is_empty() {
            return Ok(());
        }
        let uses = uses.into_iter().map(|((account, key), at)| KeyUse { account, key, at });
        let uses: Vec<_> = uses.collect();
        let store = move |tx: &mut engine::db::Tx<'_>| accounts::note_uses(tx, &uses);
        self.db.write_with(store).await
    }

    /// Keeps how many requests were made since the last time: on the day it is now, whatever the last seconds were.
    /// What can't be kept is tried again the next time.
    pub async fn store_requests(&self) -> Result<(), Error> {
        let counted = self.tally.take(requests::day_of(self.clock.now()));
        let mut result = Ok(());
        for some in counted.chunks(REQUESTS_AT_ONCE) {
            let rows: Vec<Requests> = some.to_vec();
            if result.is_ok() {
                result = self.db.write_with(move |tx| requests::add(tx, &rows)).await;
            }
            if result.is_err() {
                self.tally.put_back(some);
            }
        }
        result
    }

    /// Places an invoice and tells the worker of this process.
    pub async fn place(&self, place: Place) -> Result<Result<Placed, PlaceError>, Error> {
        let paid = place.payment == Payment::Now;
        let answer = self.db.write(place).await?;
        if let (true, Ok(Placed::New(invoice))) = (paid, &answer) {
            self.set_out(invoice);
        }
        Ok(answer)
    }

    /// Tells the worker of this process that an invoice was paid.
    pub fn set_out(&self, invoice: &Invoice) {
        self.inbox.put(invoice.orders.iter().map(engine::orders::Order::key));
    }
}

/// Reads what is sold by those who can be called: what others would deliver is neither priced nor in stock.
async fn load_sold(db: &Db, suppliers: &Suppliers, now: Timestamp) -> Result<Snapshot, Error> {
    let snapshot = db.read(move |tx| Snapshot::load(tx, now)).await?;
    Ok(snapshot.only(|supplier, product| suppliers.sells(supplier, product)))
}
