//! The desk: orders, statement, keys, webhooks, what developers need, and the account's settings; each of the
//! account of whoever looks, and of no other.

use std::time::Duration;

use axum::{body::Body, http::Request};
use engine::{
    accounts::{self, Scope},
    audit::Chain,
    page::PageRequest,
    people::Role,
};
use model::{AccountId, Clock, Money};
use serde_json::Value;

use crate::{
    browser::{Browser, between, deeds, stage},
    stage::{Answer, Stage, top_up},
};

fn id(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Buys for another account by its key, and answers the invoice.
async fn buy_as(stage: &Stage, token: &str, number: &str) -> Value {
    let request = Request::builder()
        .method("POST")
        .uri("/v2/invoices")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let further = r#","webhook_url":"https://shop.example.com/hook""#;
    let answer = stage
        .send(request.body(Body::from(top_up(number, further))).unwrap())
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].clone()
}

async fn ping_as(stage: &Stage, token: &str) -> Answer {
    let request = Request::builder().uri("/v2/accounts/balance");
    let request = request.header("authorization", format!("Bearer {token}"));
    stage.send(request.body(Body::empty()).unwrap()).await
}

/// What was written last to an account's log.
async fn last_deed(stage: &Stage, account: AccountId) -> (String, String) {
    let entry = deeds(stage, Chain::Account(account), 1).await.remove(0);
    (entry.action, entry.subject)
}

#[tokio::test]
async fn a_cashier_sees_orders_and_neither_money_nor_technique() {
    let stage = stage().await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let orders = cashier.get("/orders").await;
    assert!(
        orders.status == 200 && orders.text.contains("No orders yet"),
        "{}",
        orders.text
    );
    for path in ["/statement", "/keys", "/webhooks", "/developers", "/settings"] {
        assert_eq!(cashier.get(path).await.status, 403, "{path}");
        assert!(
            !orders.text.contains(&format!("href=\"{path}\"")),
            "{path} is nowhere to be clicked"
        );
    }
    for path in ["/statement.csv", "/statement.xlsx"] {
        assert_eq!(cashier.get(path).await.status, 403, "{path}");
    }
    let forms = [
        "/keys",
        "/webhooks/address",
        "/webhooks/secret",
        "/webhooks/secret/rotate",
        "/webhooks/test",
        "/settings",
    ];
    for path in forms {
        let fields = [("name", "x"), ("read", "yes"), ("url", ""), ("home", "")];
        assert_eq!(cashier.post(path, &fields).await.status, 403, "{path}");
    }
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    for path in [
        "/orders",
        "/statement",
        "/keys",
        "/webhooks",
        "/developers",
        "/settings",
    ] {
        assert_eq!(owner.get(path).await.status, 403, "{path} is an account's own");
    }
}

#[tokio::test]
async fn an_order_is_found_by_whatever_a_shop_knows_of_it() {
    let stage = stage().await;
    stage.work();
    let fine = stage.buy("+15551234567").await;
    let back = stage.buy("+15551230001").await;
    let path = format!("/v2/invoices/{}", id(&back["id"]));
    stage.until(&path, |invoice| invoice["status"] == "complete").await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let all = cashier.get("/orders").await.text;
    assert!(
        all.contains(">+15551234567<") && all.contains(">+15551230001<"),
        "{all}"
    );
    for query in [
        "q=%2B1+(555)+123-0001",
        "status=refunded",
        "status=refunded&from=2020-01-01",
    ] {
        let found = cashier.get(&format!("/orders?{query}")).await.text;
        assert!(
            found.contains(">+15551230001<") && !found.contains(">+15551234567<"),
            "{query}: {found}"
        );
    }
    let order = id(&fine["orders"][0]["id"]);
    assert_eq!(
        cashier.get(&format!("/orders?q={order}")).await.header("location"),
        format!("/orders/{order}")
    );
    let invoice = id(&fine["id"]);
    assert_eq!(
        cashier.get(&format!("/orders?q={invoice}")).await.header("location"),
        format!("/invoices/{invoice}")
    );
    for query in ["q=nobody", "to=2020-01-01", "status=reversed"] {
        assert!(
            cashier
                .get(&format!("/orders?{query}"))
                .await
                .text
                .contains("Nothing fits"),
            "{query}"
        );
    }
    let wrong = cashier.get("/orders?from=2026-12-01&to=2026-11-01").await.text;
    assert!(wrong.contains("exchange them"), "{wrong}");
}

