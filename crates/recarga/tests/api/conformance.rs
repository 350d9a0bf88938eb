//! A Recarga as a supplier in the suite that every supplier has to pass (`crates/suppliers/tests/conformance`): whatever
//! goes wrong on the wire or at its own supplier, what the connector says agrees with its books.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use engine::orders;
use model::{AttemptId, Clock, Ids};
use rust_decimal::Decimal;
use suppliers::{
    Layered, Limits, Recarga, RecargaSettings, Sandbox, SandboxSettings, Secret, Unmapped, http,
    recarga::Server,
    sandbox::{Entry, State, TABLE},
};

use crate::{
    stage::Stage,
    story::{Books, Player, Truth},
    upstream::topup,
    wire::{Fault, Wire},
};

/// Long enough for a busy machine, where an answer is waited for that comes.
const PATIENT: Duration = Duration::from_secs(30);
/// Short, where none comes.
const IMPATIENT: Duration = Duration::from_millis(300);

/// The Recarga that is bought from, and the way to it.
struct Upstream {
    stage: Stage,
    sandbox: Arc<Sandbox>,
    wire: Arc<Wire>,
    ids: Ids,
}

impl Upstream {
    async fn open(fault: Fault) -> Self {
        let made = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&made);
        let stage = Stage::with_supplier(move |clock| {
            let settings = SandboxSettings {
                call_timeout: Duration::from_millis(100),
                slow: Duration::from_millis(10),
                ..SandboxSettings::default()
            };
            let sandbox = Arc::new(Sandbox::open(settings, clock, &[], &HashMap::new()).unwrap());
            *kept.lock().unwrap() = Some(Arc::clone(&sandbox));
            Arc::new(Layered::new(sandbox, Limits::default()))
        });
        let stage = stage.await;
        stage.work();
        let sandbox = made.lock().unwrap().take().unwrap();
        Self {
            wire: Wire::open(stage.router.clone(), fault).await,
            stage,
            sandbox,
            ids: Ids::seeded(7),
        }
    }

    fn connect(&self, server: Server, timeout: Duration) -> Recarga {
        let settings = RecargaSettings {
            name: "upstream".parse().unwrap(),
            base_url: http::base_url(&self.wire.url).unwrap(),
            api_key: Secret::new(self.stage.token.clone()),
            api_id: None,
            server,
            callback_url: None,
            webhook_secret: None,
            test_products: false,
            timeout,
        };
        let clock: Arc<dyn Clock> = self.stage.clock.clone();
        Recarga::open(settings, clock, Arc::new(Unmapped)).unwrap()
    }

    fn entries(&self) -> Vec<Entry> {
        self.sandbox.record().entries(self.stage.clock.now()).unwrap()
    }

    /// Whether nothing is left to be done at this moment.
    async fn is_settled(&self) -> bool {
        // A call that is under way ends by itself, whatever the clock says.
        let calls = "SELECT COUNT(*) FROM orders WHERE status = 'delivering'";
        let calls = move |tx: &mut engine::db::Tx<'_>| tx.find(calls, &[], |row| row.int(0));
        if self.stage.app.db.read(calls).await.unwrap() != Some(0) {
            return false;
        }
        let open = self.stage.app.db.read(orders::count_open).await.unwrap();
        let orders = self.stage.get("/v2/orders").await.json();
        let delivered = orders["data"].as_array().unwrap().iter();
        let delivered = delivered.filter(|order| order["status"] == "delivered");
        let taken_back = |order: &serde_json::Value| {
            let same = |entry: &Entry| order["id"] == entry.attempt.order.to_string();
            self.entries()
                .iter()
                .any(|entry| same(entry) && entry.state == State::Reversed)
        };
        open.due_since.is_none_or(|due| due > self.stage.clock.now()) && !delivered.clone().any(taken_back)
    }
}

#[async_trait]
impl Books for Upstream {
    async fn pass(&self, by: Duration) {
        self.stage.clock.advance(by);
        self.wire.let_go().await;
        let settling = async {
            while !self.is_settled().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENT, settling).await.expect("it settles");
    }

    async fn truth(&self, attempt: AttemptId) -> Truth {
        let orders = self.stage.get(&format!("/v2/orders?reference={attempt}")).await.json();
        let order = orders["data"].get(0);
        let own = |entry: &&Entry| order.is_some_and(|order| order["id"] == entry.attempt.order.to_string());
        let entries = self.entries();
        let count = |states: &[State]| {
            let own = entries.iter().filter(own);
            own.filter(|entry| states.contains(&entry.state)).count()
        };
        let decimal = |value: &serde_json::Value| value.to_string().trim_matches('"').parse::<Decimal>().unwrap();
        let balance = self.stage.get("/v2/accounts/balance").await.json()["data"].clone();
        let missing = Decimal::from(1_000) - decimal(&balance["balance"]);
        let price = order.map(|order| decimal(&order["price"]));
        let kept = count(&[State::Delivered]);
        let paid = if kept == 0 {
            Decimal::ZERO
        } else {
            price.unwrap_or_default()
        };
        Truth {
            sent: self.wire.submissions(),
            delivered: count(&[State::Delivered, State::Reversed]),
            kept,
            owed: missing != paid,
            cost: price.map(|price| price.normalize()),
            received: order.map(|order| decimal(&order["product"]["value"]).normalize()),
            called: order.map(|order| order["id"].as_str().unwrap().to_owned()),
            ..Truth::default()
        }
    }
}

async fn tell(server: Server, fault: Fault, number: &str) -> String {
    let upstream = Upstream::open(fault).await;
    let patience = if fault == Fault::LateAnswer { IMPATIENT } else { PATIENT };
    let supplier = upstream.connect(server, patience);
    let topup = topup(&supplier, (&upstream.ids, &upstream.stage), number).await;
    let player = Player {
        supplier: &supplier,
        clock: upstream.stage.clock.as_ref(),
        books: &upstream,
    };
    player.tell(&topup).await
}

/// Every fault of the wire, then whatever can happen to a number there.
async fn tell_all(server: Server) -> String {
    let mut told = Vec::new();
    for fault in Fault::ALL {
        let story = tell(server, fault, "+15551234567").await;
        told.push(format!("{:<21} {story}", format!("{fault:?}")));
    }
    for row in TABLE.iter().filter(|row| row.last_four.is_some()) {
        let digits = row.digits();
        let story = tell(server, Fault::Plain, &format!("+1555123{digits}")).await;
        told.push(format!("{digits} {:<20} {story}", format!("{:?}", row.scenario)));
    }
    told.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recarga_agrees_with_its_books_whatever_goes_wrong() {
    insta::assert_snapshot!(tell_all(Server::Recarga).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_v2_server_agrees_with_its_books_or_leaves_it_to_people() {
    insta::assert_snapshot!(tell_all(Server::OtherV2).await);
}
