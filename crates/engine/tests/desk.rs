//! What an account's own people look at and change: statements, orders, keys and webhooks.

use std::{sync::Arc, time::Duration};

use engine::{
    Settings,
    accounts::{self, AccountError, KeyUse, Scope},
    db::Tx,
    ledger::{self, Lines},
    orders::{self, Call, OrderFilter},
    page::PageRequest,
    spent_today,
    webhooks::{self, Answer, TEST_EVENT, Tried},
};
use model::{AccountId, Clock, Outcome, Receipt, Timestamp};
use testkit::{World, database, refused, usd};

const FUNDED: i64 = 100_000;

async fn world() -> World {
    World::new(database(), 1, Settings::default()).await
}

async fn lines_of(world: &World, account: AccountId, from: Option<Timestamp>, until: Option<Timestamp>) -> Lines {
    let found = world.db.read(move |tx| ledger::lines_of(tx, account, (from, until)));
    found.await.expect("the database works")
}

#[tokio::test]
async fn a_statement_of_days_has_every_line_once() {
    let world = world().await;
    let account = world.account(FUNDED).await.id;
    let mut cuts = vec![world.clock.now()];
    for number in 0..20 {
        world.clock.advance(Duration::from_hours(1));
        world.order(account, &format!("+155512345{number:02}")).await;
        if number % 5 == 4 {
            world.clock.advance(Duration::from_mins(10));
            cuts.push(world.clock.now());
        }
    }
    assert_eq!(
        lines_of(&world, account, None, None).await,
        Lines { first: 1, last: 21 }
    );
    let mut next = 1;
    for pair in cuts.windows(2) {
        let lines = lines_of(&world, account, Some(pair[0]), Some(pair[1])).await;
        assert_eq!(lines.first, next, "it begins where the one before has ended");
        next = lines.last + 1;
    }
    assert_eq!(next, 22, "the deposit and twenty orders");
    let later = world.clock.now() + Duration::from_hours(24);
    assert_eq!(lines_of(&world, account, Some(later), None).await.count(), 0);
    assert_eq!(lines_of(&world, account, None, Some(cuts[0])).await.count(), 0);
}

#[tokio::test]
async fn lines_are_cut_where_the_first_of_a_moment_stands_even_if_clocks_differ() {
    let world = world().await;
    let account = world.account(FUNDED).await.id;
    let begins = world.clock.now();
    for number in 0..6 {
        world.clock.advance(Duration::from_secs(10));
        world.order(account, &format!("+1555123450{number}")).await;
    }
    // The clock of whoever wrote line 4 was behind by half a minute.
    let late = begins + Duration::from_secs(1);
    let set_back = move |tx: &mut Tx<'_>| {
        let sql = "UPDATE transfers SET created_at = ?2 WHERE account_id = ?1 AND statement_line = 4";
        tx.execute(sql, &[account.into(), late.into()])
    };
    world.db.write_with(set_back).await.unwrap();
    let cut = Some(begins + Duration::from_secs(15));
    let (before, behind) = (
        lines_of(&world, account, None, cut).await,
        lines_of(&world, account, cut, None).await,
    );
    assert_eq!(
        (before, behind),
        (Lines { first: 1, last: 2 }, Lines { first: 3, last: 7 })
    );
}

#[tokio::test]
async fn a_span_adds_up_to_what_its_balances_say() {
    let world = world().await;
    let account = world.account(FUNDED).await;
    let id = account.id;
    let (kept, back) = (
        world.order(id, "+15551234567").await,
        world.order(id, "+15551234568").await,
    );
    world.begin(kept).await;
    world
        .resolve(kept, 1, Call::Submit, Outcome::Delivered(Receipt::default()))
        .await;
    world.begin(back).await;
    world.resolve(back, 1, Call::Submit, refused()).await;
    let read = move |tx: &mut Tx<'_>| {
        let all = ledger::lines_of(tx, id, (None, None))?;
        let lines = ledger::read_lines(tx, id, all, 2)?;
        let part = ledger::sums(tx, id, account.currency, Lines { first: 2, ..all })?;
        let nothing = ledger::sums(tx, id, account.currency, Lines { first: 3, last: 2 })?;
        Ok::<_, engine::Error>((lines, ledger::sums(tx, id, account.currency, all)?, part, nothing))
    };
    let (lines, all, part, nothing) = world.db.read(read).await.unwrap();
    assert_eq!((all.opening, all.paid_in, all.spent), (usd(0), usd(FUNDED), usd(2_600)));
    assert_eq!(all.closing, usd(FUNDED - 2_600));
    assert_eq!(
        (part.opening, part.paid_in, part.closing),
        (usd(FUNDED), usd(0), all.closing)
    );
    assert_eq!((nothing.opening, nothing.spent), (usd(FUNDED - 2_600), usd(0)));
    let newest = &lines[0];
    assert_eq!(
        (lines.len(), newest.movement.as_str(), newest.amount),
        (2, "release", usd(2_600))
    );
    let order = newest.order.as_ref().unwrap();
    assert_eq!(
        (order.phone_number.to_string(), order.product_name.as_str()),
        ("+15551234568".to_owned(), "AT&T")
    );
}

