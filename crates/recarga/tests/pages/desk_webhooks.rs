//! The desk's webhooks and what else programs need: address, secret, log, snippets, limits, home country.

use engine::{
    accounts::{self, AccountError, Limits},
    audit::Chain,
    people::Role,
    webhooks::verify,
};
use model::{Clock, Money};

use crate::{
    browser::{Browser, between, deeds, stage},
    receiver::{Received, Receiver},
};

fn header<'a>(received: &'a Received, name: &str) -> &'a str {
    received.headers[name].to_str().unwrap()
}

fn is_signed(received: &Received, secret: &str, now: model::Timestamp) -> bool {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    verify(secret, names.map(|name| header(received, name)), &received.body, now)
}

#[tokio::test]
async fn a_sale_at_the_counter_is_told_at_the_accounts_address_and_told_again() {
    let stage = stage().await;
    let mut target = Receiver::answering(&[200]).await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let set = manager.post("/webhooks/address", &[("url", &target.url)]).await;
    assert_eq!(set.header("location"), "/webhooks", "{}", set.text);
    stage.work();
    let invoice = stage.buy("+15551234567").await;
    let first = target.received.recv().await.unwrap();
    assert!(first.body.contains(invoice["id"].as_str().unwrap()));
    stage
        .until("/v2/webhooks/deliveries", |list| list[0]["status"] == "delivered")
        .await;
    let log = manager.get("/webhooks").await.text;
    assert!(
        log.contains("invoice.complete") && log.contains("Taken") && log.contains("200"),
        "{log}"
    );
    let delivery = between(&log, "href=\"/webhooks/whd_", "\"").to_owned();
    let page = manager.get(&format!("/webhooks/whd_{delivery}")).await.text;
    assert!(
        page.contains("&#34;status&#34;: &#34;complete&#34;"),
        "what was sent is shown: {page}"
    );
    let again = manager.post(&format!("/webhooks/whd_{delivery}/resend"), &[]).await;
    let path = again.header("location");
    assert!(
        path.starts_with("/webhooks/whd_") && !path.ends_with(&delivery),
        "{path}"
    );
    let second = target.received.recv().await.unwrap();
    assert_eq!(header(&first, "webhook-id"), header(&second, "webhook-id"));
}

#[tokio::test]
async fn a_test_event_arrives_signed_and_looks_like_an_invoice() {
    let stage = stage().await;
    let mut target = Receiver::answering(&[204]).await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    assert_eq!(
        manager.post("/webhooks/test", &[]).await.status,
        400,
        "nowhere to send it"
    );
    manager.post("/webhooks/address", &[("url", &target.url)]).await;
    stage.work();
    let sent = manager.post("/webhooks/test", &[]).await;
    let received = target.received.recv().await.unwrap();
    let secret = manager.post("/webhooks/secret", &[]).await.text;
    let secret = between(&secret, "id=\"secret\">", "</code>")
        .replace("&#43;", "+")
        .replace("&#61;", "=");
    assert!(is_signed(&received, &secret, stage.clock.now()), "{secret}");
    let body: serde_json::Value = serde_json::from_str(&received.body).unwrap();
    assert_eq!(
        (&body["reference"], &body["orders"]),
        (&"webhook.test".into(), &serde_json::json!([]))
    );
    let list = stage
        .until("/v2/webhooks/deliveries", |list| list[0]["status"] == "delivered")
        .await;
    assert_eq!(
        (&list[0]["invoice"], &list[0]["event"]["type"]),
        (&serde_json::Value::Null, &"webhook.test".into())
    );
    assert!(sent.header("location").ends_with(list[0]["id"].as_str().unwrap()));
}

