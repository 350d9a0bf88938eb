//! What the house agrees on with an account, and what can't be agreed on.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::sync::Arc;

use engine::{
    Settings,
    accounts::{self, AccountError, Limits, Terms},
    catalog::BelowCost,
};
use model::{AccountId, Clock};
use testkit::{World, database, usd};

fn terms(name: &str) -> Terms {
    Terms {
        name: name.to_owned(),
        home_country: Some("BR".parse().unwrap()),
        markup_bps: -250,
        below_cost: BelowCost::Allow,
        limits: Limits {
            day_max: Some(usd(5_000)),
            ..Limits::default()
        },
    }
}

async fn set(world: &World, account: AccountId, terms: Terms) -> Result<Terms, AccountError> {
    let set = move |tx: &mut engine::db::Tx<'_>| accounts::set_terms(tx, account, |_| Ok(terms.clone()));
    world.db.write_with(set).await.map(|[before, _]: [Terms; 2]| before)
}

#[tokio::test]
async fn terms_are_changed_as_a_whole_and_what_they_were_is_told() {
    let world = World::new(database(), 1, Settings::default()).await;
    let account = world.account(0).await;
    let before = set(&world, account.id, terms(" Kiosk ")).await.unwrap();
    assert_eq!(before, account.terms());
    let id = account.id;
    let now = world.db.read(move |tx| accounts::find(tx, id)).await.unwrap().unwrap();
    assert_eq!(now.terms(), terms("Kiosk"), "without spaces around the name");
    let again = set(&world, account.id, terms("Kiosk")).await.unwrap();
    assert_eq!(again, terms("Kiosk"), "its own name is free to itself");
}

#[tokio::test]
async fn what_can_not_be_agreed_on_changes_nothing() {
    let world = World::new(database(), 1, Settings::default()).await;
    let account = world.account(0).await;
    let (context, now) = (Arc::clone(&world.context), world.clock.now());
    let other = world.db.write_with(move |tx| {
        let new = accounts::NewAccount {
            name: "Other".to_owned(),
            currency: "USD".parse().unwrap(),
            markup_bps: 0,
            below_cost: BelowCost::Refuse,
        };
        accounts::create(tx, &context.ids, &new, now)
    });
    other.await.unwrap();
    let mut in_euros = terms("Kiosk");
    in_euros.limits.order_max = Some(model::Money::new(1, "EUR".parse().unwrap()));
    let mut free = terms("Kiosk");
    free.markup_bps = -10_000;
    let mut said = Vec::new();
    for wrong in [terms("  "), terms("Other"), in_euros, free] {
        said.push(set(&world, account.id, wrong).await.unwrap_err().to_string());
    }
    insta::assert_snapshot!(said.join("\n"));
    let id = account.id;
    let after = world.db.read(move |tx| accounts::find(tx, id)).await.unwrap();
    assert_eq!(after, Some(account));
}
