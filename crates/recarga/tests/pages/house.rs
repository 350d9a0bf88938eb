//! What concerns the house as a whole: webhooks in trouble, exchange rates, and the log of who did what.

use engine::people::Role;
use model::Clock;

use crate::{
    accounts::{log, note},
    browser::{Browser, between, stage},
    stage::top_up,
};

#[tokio::test]
async fn a_webhook_that_does_not_get_through_is_found_and_sent_again() {
    let stage = stage().await;
    // Nobody listens on this port any more.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let hook = format!(r#","webhook_url":"http://127.0.0.1:{port}/hook""#);
    let answer = stage.post("/v2/invoices", top_up("+15551234567", &hook)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    stage.work();
    stage
        .until("/v2/webhooks/deliveries", |list| list[0]["tries"][0].is_object())
        .await;
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    let page = support.get("/console/webhooks").await.text;
    assert!(
        page.contains("invoice.complete") && page.contains("127.0.0.1:") && page.contains("1 try"),
        "{page}"
    );
    let resend = page.split("action=\"").find(|rest| rest.contains("/resend\"")).unwrap();
    let resend = resend.split('"').next().unwrap().to_owned();
    let account = stage.account.to_string();
    let back = [("state", "failing"), ("account", account.as_str())];
    let sent = support.post(&resend, &back).await;
    assert_eq!(
        sent.header("location"),
        format!("/console/webhooks?state=failing&account={account}")
    );
    stage
        .until("/v2/webhooks/deliveries", |list| list.as_array().unwrap().len() == 2)
        .await;
    let (action, details) = log(&stage, 1).await.remove(0);
    assert_eq!(
        (action.as_str(), &details["event"]),
        ("webhook.resend", &"invoice.complete".into())
    );
    let elsewhere = support.get("/console/webhooks?state=failed").await.text;
    assert!(elsewhere.contains("Nothing here"), "{elsewhere}");
    let nobody = format!("/console/webhooks/{account}/whd_01h455vb4pex5vsknk084sn02q/resend");
    assert_eq!(support.post(&nobody, &back).await.status, 404);
}

#[tokio::test]
async fn a_rate_is_changed_by_whoever_may_and_stands_in_the_log() {
    let stage = stage().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let page = finance.get("/console/rates?q=euro").await.text;
    assert!(
        page.contains(">EUR</a>") && page.contains("currency-api") && !page.contains(">BRL</a>"),
        "{page}"
    );
    let before = stage
        .app
        .catalog()
        .rate("USD".parse().unwrap(), "EUR".parse().unwrap())
        .unwrap();
    let near = (before * rust_decimal::Decimal::new(101, 2)).round_dp(4);
    let near = model::decimal_text(near);
    let set = finance
        .post("/console/rates", &[("currency", "eur"), ("units_per_usd", &near)])
        .await;
    assert_eq!(set.header("location"), "/console/rates", "{}", set.text);
    let now = stage
        .app
        .catalog()
        .rate("USD".parse().unwrap(), "EUR".parse().unwrap())
        .unwrap();
    assert_eq!(model::decimal_text(now), near, "prices follow at once");
    let (action, details) = log(&stage, 1).await.remove(0);
    assert_eq!(action, "rate.change");
    let expected = serde_json::json!({
        "before": model::decimal_text(before),
        "after": model::decimal_text(now),
        "from": stage.clock.now().to_string(),
        "source": "Somebody",
    });
    assert_eq!(details, expected);
}

#[tokio::test]
async fn a_rate_that_can_not_be_is_explained_at_its_field_and_a_jump_has_to_be_meant() {
    let stage = stage().await;
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    for (currency, units, field, said) in [
        ("USD", "1", "currency", "always worth a dollar"),
        ("dollars", "1", "currency", "no currency"),
        ("EUR", "", "units_per_usd", "above 0"),
        ("EUR", "0", "units_per_usd", "above 0"),
        ("EUR", "-1", "units_per_usd", "above 0"),
        ("EUR", "0,92", "units_per_usd", "above 0"),
        ("EUR", "9999999999999999999999999", "units_per_usd", "above 0"),
        ("EUR", "92", "units_per_usd", "until now"),
    ] {
        let fields = [("currency", currency), ("units_per_usd", units)];
        let refused = finance.post("/console/rates", &fields).await;
        assert_eq!(refused.status, 422, "{currency} {units}");
        assert!(
            note(&refused.text, field).contains(said),
            "{currency} {units}: {}",
            note(&refused.text, field)
        );
        let asks = refused.text.contains("name=\"sure\"");
        assert_eq!(asks, units == "92", "{currency} {units}");
    }
    let meant = [
        ("currency", "EUR"),
        ("units_per_usd", "92"),
        ("sure", "yes"),
        ("source", "the bank"),
    ];
    assert_eq!(finance.post("/console/rates", &meant).await.status, 303);
    assert!(finance.get("/console/rates?q=EUR").await.text.contains("the bank"));
}

#[tokio::test]
async fn the_log_is_looked_through_and_says_whether_it_is_whole() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let status = format!("/console/accounts/{}/status", stage.account);
    owner
        .post(&status, &[("status", "suspended"), ("why", "<i>late</i>")])
        .await;
    let all = owner.get("/console/audit").await.text;
    for shown in [
        ">suspended an account<",
        ">signed in<",
        "<del>active</del>",
        "&#60;i&#62;late",
        "Somebody",
    ] {
        assert!(all.contains(shown), "{shown}: {all}");
    }
    let wrong = owner.get("/console/audit?from=yesterday").await;
    assert!(
        wrong.status == 400 && wrong.text.contains("id=\"found\""),
        "{}",
        wrong.text
    );
    let mut found = async |query: &str| owner.get(&format!("/console/audit?{query}")).await.text;
    let accounts = found("action=account").await;
    assert!(
        accounts.contains(">suspended an account<") && !accounts.contains(">signed in<"),
        "{accounts}"
    );
    let of_account = found(&format!("account={}", stage.account)).await;
    assert!(
        of_account.contains("Only what concerns Test") && !of_account.contains(">signed in<"),
        "{of_account}"
    );
    for nothing in ["person=command", "from=2100-01-01", "until=1999-12-31", "start=5000"] {
        assert!(found(nothing).await.contains("Nothing found"), "{nothing}");
    }
    assert!(
        owner
            .get("/console/audit/check")
            .await
            .text
            .contains("as it was written")
    );
    let tamper = |tx: &mut engine::db::Tx<'_>| tx.execute("UPDATE audit_entries SET actor_name = 'Nobody'", &[]);
    stage.app.db.write_with(tamper).await.unwrap();
    let broken = owner.get("/console/audit/check").await.text;
    assert!(
        broken.contains("Somebody has changed the log") && broken.contains("is not as it was written"),
        "{broken}"
    );
}

#[tokio::test]
async fn what_a_program_does_with_its_key_stands_in_the_log_as_well() {
    let stage = stage().await;
    assert_eq!(stage.post("/v2/webhooks/secret", "").await.status, 200);
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let log = owner.get("/console/audit?action=webhook.rotate_secret").await.text;
    let key = between(&log, "/console/audit?person=", "\"").to_owned();
    assert!(key.starts_with("key_") && log.contains(">API key</a>"), "{log}");
    let of_key = owner.get(&format!("/console/audit?person={key}")).await.text;
    assert!(
        of_key.contains(">made a new signing secret<")
            && of_key.contains(&format!("<option value=\"{key}\" selected>")),
        "{of_key}"
    );
}
