//! Reloadly, DT One and Ding, simulated in this process, each as quick as its settings here are impatient.

use std::{sync::Arc, time::Duration};

use model::{AttemptId, Clock};
use recarga::clock::SystemClock;
use rust_decimal::Decimal;
use simulators::{CallbackTarget, Config, Delivery, Endpoint, Running, Simulator, Supplier, Times, Transaction};
use tokio::runtime::Runtime;

/// What the pushes of all of them are made genuine with.
const SECRET: &str = "simulated";

/// All three.
pub(crate) struct Simulated {
    all: Vec<Running>,
    _runtime: Runtime,
}

impl Simulated {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().expect("threads");
        let start = |supplier| {
            let mut config = Config::new(supplier, Arc::new(|| SystemClock.now().as_micros()));
            config.wallet = Decimal::from(1_000_000);
            config.times = Times {
                settle: Duration::from_millis(300),
                pending: Duration::from_secs(1),
                late_answer: Duration::from_secs(3),
                late_record: Duration::from_secs(3),
                reversal: Duration::from_secs(2),
                ..config.times
            };
            runtime.block_on(Simulator::start(config)).expect("a free port")
        };
        Self {
            all: Supplier::ALL.map(start).into(),
            _runtime: runtime,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Running> {
        self.all.iter()
    }

    pub(crate) fn named(&self, name: &str) -> &Running {
        let named = self.iter().find(|running| running.supplier().name() == name);
        named.expect("orders go to suppliers that there are")
    }

    /// Has pushes sent to a server.
    pub(crate) fn push_to(&self, public_url: &str) {
        for running in self.iter() {
            running.set_callback(CallbackTarget {
                url: Some(format!("{public_url}/callbacks/{}", running.supplier().name())),
                user: SECRET.to_owned(),
                secret: SECRET.to_owned(),
            });
        }
    }

    /// The tables that lead to them, for a settings file.
    pub(crate) fn settings(&self) -> String {
        let table = |running: &Running| {
            let (name, url) = (running.supplier().name(), running.base_url());
            let own = match running.supplier() {
                Supplier::Reloadly => format!(
                    "api_url = {url:?}\nauth_url = {url:?}\nclient_id = \"any\"\nclient_secret = \"any\"\n\
                     webhook_secret = {SECRET:?}\ntimeout_ms = 1_500"
                ),
                Supplier::DtOne => format!(
                    "base_url = {url:?}\nkey = \"any\"\nsecret = \"any\"\ncallback_user = {SECRET:?}\n\
                     callback_password = {SECRET:?}\ntimeout_ms = 1_000\nabsence_after_s = 6\nabsence_queries = 2"
                ),
                Supplier::Ding => format!("base_url = {url:?}\napi_key = \"any\"\ntimeout_ms = 1_500"),
            };
            format!("[suppliers.{name}]\nkind = {name:?}\n{own}\n")
        };
        self.iter().map(table).collect::<Vec<_>>().join("\n")
    }

    /// Everything that was really delivered, also what was taken back.
    pub(crate) fn deliveries(&self) -> impl Iterator<Item = (&'static str, Delivery)> {
        let of = |running: &Running| {
            let name = running.supplier().name();
            running.deliveries().into_iter().map(move |delivery| (name, delivery))
        };
        self.iter().flat_map(of)
    }

    /// Each transaction of a supplier's that is an attempt of ours.
    pub(crate) fn transactions(&self, name: &str) -> Vec<(AttemptId, Transaction)> {
        let all = self.named(name).transactions().into_iter();
        all.map(|told| (told.reference.parse().expect("an attempt of ours"), told))
            .collect()
    }

    /// No reference was sent twice: what a refused token hinders was not looked at, be it the token of its own fault or one
    /// that another's fault had let expire meanwhile.
    pub(crate) fn assert_sent_once(&self) {
        for running in self.iter() {
            let mut sent = std::collections::HashMap::<_, usize>::new();
            let submissions = running.calls().into_iter();
            for call in submissions.filter(|call| call.endpoint == Endpoint::Submit) {
                let looked_at = call.authorized && call.fault != Some(simulators::Fault::Unauthorized);
                *sent.entry(call.reference).or_default() += usize::from(looked_at);
            }
            let twice: Vec<_> = sent.iter().filter(|(_, times)| **times > 1).collect();
            assert!(twice.is_empty(), "sent twice to {}: {twice:?}", running.supplier());
        }
    }
}
