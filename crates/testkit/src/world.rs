//! A world to tell stories in: a database with the default catalogue, a clock, and accounts.

use std::sync::Arc;

use engine::{
    Context, Settings,
    accounts::{self, Account, Directory, NewAccount},
    catalog::{self, BelowCost, ImportError, Keep, OfferRecord, Snapshot},
    db::Db,
    invoices::{Invoice, Line, Payment, Place, PlaceError, Placed, Repeats},
    ledger,
    orders::{Begin, Begun, Call, Order, OrderKey, Recipe, Resolve, Resolved},
    routing::Conditions,
};
use model::{Absence, AccountId, Clock, Currency, Elsewhere, Fault, Ids, Money, Outcome, Rejection, Timestamp};

use crate::{Database, ManualClock};

/// A world with the default catalogue and a clock that a test moves.
#[derive(Clone)]
pub struct World {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// Ids and settings.
    pub context: Arc<Context>,
    /// What is sold.
    pub catalog: Arc<Snapshot>,
    /// What is done while nobody knows.
    pub recipe: Recipe,
    /// What routing goes by.
    pub conditions: Arc<Conditions>,
    _database: Arc<Database>,
}

/// Dollars, in cents.
pub fn usd(cents: i64) -> Money {
    Money::new(cents, dollar())
}

/// What a supplier says of a number that can't be topped up, by anybody.
pub fn refused() -> Outcome {
    Outcome::Rejected(Rejection {
        fault: Fault::Number,
        elsewhere: Elsewhere::MustNot,
        code: "refused".to_owned(),
        message: "refused".to_owned(),
        again_after_s: None,
    })
}

fn dollar() -> Currency {
    "USD".parse().expect("a currency")
}

/// The seed that `RECARGA_SEED` names, or one of the moment; printed, so that a failure can be repeated.
#[expect(clippy::disallowed_methods, reason = "a test's seed is chosen from outside")]
pub fn seed_from_environment() -> u64 {
    let named = std::env::var("RECARGA_SEED").ok().and_then(|text| text.parse().ok());
    let seed = named.unwrap_or_else(rand::random);
    println!("RECARGA_SEED={seed}");
    seed
}