#[tokio::test]
async fn an_address_that_webhooks_may_not_go_to_is_refused_at_its_field() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    for (url, why) in [
        ("nonsense", "This is no address"),
        ("ftp://shop.example/", "Begin with https://"),
        ("https://user:secret@shop.example/", "Leave user and password out"),
        ("https://shop.example:25/", "Port 25"),
        ("http://10.0.0.1/", "10.0.0.1 is not public"),
        ("http://169.254.169.254/", "is not public"),
    ] {
        let answer = manager.post("/webhooks/address", &[("url", url)]).await;
        assert_eq!(answer.status, 422, "{url}");
        assert!(
            answer.text.contains(why) && answer.text.contains("aria-invalid"),
            "{url}: {}",
            answer.text
        );
    }
    assert!(
        !manager.get("/webhooks").await.text.contains("Send a test"),
        "nothing was set"
    );
    manager
        .post("/webhooks/address", &[("url", "https://shop.example/in")])
        .await;
    assert!(
        manager
            .get("/webhooks")
            .await
            .text
            .contains("value=\"https://shop.example/in\"")
    );
    manager.post("/webhooks/address", &[("url", "")]).await;
    let account = stage.account;
    let found = stage
        .app
        .db
        .read(move |tx| accounts::find(tx, account))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.webhook_url, None, "taken away");
}

#[tokio::test]
async fn a_new_secret_is_shown_once_and_the_old_one_signs_for_a_while() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let old = manager.post("/webhooks/secret", &[]).await.text;
    let old = between(&old, "id=\"secret\">", "</code>").to_owned();
    let rotated = manager.post("/webhooks/secret/rotate", &[]).await.text;
    let new = between(&rotated, "id=\"secret\">", "</code>").to_owned();
    assert!(new.starts_with("whsec_") && new != old, "{new}");
    let page = manager.get("/webhooks").await.text;
    assert!(!page.contains(&new) && page.contains("signs too until"), "{page}");
    let log = deeds(&stage, Chain::Account(stage.account), 2).await;
    assert_eq!(log[0].action, "webhook.rotate_secret");
    assert_eq!(log[1].action, "webhook.show_secret");
    assert!(
        log.iter().all(|entry| !entry.details.contains("whsec")),
        "no secrets: {log:?}"
    );
}

#[tokio::test]
async fn developers_find_limits_usage_and_lines_with_their_own_address() {
    let stage = stage().await;
    stage.work();
    let invoice = stage.buy("+15551234567").await;
    let path = format!("/v2/invoices/{}", invoice["id"].as_str().unwrap());
    stage.until(&path, |invoice| invoice["status"] == "complete").await;
    let usd = "USD".parse().unwrap();
    let limits = Limits {
        day_max: Some(Money::new(50_000, usd)),
        ..Limits::default()
    };
    stage.limit(limits).await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let page = manager.get("/developers").await.text;
    for shown in [
        "500.00",
        "24.79",
        "No limit",
        "https://topups.example.com/v2/ping",
        "openssl dgst",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("BASE_URL"), "every place is filled in");
    for (language, shown) in [("python", "hmac.new"), ("javascript", "timingSafeEqual")] {
        let page = manager.get(&format!("/developers?in={language}")).await.text;
        assert!(page.contains(shown) && !page.contains("BASE_URL"), "{language}: {page}");
    }
}

#[tokio::test]
async fn with_a_home_country_its_numbers_need_no_code() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let before = manager.get("/?number=555+123+4567").await.text;
    assert!(before.contains("Which country?"), "{before}");
    assert_eq!(
        manager.post("/settings", &[("home", "US")]).await.header("location"),
        "/settings"
    );
    assert!(
        manager
            .get("/settings")
            .await
            .text
            .contains("<option value=\"US\" selected>")
    );
    let after = manager.get("/?number=555+123+4567").await.text;
    assert!(after.contains("/topups/new?number=%2B15551234567"), "{after}");
    stage.buy("+15551234567").await;
    let found = manager.get("/orders?q=555+123+4567").await.text;
    assert!(found.contains("+15551234567"), "{found}");
    for wrong in ["XX", "nowhere"] {
        assert_eq!(
            manager.post("/settings", &[("home", wrong)]).await.status,
            400,
            "{wrong}"
        );
    }
    manager.post("/settings", &[("home", "")]).await;
    let account = stage.account;
    let found = stage.app.db.read(move |tx| accounts::find(tx, account)).await;
    assert_eq!(found.map_err(AccountError::from).unwrap().unwrap().home_country, None);
}
