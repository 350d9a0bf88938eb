//! Suppliers: how each stands, whether it is asked, and when its float is low.

use std::sync::Arc;

use engine::{
    Settings,
    audit::Chain,
    db::Tx,
    floats::{self, FloatPolicy},
    health::Force,
    people::Role,
};
use model::{Money, Supplier, SupplierName};
use testkit::usd;

use crate::{
    browser::{Browser, deeds, stage, stage_of},
    scripted::Scripted,
    stage::{Stage, sandbox},
};

fn scripted() -> SupplierName {
    "scripted".parse().unwrap()
}

/// A Recarga with a supplier beside the sandbox.
async fn stage_with_two() -> Arc<Stage> {
    stage_of(Settings::default(), |clock| {
        let scripted: Arc<dyn Supplier> = Arc::new(Scripted::selling(Vec::new()));
        vec![sandbox(clock), scripted]
    })
    .await
}

/// A worker was told what we have there.
async fn told(stage: &Stage, float: Money) {
    let (context, now, name) = (Arc::clone(&stage.app.context), stage.app.clock.now(), scripted());
    let policy = FloatPolicy {
        kept: std::time::Duration::from_hours(24),
        warn_within: std::time::Duration::from_hours(1),
    };
    let watch = move |tx: &mut Tx<'_>| floats::watch(tx, &context, &name, float, (policy, now));
    stage.app.db.write_with(watch).await.unwrap();
}

async fn last_deed(stage: &Stage) -> String {
    deeds(stage, Chain::House, 1).await.remove(0).action
}

#[tokio::test]
async fn every_supplier_is_listed_and_money_is_for_those_who_may_see_it() {
    let stage = stage_with_two().await;
    told(&stage, usd(123_456)).await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let list = finance.get("/console/suppliers").await.text;
    for shown in ["sandbox", "scripted", "1,234.56", "Asked"] {
        assert!(list.contains(shown), "{shown}: {list}");
    }
    assert!(finance.get("/console").await.text.contains("1,234.56"), "today too");
    let one = finance.get("/console/suppliers/scripted").await.text;
    for shown in ["/callbacks/scripted", "nothing", "1,234.56"] {
        assert!(one.contains(shown), "{shown}: {one}");
    }
    assert!(!one.contains("/force"), "finance doesn't change suppliers");
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    for path in ["/console", "/console/suppliers", "/console/suppliers/scripted"] {
        assert!(!support.get(path).await.text.contains("1,234.56"), "{path}");
    }
    assert_eq!(support.get("/console/suppliers/nobody").await.status, 404);
}

#[tokio::test]
async fn a_supplier_is_closed_with_a_reason_and_opened_again() {
    let stage = stage().await;
    let mut operator = Browser::signed_in(&stage, Role::Operator).await;
    let path = "/console/suppliers/sandbox/force";
    let silent = operator.post(path, &[("state", "open")]).await;
    assert!(
        silent.status == 422 && silent.text.contains("Write why"),
        "{}",
        silent.text
    );
    let unknown = [("state", "open"), ("operator", "nobody"), ("why", "they asked us to")];
    let unknown = operator.post(path, &unknown).await;
    assert!(
        unknown.status == 422 && unknown.text.contains("no such operator"),
        "{}",
        unknown.text
    );
    let forced = operator
        .post(path, &[("state", "open"), ("why", "they asked us to")])
        .await;
    assert_eq!(forced.header("location"), "/console/suppliers/sandbox");
    let (name, att) = ("sandbox".parse().unwrap(), "at-t-usa".parse().unwrap());
    let forced = || {
        stage
            .app
            .routes
            .conditions()
            .forced(&name, &att)
            .map(|switch| switch.force)
    };
    assert_eq!(forced(), Some(Force::Open), "this process knows at once");
    let shown = operator.get("/console/suppliers/sandbox").await.text;
    assert!(
        shown.contains("they asked us to") && shown.contains("new-operator"),
        "{shown}"
    );
    assert_eq!(last_deed(&stage).await, "supplier.force");
    assert_eq!(operator.post(path, &[("state", "auto")]).await.status, 303);
    assert_eq!(forced(), None);
    assert_eq!(operator.post(path, &[("state", "ajar")]).await.status, 400);
}

#[tokio::test]
async fn thresholds_are_set_in_the_currency_that_the_supplier_tells() {
    let stage = stage_with_two().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let path = "/console/suppliers/scripted/thresholds";
    let early = owner.post(path, &[("low", "500")]).await;
    assert!(
        early.status == 422 && early.text.contains("not told our balance yet"),
        "{}",
        early.text
    );
    told(&stage, usd(100_000)).await;
    let wrong = owner.post(path, &[("low", "five"), ("stop", "-1")]).await;
    assert!(
        wrong.status == 422 && wrong.text.contains("Write an amount in USD"),
        "{}",
        wrong.text
    );
    assert!(wrong.text.contains("value=\"five\""), "what was typed stays");
    assert_eq!(owner.post(path, &[("low", "500"), ("stop", "2000")]).await.status, 303);
    assert_eq!(last_deed(&stage).await, "supplier.thresholds");
    let set = stage
        .app
        .db
        .read(|tx| floats::thresholds(tx, &scripted()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((set.low, set.stop), (Some(usd(50_000)), Some(usd(200_000))));
    told(&stage, usd(90_000)).await;
    assert!(owner.get("/console/suppliers").await.text.contains("Not sold from"));
    assert_eq!(owner.post(path, &[("low", ""), ("stop", "")]).await.status, 303);
}

#[tokio::test]
async fn who_only_looks_changes_nothing_of_suppliers() {
    let stage = stage().await;
    for role in [Role::ReadOnly, Role::Support, Role::Finance] {
        let mut browser = Browser::signed_in(&stage, role).await;
        for verb in ["force", "thresholds"] {
            let path = format!("/console/suppliers/sandbox/{verb}");
            assert_eq!(
                browser.post(&path, &[("state", "auto")]).await.status,
                403,
                "{role} {verb}"
            );
        }
    }
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    assert_eq!(cashier.get("/console/suppliers").await.status, 403);
}
