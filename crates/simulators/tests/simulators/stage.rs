//! A simulator on a clock that a test moves, and somebody who calls it.

use std::{
    thread::{JoinHandle, spawn, yield_now},
    time::{Duration, Instant},
};

use rust_decimal::Decimal;
use serde_json::{Value, json};
use simulators::{Config, Rule, Running, Simulator, Supplier};
use tokio::runtime::Runtime;
use ureq::{Agent, http::HeaderMap};

/// 2026-01-31T10:00:00Z: where every test's clock stands at first.
pub(crate) const START_MICROS: i64 = 1_769_853_600_000_000;

/// Nothing here takes so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A simulator and somebody who calls it.
pub(crate) struct Stage {
    pub(crate) running: Running,
    pub(crate) caller: Caller,
    _runtime: Runtime,
}

/// Somebody with credentials.
#[derive(Clone)]
pub(crate) struct Caller {
    agent: Agent,
    base: String,
    header: (&'static str, String),
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

pub(crate) fn config(supplier: Supplier) -> Config {
    Config::new(supplier, std::sync::Arc::new(|| START_MICROS))
}

impl Stage {
    pub(crate) fn of(supplier: Supplier) -> Self {
        Self::with(config(supplier))
    }

    pub(crate) fn with(config: Config) -> Self {
        let mut stage = Self::without_login(config);
        if stage.running.supplier() == Supplier::Reloadly {
            stage.caller.log_in();
        }
        stage
    }

    /// Somebody who has no token yet.
    pub(crate) fn without_login(config: Config) -> Self {
        let runtime = Runtime::new().unwrap();
        let supplier = config.supplier;
        let running = runtime.block_on(Simulator::start(config)).unwrap();
        let header = match supplier {
            Supplier::Reloadly => ("Authorization", String::new()),
            Supplier::DtOne => ("Authorization", "Basic a2V5OnNlY3JldA==".to_owned()),
            Supplier::Ding => ("api_key", "any".to_owned()),
        };
        let caller = Caller::new(&running.base_url(), header);
        Self {
            running,
            caller,
            _runtime: runtime,
        }
    }

    /// Stops the simulator; its machine goes on.
    pub(crate) fn stop(self) -> Caller {
        let Self {
            running,
            caller,
            _runtime: runtime,
        } = self;
        drop(running);
        assert!(caller.get("/").is_err());
        drop(runtime);
        caller
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.caller.get(path).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.caller.post(path, body).unwrap()
    }

    /// Posts in the background.
    pub(crate) fn posting(&self, path: &str, body: Value) -> JoinHandle<Result<Answer, ureq::Error>> {
        let (caller, path) = (self.caller.clone(), path.to_owned());
        spawn(move || caller.post(&path, &body))
    }

    pub(crate) fn rule(&self, rule: Rule) {
        self.running.add_rule(rule).unwrap();
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.running.advance(Duration::from_secs(seconds));
    }

    /// How many deliveries a reference has had.
    pub(crate) fn delivered(&self, reference: &str) -> usize {
        let deliveries = self.running.deliveries();
        deliveries
            .iter()
            .filter(|delivery| delivery.reference == reference)
            .count()
    }

    /// Whether the wallet is whole, and what was spent in it.
    pub(crate) fn spent(&self) -> Decimal {
        let wallet = self.running.wallet();
        assert!(wallet.is_whole(), "{wallet:?}");
        wallet.spent()
    }
}

impl Caller {
    pub(crate) fn new(base: &str, header: (&'static str, String)) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build()
            .new_agent();
        Self {
            agent,
            base: base.to_owned(),
            header,
        }
    }

    /// Gets a token of Reloadly's.
    pub(crate) fn log_in(&mut self) {
        let wanted = json!({
            "client_id": "id", "client_secret": "secret", "grant_type": "client_credentials",
            "audience": "https://topups-sandbox.reloadly.com",
        });
        let token = self.post("/oauth/token", &wanted).unwrap().json();
        self.header.1 = format!("Bearer {}", token["access_token"].as_str().unwrap());
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer, ureq::Error> {
        let request = self.agent.get(format!("{}{path}", self.base));
        request
            .header(self.header.0, &self.header.1)
            .call()
            .and_then(Answer::read)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Answer, ureq::Error> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = request.header(self.header.0, &self.header.1);
        request.send(body.to_string()).and_then(Answer::read)
    }
}

impl Answer {
    fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Self, ureq::Error> {
        Ok(Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.body_mut().read_to_string()?,
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Waits until something is true.
#[expect(clippy::disallowed_methods, reason = "a test that waits for ever says nothing")]
pub(crate) fn until(what: &str, is_true: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_true() {
        assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        yield_now();
    }
}
