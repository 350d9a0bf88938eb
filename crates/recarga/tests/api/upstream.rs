//! A Recarga as the supplier of another: its connector against the real API, over real HTTP.

use std::{sync::Arc, time::Duration};

use model::{
    AttemptId, AttemptRef, Callback, Cause, Clock, Evidence, Fault, Ids, Listing, ListingTerms, Money, OrderId,
    Outcome, RecordState, Supplier, TopUp,
};
use suppliers::{Recarga, RecargaSettings, Secret, Unmapped, http, recarga::Server};
use tokio::net::TcpListener;

use crate::{receiver::Receiver, stage::Stage};

/// A top-up of 25 dollars, as a Recarga lists it that is bought from.
pub(crate) async fn topup(supplier: &Recarga, (ids, upstream): (&Ids, &Stage), number: &str) -> TopUp {
    let listings = supplier.listings().await.unwrap();
    let listing = listings.into_iter().find(|listing| &*listing.sku == "at-t-usa<&>25");
    let Listing { sku, terms, .. } = listing.unwrap();
    let ListingTerms::Fixed {
        amount: Some(amount),
        cost,
    } = terms
    else {
        panic!("a package has an amount")
    };
    TopUp {
        attempt: AttemptId {
            order: OrderId::from_uuid(ids.next(upstream.clock.now())),
            number: 1,
        },
        recipient: number.parse().unwrap(),
        country: "US".parse().unwrap(),
        product: "at-t-usa".parse().unwrap(),
        sku,
        amount,
        cost,
        parameters: None,
    }
}

/// The Recarga that is bought from, and who buys.
struct Trade {
    upstream: Stage,
    supplier: Recarga,
    receiver: Receiver,
    ids: Ids,
}

impl Trade {
    async fn open() -> Self {
        let upstream = Stage::new().await;
        upstream.work();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v2", listener.local_addr().unwrap());
        let router = upstream.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let receiver = Receiver::answering(&[200]).await;
        let secret = upstream.get("/v2/webhooks/secret").await.json();
        let settings = RecargaSettings {
            name: "upstream".parse().unwrap(),
            base_url: http::base_url(&url).unwrap(),
            api_key: Secret::new(upstream.token.clone()),
            api_id: None,
            server: Server::Recarga,
            callback_url: Some(receiver.url.clone()),
            webhook_secret: Some(Secret::new(secret["data"]["secret"].as_str().unwrap())),
            test_products: false,
            timeout: Duration::from_secs(30),
        };
        let clock: Arc<dyn Clock> = upstream.clock.clone();
        Self {
            supplier: Recarga::open(settings, clock, Arc::new(Unmapped)).unwrap(),
            upstream,
            receiver,
            ids: Ids::seeded(7),
        }
    }

    async fn topup(&self, number: &str) -> TopUp {
        topup(&self.supplier, (&self.ids, &self.upstream), number).await
    }

    async fn submit(&self, topup: &TopUp) -> Outcome {
        self.supplier.submit(topup, &Evidence::new()).await
    }

    /// Asks until it is known what became of it.
    async fn find(&self, topup: &TopUp) -> Outcome {
        let reference = AttemptRef {
            attempt: topup.attempt,
            recipient: topup.recipient,
            sku: topup.sku.clone(),
            submitted_at: self.upstream.clock.now(),
            supplier_reference: None,
        };
        loop {
            match self.supplier.find(&reference, &Evidence::new()).await {
                Outcome::Pending { .. } => tokio::task::yield_now().await,
                known => return known,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_top_up_is_bought_there_once_however_often_it_is_sent() {
    let trade = Trade::open().await;
    let topup = trade.topup("+15551234567").await;
    let before = trade.supplier.float().await.unwrap();
    for _ in 0..3 {
        let outcome = trade.submit(&topup).await;
        assert!(
            matches!(outcome, Outcome::Pending { .. } | Outcome::Delivered(_)),
            "{outcome:?}"
        );
    }
    let Outcome::Delivered(receipt) = trade.find(&topup).await else {
        panic!("it is delivered")
    };
    assert_eq!(
        (receipt.cost, receipt.delivered),
        (Some(topup.cost), Some(topup.amount))
    );
    let spent = before.checked_sub(trade.supplier.float().await.unwrap()).unwrap();
    assert_eq!(spent, topup.cost, "it was paid for once");
    let now = trade.upstream.clock.now();
    let statement = trade
        .supplier
        .statement(now.minus(Duration::from_hours(1)), now + Duration::from_hours(1));
    let statement = statement.await.unwrap();
    assert_eq!(statement.len(), 1);
    assert_eq!(
        (statement[0].state, statement[0].cost),
        (RecordState::Delivered, Some(topup.cost))
    );
    assert_eq!(statement[0].reference, Some(topup.attempt.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_there_costs_nothing_and_says_why() {
    let trade = Trade::open().await;
    let before = trade.supplier.float().await.unwrap();
    let refused = trade.topup("+15551230001").await;
    trade.submit(&refused).await;
    let Outcome::Rejected(rejection) = trade.find(&refused).await else {
        panic!("it was refused")
    };
    assert_eq!(rejection.code, "delivery_failed");
    let mut unknown = trade.topup("+15551234567").await;
    unknown.sku = "at-t-usa<&>26".into();
    let Outcome::Rejected(rejection) = trade.submit(&unknown).await else {
        panic!("there is no such package")
    };
    assert_eq!(
        (rejection.code.as_str(), rejection.fault),
        ("invalid_package_id", Fault::Amount)
    );
    let mut dearer = trade.topup("+15551234567").await;
    dearer.cost = Money::new(dearer.cost.minor() / 2, dearer.cost.currency());
    let Outcome::Rejected(rejection) = trade.submit(&dearer).await else {
        panic!("it costs more by now")
    };
    assert_eq!(rejection.code, "price_changed");
    assert_eq!(trade.find(&dearer).await, Outcome::Unknown(Cause::NoRecord));
    assert_eq!(trade.supplier.float().await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_webhooks_are_genuine_and_its_reversals_are_heard_of() {
    let mut trade = Trade::open().await;
    let topup = trade.topup("+15551230008").await;
    trade.submit(&topup).await;
    assert!(matches!(trade.find(&topup).await, Outcome::Delivered(_)));
    let pushed = trade.receiver.received.recv().await.unwrap();
    let headers = pushed.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut callback = Callback {
        headers: headers.collect(),
        body: pushed.body.into_bytes(),
        received_at: trade.upstream.clock.now(),
    };
    assert_eq!(trade.supplier.callback(&callback).unwrap(), [topup.attempt]);
    callback.body.push(b' ');
    assert!(trade.supplier.callback(&callback).is_err());
    trade.upstream.clock.advance(Duration::from_mins(2));
    while !matches!(trade.find(&topup).await, Outcome::Reversed { .. }) {
        tokio::task::yield_now().await;
    }
    let since = trade.upstream.clock.now().minus(Duration::from_hours(24));
    assert_eq!(trade.supplier.late_changes(since).await.unwrap(), [topup.attempt]);
}
