//! Cases: where a supplier's books and ours differ, shown from both sides and closed with what was done.

use std::sync::Arc;

use engine::{
    Settings,
    audit::Chain,
    cases::{self, CaseFilter},
    people::Role,
};
use model::Supplier;

use crate::{
    browser::{Browser, deeds, stage_of},
    scripted::{Scripted, record},
    stage::{Stage, sandbox},
};

/// A day that is over.
const DAY: &str = "2026-11-21";

/// A Recarga whose other supplier charges for something on that day that we know nothing of.
async fn house() -> Arc<Stage> {
    let supplier = Scripted::selling(Vec::new());
    supplier.state(vec![record("T-1", "2026-11-21T10:00:00Z".parse().unwrap())]);
    let supplier: Arc<dyn Supplier> = Arc::new(supplier);
    stage_of(Settings::default(), |clock| vec![sandbox(clock), supplier]).await
}

async fn only_case(stage: &Stage) -> cases::Case {
    let filter = CaseFilter {
        closed_too: true,
        ..CaseFilter::default()
    };
    let mut found = stage.app.db.read(move |tx| cases::list(tx, &filter, 9)).await.unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[tokio::test]
async fn a_day_is_compared_and_its_case_closed_with_what_was_found_out() {
    let stage = house().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let fields = [("supplier", "scripted"), ("day", DAY)];
    let compared = finance.post("/console/cases/compare", &fields).await;
    let report = finance.get(compared.header("location")).await.text;
    for shown in [
        "scripted on 2026-11-21",
        "Something differs",
        "Only they know of it",
        "T-1",
    ] {
        assert!(report.contains(shown), "{shown}: {report}");
    }
    assert!(!report.contains("data-poll"), "it is done");
    assert!(finance.get("/console").await.text.contains("1 case is open"));
    let path = format!("/console/cases/{}", only_case(&stage).await.id);
    let case = finance.get(&path).await.text;
    for shown in ["We know nothing of it", "0.80", "ask them"] {
        assert!(case.contains(shown), "{shown}: {case}");
    }
    let close = format!("{path}/close");
    let silent = finance.post(&close, &[("resolution", " ")]).await;
    assert!(
        silent.status == 422 && silent.text.contains("Write what was found out"),
        "{}",
        silent.text
    );
    let impossible = [("resolution", "x"), ("remedy", "adjust-cost")];
    assert_eq!(
        finance.post(&close, &impossible).await.status,
        400,
        "it is not among those offered"
    );
    let said = [("resolution", "their test account")];
    assert_eq!(finance.post(&close, &said).await.header("location"), path);
    let closed = only_case(&stage).await.closed.unwrap();
    assert_eq!(
        (closed.by.as_str(), closed.resolution.as_str()),
        ("new-finance", "their test account")
    );
    let again = finance.post(&close, &said).await;
    assert!(
        again.status == 422 && again.text.contains("has closed it already"),
        "{}",
        again.text
    );
    let done = deeds(&stage, Chain::House, 2).await;
    assert_eq!(
        (done[0].action.as_str(), done[1].action.as_str()),
        ("case.close", "reconcile.run")
    );
}

#[tokio::test]
async fn a_day_that_can_not_be_compared_says_why() {
    let stage = house().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    for (supplier, day, why) in [
        ("scripted", "yesterday", "Write a day such as"),
        ("scripted", "2026-11-23", "can be compared from"),
    ] {
        let refused = owner
            .post("/console/cases/compare", &[("supplier", supplier), ("day", day)])
            .await;
        assert!(
            refused.status == 422 && refused.text.contains(why),
            "{why}: {}",
            refused.text
        );
    }
    let nobody = [("supplier", "nobody"), ("day", DAY)];
    assert_eq!(owner.post("/console/cases/compare", &nobody).await.status, 404);
    assert_eq!(owner.get("/console/cases/nonsense").await.status, 404);
}

#[tokio::test]
async fn cases_are_for_who_may_see_money_and_closed_by_who_compares_books() {
    let stage = house().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let fields = [("supplier", "scripted"), ("day", DAY)];
    assert_eq!(owner.post("/console/cases/compare", &fields).await.status, 303);
    let path = format!("/console/cases/{}", only_case(&stage).await.id);
    for role in [Role::Operator, Role::ReadOnly] {
        let mut browser = Browser::signed_in(&stage, role).await;
        assert_eq!(browser.get(&path).await.status, 200, "{role}");
        assert!(
            browser
                .get("/console/cases?kind=theirs_only")
                .await
                .text
                .contains("T-1")
        );
        assert!(
            browser
                .get("/console/cases?kind=balance")
                .await
                .text
                .contains("No case")
        );
        assert_eq!(browser.post("/console/cases/compare", &fields).await.status, 403);
        assert_eq!(
            browser
                .post(&format!("{path}/close"), &[("resolution", "x")])
                .await
                .status,
            403
        );
    }
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    for path in ["/console/cases", &path] {
        assert_eq!(support.get(path).await.status, 403, "{path}");
    }
    assert!(only_case(&stage).await.closed.is_none());
}
