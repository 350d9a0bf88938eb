//! Stories of orders that nobody knows about: what people may say of them, and how many have to.

use std::time::Duration;

use engine::{
    Settings,
    orders::{
        self, Begun, Call, Consent, DecideError, OrderKey, OrderStatus, Proposal, Proposed, Resolved, Verdict, Word,
    },
};
use model::{Cause, Clock, Outcome, Receipt};
use testkit::World;

const NUMBER: &str = "+15551234567";
const FUNDED: i64 = 100_000;
const PRICE: i64 = 2_600;

/// A world in which two people have to agree, or one is enough.
async fn a_world(two_person: bool) -> World {
    let settings = Settings {
        two_person,
        ..Settings::default()
    };
    World::new(testkit::database(), 1, settings).await
}

/// An order that nobody knows about, and has not for hours.
async fn a_stuck_order(world: &World) -> OrderKey {
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    world.begin(key).await;
    world.clock.advance(Duration::from_hours(3));
    let resolved = world
        .resolve(key, 1, Call::Find, Outcome::Unknown(Cause::Timeout))
        .await;
    assert_eq!(resolved, Resolved::Stuck);
    key
}

async fn propose(
    world: &World,
    key: OrderKey,
    (verdict, by): (Verdict, &'static str),
) -> Result<Proposed, DecideError> {
    let (context, now) = (world.context.clone(), world.clock.now());
    let why = "asked them by telephone";
    let said = Word { verdict, why, by };
    world
        .db
        .write_with(move |tx| orders::propose(tx, &context, key, said, now))
        .await
}

async fn answer(world: &World, key: OrderKey, (consent, by): (Consent, &'static str)) -> Result<Proposal, DecideError> {
    let (context, now) = (world.context.clone(), world.clock.now());
    let told = (consent, "saw their list", by);
    world
        .db
        .write_with(move |tx| orders::consent(tx, &context, key, told, now))
        .await
}

#[tokio::test]
async fn one_word_is_enough_where_no_second_is_asked_for() {
    let world = a_world(false).await;
    let key = a_stuck_order(&world).await;
    assert_eq!(
        propose(&world, key, (Verdict::Failed, "ana")).await.unwrap(),
        Proposed::Done
    );
    let order = world.find(key).await;
    assert_eq!(order.status.shown(), "refunded");
    let decision = order.decision.unwrap();
    assert_eq!((decision.by.as_str(), decision.confirmed_by), ("ana", None));
    let attempts = world.db.read(move |tx| orders::attempts(tx, key)).await.unwrap();
    assert_eq!(
        attempts[0].rule.as_ref().unwrap().in_english(),
        "the word of ana: asked them by telephone"
    );
    assert_eq!(world.balance(key.account).await, FUNDED);
    world.check_books().await;
}

#[tokio::test]
async fn a_second_person_has_to_agree_where_the_setting_asks_for_one() {
    let world = a_world(true).await;
    let key = a_stuck_order(&world).await;
    let proposed = propose(&world, key, (Verdict::Delivered, "ana")).await.unwrap();
    assert!(matches!(proposed, Proposed::Waits(_)));
    assert!(
        matches!(world.find(key).await.status, OrderStatus::Stuck { .. }),
        "nothing has happened yet"
    );
    let alone = answer(&world, key, (Consent::Confirm, " Ana ")).await.unwrap_err();
    assert!(matches!(alone, DecideError::SamePerson(_)), "{alone}");
    let again = propose(&world, key, (Verdict::Failed, "bo")).await.unwrap_err();
    assert!(matches!(again, DecideError::AlreadyProposed(by) if by == "ana"));
    let open = world.db.read(|tx| orders::open_proposals(tx, 10)).await.unwrap();
    assert_eq!((open.len(), open[0].order), (1, key.order));

    answer(&world, key, (Consent::Confirm, "bo")).await.unwrap();
    let order = world.find(key).await;
    assert_eq!(order.status.as_str(), "delivered");
    assert_eq!(order.decision.unwrap().confirmed_by.as_deref(), Some("bo"));
    assert_eq!(world.balance(key.account).await, FUNDED - PRICE);
    assert!(
        world
            .db
            .read(|tx| orders::open_proposals(tx, 10))
            .await
            .unwrap()
            .is_empty()
    );
    world.check_books().await;
}

#[tokio::test]
async fn a_rejected_proposal_leaves_the_order_as_it_is() {
    let world = a_world(true).await;
    let key = a_stuck_order(&world).await;
    propose(&world, key, (Verdict::Failed, "ana")).await.unwrap();
    answer(&world, key, (Consent::Reject, "bo")).await.unwrap();
    let nothing = answer(&world, key, (Consent::Confirm, "bo")).await.unwrap_err();
    assert!(matches!(nothing, DecideError::NothingProposed), "{nothing}");
    assert_eq!(world.find(key).await.status.as_str(), "stuck");
    propose(&world, key, (Verdict::Delivered, "bo")).await.unwrap();
    let all = world.db.read(move |tx| orders::proposals(tx, key)).await.unwrap();
    assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(all[0].answer.as_ref().unwrap().status, "rejected");
}

#[tokio::test]
async fn the_suppliers_own_word_overtakes_a_proposal() {
    let world = a_world(true).await;
    let key = a_stuck_order(&world).await;
    propose(&world, key, (Verdict::Failed, "ana")).await.unwrap();
    let delivered = Outcome::Delivered(Receipt::default());
    assert_eq!(world.resolve(key, 1, Call::Find, delivered).await, Resolved::Delivered);
    let late = answer(&world, key, (Consent::Confirm, "bo")).await.unwrap_err();
    assert!(matches!(late, DecideError::NotOpen("delivered")), "{late}");
    assert_eq!(world.balance(key.account).await, FUNDED - PRICE);
    world.check_books().await;
}

#[tokio::test]
async fn a_person_may_have_it_tried_again_while_attempts_are_left() {
    let world = a_world(false).await;
    let key = a_stuck_order(&world).await;
    propose(&world, key, (Verdict::Retry, "ana")).await.unwrap();
    assert!(matches!(world.begin(key).await, Begun::Submit(_)), "a second attempt");
    let late = world
        .resolve(key, 1, Call::Find, Outcome::Delivered(Receipt::default()))
        .await;
    assert_eq!(
        late,
        Resolved::DeliveredLate,
        "the person was wrong: the cost is ours, and it is said"
    );
    world.check_books().await;
}

#[tokio::test]
async fn nothing_is_tried_again_when_no_attempt_is_left() {
    let world = a_world(false).await;
    let key = a_stuck_order(&world).await;
    for attempt in 2..=3 {
        propose(&world, key, (Verdict::Retry, "ana")).await.unwrap();
        world.begin(key).await;
        world.clock.advance(Duration::from_hours(3));
        world
            .resolve(key, attempt, Call::Find, Outcome::Unknown(Cause::Timeout))
            .await;
    }
    let last = propose(&world, key, (Verdict::Retry, "ana")).await.unwrap_err();
    assert!(matches!(last, DecideError::NoAttemptLeft(3)), "{last}");
}

#[tokio::test]
async fn no_person_gives_back_or_sends_again_what_an_earlier_attempt_has_delivered() {
    for verdict in [Verdict::Failed, Verdict::Retry] {
        let world = a_world(false).await;
        let key = a_stuck_order(&world).await;
        propose(&world, key, (Verdict::Retry, "ana")).await.unwrap();
        world.begin(key).await;
        let delivered = Outcome::Delivered(Receipt::default());
        world.resolve(key, 1, Call::Find, delivered).await;
        world
            .resolve(key, 2, Call::Submit, Outcome::Unknown(Cause::Timeout))
            .await;
        propose(&world, key, (verdict, "ana")).await.unwrap();
        let status = world.find(key).await.status;
        assert!(
            matches!(status, OrderStatus::Delivered { attempt: 1, .. }),
            "{status:?}"
        );
        assert_eq!(world.balance(key.account).await, FUNDED - PRICE);
        world.check_books().await;
    }
}

#[tokio::test]
async fn an_order_is_asked_about_at_once_when_a_person_wants_it() {
    let world = a_world(false).await;
    let key = a_stuck_order(&world).await;
    assert_eq!(world.begin(key).await, Begun::Nothing, "not due for an hour");
    let (context, now) = (world.context.clone(), world.clock.now());
    world
        .db
        .write_with(move |tx| orders::ask_now(tx, &context, key, now))
        .await
        .unwrap();
    assert_eq!(world.begin(key).await, Begun::Nothing, "questions stay spaced");
    world.clock.advance(Duration::from_secs(5));
    assert!(matches!(world.begin(key).await, Begun::Ask(_)));
}

#[tokio::test]
async fn whoever_decides_says_who_they_are() {
    let world = a_world(false).await;
    let key = a_stuck_order(&world).await;
    let nameless = propose(&world, key, (Verdict::Failed, "  ")).await.unwrap_err();
    assert_eq!(
        nameless.to_string(),
        "the name is missing: a decision is kept with who took it and how they know"
    );
}

async fn give_back(world: &World, key: OrderKey) -> Result<orders::Order, DecideError> {
    let (context, now) = (world.context.clone(), world.clock.now());
    let said = ("the shop asked", "ana");
    world
        .db
        .write_with(move |tx| orders::give_back(tx, &context, key, said, now))
        .await
}

#[tokio::test]
async fn the_money_of_an_order_goes_back_while_no_attempt_of_it_is_open() {
    let world = a_world(true).await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    let order = give_back(&world, key).await.unwrap();
    assert_eq!(order.status.as_str(), "refunded");
    let (decision, failure) = (order.decision.unwrap(), order.failure.unwrap());
    assert_eq!(
        (decision.by.as_str(), failure.message.as_str()),
        ("ana", "the shop asked")
    );
    assert_eq!(world.balance(account).await, FUNDED);
    assert_eq!(world.begin(key).await, Begun::Nothing, "nobody sends it any more");
    let again = give_back(&world, key).await.unwrap_err();
    assert!(matches!(again, DecideError::NotWaiting("refunded")), "{again}");
    let key = a_stuck_order(&world).await;
    let unclear = give_back(&world, key).await.unwrap_err();
    assert!(matches!(unclear, DecideError::NotWaiting("stuck")), "{unclear}");
    world.check_books().await;
}

#[tokio::test]
async fn what_a_restored_database_may_have_forgotten_is_not_given_back() {
    let settings = Settings {
        restored_at: Some(testkit::ManualClock::default().now() + Duration::from_hours(1)),
        ..Settings::default()
    };
    let world = World::new(testkit::database(), 1, settings).await;
    let account = world.account(FUNDED).await.id;
    let key = world.order(account, NUMBER).await;
    let refused = give_back(&world, key).await.unwrap_err();
    assert!(matches!(refused, DecideError::Forgotten), "{refused}");
    assert_eq!(world.balance(account).await, FUNDED - PRICE);
}
