//! Accounts in the console: found, made, changed, suspended, and by whom.

use engine::{
    accounts, audit,
    page::PageRequest,
    people::{self, Role},
};

use crate::{
    browser::{Browser, PASSWORD, between, stage},
    stage::Stage,
};

/// What a page says of a field.
pub(crate) fn note<'a>(html: &'a str, field: &str) -> &'a str {
    let after = html.split(&format!("id=\"note-{field}\">")).nth(1).unwrap_or_default();
    after.split("</p>").next().unwrap_or_default()
}

/// What was done, the latest first, with its details.
pub(crate) async fn log(stage: &Stage, limit: u32) -> Vec<(String, serde_json::Value)> {
    let page = PageRequest { start: 0, limit };
    let filter = audit::Filter::default();
    let found = stage
        .app
        .db
        .read(move |tx| audit::search(tx, &filter, page))
        .await
        .unwrap();
    let told = |entry: audit::Entry| (entry.action, serde_json::from_str(&entry.details).unwrap());
    found.entries.into_iter().map(told).collect()
}

/// A form of a new account, with one field written over.
fn form<'a>(field: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "Kiosk Norte"),
        ("currency", "BRL"),
        ("home_country", "BR"),
        ("markup", "3.5"),
        ("order_max", "100"),
        ("day_max", ""),
        ("recipient_day_max", "50.25"),
        ("manager_name", ""),
        ("manager_login", ""),
    ];
    for given in &mut fields {
        if given.0 == field {
            given.1 = text;
        }
    }
    fields
}

#[tokio::test]
async fn accounts_are_found_by_name_id_and_state_a_page_at_a_time() {
    let stage = stage().await;
    for _ in 0..51 {
        stage.account_with(100, &[]).await;
    }
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    let all = support.get("/console/accounts").await.text;
    assert!(all.contains("52 accounts") && all.contains("1,000.00"), "{all}");
    assert!(
        all.contains("/console/accounts?start=50") && !all.contains("Previous"),
        "{all}"
    );
    let last = support.get("/console/accounts?start=50").await.text;
    assert!(last.contains("Previous") && !last.contains("start=100"), "{last}");
    let one = support
        .get(&format!("/console/accounts?q={}", stage.account))
        .await
        .text;
    assert!(
        one.contains("1 account<") && one.contains(&stage.account.to_string()),
        "{one}"
    );
    for nothing in ["q=nobody", "status=suspended", "q=%3Cscript%3E"] {
        let page = support.get(&format!("/console/accounts?{nothing}")).await;
        assert!(page.status == 200 && page.text.contains("No accounts"), "{nothing}");
        assert!(!page.text.contains("<script>"), "{nothing}");
    }
}

#[tokio::test]
async fn a_new_account_has_its_terms_and_a_link_for_its_head() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    assert_eq!(owner.get("/console/accounts/new").await.status, 200);
    let mut fields = form("manager_name", "Rosa");
    fields.last_mut().unwrap().1 = "rosa@kiosk.example";
    let made = owner.post("/console/accounts", &fields).await;
    assert_eq!(made.status, 200, "{}", made.text);
    for shown in ["Kiosk Norte", "Brazil", "3.5%", "100.00", "50.25", "BRL", "Rosa"] {
        assert!(made.text.contains(shown), "{shown}: {}", made.text);
    }
    let link = between(&made.text, "/setup/", "<");
    let mut rosa = Browser::new(&stage);
    let named = [
        ("name", "Rosa"),
        ("login", "rosa@kiosk.example"),
        ("password", PASSWORD),
    ];
    let entered = rosa.post(&format!("/setup/{link}"), &named).await;
    assert_eq!(entered.header("location"), "/", "she is at the counter");
    assert!(rosa.get("/").await.text.contains("Kiosk Norte"));
    let done = log(&stage, 4).await;
    let actions: Vec<_> = done.iter().map(|(action, _)| action.as_str()).collect();
    assert!(
        actions.contains(&"account.create") && actions.contains(&"user.invite"),
        "{actions:?}"
    );
    let again = owner.post("/console/accounts", &form("", "")).await;
    assert_eq!(again.status, 422);
    assert!(note(&again.text, "name").contains("another name"), "{}", again.text);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_account_is_said_at_its_field() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    for (field, text, said) in [
        ("name", " ", "1 to 100 characters"),
        ("currency", "XAU", "no currency"),
        ("home_country", "Brasil", "of the list"),
        ("markup", "3,555", "at most two decimals"),
        ("markup", "-100", "−99.99"),
        ("order_max", "-1", "more than 0"),
        ("day_max", "1.234", "2 decimals"),
        ("recipient_day_max", "5 USD", "kept in BRL"),
        ("manager_login", "a b", "2 to 100 letters"),
    ] {
        let refused = owner.post("/console/accounts", &form(field, text)).await;
        assert_eq!(refused.status, 422, "{field} {text}: {}", refused.text);
        assert!(
            note(&refused.text, field).contains(said),
            "{field} {text}: {}",
            note(&refused.text, field)
        );
        assert!(
            refused.text.contains("Kiosk Norte") || field == "name",
            "what was typed stays"
        );
    }
    assert_eq!(stage.app.directory().accounts().count(), 1, "none of them was made");
}

