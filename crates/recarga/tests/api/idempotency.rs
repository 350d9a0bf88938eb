//! `Idempotency-Key`: the first answer again.

use engine::accounts::{self, AccountError, Terms};
use futures_util::FutureExt;
use tower::ServiceExt;

use crate::stage::{Stage, top_up};

const INVOICES: &str = "/v2/invoices";

#[tokio::test]
async fn the_same_request_gets_the_first_answer_again() {
    let stage = Stage::new().await;
    let body = top_up("+15551234567", "");
    let first = stage.post_as("cart-1", INVOICES, body.clone()).await;
    let again = stage.post_as("cart-1", INVOICES, body).await;
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!((first.status, first.text), (again.status, again.text));
    assert_eq!(stage.get(INVOICES).await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_first_answer_comes_even_if_it_could_not_be_bought_any_more() {
    let stage = Stage::new().await;
    let body = top_up("+15551234567", r#","max_price":30"#);
    let first = stage.post_as("cart-1", INVOICES, body.clone()).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let account = stage.account;
    let dearer = move |tx: &mut engine::db::Tx<'_>| {
        accounts::set_terms(tx, account, |found| {
            let markup_bps = 5_000;
            Ok::<_, AccountError>(Terms {
                markup_bps,
                ..found.terms()
            })
        })
    };
    stage.app.db.write_with(dearer).await.unwrap();
    stage.app.refresh().await.unwrap();
    let again = stage.post_as("cart-1", INVOICES, body.clone()).await;
    assert_eq!(
        (again.header("idempotent-replayed"), &again.text),
        ("true", &first.text)
    );
    assert_eq!(
        stage.post_as("cart-2", INVOICES, body).await.json()["error_code"],
        "price_changed"
    );
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let stage = Stage::new().await;
    let first = stage.post_as("cart-1", INVOICES, top_up("+15551234567", "")).await;
    let path = format!("{INVOICES}/{}/pay", first.json()["data"]["id"].as_str().unwrap());
    insta::assert_snapshot!(
        stage
            .post_as("cart-1", INVOICES, top_up("+15551234568", ""))
            .await
            .shown()
    );
    let unsellable = top_up("+15551234568", r#","max_price":1"#);
    assert_eq!(stage.post_as("cart-1", INVOICES, unsellable).await.status, 422);
    assert_eq!(stage.post_as("cart-1", &path, "").await.status, 422);
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let stage = Stage::new().await;
    let refused = stage.post_as("cart-1", INVOICES, top_up("+1555", "")).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        stage
            .post_as("cart-1", INVOICES, top_up("+15551234567", ""))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn paying_is_repeated_like_buying() {
    let stage = Stage::new().await;
    let body = top_up("+15551234567", "").replace("true", "false");
    let invoice = stage.post(INVOICES, body).await.json()["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{INVOICES}/{invoice}/pay");
    let first = stage.post_as("pay-1", &path, "{}").await;
    let again = stage.post_as("pay-1", &path, "{}").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.text, again.text);
    assert_eq!(stage.post_as("pay-1", &path, "").await.status, 422, "another body");
}

#[tokio::test]
async fn the_second_request_is_told_that_the_first_is_running() {
    let stage = Stage::new().await;
    // Until it is let go, nothing that is written gets an answer.
    let (let_go, until) = std::sync::mpsc::channel::<()>();
    let hold = move |_: &mut engine::db::Tx<'_>| {
        let _ = until.recv();
        Ok::<_, engine::Error>(())
    };
    let db = stage.app.db.clone();
    let holding = tokio::spawn(async move { db.write_with(hold).await });
    tokio::task::yield_now().await;
    let body = top_up("+15551234567", "");
    let request = stage
        .request("POST", INVOICES)
        .header("idempotency-key", "cart-1")
        .body(axum::body::Body::from(body.clone()));
    let mut first = Box::pin(stage.router.clone().oneshot(request.unwrap()));
    assert!(first.as_mut().now_or_never().is_none(), "it waits for the database");
    let second = stage.post_as("cart-1", INVOICES, body.clone()).await;
    insta::assert_snapshot!(second.shown());
    assert_eq!(second.header("retry-after"), "1");
    drop(let_go);
    holding.await.unwrap().unwrap();
    assert_eq!(first.await.unwrap().status(), 200);
    assert_eq!(
        stage
            .post_as("cart-1", INVOICES, body)
            .await
            .header("idempotent-replayed"),
        "true"
    );
}

#[tokio::test]
async fn a_key_is_short_and_printable() {
    let stage = Stage::new().await;
    for wrong in ["", &"x".repeat(256), "sch\u{fc}ssel"] {
        let answer = stage.post_as(wrong, INVOICES, top_up("+15551234567", "")).await;
        let json = answer.json();
        assert_eq!(
            (answer.status.as_u16(), &json["param"]),
            (400, &"Idempotency-Key".into()),
            "{wrong}"
        );
    }
}
