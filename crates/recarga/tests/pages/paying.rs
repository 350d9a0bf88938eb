//! Invoices that were made unpaid: paid at the desk after they were looked at, or cancelled; each once.

use engine::{accounts::Limits, audit::Chain, people::Role};
use model::Money;
use serde_json::Value;

use crate::{
    browser::{Browser, deeds, stage},
    stage::Stage,
};

/// Makes an invoice for some numbers, and answers its path.
async fn unpaid(stage: &Stage, value: u32, numbers: &[&str]) -> String {
    let line = |number: &&str| format!(r#"{{"product_id":"at-t-usa","value":{value},"phone_number":"{number}"}}"#);
    let lines: Vec<_> = numbers.iter().map(line).collect();
    let body = format!(r#"{{"products":[{}],"auto_pay":false}}"#, lines.join(","));
    let answer = stage.post("/v2/invoices", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    format!("/invoices/{}", answer.json()["data"]["id"].as_str().unwrap())
}

async fn balance(stage: &Stage) -> Value {
    stage.get("/v2/accounts/balance").await.json()["data"].clone()
}

/// What was done about the account, the latest first.
async fn actions(stage: &Stage) -> Vec<String> {
    let done = deeds(stage, Chain::Account(stage.account), 9).await;
    let about = done.into_iter().map(|entry| entry.action);
    about.filter(|action| action.starts_with("invoice.")).collect()
}

#[tokio::test]
async fn an_unpaid_invoice_is_looked_at_and_paid_once() {
    let stage = stage().await;
    let invoice = unpaid(&stage, 25, &["+15551234567"]).await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let page = cashier.get(&invoice).await.text;
    let pay = format!("{invoice}/pay");
    assert!(
        page.contains(&format!("href=\"{pay}\"")) && page.contains("Pay 24.79"),
        "{page}"
    );
    let asked = cashier.get(&pay).await;
    assert_eq!(asked.status, 200);
    for shown in [
        "ticket-number\" dir=\"ltr\">+15551234567",
        "ticket-price",
        "24.79",
        "975.21",
    ] {
        assert!(asked.text.contains(shown), "{shown}: {}", asked.text);
    }
    let before = balance(&stage).await;
    let [first, second] = [cashier.post(&pay, &[]).await, cashier.post(&pay, &[]).await];
    assert!(first.header("location").starts_with("/topups/ord_"), "{}", first.text);
    assert_eq!(
        first.header("location"),
        second.header("location"),
        "the second one changes nothing"
    );
    let after = balance(&stage).await;
    assert_eq!(
        (before["balance"].as_f64(), after["balance"].as_f64()),
        (Some(1000.0), Some(975.21))
    );
    assert_eq!(after["held"].as_f64(), Some(24.79));
    assert_eq!(actions(&stage).await, ["invoice.pay"]);
    stage.work();
    let api = format!("/v2{invoice}");
    stage.until(&api, |invoice| invoice["status"] == "complete").await;
    let page = cashier.get(&invoice).await.text;
    assert!(!page.contains(&pay), "{page}");
    let late = cashier.get(&pay).await;
    assert!(late.status == 422 && late.text.contains("“Complete”"), "{}", late.text);
}

#[tokio::test]
async fn an_unpaid_invoice_is_cancelled_and_no_money_moves() {
    let stage = stage().await;
    let invoice = unpaid(&stage, 25, &["+15551234567", "+15551234568"]).await;
    let before = balance(&stage).await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    for _ in 0..2 {
        let cancelled = manager.post(&format!("{invoice}/cancel"), &[]).await;
        assert_eq!(cancelled.header("location"), invoice, "{}", cancelled.text);
    }
    assert_eq!(actions(&stage).await, ["invoice.cancel"], "once");
    assert_eq!(balance(&stage).await, before);
    let page = manager.get(&invoice).await.text;
    assert!(page.contains("Cancelled") && !page.contains("/pay\""), "{page}");
    let refused = manager.post(&format!("{invoice}/pay"), &[]).await;
    assert!(
        refused.status == 422 && refused.text.contains("“Cancelled”"),
        "{}",
        refused.text
    );
    assert_eq!(balance(&stage).await, before);
}

#[tokio::test]
async fn what_can_not_be_paid_says_why_and_what_to_do() {
    let stage = stage().await;
    let dear: Vec<_> = (0..20).map(|number| format!("+155512346{number:02}")).collect();
    let numbers: Vec<_> = dear.iter().map(String::as_str).collect();
    let some = unpaid(&stage, 25, &numbers).await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    stage
        .limit(Limits {
            day_max: Some(Money::new(10_000, "USD".parse().unwrap())),
            ..Limits::default()
        })
        .await;
    let limited = cashier.post(&format!("{some}/pay"), &[]).await;
    assert!(
        limited.status == 422 && limited.text.contains("day’s limit"),
        "{}",
        limited.text
    );
    stage.limit(Limits::default()).await;
    assert_eq!(
        cashier.post(&format!("{some}/pay"), &[]).await.header("location"),
        some,
        "all of them"
    );
    let more = unpaid(&stage, 100, &numbers).await;
    let short = cashier.get(&format!("{more}/pay")).await;
    assert!(
        short.status == 422 && short.text.contains("balance is too low"),
        "{}",
        short.text
    );
    assert!(
        !short.text.contains("<button class=\"button primary large"),
        "{}",
        short.text
    );
    assert_eq!(cashier.post(&format!("{more}/pay"), &[]).await.status, 422);
    assert_eq!(actions(&stage).await, ["invoice.pay"]);
}

#[tokio::test]
async fn only_who_sells_for_the_account_pays_its_invoices() {
    let stage = stage().await;
    let invoice = unpaid(&stage, 25, &["+15551234567"]).await;
    for role in [Role::Owner, Role::Finance, Role::Support] {
        let mut browser = Browser::signed_in(&stage, role).await;
        assert_eq!(browser.get(&format!("{invoice}/pay")).await.status, 403, "{role}");
        for verb in ["pay", "cancel"] {
            assert_eq!(
                browser.post(&format!("{invoice}/{verb}"), &[]).await.status,
                403,
                "{role}"
            );
        }
    }
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    for nothing in ["inv_01h455vb4pex5vsknk084sn02q", "nonsense"] {
        for verb in ["pay", "cancel"] {
            let path = format!("/invoices/{nothing}/{verb}");
            assert_eq!(cashier.post(&path, &[]).await.status, 404, "{path}");
        }
        assert_eq!(cashier.get(&format!("/invoices/{nothing}/pay")).await.status, 404);
    }
    assert!(actions(&stage).await.is_empty());
}
