//! `POST /callbacks/{supplier}`: whatever comes, only a supplier's own answer changes anything.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{body::Body, http::Request};
use engine::cases::{self, CaseFilter, CaseKind};
use model::{
    AttemptId, AttemptRef, Callback, CallbackError, Capabilities, Clock, Evidence, Money, OperatorGuess, Outcome,
    PhoneNumber, Receipt, Supplier, SupplierError, SupplierName, Timestamp, TopUp,
};
use serde_json::Value;
use suppliers::{Sandbox, SandboxSettings};
use testkit::ManualClock;

use crate::stage::{Answer, Stage};

/// The sandbox, which tells of nothing late by itself, but pushes: an attempt's id, and a word for its signature.
struct Pushing {
    sandbox: Sandbox,
    /// Whether it says by now that it has delivered everything.
    turned: Arc<AtomicBool>,
}

#[async_trait]
impl Supplier for Pushing {
    fn name(&self) -> &SupplierName {
        self.sandbox.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.sandbox.capabilities()
    }

    async fn submit(&self, topup: &TopUp, evidence: &Evidence) -> Outcome {
        self.sandbox.submit(topup, evidence).await
    }

    async fn find(&self, attempt: &AttemptRef, evidence: &Evidence) -> Outcome {
        if self.turned.load(Ordering::SeqCst) {
            return Outcome::Delivered(Receipt::default());
        }
        self.sandbox.find(attempt, evidence).await
    }

    async fn late_changes(&self, _: Timestamp) -> Result<Vec<AttemptId>, SupplierError> {
        Ok(Vec::new())
    }

    async fn float(&self) -> Result<Money, SupplierError> {
        self.sandbox.float().await
    }

    async fn lookup(&self, number: PhoneNumber) -> Result<Vec<OperatorGuess>, SupplierError> {
        self.sandbox.lookup(number).await
    }

    fn callback(&self, callback: &Callback) -> Result<Vec<AttemptId>, CallbackError> {
        if callback.header("x-signature") != Some("genuine") {
            return Err(CallbackError::Forged("the signature is wrong"));
        }
        let text = String::from_utf8_lossy(&callback.body);
        let attempt = text
            .parse()
            .map_err(|_| CallbackError::Unreadable("no attempt".into()))?;
        Ok(vec![attempt])
    }
}

async fn stage() -> Stage {
    stage_that_turns(Arc::default()).await
}

async fn stage_that_turns(turned: Arc<AtomicBool>) -> Stage {
    Stage::with_supplier(|clock: Arc<ManualClock>| {
        let sandbox = Sandbox::open(SandboxSettings::default(), clock, &[], &HashMap::new());
        Arc::new(Pushing {
            sandbox: sandbox.unwrap(),
            turned,
        })
    })
    .await
}

async fn push(stage: &Stage, supplier: &str, signature: &str, body: impl Into<Body>) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(format!("/callbacks/{supplier}"))
        .header("x-signature", signature);
    stage.send(request.body(body.into()).unwrap()).await
}

async fn attempt_of(stage: &Stage, order: &str) -> String {
    let attempt = AttemptId {
        order: order.parse().unwrap(),
        number: 1,
    };
    let found = stage
        .app
        .db
        .read(move |tx| engine::orders::find_by_attempt(tx, attempt))
        .await;
    assert!(found.unwrap().is_some());
    attempt.to_string()
}

/// Buys for a number and waits until its order stands so.
async fn bought(stage: &Stage, number: &str, is_so: impl Fn(&Value) -> bool) -> (String, String) {
    let invoice = stage.buy(number).await;
    let order = invoice["orders"][0]["id"].as_str().unwrap().to_owned();
    stage.until(&format!("/v2/orders/{order}"), is_so).await;
    let attempt = attempt_of(stage, &order).await;
    (order, attempt)
}