#[tokio::test]
async fn a_long_list_goes_on_page_by_page() {
    let stage = stage().await;
    let (context, now, account) = (stage.app.context.clone(), stage.clock.now(), stage.account);
    let fund = move |tx: &mut engine::db::Tx<'_>| {
        let amount = Money::new(100_000, "USD".parse().unwrap());
        accounts::fund(tx, &context.ids, account, (amount, "more"), now)
    };
    stage.app.db.write_with(fund).await.unwrap();
    for number in 0..PageRequest::LIMIT_MAX + 3 {
        stage.buy(&format!("+155512345{number:02}")).await;
    }
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let rows = |html: &str| html.matches("<td data-label=\"Number\"").count();
    let first = manager.get("/orders?status=pending").await.text;
    assert_eq!(rows(&first), 50);
    let older = between(&first, "rel=\"next\" href=\"", "\"").replace("&#38;", "&");
    assert!(older.starts_with("/orders?status=pending&before="), "{older}");
    let second = manager.get(&older).await.text;
    assert_eq!(rows(&second), 3);
    assert!(
        second.contains("href=\"/orders?status=pending\"") && !second.contains("rel=\"next\""),
        "{second}"
    );
    let statement = manager.get("/statement").await.text;
    let older = between(&statement, "rel=\"next\" href=\"", "\"").replace("&#38;", "&");
    let rest = manager.get(&older).await.text;
    assert_eq!(
        rest.matches("<td data-label=\"#\"").count(),
        5,
        "with two deposits: {rest}"
    );
}

#[tokio::test]
async fn an_order_tells_its_story_without_who_delivers_and_for_how_much() {
    let stage = stage().await;
    stage.work();
    let invoice = stage.buy("+15551230001").await;
    let (invoice, order) = (id(&invoice["id"]), id(&invoice["orders"][0]["id"]));
    stage
        .until(&format!("/v2/invoices/{invoice}"), |invoice| {
            invoice["status"] == "complete"
        })
        .await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let story = cashier.get(&format!("/orders/{order}")).await.text;
    let told = [
        "Sold",
        "set aside",
        "Sent to be delivered",
        "Not delivered",
        "back on the balance",
        "Receipt",
    ];
    for shown in told {
        assert!(story.contains(shown), "{shown}: {story}");
    }
    let page = cashier.get(&format!("/invoices/{invoice}")).await.text;
    for shown in ["Complete", "Came back", "+15551230001", order] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for secret in ["sandbox", "supplier", "cost"] {
        assert!(!story.contains(secret) && !page.contains(secret), "{secret}: {story}");
    }
}

