//! One history: accounts buy from three suppliers, workers work and die, people decide, time jumps, and
//! in the end everything is settled.

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    accounts::{self, AccountStatus},
    idempotency::IdempotencyKey,
    invoices::{self, Payment, Place, PlaceError, Placed, Repeats},
    orders::{self, OrderStatus},
    routing::RuleSet,
};
use model::{AccountId, Clock};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use testkit::{Database, World, usd};
use tokio::task::JoinSet;

use crate::{
    auditor::Auditor,
    market::{Market, PRICES},
    workers::{Answer, Worker},
};

const ACCOUNTS: usize = 4;
const STEPS: usize = 400;
/// Once nothing new happens, everything has an end after so many steps of twenty minutes at most.
const SETTLING_STEPS: usize = 400;

pub(crate) struct History {
    pub(crate) world: World,
    pub(crate) rng: StdRng,
    pub(crate) market: Market,
    pub(crate) workers: [Worker; 2],
    pub(crate) rules: Arc<RuleSet>,
    auditor: Auditor,
    accounts: Vec<AccountId>,
    keys: u32,
}

impl History {
    /// Lives through a history and audits it; answers how many orders were in it.
    pub(crate) async fn live(database: Database, seed: u64) -> usize {
        let mut rng = StdRng::seed_from_u64(seed);
        let settings = Settings {
            two_person: true,
            ..Settings::default()
        };
        let mut world = World::new(database, seed, settings).await;
        let market = Market::new(seed);
        world.sell_from(&PRICES).await;
        let mut auditor = Auditor::default();
        let mut accounts = Vec::new();
        for _ in 0..ACCOUNTS {
            let cents = rng.random_range(0..2_000_000);
            let account = world.account(cents).await.id;
            auditor.funded(account, cents);
            accounts.push(account);
        }
        let mut history = Self {
            world,
            rng,
            market,
            workers: Default::default(),
            rules: Arc::default(),
            auditor,
            accounts,
            keys: 0,
        };
        for _ in 0..STEPS {
            history.step().await;
        }
        history.settle().await;
        history.auditor.audit(&history.world, &history.market).await
    }

    async fn step(&mut self) {
        self.world
            .clock
            .advance(Duration::from_millis(self.rng.random_range(0..3_000)));
        match self.rng.random_range(0..24) {
            0 => self.fund().await,
            1 => self.end_an_invoice().await,
            2 => self.suspend_or_not().await,
            3 => self.take_back().await,
            4 => self.kill_a_worker().await,
            5 => self.change_rules(),
            6 => self.decide().await,
            7 => self.market.deposit(&mut self.rng),
            _ => self.buy().await,
        }
        self.work().await;
        self.answer().await;
    }