#[tokio::test]
async fn a_forged_push_is_refused_and_an_unknown_supplier_isnt_there() {
    let stage = stage().await;
    let answer = push(&stage, "sandbox", "forged", "att_x").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["error_code"].clone()),
        (401, "unauthorized".into())
    );
    assert_eq!(push(&stage, "nobody", "genuine", "att_x").await.status, 404);
    assert_eq!(push(&stage, "NOT-A-NAME", "genuine", "").await.status, 404);
    assert_eq!(push(&stage, "sandbox", "genuine", "att_x").await.status, 400);
    let long = "x".repeat(70_000);
    assert_eq!(push(&stage, "sandbox", "genuine", long).await.status, 413);
}

#[tokio::test]
async fn a_push_about_a_reversal_is_asked_about_and_forgeries_are_not() {
    let stage = stage().await;
    stage.work();
    let (order, attempt) = bought(&stage, "+15551230008", |order| order["status"] == "delivered").await;
    let path = format!("/v2/orders/{order}");
    // Out of order: it is pushed before anything was taken back, and twice.
    for _ in 0..2 {
        assert_eq!(push(&stage, "sandbox", "genuine", attempt.clone()).await.status, 204);
    }
    assert_eq!(stage.get(&path).await.json()["data"]["status"], "delivered");
    stage.clock.advance(Duration::from_mins(2));
    assert_eq!(push(&stage, "sandbox", "forged", attempt.clone()).await.status, 401);
    assert_eq!(stage.get(&path).await.json()["data"]["status"], "delivered");
    assert_eq!(push(&stage, "sandbox", "genuine", attempt.clone()).await.status, 204);
    stage.until(&path, |order| order["status"] == "reversed").await;
    assert_eq!(push(&stage, "sandbox", "genuine", attempt).await.status, 204);
    assert_eq!(stage.get(&path).await.json()["data"]["status"], "reversed");
}

#[tokio::test]
async fn a_push_about_an_open_order_is_taken_and_the_order_stays_as_it_is_until_it_was_asked_about() {
    let stage = stage().await;
    stage.work();
    let confirming = |order: &Value| order["pending_reason"] == "confirming";
    let (order, attempt) = bought(&stage, "+15551230004", confirming).await;
    let path = format!("/v2/orders/{order}");
    assert_eq!(push(&stage, "sandbox", "genuine", attempt).await.status, 204);
    assert_eq!(stage.get(&path).await.json()["data"]["status"], "pending");
    stage.clock.advance(Duration::from_secs(6));
    stage.until(&path, |order| order["status"] == "delivered").await;
    assert!(stage.clock.now() > Timestamp::default());
}

#[tokio::test]
async fn a_push_about_what_was_refused_is_asked_about_and_a_late_delivery_is_put_before_a_person() {
    let turned = Arc::<AtomicBool>::default();
    let stage = stage_that_turns(Arc::clone(&turned)).await;
    stage.work();
    let (order, attempt) = bought(&stage, "+15551230001", |order| order["status"] == "refunded").await;
    let balance = stage.get("/v2/accounts/balance").await.json()["data"]["balance"].clone();
    assert_eq!(push(&stage, "sandbox", "genuine", attempt.clone()).await.status, 204);
    turned.store(true, Ordering::SeqCst);
    assert_eq!(push(&stage, "sandbox", "genuine", attempt.clone()).await.status, 204);
    let cases = async {
        loop {
            let all = |tx: &mut engine::db::Tx<'_>| cases::list(tx, &CaseFilter::default(), 10);
            let found = stage.app.db.read(all).await.unwrap();
            if !found.is_empty() {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    let cases = tokio::time::timeout(Duration::from_secs(30), cases).await.unwrap();
    assert_eq!((cases.len(), cases[0].found.kind), (1, CaseKind::DeliveredLate));
    assert_eq!(cases[0].found.subject, attempt);
    let shown = stage.get(&format!("/v2/orders/{order}")).await.json();
    assert_eq!(shown["data"]["status"], "refunded");
    assert_eq!(
        stage.get("/v2/accounts/balance").await.json()["data"]["balance"],
        balance
    );
}
