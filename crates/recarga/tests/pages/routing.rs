//! Routing rules: tried before they hold, kept for good, and taken back.

use std::sync::Arc;

use engine::{
    audit::Chain,
    db::Tx,
    people::Role,
    routing::{self, RuleSet},
};
use model::Timestamp;

use crate::{
    browser::{Browser, deeds, stage},
    stage::Stage,
};

const RULES: &str = "[[exclude]]\r\nsupplier = \"sandbox\"\r\nwhere = { country = \"MX\" }\r\nwhy = \"a dispute\"\r\n";

async fn latest(stage: &Stage) -> i64 {
    stage.app.db.read(routing::latest).await.unwrap()
}

async fn bought(stage: &Arc<Stage>) {
    stage.work();
    let invoice = stage.buy("+15551234567").await;
    let path = format!("/v2/invoices/{}", invoice["id"].as_str().unwrap());
    stage.until(&path, |invoice| invoice["status"] == "complete").await;
}

#[tokio::test]
async fn rules_are_tried_on_past_orders_before_they_hold() {
    let stage = stage().await;
    bought(&stage).await;
    let mut operator = Browser::signed_in(&stage, Role::Operator).await;
    let tried = operator.post("/console/routing/try", &[("rules", RULES)]).await;
    assert_eq!(tried.status, 200, "{}", tried.text);
    for shown in [
        "What these rules would have done",
        "Where they went",
        "a dispute",
        "value=\"0\"",
    ] {
        assert!(tried.text.contains(shown), "{shown}: {}", tried.text);
    }
    assert_eq!(latest(&stage).await, 0, "nothing holds yet");
    let silent = [("rules", RULES), ("base", "0"), ("why", " ")];
    let silent = operator.post("/console/routing/activate", &silent).await;
    assert!(
        silent.status == 422 && silent.text.contains("Write why"),
        "{}",
        silent.text
    );
    let said = [("rules", RULES), ("base", "0"), ("why", "the March invoice")];
    let made = operator.post("/console/routing/activate", &said).await;
    assert_eq!(made.header("location"), "/console/routing", "{}", made.text);
    assert_eq!((latest(&stage).await, stage.app.routes.conditions().version), (1, 1));
    let page = operator.get("/console/routing").await.text;
    assert!(
        page.contains("Version 1 holds, made by new-operator") && page.contains("the March invoice"),
        "{page}"
    );
    let outrun = operator.post("/console/routing/activate", &said).await;
    assert!(
        outrun.status == 422 && outrun.text.contains("changed the rules meanwhile"),
        "{}",
        outrun.text
    );
}

#[tokio::test]
async fn what_is_wrong_with_rules_is_named_and_what_was_typed_stays() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let unreadable = owner
        .post("/console/routing/try", &[("rules", "[[exclude]]\nsuplier = 1")])
        .await;
    assert!(
        unreadable.status == 422 && unreadable.text.contains("suplier"),
        "{}",
        unreadable.text
    );
    assert!(unreadable.text.contains("line 2"), "{}", unreadable.text);
    let unknown = RULES.replace("sandbox", "nobody").replace("MX", "Mexico");
    for path in ["/console/routing/try", "/console/routing/activate"] {
        let refused = owner
            .post(path, &[("rules", &unknown), ("base", "0"), ("why", "x")])
            .await;
        assert_eq!(refused.status, 422);
        for shown in ["exclude 1: supplier", "there are sandbox", "exclude 1: where.country"] {
            assert!(refused.text.contains(shown), "{shown}: {}", refused.text);
        }
    }
    assert_eq!(latest(&stage).await, 0);
}

#[tokio::test]
async fn an_earlier_version_holds_again_as_a_new_one() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    for (rules, base) in [(RULES, "0"), ("", "1")] {
        let said = [("rules", rules), ("base", base), ("why", "a change")];
        assert_eq!(owner.post("/console/routing/activate", &said).await.status, 303);
    }
    let old = owner.get("/console/routing/1").await.text;
    assert!(
        old.contains("Go back to this version") && old.contains("a dispute"),
        "{old}"
    );
    assert!(
        !owner.get("/console/routing/2").await.text.contains("Go back"),
        "it holds already"
    );
    let back = [("base", "2"), ("why", "it was right before")];
    assert_eq!(owner.post("/console/routing/1/rollback", &back).await.status, 303);
    let active = stage.app.db.read(routing::active).await.unwrap().unwrap();
    assert_eq!((active.version, active.rules.exclude.len()), (3, 1));
    let done = deeds(&stage, Chain::House, 2).await;
    assert_eq!(
        (done[0].action.as_str(), done[1].action.as_str()),
        ("routing.rollback", "routing.activate")
    );
    assert_eq!(owner.get("/console/routing/9").await.status, 404);
    assert_eq!(owner.get("/console/routing/x").await.status, 404);
}

#[tokio::test]
async fn a_version_that_names_what_is_no_more_does_not_come_back() {
    let stage = stage().await;
    // As it was made when that supplier was still set.
    let rules = toml::from_str(&RULES.replace("sandbox", "gone")).unwrap();
    let write = move |tx: &mut Tx<'_>| {
        routing::activate(tx, &rules, ("a change", "ana"), Timestamp::from_millis(1))?;
        routing::activate(tx, &RuleSet::default(), ("another", "ana"), Timestamp::from_millis(2))
    };
    stage.app.db.write_with(write).await.unwrap();
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    assert!(!owner.get("/console/routing/1").await.text.contains("/rollback"));
    let back = [("base", "2"), ("why", "it was right before")];
    let refused = owner.post("/console/routing/1/rollback", &back).await;
    assert_eq!(refused.status, 422);
    for shown in ["exclude 1", "there is no supplier", "gone"] {
        assert!(refused.text.contains(shown), "{shown}: {}", refused.text);
    }
    assert_eq!(latest(&stage).await, 2);
}

#[tokio::test]
async fn who_only_looks_sees_the_rules_and_changes_none() {
    let stage = stage().await;
    for role in [Role::ReadOnly, Role::Support, Role::Finance] {
        let mut browser = Browser::signed_in(&stage, role).await;
        let page = browser.get("/console/routing").await;
        assert!(
            page.status == 200 && page.text.contains("[breaker]") && !page.text.contains("/try"),
            "{}",
            page.text
        );
        for path in ["try", "activate", "1/rollback"] {
            let path = format!("/console/routing/{path}");
            assert_eq!(browser.post(&path, &[("rules", "")]).await.status, 403, "{role} {path}");
        }
    }
}
