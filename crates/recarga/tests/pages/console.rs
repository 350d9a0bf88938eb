//! The console: how the day goes, and any order by whatever is known of it.

use engine::people::Role;

use crate::browser::{Browser, stage};

#[tokio::test]
async fn the_day_is_seen_at_a_glance_and_money_by_those_who_may() {
    let stage = stage().await;
    stage.work();
    for number in ["+15551234567", "+15551230001"] {
        let invoice = stage.buy(number).await;
        let path = format!("/v2/invoices/{}", invoice["id"].as_str().unwrap());
        stage.until(&path, |invoice| invoice["status"] == "complete").await;
    }
    let mut finance = Browser::signed_in(&stage, Role::Finance).await;
    let today = finance.get("/console").await;
    for shown in [
        "50.0%",
        "1 delivered, 1 refunded",
        "Margin in 24 hours",
        "sandbox",
        "+15551230001",
    ] {
        assert!(today.text.contains(shown), "{shown}: {}", today.text);
    }
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    let today = support.get("/console").await;
    assert!(today.status == 200 && !today.text.contains("Margin"), "{}", today.text);
}

#[tokio::test]
async fn an_order_is_found_by_its_number_and_id_and_tells_its_story() {
    let stage = stage().await;
    stage.work();
    let invoice = stage.buy("+15551230001").await;
    let (invoice, order) = (&invoice["id"], &invoice["orders"][0]["id"]);
    let (invoice, order) = (invoice.as_str().unwrap(), order.as_str().unwrap());
    let path = format!("/v2/invoices/{invoice}");
    stage.until(&path, |invoice| invoice["status"] == "complete").await;
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    for wanted in ["%2B15551230001", order, invoice] {
        let found = support.get(&format!("/console/orders?q={wanted}")).await;
        assert!(
            found.text.contains(&format!("/console/orders/{order}")),
            "{wanted}: {}",
            found.text
        );
    }
    let nothing = support.get("/console/orders?q=nobody").await;
    assert!(
        nothing.status == 200 && nothing.text.contains("No orders"),
        "{}",
        nothing.text
    );
    let story = support.get(&format!("/console/orders/{order}")).await;
    for shown in ["Refunded", "held", "Attempt 1", "refused"] {
        assert!(story.text.contains(shown), "{shown}: {}", story.text);
    }
    assert_eq!(support.get("/console/orders/nonsense").await.status, 404);
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    assert_eq!(cashier.get(&format!("/console/orders/{order}")).await.status, 403);
}
