//! What the layers make of suppliers that hang, panic or are asked too much at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use model::{
    Absence, AttemptId, AttemptRef, Capabilities, Cause, Clock, Elsewhere, Evidence, Money, Offer, OperatorGuess,
    Outcome, PhoneNumber, Receipt, Supplier, SupplierError, SupplierName, Timestamp, TopUp,
};
use suppliers::{Layered, Limits, Suppliers, layers::CODE_NO_TURN};
use tokio::time::sleep;

use crate::world::{World, usd, word};

/// How a scripted supplier treats every call.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Manner {
    Answers,
    Takes(Duration),
    Hangs,
    Panics,
}

/// A supplier that treats every call alike and counts those under way.
pub(crate) struct Scripted {
    name: SupplierName,
    manner: Manner,
    begun: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(name: &str, manner: Manner) -> Arc<Self> {
        Arc::new(Self {
            name: name.parse().unwrap(),
            manner,
            begun: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }

    async fn call<T>(&self, answer: T) -> T {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(under_way, Ordering::SeqCst);
        match self.manner {
            Manner::Answers => {}
            Manner::Takes(time) => sleep(time).await,
            Manner::Hangs => std::future::pending().await,
            Manner::Panics => panic!("the connector has a fault"),
        }
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

#[async_trait]
impl Supplier for Scripted {
    fn name(&self) -> &SupplierName {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            call_timeout: Duration::from_secs(5),
            absence: Absence::Proof {
                after: Duration::from_secs(10),
                queries: 2,
            },
            lookup: false,
            statement: false,
            number_pause: Duration::ZERO,
        }
    }

    async fn offers(&self) -> Result<Vec<Offer>, SupplierError> {
        self.call(Ok(vec![])).await
    }

    async fn submit(&self, _: &TopUp, _: &Evidence) -> Outcome {
        self.call(Outcome::Delivered(Receipt::default())).await
    }

    async fn find(&self, _: &AttemptRef, _: &Evidence) -> Outcome {
        self.call(Outcome::Delivered(Receipt::default())).await
    }

    async fn late_changes(&self, _: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        self.call(Ok(vec![])).await
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        self.call(Ok(usd(1))).await
    }

    async fn lookup(&self, _: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        self.call(Ok(vec![])).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_is_unknown_or_unreachable() {
    let (world, layered) = (
        World::new(),
        Layered::new(Scripted::new("silent", Manner::Hangs), Limits::default()),
    );
    let topup = world.topup("5678");
    assert_eq!(
        layered.submit(&topup, &Evidence::new()).await,
        Outcome::Unknown(Cause::Timeout)
    );
    assert_eq!(
        layered.find(&world.refer(&topup), &Evidence::new()).await,
        Outcome::Unknown(Cause::Timeout)
    );
    let unreachable = SupplierError::Unreachable("no answer in time".into());
    assert_eq!(layered.offers().await, Err(unreachable.clone()));
    assert_eq!(layered.late_changes(world.clock.now()).await, Err(unreachable.clone()));
    assert_eq!(layered.float().await, Err(unreachable.clone()));
    assert_eq!(layered.lookup(topup.recipient).await, Err(unreachable));
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_its_own_call_only() {
    let (world, scripted) = (World::new(), Scripted::new("faulty", Manner::Panics));
    let layered = Layered::new(
        scripted.clone(),
        Limits {
            calls_max: 1,
            ..Limits::default()
        },
    );
    let topup = world.topup("5678");
    assert_eq!(
        layered.submit(&topup, &Evidence::new()).await,
        Outcome::Unknown(Cause::Interrupted)
    );
    assert_eq!(
        layered.find(&world.refer(&topup), &Evidence::new()).await,
        Outcome::Unknown(Cause::Interrupted)
    );
    assert!(matches!(layered.float().await, Err(SupplierError::Unusable(_))));
    assert_eq!(scripted.begun.load(Ordering::SeqCst), 3, "each call had its turn");
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_under_way_than_allowed() {
    let (world, scripted) = (
        World::new(),
        Scripted::new("busy", Manner::Takes(Duration::from_millis(10))),
    );
    let layered = Arc::new(Layered::new(
        scripted.clone(),
        Limits {
            calls_max: 3,
            ..Limits::default()
        },
    ));
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let (layered, topup) = (layered.clone(), world.topup("5678"));
            tokio::spawn(async move { layered.submit(&topup, &Evidence::new()).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(word(&task.await.unwrap()), "delivered");
    }
    assert_eq!(scripted.most.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_submission_without_a_turn_never_left_and_may_go_elsewhere() {
    let (world, scripted) = (World::new(), Scripted::new("silent", Manner::Hangs));
    let layered = Arc::new(Layered::new(
        scripted.clone(),
        Limits {
            calls_max: 1,
            ..Limits::default()
        },
    ));
    let (holder, first) = (layered.clone(), world.topup("5678"));
    let holding = tokio::spawn(async move { holder.submit(&first, &Evidence::new()).await });
    tokio::task::yield_now().await;
    let second = world.topup("5678");
    let outcome = layered.submit(&second, &Evidence::new()).await;
    let Outcome::Rejected(rejection) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        (rejection.code.as_str(), rejection.elsewhere),
        (CODE_NO_TURN, Elsewhere::May)
    );
    assert_eq!(
        layered.find(&world.refer(&second), &Evidence::new()).await,
        Outcome::Unknown(Cause::Timeout)
    );
    assert_eq!(scripted.begun.load(Ordering::SeqCst), 1, "only the first was sent");
    assert_eq!(holding.await.unwrap(), Outcome::Unknown(Cause::Timeout));
}

#[test]
fn waiting_for_a_turn_delays_what_absence_proves() {
    let limits = Limits::default();
    let layered = Layered::new(Scripted::new("calm", Manner::Answers), limits);
    let absence = Absence::Proof {
        after: Duration::from_secs(10) + limits.turn_max,
        queries: 2,
    };
    assert_eq!(layered.capabilities().absence, absence);
}

#[test]
fn suppliers_are_found_by_name_and_listed_in_its_order() {
    let mut suppliers = Suppliers::new();
    for name in ["second", "first"] {
        assert!(suppliers.insert(Scripted::new(name, Manner::Answers)).is_none());
    }
    assert!(suppliers.insert(Scripted::new("first", Manner::Hangs)).is_some());
    let names: Vec<_> = suppliers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    assert_eq!(
        suppliers.get(&"second".parse().unwrap()).unwrap().name().as_str(),
        "second"
    );
    assert!(suppliers.get(&"third".parse().unwrap()).is_none());
}