#[tokio::test]
async fn orders_go_on_behind_the_last_one_of_a_page() {
    let world = world().await;
    let (account, other) = (world.account(FUNDED).await.id, world.account(FUNDED).await.id);
    for number in 0..5 {
        world.order(account, &format!("+1555123450{number}")).await;
    }
    world.order(other, "+15551234500").await;
    let list = async |status: Option<&str>, below| {
        let filter = OrderFilter {
            status: status.map(str::to_owned),
            below,
            ..OrderFilter::default()
        };
        let page = PageRequest { start: 0, limit: 2 };
        let page = world
            .db
            .read(move |tx| orders::list(tx, account, &filter, page))
            .await
            .unwrap();
        (
            page.entries.iter().map(|order| order.number).collect::<Vec<_>>(),
            page.more,
        )
    };
    for status in [None, Some("pending")] {
        assert_eq!(list(status, None).await, (vec![5, 4], true), "{status:?}");
        assert_eq!(list(status, Some(4)).await, (vec![3, 2], true), "{status:?}");
        assert_eq!(list(status, Some(2)).await, (vec![1], false), "{status:?}");
        assert_eq!(list(status, Some(i64::MIN)).await, (vec![], false), "{status:?}");
    }
}

#[tokio::test]
async fn what_was_spent_today_is_without_what_came_back_and_begins_anew_tomorrow() {
    let world = world().await;
    let account = world.account(FUNDED).await;
    let back = world.order(account.id, "+15551234567").await;
    world.order(account.id, "+15551234568").await;
    world.begin(back).await;
    world.resolve(back, 1, Call::Submit, refused()).await;
    let spent = async |now| {
        let read = move |tx: &mut Tx<'_>| spent_today(tx, account.id, account.currency, now);
        world.db.read(read).await.unwrap()
    };
    let now = world.clock.now();
    assert_eq!(spent(now).await, usd(2_600));
    assert_eq!(spent(now + Duration::from_hours(24)).await, usd(0));
}

#[tokio::test]
async fn a_key_remembers_its_latest_use_and_belongs_to_its_account() {
    let world = world().await;
    let (account, other) = (world.account(0).await.id, world.account(0).await.id);
    let (context, now) = (Arc::clone(&world.context), world.clock.now());
    let (earlier, later) = (now + Duration::from_mins(1), now + Duration::from_mins(2));
    let tell = move |tx: &mut Tx<'_>| {
        let key = accounts::create_key(tx, &context.ids, account, ("shop", &[Scope::Read]), now)?
            .key
            .id;
        for (account, at) in [
            (account, later),
            (account, earlier),
            (other, later + Duration::from_mins(1)),
        ] {
            accounts::note_uses(tx, &[KeyUse { account, key, at }])?;
        }
        Ok::<_, AccountError>((accounts::keys_of(tx, account)?, accounts::keys_of(tx, other)?))
    };
    let (own, others) = world.db.write_with(tell).await.unwrap();
    assert_eq!(own.iter().map(|key| key.used_at).collect::<Vec<_>>(), [Some(later)]);
    assert!(others.is_empty());
}

#[tokio::test]
async fn an_invoice_without_an_address_is_told_at_its_accounts() {
    let world = world().await;
    let account = world.account(FUNDED).await.id;
    let set = |url: Option<&'static str>| {
        world
            .db
            .write_with(move |tx| accounts::set_webhook_url(tx, account, url))
    };
    set(Some("https://shop.example/all")).await.unwrap();
    let plain = world.request(account, vec![world.line("+15551234567")]);
    let mut named = world.request(account, vec![world.line("+15551234568")]);
    named.webhook_url = Some("https://shop.example/one".to_owned());
    let (plain, named) = (world.place(plain).await.unwrap(), world.place(named).await.unwrap());
    set(None).await.unwrap();
    let silent = world.request(account, vec![world.line("+15551234569")]);
    let silent = world.place(silent).await.unwrap();
    assert_eq!(plain.webhook_url.as_deref(), Some("https://shop.example/all"));
    assert_eq!(named.webhook_url.as_deref(), Some("https://shop.example/one"));
    assert_eq!(silent.webhook_url, None);
    let key = plain.orders[0].key();
    world.begin(key).await;
    world
        .resolve(key, 1, Call::Submit, Outcome::Delivered(Receipt::default()))
        .await;
    let page = PageRequest { start: 0, limit: 9 };
    let told = world
        .db
        .read(move |tx| webhooks::list(tx, account, None, page))
        .await
        .unwrap()
        .entries;
    let told: Vec<_> = told.iter().map(|one| (one.url.as_str(), one.invoice)).collect();
    assert_eq!(
        told,
        [("https://shop.example/all", Some(plain.id))],
        "where it was when the invoice was made"
    );
}

#[tokio::test]
async fn a_test_event_is_delivered_like_any_other_and_is_about_no_invoice() {
    let world = world().await;
    let (account, other) = (world.account(0).await, world.account(0).await.id);
    let (id, context, now) = (account.id, Arc::clone(&world.context), world.clock.now());
    let tell = move |tx: &mut Tx<'_>| webhooks::send_test(tx, &context, (&account, "https://shop.example/"), now);
    let sent = world.db.write_with(tell).await.unwrap();
    let (delivery, event) = (sent.id, sent.event);
    assert_eq!((sent.kind.as_str(), sent.invoice), (TEST_EVENT, None));
    let done = Tried {
        account: id,
        id: delivery,
        answer: Answer::Status(204),
        took: Duration::from_millis(5),
        now,
        context: Arc::clone(&world.context),
    };
    world.db.write(done).await.unwrap();
    let look = async |account| {
        let read = move |tx: &mut Tx<'_>| {
            let tries = webhooks::last_tries(tx, account, &[delivery])?;
            Ok::<_, engine::Error>((tries, webhooks::body(tx, account, event)?))
        };
        world.db.read(read).await.unwrap()
    };
    let (tries, body) = look(id).await;
    assert_eq!(tries[&delivery].status_code, Some(204));
    assert!(
        body.is_some_and(|body| body.contains("inv_")),
        "the shape of an invoice"
    );
    assert_eq!(
        look(other).await,
        Default::default(),
        "nothing of it is another account's"
    );
}
