//! Any movements in any order: the books stay whole and no balance falls below zero.

use std::{collections::HashMap, sync::Arc};

use engine::{
    Error, Settings,
    db::Tx,
    ledger::{self, Books, Deposit, InsufficientBalance, OrderMoney, SupplierCost},
};
use model::{AccountId, AttemptId, Clock, DepositId, OrderId, Timestamp};
use proptest::prelude::*;
use testkit::{World, usd};

#[derive(Debug, Clone)]
enum Move {
    Fund(usize, i64),
    Withdraw(usize, i64),
    Hold(usize, i64),
    Settle(usize),
    Refund(usize),
    Reverse(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let (account, cents, place) = (0..3_usize, 1..500_i64, 0..30_usize);
    let one = prop_oneof![
        1 => (account.clone(), cents.clone()).prop_map(|(account, cents)| Move::Fund(account, cents)),
        1 => (account.clone(), cents.clone()).prop_map(|(account, cents)| Move::Withdraw(account, cents)),
        4 => (account, cents).prop_map(|(account, cents)| Move::Hold(account, cents)),
        2 => place.clone().prop_map(Move::Settle),
        2 => place.clone().prop_map(Move::Refund),
        1 => place.prop_map(Move::Reverse),
    ];
    prop::collection::vec(one, 1..40)
}

/// What the books must say, kept apart from them.
#[derive(Clone, Default)]
struct Model {
    balances: HashMap<AccountId, i64>,
    orders: Vec<(OrderMoney, State)>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Held,
    Settled,
    Over,
}

impl Model {
    fn apply(&mut self, books: &mut Books, world: &World, accounts: &[AccountId], step: &Move) {
        let (ids, now) = (&world.context.ids, world.clock.now());
        let deposit = |account, cents| Deposit {
            account,
            id: DepositId::from_uuid(ids.next(now)),
            amount: usd(cents),
            note: "test".to_owned(),
        };
        match *step {
            Move::Fund(account, cents) => {
                books.fund(&deposit(accounts[account], cents));
                *self.balances.entry(accounts[account]).or_default() += cents;
            }
            Move::Withdraw(account, cents) => {
                let done = books.withdraw(&deposit(accounts[account], cents));
                self.take(accounts[account], cents, &done);
            }
            Move::Hold(account, cents) => {
                let order = OrderId::from_uuid(ids.next(now));
                let money = OrderMoney {
                    account: accounts[account],
                    order,
                    price: usd(cents),
                };
                let done = books.hold_for_order(&money);
                if self.take(accounts[account], cents, &done) {
                    self.orders.push((money, State::Held));
                }
            }
            Move::Settle(place) => self.settle(books, place),
            Move::Refund(place) => self.give_back(place, State::Held, |money| books.refund_order(money)),
            Move::Reverse(place) => self.give_back(place, State::Settled, |money| books.reverse_order(money)),
        }
    }

    fn take(&mut self, account: AccountId, cents: i64, done: &Result<(), InsufficientBalance>) -> bool {
        let balance = self.balances.entry(account).or_default();
        assert_eq!(done.is_ok(), *balance >= cents, "refused if and only if it isn't there");
        if done.is_ok() {
            *balance -= cents;
        }
        done.is_ok()
    }

    fn settle(&mut self, books: &mut Books, place: usize) {
        if let Some((money, state)) = self.orders.get_mut(place).filter(|(_, state)| *state == State::Held) {
            books.settle_order(money);
            books.owe_supplier(SupplierCost {
                account: money.account,
                attempt: AttemptId {
                    order: money.order,
                    number: 1,
                },
                supplier: "sandbox".parse().expect("a slug"),
                cost: money.price,
            });
            *state = State::Settled;
        }
    }

    fn give_back(&mut self, place: usize, from: State, moved: impl FnOnce(&OrderMoney)) {
        if let Some((money, state)) = self.orders.get_mut(place).filter(|(_, state)| *state == from) {
            moved(money);
            *self.balances.entry(money.account).or_default() += money.price.minor();
            *state = State::Over;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_movements_keep_the_books_whole(sets in prop::collection::vec(moves(), 1..4)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let database = testkit::database();
            let world = Arc::new(World::new(database, 1, Settings::default()).await);
            let mut accounts = Vec::new();
            for _ in 0..3 {
                accounts.push(world.account(0).await.id);
            }
            let mut model = Model::default();
            for set in sets.clone() {
                let (world_there, there) = (Arc::clone(&world), accounts.clone());
                model = world.db.write_with(move |tx| {
                    let mut model = model.clone();
                    let mut books = Books::open(tx, &there, world_there.clock.now())?;
                    for step in &set {
                        model.apply(&mut books, &world_there, &there, step);
                    }
                    books.write(tx)?;
                    Ok::<_, Error>(model)
                }).await.unwrap();
            }
            let books = world.db.read(move |tx| Books::open(tx, &accounts, Timestamp::default())).await.unwrap();
            for (account, cents) in &model.balances {
                assert_eq!(books.balance(*account, usd(0).currency()).minor(), *cents);
            }
            // The orders themselves are not there, only their money.
            let report = world.db.read(ledger::check).await.unwrap();
            assert!(report.is_whole(), "{:#?}", report.problems);
        });
    }
}

#[tokio::test]
async fn a_forged_balance_is_found() {
    let database = testkit::database();
    let world = World::new(database, 1, Settings::default()).await;
    let account = world.account(1_000).await.id;
    world.check_books().await;
    let forge = "UPDATE ledger_accounts SET balance_minor = balance_minor + 1 WHERE code = 'balance'";
    world
        .db
        .write_with(move |tx: &mut Tx<'_>| tx.execute(forge, &[]))
        .await
        .unwrap();
    let report = world.db.read(ledger::check).await.unwrap();
    let found = report
        .problems
        .iter()
        .any(|problem| problem.contains(&account.to_string()));
    assert!(found, "{:#?}", report.problems);
}

#[tokio::test]
async fn the_database_refuses_a_second_resolution_and_a_balance_below_zero() {
    let database = testkit::database();
    let world = World::new(database, 1, Settings::default()).await;
    let account = world.account(10_000).await.id;
    let key = world.order(account, "+15551234567").await;
    let money = OrderMoney {
        account,
        order: key.order,
        price: usd(2_600),
    };
    let now = world.clock.now();
    let resolve = move |tx: &mut Tx<'_>| {
        let mut books = Books::open(tx, &[account], now)?;
        books.refund_order(&money);
        books.write(tx)
    };
    world.db.write_with(resolve).await.expect("once");
    world
        .db
        .write_with(resolve)
        .await
        .expect_err("a hold is resolved at most once");
    let overdraw = "UPDATE ledger_accounts SET balance_minor = -1 WHERE code = 'balance'";
    let refused = world
        .db
        .write_with(move |tx: &mut Tx<'_>| tx.execute(overdraw, &[]))
        .await;
    refused.expect_err("no balance below zero");
}