#[tokio::test]
async fn nothing_of_another_account_is_there() {
    let stage = stage().await;
    let (other, token) = stage.account_with(100_000, &[Scope::Read, Scope::Purchase]).await;
    let foreign = buy_as(&stage, &token, "+15551239999").await;
    let send = {
        let context = stage.app.context.clone();
        let now = stage.app.clock.now();
        move |tx: &mut engine::db::Tx<'_>| {
            let account = accounts::find(tx, other)?.unwrap();
            let sent = engine::webhooks::send_test(tx, &context, (&account, "https://other.example/"), now)?;
            Ok::<_, engine::Error>((sent.id, accounts::keys_of(tx, other)?[0].id))
        }
    };
    let (delivery, key) = stage.app.db.write_with(send).await.unwrap();
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let (invoice, order) = (id(&foreign["id"]), id(&foreign["orders"][0]["id"]));
    for path in [
        format!("/orders/{order}"),
        format!("/invoices/{invoice}"),
        format!("/webhooks/{delivery}"),
        "/orders/nonsense".to_owned(),
        "/invoices/nonsense".to_owned(),
        "/webhooks/nonsense".to_owned(),
    ] {
        assert_eq!(manager.get(&path).await.status, 404, "{path}");
    }
    for path in [format!("/keys/{key}/revoke"), format!("/webhooks/{delivery}/resend")] {
        assert_eq!(manager.post(&path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(ping_as(&stage, &token).await.status, 200, "its key is still in force");
    for path in [
        "/orders",
        "/orders?q=%2B15551239999",
        "/statement",
        "/webhooks",
        "/keys",
    ] {
        let page = manager.get(path).await.text;
        for theirs in [order, "other.example", &key.to_string()] {
            assert!(!page.contains(theirs), "{path} has {theirs}");
        }
    }
    let csv = manager.get("/statement.csv").await.text;
    assert!(!csv.contains(order) && csv.lines().count() == 2, "{csv}");
}

#[tokio::test]
async fn a_statement_adds_up_and_goes_along_as_a_file() {
    let stage = stage().await;
    stage.work();
    for number in ["+15551234567", "+15551230001"] {
        let invoice = stage.buy(number).await;
        let path = format!("/v2/invoices/{}", id(&invoice["id"]));
        stage.until(&path, |invoice| invoice["status"] == "complete").await;
    }
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let page = manager.get("/statement").await.text;
    for shown in [
        "1,000.00",
        "24.79",
        "975.21",
        "Given back",
        "4 movements",
        "bank",
        "Last month",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let csv = manager.get("/statement.csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").ends_with(".csv\""));
    let movements: Vec<_> = csv.text.lines().map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(
        movements,
        ["type", "release", "hold", "hold", "deposit"],
        "{}",
        csv.text
    );
    let xlsx = manager
        .get("/statement.xlsx?from=2026-11-01&to=2026-11-30&chosen=yes")
        .await;
    assert_eq!((xlsx.status.as_u16(), xlsx.text.as_str()), (200, "(not text)"));
    assert!(
        xlsx.header("content-disposition")
            .contains("statement_2026-11-01_2026-11-30.xlsx")
    );
    let before = manager.get("/statement.csv?from=2020-01-01&to=2020-01-31").await.text;
    assert_eq!(before.lines().count(), 1, "only the headings: {before}");
}

#[tokio::test]
async fn a_key_is_shown_once_works_at_once_and_is_refused_once_it_is_revoked() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let wrong = manager.post("/keys", &[("name", " ")]).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("1 to 100 characters") && wrong.text.contains("Tick at least one"),
        "{}",
        wrong.text
    );
    let made = manager
        .post("/keys", &[("name", "Web shop"), ("read", "yes")])
        .await
        .text;
    let token = between(&made, "id=\"key\">", "</code>").to_owned();
    assert!(token.starts_with("rk_"), "{token}");
    assert_eq!(ping_as(&stage, &token).await.status, 200);
    let list = manager.get("/keys").await.text;
    assert!(!list.contains(&token) && list.contains("Web shop"), "{list}");
    assert_eq!(list.matches("Not yet").count(), 1, "one of two was used: {list}");
    let (deed, key) = last_deed(&stage, stage.account).await;
    assert_eq!(deed, "key.create");
    let buying = Request::builder()
        .method("POST")
        .uri("/v2/invoices")
        .header("authorization", format!("Bearer {token}"));
    let buying = buying
        .header("content-type", "application/json")
        .body(Body::from(top_up("+15551234567", "")))
        .unwrap();
    assert_eq!(stage.send(buying).await.status, 403, "it may look and not buy");
    assert_eq!(
        manager
            .post(&format!("/keys/{key}/revoke"), &[])
            .await
            .header("location"),
        "/keys"
    );
    assert_eq!(ping_as(&stage, &token).await.status, 401);
    assert_eq!(
        last_deed(&stage, stage.account).await,
        ("key.revoke".to_owned(), key.clone())
    );
    assert_eq!(
        manager.post(&format!("/keys/{key}/revoke"), &[]).await.status,
        404,
        "once"
    );
    assert!(manager.get("/keys").await.text.contains("Revoked"));
}

#[tokio::test]
async fn whoever_came_in_a_while_ago_proves_again_before_keys_and_webhooks_change() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    stage.clock.advance(Duration::from_mins(11));
    for (path, back) in [("/keys", "next=/keys"), ("/webhooks", "next=/webhooks")] {
        let page = manager.get(path).await;
        assert_eq!(page.status, 200, "looking is allowed");
        assert!(page.text.contains(back), "{path}: {}", page.text);
        assert!(
            !page.text.contains(&format!("<form method=\"post\" action=\"{path}\"")),
            "{path}"
        );
    }
    for path in [
        "/keys",
        "/webhooks/address",
        "/webhooks/secret",
        "/webhooks/secret/rotate",
    ] {
        let fields = [("name", "x"), ("read", "yes"), ("url", "")];
        let answer = manager.post(path, &fields).await;
        assert!(
            answer.header("location").starts_with("/sign-in/again"),
            "{path}: {}",
            answer.text
        );
    }
}
