//! What people do about an order: asking, deciding with evidence and a second person's consent, giving money back.

use std::{sync::Arc, time::Duration};

use engine::{Settings, audit::Chain, people::Role};

use crate::{
    browser::{Browser, deeds, stage, stage_of},
    stage::{Stage, sandbox},
};

/// Accepted, and nothing final is said as long as the clock stands still.
const UNCLEAR: &str = "+15551230004";

/// A Recarga in which two people have to agree.
async fn stage_for_two() -> Arc<Stage> {
    let business = Settings {
        two_person: true,
        ..Settings::default()
    };
    stage_of(business, |clock| vec![sandbox(clock)]).await
}

/// An order that nobody knows about; answers its path in the console.
async fn unclear(stage: &Stage) -> String {
    stage.work();
    let invoice = stage.buy(UNCLEAR).await;
    let order = invoice["orders"][0]["id"].as_str().unwrap().to_owned();
    let is_unclear = |order: &serde_json::Value| order["pending_reason"] == "confirming";
    stage.until(&format!("/v2/orders/{order}"), is_unclear).await;
    format!("/console/orders/{order}")
}

/// An order that no worker has looked at; answers its path in the console.
async fn waiting(stage: &Stage) -> String {
    let invoice = stage.buy("+15551234567").await;
    format!("/console/orders/{}", invoice["orders"][0]["id"].as_str().unwrap())
}

async fn status_of(stage: &Stage, path: &str) -> String {
    let id = path.rsplit('/').next().unwrap();
    let order = stage.get(&format!("/v2/orders/{id}")).await.json();
    order["data"]["status"].as_str().unwrap().to_owned()
}

