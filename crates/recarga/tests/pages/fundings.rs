//! Paying in and out in the console: by whom, how much, and with whom else.

use std::time::Duration;

use engine::{ledger, people::Role};

use crate::{
    accounts::{log, note},
    browser::{Browser, between, stage},
    stage::Stage,
};

/// The name that a form gives to what it will become.
fn id_in(html: &str) -> String {
    between(html, "name=\"id\" value=\"", "\"").to_owned()
}

fn path(stage: &Stage) -> String {
    format!("/console/accounts/{}/funding", stage.account)
}

fn fields<'a>(id: &'a str, (direction, amount): (&'a str, &'a str)) -> [(&'a str, &'a str); 6] {
    [
        ("id", id),
        ("direction", direction),
        ("currency", "USD"),
        ("amount", amount),
        ("reason", "bank transfer"),
        ("reference", "BT-17"),
    ]
}

async fn cents(stage: &Stage) -> i64 {
    let account = stage.account;
    let standings = stage.app.db.read(move |tx| ledger::standings(tx, &[account])).await;
    let report = stage.app.db.read(ledger::check).await.unwrap();
    assert_eq!(report.problems, Vec::<String>::new());
    standings.unwrap()[&account].balance.minor()
}

/// Proposes more than one person may pay alone, and answers where it is decided on.
async fn propose(stage: &Stage, by: &mut Browser, what: (&str, &str)) -> String {
    let id = id_in(&by.get(&path(stage)).await.text);
    let proposed = by.post(&path(stage), &fields(&id, what)).await;
    assert_eq!(
        proposed.header("location"),
        "/console/accounts/fundings",
        "{}",
        proposed.text
    );
    format!("/console/accounts/{}/fundings/{id}", stage.account)
}

#[tokio::test]
async fn a_little_is_paid_at_once_and_a_second_click_pays_nothing() {
    let stage = stage().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let id = id_in(&finance.get(&path(&stage)).await.text);
    for _ in 0..2 {
        let paid = finance.post(&path(&stage), &fields(&id, ("deposit", "250.50"))).await;
        assert_eq!(paid.header("location"), format!("/console/accounts/{}", stage.account));
    }
    assert_eq!(cents(&stage).await, 100_000 + 25_050);
    let page = finance.get(&format!("/console/accounts/{}", stage.account)).await.text;
    assert!(
        page.contains("bank transfer (BT-17)") && page.contains("1,250.50"),
        "{page}"
    );
    let paid = log(&stage, 10)
        .await
        .into_iter()
        .filter(|(action, _)| action == "funding.pay")
        .count();
    assert_eq!(paid, 1);
    let other = finance.post(&path(&stage), &fields(&id, ("deposit", "9"))).await;
    assert!(
        other.status == 422 && note(&other.text, "amount").contains("sent already"),
        "{}",
        other.text
    );
    assert_ne!(id_in(&other.text), id, "the form has a new name");
}

#[tokio::test]
async fn an_amount_that_can_not_be_meant_is_explained_at_its_field() {
    let stage = stage().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let id = id_in(&finance.get(&path(&stage)).await.text);
    for (amount, said) in [
        ("", "Write an amount"),
        ("-5", "more than 0"),
        ("0", "more than 0"),
        ("1.005", "USD has 2 decimals"),
        ("1,000", "nothing between thousands"),
        ("99999999999999999999999", "at most"),
        ("20 EUR", "kept in USD"),
        ("<b>", "Write digits"),
    ] {
        let refused = finance.post(&path(&stage), &fields(&id, ("deposit", amount))).await;
        assert_eq!(refused.status, 422, "{amount}");
        assert!(
            note(&refused.text, "amount").contains(said),
            "{amount}: {}",
            note(&refused.text, "amount")
        );
    }
    let mut euros = fields(&id, ("deposit", "20"));
    euros[2].1 = "EUR";
    let refused = finance.post(&path(&stage), &euros).await;
    assert!(
        note(&refused.text, "amount").contains("kept in USD"),
        "{}",
        refused.text
    );
    let mut silent = fields(&id, ("sideways", "20"));
    silent[4].1 = "x";
    let refused = finance.post(&path(&stage), &silent).await.text;
    assert!(
        note(&refused, "reason").contains("3 to 200") && refused.contains("comes in or goes out"),
        "{refused}"
    );
    let much = finance
        .post(&path(&stage), &fields(&id, ("withdrawal", "1000.01")))
        .await;
    assert!(note(&much.text, "amount").contains("Only 1,000.00"), "{}", much.text);
    assert_eq!(cents(&stage).await, 100_000);
}