    /// Several requests at once, some with keys that repeat, most paid at once.
    async fn buy(&mut self) {
        let requests: Vec<_> = (0..self.rng.random_range(1..12)).map(|_| self.request()).collect();
        let mut running = JoinSet::new();
        for request in requests {
            let (db, account) = (self.world.db.clone(), request.account);
            let key = request.idempotency.as_ref().map(|key| key.key.clone());
            running.spawn(async move { (account, key, db.write(request).await.expect("the database works")) });
        }
        while let Some(done) = running.join_next().await {
            let (account, key, answer) = done.expect("a request doesn't panic");
            match answer {
                Ok(Placed::New(invoice)) => self.auditor.placed(&invoice, key),
                Ok(Placed::Again(answer)) => self.auditor.placed_again(account, key.as_deref(), &answer),
                Err(PlaceError::BalanceTooLow(short)) => assert!(short.needed.minor() > short.available.minor()),
                Err(PlaceError::AccountSuspended | PlaceError::DuplicateTopup { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }

    fn request(&mut self) -> Place {
        let account = *self.accounts.choose(&mut self.rng).expect("some accounts");
        let count = self.rng.random_range(1..4);
        let lines = (0..count).map(|_| {
            let number = format!("+1555{:07}", self.rng.random_range(0..3_000));
            self.world.line(&number)
        });
        let mut request = self.world.request(account, lines.collect());
        if self.rng.random_ratio(1, 4) {
            request.payment = Payment::Later;
        }
        if self.rng.random_ratio(1, 2) {
            request.repeats = Repeats::Allow;
        }
        if self.rng.random_ratio(1, 3) {
            request.webhook_url = Some("https://example.com/hook".to_owned());
        }
        if self.rng.random_ratio(1, 3) {
            self.keys += self.rng.random_range(0..2);
            request.idempotency = Some(IdempotencyKey::new(&format!("key {}", self.keys), "/invoices", b"same"));
        }
        request
    }

    async fn fund(&mut self) {
        let account = *self.accounts.choose(&mut self.rng).expect("some accounts");
        let cents = self.rng.random_range(-50_000..100_000);
        let (context, now) = (Arc::clone(&self.world.context), self.world.clock.now());
        let fund = move |tx: &mut engine::db::Tx<'_>| {
            accounts::fund(tx, &context.ids, account, (usd(cents), "simulated"), now)
        };
        if self.world.db.write_with(fund).await.is_ok() {
            self.auditor.funded(account, cents);
        }
    }

    /// Pays, cancels or lets expire something that is unpaid.
    async fn end_an_invoice(&mut self) {
        let (context, now) = (Arc::clone(&self.world.context), self.world.clock.now());
        let Some(unpaid) = self.auditor.an_unpaid(&mut self.rng) else {
            return;
        };
        match self.rng.random_range(0..3) {
            0 => {
                let paid = self
                    .world
                    .db
                    .write_with(move |tx| invoices::pay(tx, unpaid, None, now))
                    .await;
                if let Ok(invoices::Paid::Now(invoice)) = paid {
                    self.auditor.paid(&invoice);
                }
            }
            1 => {
                let cancelled = self
                    .world
                    .db
                    .write_with(move |tx| invoices::cancel(tx, &context, unpaid, now))
                    .await;
                if cancelled.is_ok() {
                    self.auditor.ended(unpaid);
                }
            }
            _ => {
                self.world
                    .clock
                    .advance(Duration::from_secs(self.rng.random_range(0..4 * 3_600)));
                let now = self.world.clock.now();
                let expire = move |tx: &mut engine::db::Tx<'_>| invoices::expire(tx, &context, now, 10_000);
                self.world.db.write_with(expire).await.expect("expiring works");
                self.auditor.expired(now);
            }
        }
    }

    async fn suspend_or_not(&mut self) {
        let account = *self.accounts.choose(&mut self.rng).expect("some accounts");
        let status = if self.rng.random_ratio(1, 3) {
            AccountStatus::Suspended
        } else {
            AccountStatus::Active
        };
        let set = move |tx: &mut engine::db::Tx<'_>| accounts::set_status(tx, account, status);
        self.world.db.write_with(set).await.expect("the account is there");
    }

    /// What suppliers took back is heard of.
    async fn take_back(&mut self) {
        let now = self.world.clock.now();
        let mut answers = Vec::new();
        for attempt in self.market.late_changes(now) {
            let find = move |tx: &mut engine::db::Tx<'_>| {
                let Some((key, found)) = orders::find_by_attempt(tx, attempt)? else {
                    return Ok(None);
                };
                let order = orders::find(tx, key.account, key.order)?.expect("an attempt has its order");
                let by = matches!(order.status, OrderStatus::Delivered { attempt: by, .. } if by == attempt.number);
                Ok::<_, engine::Error>(by.then_some((key, found)))
            };
            if let Some((key, found)) = self.world.db.read(find).await.expect("the database works") {
                let outcome = self.market.supplier(&found.supplier).find(attempt, now);
                answers.push(Answer::to_question(key, &found, outcome, now));
            }
        }
        self.resolve(answers).await;
    }

    /// Nothing new: everything under way comes to its end.
    async fn settle(&mut self) {
        for _ in 0..SETTLING_STEPS {
            self.world.clock.advance(Duration::from_mins(17));
            self.work().await;
            self.answer().await;
            self.take_back().await;
            self.decide().await;
            let open = "SELECT COUNT(*) FROM orders WHERE due_at IS NOT NULL";
            let count = move |tx: &mut engine::db::Tx<'_>| tx.find(open, &[], |row| row.int(0));
            if self.world.db.read(count).await.expect("the database works") == Some(0)
                && self.workers.iter().all(|worker| worker.answers.is_empty())
            {
                for _ in 0..20 {
                    self.take_back().await;
                }
                return;
            }
        }
        panic!("an order never ended");
    }
}
