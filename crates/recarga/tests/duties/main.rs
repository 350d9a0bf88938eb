//! What workers do for suppliers by themselves: lists, floats, and each day's records.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

mod restored;
mod scripted;

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    accounts::{self, NewAccount},
    cases::{self, CaseFilter, CaseKind},
    catalog::{BelowCost, mapping::MappingPolicy},
    db::{Db, Tx},
    duties,
    floats::{self, FloatPolicy, Thresholds},
    reconcile::{self, Day},
    requests::{self, Requests},
};
use model::{Clock, Ids, Listing, Supplier};
use numbers::Numbers;
use recarga::{
    App,
    app::AppOptions,
    worker::{self, DutySettings, WorkerSettings},
};
use scripted::{Scripted, airtime, record};
use testkit::{Database, ManualClock, database, usd};
use tokio::sync::watch;

const HOUR: Duration = Duration::from_hours(1);

/// One process on a database, with a seed of its own.
async fn app(db: Db, clock: Arc<ManualClock>, seed: u64, suppliers: Vec<Arc<dyn Supplier>>) -> Arc<App> {
    let options = AppOptions {
        db,
        settings: Settings::default(),
        suppliers: Box::new(move |_| suppliers.into_iter().collect()),
        present: Arc::new(|invoice| invoice.id.to_string()),
        numbers: Numbers::embedded(),
        ids: Ids::seeded(seed),
        clock,
    };
    App::open(options).await.unwrap()
}

/// Two processes on one database, with one supplier.
struct House {
    app: Arc<App>,
    supplier: Arc<Scripted>,
    clock: Arc<ManualClock>,
    stop: watch::Sender<bool>,
    _database: Database,
}

impl House {
    async fn open(supplier: Scripted) -> Self {
        let database = database();
        let (supplier, clock, stop) = (
            Arc::new(supplier),
            Arc::new(ManualClock::default()),
            watch::channel(false).0,
        );
        let mut apps = Vec::new();
        for seed in 1..=2 {
            let of: Arc<dyn Supplier> = supplier.clone();
            let app = app(database.db.clone(), clock.clone(), seed, vec![of]).await;
            tokio::spawn(worker::run(Arc::clone(&app), settings(), stop.subscribe()));
            apps.push(app);
        }
        Self {
            app: apps.remove(0),
            supplier,
            clock,
            stop,
            _database: database,
        }
    }

    /// Waits until something has come to be so.
    async fn until<T, F: Future<Output = Option<T>>>(&self, what: &str, look: impl Fn() -> F) -> T {
        let looking = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(Duration::from_mins(1), looking).await;
        found.unwrap_or_else(|_| panic!("{what} never came to be"))
    }

    /// The SKUs that are offered for Digicel in Haiti, in this process's memory.
    fn offered(&self) -> Vec<String> {
        let catalog = self.app.catalog();
        let offers = catalog.offers(&"digicel-haiti".parse().unwrap()).iter();
        let ours = offers.filter(|offer| offer.supplier.as_str() == "scripted");
        ours.map(|offer| offer.offer.sku.to_string()).collect()
    }

    async fn until_offered(&self, skus: &[&str]) {
        let what = format!("an offer of {skus:?}");
        self.until(&what, || async { (self.offered() == skus).then_some(()) })
            .await;
        self.until_seen_to().await;
    }

    /// Waits until nothing is under way: what is done while the clock moves would be due an hour later than its test thinks.
    async fn until_seen_to(&self) {
        for name in ["sync:scripted", "float:scripted"] {
            let done = || async {
                let last = self.app.db.read(move |tx| duties::find(tx, name)).await.unwrap();
                last.filter(|last| last.due_at >= self.clock.now() + HOUR)
            };
            self.until(name, done).await;
        }
    }