#[tokio::test]
async fn much_waits_is_seen_by_everybody_who_may_and_paid_by_somebody_else() {
    let stage = stage().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let decide = propose(&stage, &mut finance, ("deposit", "10000.01")).await;
    assert_eq!(cents(&stage).await, 100_000, "nothing has moved");
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    for page in ["/console", "/console/accounts"] {
        let text = owner.get(page).await.text;
        assert!(text.contains("1 payment waits for a second person"), "{page}: {text}");
    }
    let list = finance.get("/console/accounts/fundings").await.text;
    assert!(
        list.contains("Take back") && !list.contains("value=\"approve\""),
        "{list}"
    );
    let own = finance.post(&decide, &[("answer", "approve")]).await;
    assert!(
        own.status == 422 && own.text.contains("Somebody else has to approve"),
        "{}",
        own.text
    );
    let list = owner.get("/console/accounts/fundings").await.text;
    assert!(
        list.contains("10,000.01") && list.contains("value=\"approve\""),
        "{list}"
    );
    let approved = owner.post(&decide, &[("answer", "approve")]).await;
    assert_eq!(
        approved.header("location"),
        "/console/accounts/fundings",
        "{}",
        approved.text
    );
    assert_eq!(cents(&stage).await, 100_000 + 1_000_001);
    let again = owner.post(&decide, &[("answer", "approve")]).await;
    assert!(
        again.status == 409 && again.text.contains("Somebody was quicker"),
        "{}",
        again.text
    );
    assert_eq!(cents(&stage).await, 100_000 + 1_000_001);
    let done: Vec<_> = log(&stage, 10).await.into_iter().map(|(action, _)| action).collect();
    assert!(
        done.contains(&"funding.propose".to_owned()) && done.contains(&"funding.approve".to_owned()),
        "{done:?}"
    );
}

#[tokio::test]
async fn two_who_approve_at_once_pay_once() {
    let stage = stage().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let decide = propose(&stage, &mut finance, ("deposit", "20000")).await;
    let owner = Browser::signed_in(&stage, Role::Owner).await;
    let clicks = (0..6).map(|_| {
        let (mut browser, decide) = (owner.again(), decide.clone());
        tokio::spawn(async move { browser.post(&decide, &[("answer", "approve")]).await.status.as_u16() })
    });
    let mut statuses = Vec::new();
    for click in clicks.collect::<Vec<_>>() {
        statuses.push(click.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409, 409, 409, 409]);
    assert_eq!(cents(&stage).await, 100_000 + 2_000_000);
}

#[tokio::test]
async fn what_is_refused_pays_nothing_and_says_why_in_the_log() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let decide = propose(&stage, &mut owner, ("deposit", "20000")).await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let refused = finance
        .post(&decide, &[("answer", "refuse"), ("why", "no such transfer")])
        .await;
    assert_eq!(refused.header("location"), "/console/accounts/fundings");
    let (action, details) = log(&stage, 1).await.remove(0);
    assert_eq!(
        (action.as_str(), &details["why"]),
        ("funding.refuse", &"no such transfer".into())
    );
    assert_eq!(cents(&stage).await, 100_000);
    let page = finance.get(&format!("/console/accounts/{}", stage.account)).await.text;
    assert!(page.contains("Refused"), "{page}");
    assert!(
        finance
            .get("/console/accounts/fundings")
            .await
            .text
            .contains("Nothing waits")
    );
    assert_eq!(finance.post(&decide, &[("answer", "perhaps")]).await.status, 400);
}

#[tokio::test]
async fn money_moves_only_for_somebody_who_has_just_said_who_they_are() {
    let stage = stage().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let decide = propose(&stage, &mut owner, ("deposit", "20000")).await;
    stage.clock.advance(Duration::from_mins(11));
    let asked = finance.get(&path(&stage)).await;
    assert!(
        asked.header("location").starts_with("/sign-in/again?next="),
        "{}",
        asked.text
    );
    let asked = finance.post(&decide, &[("answer", "approve")]).await;
    assert!(asked.header("location").starts_with("/sign-in/again"), "{}", asked.text);
    assert_eq!(cents(&stage).await, 100_000);
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    let id = "dep_01h455vb4pex5vsknk084sn02q";
    assert_eq!(
        support.post(&path(&stage), &fields(id, ("deposit", "1"))).await.status,
        403
    );
    assert_eq!(support.post(&decide, &[("answer", "approve")]).await.status, 403);
}