/// What was done about the account's orders, the latest first.
async fn actions(stage: &Stage) -> Vec<String> {
    let done = deeds(stage, Chain::Account(stage.account), 9).await;
    done.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn two_people_agree_on_what_nobody_knows_and_the_money_is_back() {
    let stage = stage_for_two().await;
    let order = unclear(&stage).await;
    let decide = format!("{order}/decide");
    let mut ana = Browser::signed_in(&stage, Role::Owner).await;
    let said = [("says", "failed"), ("why", "their support says so, ticket 4711")];
    assert_eq!(ana.post(&decide, &said).await.header("location"), order);
    let shown = ana.get(&order).await.text;
    assert!(shown.contains("proposes") && shown.contains("ticket 4711"), "{shown}");
    assert_eq!(status_of(&stage, &order).await, "pending", "nothing has happened yet");
    assert!(ana.get("/console").await.text.contains("a second person has to agree"));

    let consent = format!("{order}/consent");
    let yes = [("says", "confirm"), ("why", "saw the ticket")];
    let alone = ana.post(&consent, &yes).await;
    assert_eq!(alone.status, 422);
    assert!(alone.text.contains("somebody else has to agree"), "{}", alone.text);
    let mut bo = Browser::signed_in(&stage, Role::Operator).await;
    let queue = bo.get("/console/waiting").await.text;
    assert!(queue.contains(UNCLEAR) && queue.contains("new-owner"), "{queue}");
    assert_eq!(bo.post(&consent, &yes).await.status, 303);
    assert_eq!(status_of(&stage, &order).await, "refunded");
    let balance = stage.get("/v2/accounts/balance").await.text;
    assert!(balance.contains("\"balance\":1000"), "{balance}");
    assert_eq!(actions(&stage).await[..2], ["order.confirm", "order.propose"]);
    assert!(bo.get("/console/waiting").await.text.contains("Nobody is needed"));
}

#[tokio::test]
async fn who_has_proposed_can_take_it_back_and_nobody_proposes_twice() {
    let stage = stage_for_two().await;
    let order = unclear(&stage).await;
    let mut ana = Browser::signed_in(&stage, Role::Owner).await;
    let said = [("says", "delivered"), ("why", "the customer has it")];
    assert_eq!(ana.post(&format!("{order}/decide"), &said).await.status, 303);
    let again = ana.post(&format!("{order}/decide"), &said).await;
    assert!(
        again.status == 422 && again.text.contains("was first"),
        "{}",
        again.text
    );
    let back = [("says", "reject"), ("why", "it was another number")];
    assert_eq!(ana.post(&format!("{order}/consent"), &back).await.status, 303);
    assert_eq!(status_of(&stage, &order).await, "pending");
    let late = ana.post(&format!("{order}/consent"), &back).await;
    assert!(
        late.status == 422 && late.text.contains("nothing to agree to"),
        "{}",
        late.text
    );
}

#[tokio::test]
async fn a_decision_needs_a_choice_and_evidence_and_is_taken_at_once_by_one() {
    let stage = stage().await;
    let order = unclear(&stage).await;
    let decide = format!("{order}/decide");
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let nothing = owner.post(&decide, &[("why", "because")]).await;
    assert!(
        nothing.status == 422 && nothing.text.contains("Choose what became of it"),
        "{}",
        nothing.text
    );
    assert!(nothing.text.contains("because"), "what was typed stays");
    let silent = owner.post(&decide, &[("says", "delivered"), ("why", "  ")]).await;
    assert!(
        silent.status == 422 && silent.text.contains("Write how you know"),
        "{}",
        silent.text
    );
    let said = [("says", "delivered"), ("why", "the customer has it")];
    assert_eq!(owner.post(&decide, &said).await.status, 303);
    assert_eq!(status_of(&stage, &order).await, "delivered");
    let late = owner.post(&decide, &said).await;
    assert!(
        late.status == 422 && late.text.contains("gone on meanwhile"),
        "{}",
        late.text
    );
    let story = owner.get(&order).await.text;
    assert!(
        story.contains("if the supplier takes it back"),
        "why it can't be refunded: {story}"
    );
}

#[tokio::test]
async fn support_asks_and_does_not_decide_and_read_only_does_nothing() {
    let stage = stage().await;
    let order = unclear(&stage).await;
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    assert_eq!(
        support.post(&format!("{order}/ask"), &[]).await.header("location"),
        order
    );
    assert_eq!(actions(&stage).await[0], "order.ask");
    let said = [("says", "failed"), ("why", "I think so")];
    let mut reader = Browser::signed_in(&stage, Role::ReadOnly).await;
    for (browser, verbs) in [
        (&mut support, ["decide", "consent", "give-back"].as_slice()),
        (&mut reader, ["ask", "decide", "consent", "give-back"].as_slice()),
    ] {
        for verb in verbs {
            assert_eq!(
                browser.post(&format!("{order}/{verb}"), &said).await.status,
                403,
                "{verb}"
            );
        }
        assert_eq!(browser.get(&format!("{order}/decide")).await.status, 403);
        assert!(!browser.get(&order).await.text.contains("/decide"), "nor is it offered");
    }
    assert_eq!(status_of(&stage, &order).await, "pending");
}

#[tokio::test]
async fn the_money_of_an_order_that_waits_is_given_back_with_a_reason() {
    let stage = stage().await;
    let order = waiting(&stage).await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let page = finance.get(&order).await.text;
    assert!(page.contains("/give-back") && !page.contains("/decide\""), "{page}");
    let give_back = format!("{order}/give-back");
    assert!(finance.get(&give_back).await.text.contains("No attempt is open"));
    let silent = finance.post(&give_back, &[("why", "")]).await;
    assert_eq!(silent.status, 422);
    assert_eq!(finance.post(&give_back, &[("why", "the shop asked")]).await.status, 303);
    assert_eq!(status_of(&stage, &order).await, "refunded");
    assert_eq!(actions(&stage).await[0], "order.give_back");
    let again = finance.post(&give_back, &[("why", "the shop asked")]).await;
    assert!(
        again.status == 422 && again.text.contains("gone on meanwhile"),
        "{}",
        again.text
    );
}

#[tokio::test]
async fn money_moves_only_for_who_has_proved_a_moment_ago_who_they_are() {
    let stage = stage().await;
    let order = waiting(&stage).await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    stage.clock.advance(Duration::from_mins(11));
    let asked = owner.get(&format!("{order}/give-back")).await;
    assert!(
        asked
            .header("location")
            .starts_with("/sign-in/again?next=%2Fconsole%2Forders%2F")
    );
    assert_eq!(
        owner.post(&format!("{order}/give-back"), &[("why", "x")]).await.status,
        303
    );
    assert_eq!(owner.post(&format!("{order}/decide"), &[]).await.status, 303);
    owner.headers = vec![("accept", "text/html"), ("sec-fetch-site", "cross-site")];
    for verb in ["ask", "decide", "consent", "give-back"] {
        assert_eq!(
            owner.post(&format!("{order}/{verb}"), &[]).await.status,
            403,
            "{verb} of another site"
        );
    }
    assert_eq!(status_of(&stage, &order).await, "pending");
}