    /// Waits until a duty has failed, and says why.
    async fn failure_of(&self, name: &'static str) -> String {
        let find = || async {
            let last = self.app.db.read(move |tx| duties::find(tx, name)).await.unwrap();
            last.and_then(|last| last.failure)
        };
        self.until(name, find).await
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

fn settings() -> WorkerSettings {
    let often = Duration::from_millis(5);
    WorkerSettings {
        poll: often,
        sweep: often,
        duties: DutySettings {
            look_every: often,
            sync_every: Some(HOUR),
            mapping: MappingPolicy::default(),
            float_every: Some(HOUR),
            floats: FloatPolicy {
                kept: HOUR * 99,
                warn_within: Duration::ZERO,
            },
            reconcile_after: Some(HOUR * 3),
        },
        ..WorkerSettings::default()
    }
}

fn list(skus: &[&str]) -> Vec<Listing> {
    skus.iter().map(|sku| airtime(sku)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_fetched_by_one_of_all_and_one_that_can_not_be_believed_changes_nothing() {
    let house = House::open(Scripted::selling(list(&["a", "b"]))).await;
    house.until_offered(&["a", "b"]).await;
    assert_eq!(house.supplier.asked_for_lists(), 1, "of two processes one has asked");
    house.supplier.sell(Vec::new());
    house.clock.advance(HOUR);
    let why = house.failure_of("sync:scripted").await;
    assert_eq!(
        why,
        "scripted lists nothing at all, and had things to sell before: its list is not believed"
    );
    assert_eq!(house.offered(), ["a", "b"]);
    house.supplier.sell(list(&["b"]));
    house.clock.advance(HOUR);
    house.until_offered(&["b"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_too_little_of_our_money_is_not_sold_from_until_there_is_more() {
    let house = House::open(Scripted::selling(list(&["a"]))).await;
    house.until_offered(&["a"]).await;
    let thresholds = Thresholds {
        currency: usd(0).currency(),
        low: None,
        stop: Some(usd(500)),
    };
    let set = move |tx: &mut Tx<'_>| floats::set_thresholds(tx, &"scripted".parse().unwrap(), &thresholds);
    house.app.db.write_with(set).await.unwrap();
    house.supplier.hold(usd(400));
    house.clock.advance(HOUR);
    house.until_offered(&[]).await;
    house.supplier.hold(usd(40_000));
    house.clock.advance(HOUR);
    house.until_offered(&["a"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn yesterday_is_compared_once_by_one_of_all() {
    let house = House::open(Scripted::selling(list(&["a"]))).await;
    let yesterday = house.clock.now();
    house.supplier.state(vec![record("X", yesterday)]);
    house.clock.advance(HOUR * 24);
    let opened = || async {
        let filter = CaseFilter {
            kind: Some(CaseKind::TheirsOnly),
            ..CaseFilter::default()
        };
        let cases = house.app.db.read(move |tx| cases::list(tx, &filter, 10)).await.unwrap();
        (!cases.is_empty()).then_some(cases)
    };
    let cases = house.until("a case", opened).await;
    assert_eq!((cases.len(), cases[0].found.subject.as_str()), (1, "X"));
    house.until_seen_to().await;
    let asked = house.supplier.asked_for_statements();
    house.clock.advance(HOUR * 2);
    house.supplier.sell(list(&["later"]));
    house.until_offered(&["later"]).await;
    assert_eq!(house.supplier.asked_for_statements(), asked, "the day was compared");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_of_requests_are_forgotten_after_ninety_days() {
    let house = House::open(Scripted::selling(list(&["a"]))).await;
    house.until_offered(&["a"]).await;
    let (context, now) = (Arc::clone(&house.app.context), house.clock.now());
    let today = requests::day_of(now);
    let write = move |tx: &mut Tx<'_>| {
        let new = NewAccount {
            name: "Kiosk".to_owned(),
            currency: usd(0).currency(),
            markup_bps: 0,
            below_cost: BelowCost::Refuse,
        };
        let account = accounts::create(tx, &context.ids, &new, now)?.id;
        let ends = [1; requests::ENDS];
        let counted = [90, 89, 0].map(|ago| Requests {
            account,
            day: today - ago,
            ends,
        });
        requests::add(tx, &counted)?;
        Ok::<_, engine::Error>(account)
    };
    let account = house.app.db.write_with(write).await.unwrap();
    house.clock.advance(HOUR * 24);
    let left = || async {
        let read = move |tx: &mut Tx<'_>| requests::of_account(tx, account, [0, today + 1]);
        let found = house.app.db.read(read).await.unwrap();
        let ago: Vec<_> = found.iter().map(|one| today - one.day).collect();
        (ago != [90, 89, 0]).then_some(ago)
    };
    assert_eq!(house.until("something forgotten", left).await, [89, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_no_worker_was_there_is_compared_later() {
    let house = House::open(Scripted::selling(list(&["a"]))).await;
    let was_compared = |day: Day| {
        let app = &house.app;
        move || async move {
            let supplier = "scripted".parse().unwrap();
            let compared = app.db.read(move |tx| reconcile::was_compared(tx, &supplier, day)).await;
            compared.unwrap().then_some(())
        }
    };
    let first = Day::of(house.clock.now());
    house.clock.advance(HOUR * 24);
    house.until("the first day", was_compared(first)).await;
    let missed = Day::of(house.clock.now());
    house.clock.advance(HOUR * 48);
    house.until("the day that was missed", was_compared(missed)).await;
    house
        .until("yesterday", was_compared(Day::of(house.clock.now()).before()))
        .await;
    let before = first.before().before();
    assert!(was_compared(before)().await.is_none(), "nothing was done here then");
}