impl World {
    /// Makes a world in a database.
    pub async fn new(database: Database, seed: u64, settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::default());
        let now = clock.now();
        let db = database.db.clone();
        db.write_with(move |tx| catalog::seed_default(tx, now))
            .await
            .expect("the default catalogue");
        let snapshot = db.read(move |tx| Snapshot::load(tx, now)).await.expect("a catalogue");
        let present = Arc::new(|invoice: &Invoice| format!("{{\"id\":\"{}\"}}", invoice.id));
        let recipe = Recipe::new(Absence::Proof {
            after: std::time::Duration::from_secs(10),
            queries: 2,
        });
        Self {
            db,
            clock,
            context: Arc::new(Context {
                ids: Ids::seeded(seed),
                settings,
                present,
            }),
            catalog: Arc::new(snapshot),
            recipe,
            conditions: Arc::default(),
            _database: Arc::new(database),
        }
    }

    /// The same world as another process sees it.
    #[must_use]
    pub fn seen_through(&self, db: Db) -> Self {
        Self { db, ..self.clone() }
    }

    /// Makes an account that pays in dollars and has so many cents.
    pub async fn account(&self, cents: i64) -> Account {
        let (context, now) = (Arc::clone(&self.context), self.clock.now());
        let made = self.db.write_with(move |tx| {
            let new = NewAccount {
                name: "Test".to_owned(),
                currency: dollar(),
                markup_bps: 300,
                below_cost: BelowCost::Refuse,
            };
            let account = accounts::create(tx, &context.ids, &new, now)?;
            if cents > 0 {
                accounts::fund(tx, &context.ids, account.id, (usd(cents), "test"), now)?;
            }
            Ok::<_, accounts::AccountError>(account)
        });
        made.await.expect("an account")
    }

    /// Has suppliers sell what [`World::line`] buys, each at so many cents; the sandbox sells it no more.
    pub async fn sell_from(&mut self, suppliers: &[(&str, i64)]) {
        let offer = |(name, cents): &(&str, i64)| OfferRecord {
            supplier: (*name).to_owned(),
            sku: "25".to_owned(),
            product: "at-t-usa".to_owned(),
            cost_currency: "USD".to_owned(),
            value: Some("25".to_owned()),
            cost: Some(model::decimal_text(usd(*cents).major())),
            range: None,
            currency: None,
            cost_rate: None,
            parameters: None,
        };
        let offers: Vec<_> = suppliers.iter().map(offer).collect();
        let now = self.clock.now();
        let replace = self.db.write_with(move |tx| {
            let mut file = catalog::export(tx)?;
            file.offers.retain(|offer| offer.product != "at-t-usa");
            file.offers.extend(offers.iter().cloned());
            catalog::import(tx, &file, Keep::Nothing)?;
            Ok::<_, ImportError>(Snapshot::load(tx, now)?)
        });
        self.catalog = Arc::new(replace.await.expect("the offers are written"));
    }

    /// One order of 25 dollars at 20 for a number.
    pub fn line(&self, phone_number: &str) -> Line {
        Line {
            product: "at-t-usa".parse().expect("a slug"),
            product_name: "AT&T".to_owned(),
            package_value: Some("25".to_owned()),
            value: usd(2_500),
            phone_number: phone_number.parse().expect("a number"),
            country: "US".parse().expect("a country"),
            price: usd(2_600),
        }
    }

    /// A request for lines, paid at once.
    pub fn request(&self, account: AccountId, lines: Vec<Line>) -> Place {
        Place {
            account,
            lines,
            payment: Payment::Now,
            repeats: Repeats::Refuse,
            reference: None,
            webhook_url: None,
            idempotency: None,
            answer: Arc::new(|invoice| invoice.id.to_string()),
            now: self.clock.now(),
            context: Arc::clone(&self.context),
        }
    }

    /// Places a request that has to be new.
    pub async fn place(&self, request: Place) -> Result<Invoice, PlaceError> {
        match self.db.write(request).await.expect("the database works")? {
            Placed::New(invoice) => Ok(*invoice),
            Placed::Again(answer) => panic!("{answer} was there before"),
        }
    }

    /// Places one order for a number and answers its key.
    pub async fn order(&self, account: AccountId, phone_number: &str) -> OrderKey {
        let request = self.request(account, vec![self.line(phone_number)]);
        self.place(request).await.expect("an invoice").orders[0].key()
    }

    /// Begins work on an order.
    pub async fn begin(&self, key: OrderKey) -> Begun {
        let directory = self.db.read(Directory::load).await.expect("accounts");
        let begin = Begin {
            key,
            now: self.clock.now(),
            catalog: Arc::clone(&self.catalog),
            directory: Arc::new(directory),
            conditions: Arc::clone(&self.conditions),
            context: Arc::clone(&self.context),
        };
        self.db.write(begin).await.expect("the database works")
    }

    /// Writes an outcome that comes at once.
    pub async fn resolve(&self, key: OrderKey, attempt: u32, call: Call, outcome: Outcome) -> Resolved {
        self.resolve_late(key, (attempt, call, self.clock.now()), outcome).await
    }

    /// Writes the outcome of a call that was begun at some earlier moment.
    pub async fn resolve_late(
        &self,
        key: OrderKey,
        (attempt, call, called_at): (u32, Call, Timestamp),
        outcome: Outcome,
    ) -> Resolved {
        let (now, context) = (self.clock.now(), Arc::clone(&self.context));
        let resolve = Resolve {
            key,
            attempt,
            outcome,
            call,
            recipe: self.recipe,
            exchanges: Vec::new(),
            called_at,
            now,
            context,
        };
        self.db.write(resolve).await.expect("the database works")
    }

    /// Reads an order.
    pub async fn find(&self, key: OrderKey) -> Order {
        let found = self
            .db
            .read(move |tx| engine::orders::find(tx, key.account, key.order))
            .await;
        found.expect("the database works").expect("the order is there")
    }

    /// What an account may spend, in cents.
    pub async fn balance(&self, account: AccountId) -> i64 {
        let balance = self.db.read(move |tx| accounts::balance(tx, account)).await;
        balance.expect("the account is there").0.minor()
    }

    /// Asserts that the books are whole.
    pub async fn check_books(&self) {
        let report = self.db.read(ledger::check).await.expect("the database works");
        assert!(report.is_whole(), "{:#?}", report.problems);
    }
}