#[tokio::test]
async fn changed_terms_stand_in_the_log_as_they_were_and_are() {
    let stage = stage().await;
    let mut operator = Browser::signed_in(&stage, Role::Operator).await;
    let path = format!("/console/accounts/{}", stage.account);
    let terms = format!("{path}/terms");
    assert!(operator.get(&terms).await.text.contains("value=\"Test\""));
    let fields = [
        ("name", "Test"),
        ("markup", "5"),
        ("day_max", "200"),
        ("home_country", "US"),
    ];
    let changed = operator.post(&terms, &fields).await;
    assert_eq!(changed.header("location"), path, "{}", changed.text);
    let (action, details) = log(&stage, 1).await.remove(0);
    assert_eq!(action, "account.change");
    let expected = serde_json::json!({
        "before": { "day_max": null, "home_country": null, "markup_percent": "3" },
        "after": { "day_max": "200.00 USD", "home_country": "US", "markup_percent": "5" },
    });
    assert_eq!(details, expected);
    operator.post(&terms, &fields).await;
    let again = log(&stage, 2).await;
    assert_ne!(again[0].0, again[1].0, "what changes nothing isn't written down");
    assert_eq!(stage.app.directory().account(stage.account).unwrap().markup_bps, 500);
}

#[tokio::test]
async fn a_suspended_account_sells_nothing_until_it_may_again() {
    let stage = stage().await;
    let mut operator = Browser::signed_in(&stage, Role::Operator).await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let path = format!("/console/accounts/{}", stage.account);
    let status = format!("{path}/status");
    let suspend = [("status", "suspended"), ("why", "unpaid bill")];
    assert_eq!(operator.post(&status, &suspend).await.header("location"), path);
    assert!(operator.get(&path).await.text.contains("This account can’t buy"));
    assert!(cashier.get("/").await.text.contains("is suspended"));
    let refused = stage
        .post("/v2/invoices", crate::stage::top_up("+15551234567", ""))
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let done = log(&stage, 1).await.remove(0);
    let expected = serde_json::json!({ "before": "active", "after": "suspended", "why": "unpaid bill" });
    assert_eq!(done, ("account.suspend".to_owned(), expected));
    operator.post(&status, &[("status", "active")]).await;
    stage.buy("+15551234567").await;
    assert_eq!(operator.post(&status, &[("status", "gone")]).await.status, 400);
}

#[tokio::test]
async fn who_sees_and_changes_what_is_the_table_of_roles() {
    let stage = stage().await;
    let account = format!("/console/accounts/{}", stage.account);
    let [terms, funding] = ["terms", "funding"].map(|part| format!("{account}/{part}"));
    let pages = [
        ("/console/accounts", [200, 200, 200, 200, 200, 403]),
        (account.as_str(), [200, 200, 200, 200, 200, 403]),
        ("/console/accounts/new", [200, 200, 403, 403, 403, 403]),
        (terms.as_str(), [200, 200, 403, 403, 403, 403]),
        (funding.as_str(), [200, 403, 200, 403, 403, 403]),
        ("/console/accounts/fundings", [200, 200, 200, 403, 200, 403]),
        ("/console/webhooks", [200, 200, 200, 200, 200, 403]),
        ("/console/rates", [200, 200, 200, 200, 200, 403]),
        ("/console/audit", [200, 200, 200, 403, 200, 403]),
        ("/console/audit/check", [200, 200, 200, 403, 200, 403]),
    ];
    let roles = [
        Role::Owner,
        Role::Operator,
        Role::Finance,
        Role::Support,
        Role::ReadOnly,
        Role::Manager,
    ];
    for (place, role) in roles.into_iter().enumerate() {
        let mut browser = Browser::signed_in(&stage, role).await;
        for (path, expected) in &pages {
            assert_eq!(browser.get(path).await.status, expected[place], "{role} {path}");
        }
    }
    for nowhere in [
        "/console/accounts/nonsense",
        "/console/accounts/acc_01h455vb4pex5vsknk084sn02q",
    ] {
        let mut owner = Browser::new(&stage);
        owner
            .post("/sign-in", &[("login", "new-owner"), ("password", PASSWORD)])
            .await;
        assert_eq!(owner.get(nowhere).await.status, 404, "{nowhere}");
    }
}

#[tokio::test]
async fn whoever_may_only_look_or_is_another_site_changes_nothing() {
    let stage = stage().await;
    let account = format!("/console/accounts/{}", stage.account);
    let forms = [
        "/console/accounts".to_owned(),
        format!("{account}/terms"),
        format!("{account}/status"),
        format!("{account}/funding"),
        format!("{account}/fundings/dep_01h455vb4pex5vsknk084sn02q"),
        format!(
            "/console/webhooks/{}/whd_01h455vb4pex5vsknk084sn02q/resend",
            stage.account
        ),
        "/console/rates".to_owned(),
    ];
    let mut fields = form("", "");
    fields.extend([
        ("status", "suspended"),
        ("answer", "approve"),
        ("units_per_usd", "9"),
        ("amount", "1"),
    ]);
    let mut looks = Browser::signed_in(&stage, Role::ReadOnly).await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let before = log(&stage, 10).await;
    owner.headers[1] = ("sec-fetch-site", "cross-site");
    for path in &forms {
        assert_eq!(looks.post(path, &fields).await.status, 403, "{path}");
        assert_eq!(owner.post(path, &fields).await.status, 403, "{path}");
    }
    assert_eq!(log(&stage, 10).await, before);
    let unchanged = stage.app.db.read(accounts::list).await.unwrap();
    assert_eq!(unchanged.len(), 1);
    assert!(stage.app.db.read(people::list).await.unwrap().len() == 2);
}
