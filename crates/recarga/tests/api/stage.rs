//! A whole Recarga on a temporary database, driven through its router.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, StatusCode},
};
use engine::{
    Settings,
    accounts::{self, Account, AccountError, Limits, NewAccount, Scope, Terms},
    catalog::BelowCost,
    db::Tx,
};
use model::{AccountId, Clock, Ids, Money, Supplier};
use numbers::Numbers;
use recarga::{
    App,
    api::{ApiSettings, invoice_json, router},
    app::AppOptions,
    webhooks::{self, WebhookSettings, WebhookTargets},
    worker::{self, WorkerSettings},
};
use serde_json::Value;
use suppliers::{Sandbox, SandboxSettings, Suppliers};
use testkit::{Database, ManualClock};
use tokio::sync::watch;
use tower::ServiceExt;

/// Where the API says that it is.
pub(crate) const BASE_URL: &str = "https://topups.example.com";

/// A whole Recarga.
pub(crate) struct Stage {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) router: Router,
    /// An account with a thousand dollars.
    pub(crate) account: AccountId,
    /// Its key, which may do everything.
    pub(crate) token: String,
    stop: watch::Sender<bool>,
    _database: Database,
}

/// The supplier that has no effect.
pub(crate) fn sandbox(clock: Arc<ManualClock>) -> Arc<dyn Supplier> {
    Arc::new(Sandbox::open(SandboxSettings::default(), clock, &[], &HashMap::new()).unwrap())
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(ApiSettings::default()).await
    }

    pub(crate) async fn with(settings: ApiSettings) -> Self {
        Self::open((settings, Settings::default()), |clock| vec![sandbox(clock)]).await
    }

    /// Makes one whose only supplier, called `sandbox`, is made here.
    pub(crate) async fn with_supplier<S: Supplier + 'static>(
        make: impl FnOnce(Arc<ManualClock>) -> Arc<S> + Send + 'static,
    ) -> Self {
        let settings = (ApiSettings::default(), Settings::default());
        Self::open(settings, |clock| vec![make(clock)]).await
    }

    /// Makes one with other settings, and with whatever suppliers are made here.
    pub(crate) async fn open(
        (settings, business): (ApiSettings, Settings),
        make: impl FnOnce(Arc<ManualClock>) -> Vec<Arc<dyn Supplier>> + Send + 'static,
    ) -> Self {
        let database = testkit::database();
        let clock = Arc::new(ManualClock::default());
        let sandbox_clock = Arc::clone(&clock);
        let options = AppOptions {
            db: database.db.clone(),
            settings: business,
            suppliers: Box::new(move |_| make(sandbox_clock).into_iter().collect::<Suppliers>()),
            present: Arc::new(invoice_json(BASE_URL)),
            numbers: Numbers::embedded(),
            ids: Ids::seeded(1),
            clock: clock.clone(),
        };
        let app = App::open(options).await.unwrap();
        let settings = ApiSettings {
            public_url: Some(BASE_URL.to_owned()),
            webhook_targets: WebhookTargets::LoopbackToo,
            ..settings
        };
        let mut stage = Self {
            router: router(Arc::clone(&app), settings),
            account: AccountId::from_uuid(app.context.ids.next(clock.now())),
            app,
            clock,
            token: String::new(),
            stop: watch::channel(false).0,
            _database: database,
        };
        (stage.account, stage.token) = stage.account_with(100_000, &[Scope::Read, Scope::Purchase]).await;
        stage
    }

    /// Makes an account that pays in dollars and has so many cents, and a key for it.
    pub(crate) async fn account_with(&self, cents: i64, scopes: &[Scope]) -> (AccountId, String) {
        let (context, now, scopes) = (Arc::clone(&self.app.context), self.clock.now(), scopes.to_vec());
        let made = self.app.db.write_with(move |tx| {
            let currency = "USD".parse().unwrap();
            let new = NewAccount {
                name: "Test".to_owned(),
                currency,
                markup_bps: 300,
                below_cost: BelowCost::Refuse,
            };
            let account: Account = accounts::create(tx, &context.ids, &new, now)?;
            if cents > 0 {
                accounts::fund(tx, &context.ids, account.id, (Money::new(cents, currency), "bank"), now)?;
            }
            let key = accounts::create_key(tx, &context.ids, account.id, ("test", &scopes), now)?;
            Ok::<_, AccountError>((account.id, key.token()))
        });
        let made = made.await.unwrap();
        self.app.refresh().await.unwrap();
        made
    }

    /// Lets the account buy so much and no more.
    pub(crate) async fn limit(&self, limits: Limits) {
        let account = self.account;
        let set = move |tx: &mut Tx<'_>| {
            accounts::set_terms(tx, account, |found| {
                Ok::<_, AccountError>(Terms {
                    limits,
                    ..found.terms()
                })
            })
        };
        self.app.db.write_with(set).await.unwrap();
        self.app.refresh().await.unwrap();
    }

    /// Lets a worker and a sender of webhooks run until the stage is gone.
    pub(crate) fn work(&self) {
        let poll = Duration::from_millis(5);
        let settings = WorkerSettings {
            poll,
            sweep: poll,
            ..WorkerSettings::default()
        };
        tokio::spawn(worker::run(Arc::clone(&self.app), settings, self.stop.subscribe()));
        let targets = WebhookTargets::LoopbackToo;
        let settings = WebhookSettings {
            targets,
            poll,
            ..WebhookSettings::default()
        };
        tokio::spawn(webhooks::run(Arc::clone(&self.app), settings, self.stop.subscribe()));
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// Begins a request with the key.
    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let builder = Request::builder().method(method).uri(path);
        builder
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(self.request("POST", path).body(body.into()).unwrap()).await
    }

    /// Posts under an idempotency key.
    pub(crate) async fn post_as(&self, key: &str, path: &str, body: impl Into<Body>) -> Answer {
        self.send(
            self.request("POST", path)
                .header("idempotency-key", key)
                .body(body.into())
                .unwrap(),
        )
        .await
    }

    /// Buys 25 dollars for a number and answers the invoice.
    pub(crate) async fn buy(&self, phone_number: &str) -> Value {
        let answer = self.post("/v2/invoices", top_up(phone_number, "")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["data"].clone()
    }

    /// Asks for a path until what it answers is as it should be.
    pub(crate) async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let answer = self.get(path).await.json();
                if is_so(&answer["data"]) {
                    return answer["data"].clone();
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), asking)
            .await
            .expect("it came to be so")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| "(not text)".to_owned());
        Self {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the body, with what is different every time taken out.
    pub(crate) fn shown(&self) -> String {
        let json = serde_json::to_string_pretty(&self.json()).unwrap();
        format!("{}\n{}", self.status.as_u16(), without_ids(&json))
    }
}

/// Takes ids and secrets out of a text.
pub(crate) fn without_ids(text: &str) -> String {
    const PREFIXES: [&str; 9] = ["acc_", "dep_", "evt_", "inv_", "key_", "ord_", "req_", "whd_", "whsec_"];
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = PREFIXES.iter().filter_map(|prefix| rest.find(prefix)).min() {
        let end = at + rest[at..].find('_').unwrap() + 1;
        shown.push_str(&rest[..end]);
        let further: &[u8] = if rest[..end].ends_with("whsec_") { b"+/=" } else { b"" };
        let of_id = |byte: &u8| byte.is_ascii_alphanumeric() || further.contains(byte);
        let length = rest[end..].bytes().take_while(of_id).count();
        shown.push_str(if length >= 16 { "…" } else { &rest[end..end + length] });
        rest = &rest[end + length..];
    }
    shown + rest
}

/// A request for 25 dollars for a number, paid at once, with further fields.
pub(crate) fn top_up(phone_number: &str, further: &str) -> String {
    let line = format!(r#"{{"product_id":"at-t-usa","package_id":"at-t-usa<&>25","phone_number":"{phone_number}"}}"#);
    format!(r#"{{"products":[{line}],"auto_pay":true{further}}}"#)
}
