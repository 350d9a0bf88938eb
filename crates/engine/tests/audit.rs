//! The log, as somebody looks through it.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::time::Duration;

use engine::{
    Settings,
    audit::{self, Actor, Chain, Deed, Filter},
    page::PageRequest,
};
use model::Clock;
use serde_json::json;
use testkit::{World, database};

const PAGE: PageRequest = PageRequest { start: 0, limit: 10 };

/// Writes what somebody did to a chain, a minute after what was done before.
async fn act(world: &World, chain: Chain, (name, action): (&'static str, &'static str)) {
    world.clock.advance(Duration::from_mins(1));
    let now = world.clock.now();
    let write = move |tx: &mut engine::db::Tx<'_>| {
        let actor = Actor {
            id: format!("usr_{name}"),
            name: name.to_owned(),
        };
        let deed = Deed {
            actor: &actor,
            action,
            subject: "something".to_owned(),
            details: json!({}),
        };
        audit::write(tx, chain, &deed, now)
    };
    world.db.write_with(write).await.unwrap();
}

/// What is found, the latest first, as `who what`.
async fn found(world: &World, filter: Filter, page: PageRequest) -> Vec<String> {
    let search = world.db.read(move |tx| audit::search(tx, &filter, page)).await.unwrap();
    let told = |entry: audit::Entry| format!("{} {}", entry.actor.name, entry.action);
    search.entries.into_iter().map(told).collect()
}

#[tokio::test]
async fn the_log_is_looked_through_by_person_action_account_and_day() {
    let world = World::new(database(), 1, Settings::default()).await;
    let account = Chain::Account(world.account(0).await.id);
    act(&world, Chain::House, ("ana", "rate.change")).await;
    act(&world, account, ("ben", "account.create")).await;
    act(&world, account, ("ana", "account.change")).await;
    let third = world.clock.now();
    act(&world, Chain::House, ("ben", "accounting.close")).await;

    let all = [
        "ben accounting.close",
        "ana account.change",
        "ben account.create",
        "ana rate.change",
    ];
    assert_eq!(found(&world, Filter::default(), PAGE).await, all);
    let by = |actor: &str, action: &str| Filter {
        actor: Some(actor.to_owned()).filter(|text| !text.is_empty()),
        action: Some(action.to_owned()).filter(|text| !text.is_empty()),
        ..Filter::default()
    };
    assert_eq!(found(&world, by("usr_ana", ""), PAGE).await, [all[1], all[3]]);
    assert_eq!(found(&world, by("", "account."), PAGE).await, [all[1], all[2]]);
    assert_eq!(found(&world, by("usr_ben", "rate"), PAGE).await, [""; 0]);
    let of_account = Filter {
        chain: Some(account),
        ..Filter::default()
    };
    assert_eq!(found(&world, of_account, PAGE).await, [all[1], all[2]]);
    let then = Filter {
        from: Some(third.minus(Duration::from_mins(1))),
        before: Some(third),
        ..Filter::default()
    };
    assert_eq!(found(&world, then, PAGE).await, [all[2]]);
    let second = PageRequest { start: 2, limit: 1 };
    assert_eq!(found(&world, Filter::default(), second).await, [all[2]]);
}
