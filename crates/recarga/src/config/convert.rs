//! Settings as the parts of the program take them, each checked with its key named.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use ::suppliers::SandboxSettings;
use engine::{
    AskSchedule, Settings,
    catalog::{SANDBOX, mapping::MappingPolicy},
    floats::FloatPolicy,
    people::Lifetimes,
};
use ipnet::IpNet;
use model::{Money, Product, SupplierName};
use numbers::Numbers;

use super::{Config, ConfigError, Database, Sandbox};
use crate::{
    api::{ApiSettings, MetricsText, RateLimit},
    web::{PageSettings, address::network},
    webhooks::{WebhookSettings, WebhookTargets},
    worker::{DutySettings, WorkerSettings},
};

/// A worker that is held up longer than this after claiming an order lets it go unsubmitted.
const SUBMIT_WITHIN: Duration = Duration::from_secs(5);
/// How long a lease lasts unless it is set, or a supplier takes longer.
const LEASE_S: u64 = 60;
/// What clients are promised.
const IDEMPOTENCY_KEPT_MIN_S: u64 = 86_400;

/// Names that are equal letter by letter.
const SCORE_MAX: u32 = 100;
/// An order that needs a person needs its evidence as well.
const EVIDENCE_KEPT_MIN_S: u64 = 7 * 86_400;

/// Yesterday's floats are needed to compare it.
const FLOATS_KEPT_MIN_DAYS: u64 = 3;

fn seconds(list: &[u64]) -> Vec<Duration> {
    list.iter().copied().map(Duration::from_secs).collect()
}

fn address(key: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    let why = || format!("{text:?} is not an address and port such as 127.0.0.1:8080 or [::]:8080");
    text.parse().map_err(|_| ConfigError::value(key, &why()))
}

impl Config {
    /// Whether one of the suppliers has phones get something.
    pub(crate) fn delivers(&self) -> bool {
        self.suppliers.enabled().any(|(_, section)| section.delivers())
    }

    /// Whether a supplier may be sold from by these settings. Beside one that delivers, the sandbox is for tests only.
    pub(crate) fn sells(&self, supplier: &SupplierName, product: &Product) -> bool {
        if supplier.as_str() == SANDBOX {
            self.sandbox.enabled && (product.test || !self.delivers())
        } else {
            self.suppliers.enabled().any(|(name, _)| name == *supplier)
        }
    }

    /// Checks what types can't say.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.bind()?;
        self.worker_bind()?;
        self.database()?;
        self.sandbox_settings()?;
        self.mapping_policy()?;
        self.trusted_proxies()?;
        self.funding_alone_max()?;
        crate::telemetry::check_filter(&self.log.filter).map_err(|why| ConfigError::value("log.filter", &why))?;
        let at_least = |key: &str, value: u64, min: u64| {
            let why = || format!("{value} is too small, at least {min}");
            if value < min {
                Err(ConfigError::value(key, &why()))
            } else {
                Ok(())
            }
        };
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        at_least("worker.concurrency", count(self.worker.concurrency), 1)?;
        at_least("webhooks.concurrency", count(self.webhooks.concurrency), 1)?;
        at_least("webhooks.poll_ms", self.webhooks.poll_ms, 1)?;
        at_least("floats.kept_days", self.floats.kept_days, FLOATS_KEPT_MIN_DAYS)?;
        // Records of an hour on both sides of a day are fetched, for clocks that differ.
        at_least("reconciliation.after_h", self.reconciliation.after_h, 1)?;
        at_least("worker.poll_ms", self.worker.poll_ms, 1)?;
        at_least("worker.sweep_ms", self.worker.sweep_ms, 1)?;
        at_least("server.request_timeout_ms", self.server.request_timeout_ms, 1)?;
        at_least("pages.session_idle_s", self.pages.session_idle_s, 60)?;
        at_least("pages.session_max_s", self.pages.session_max_s, 60)?;
        at_least("server.body_max_bytes", count(self.server.body_max_bytes), 1_024)?;
        at_least("orders.attempts_max", self.orders.attempts_max.into(), 1)?;
        at_least(
            "orders.idempotency_kept_s",
            self.orders.idempotency_kept_s,
            IDEMPOTENCY_KEPT_MIN_S,
        )?;
        at_least("orders.held_up_max_s", self.orders.held_up_max_s, 1)?;
        at_least(
            "orders.evidence_kept_s",
            self.orders.evidence_kept_s,
            EVIDENCE_KEPT_MIN_S,
        )?;
        self.suppliers.check()?;
        if self.orders.lease_s > 0 {
            at_least("orders.lease_s", self.orders.lease_s, self.lease_min_s()?)?;
        }
        at_least("orders.retry_pauses_s", count(self.orders.retry_pauses_s.len()), 1)?;
        at_least("orders.ask_pauses_s", count(self.orders.ask_pauses_s.len()), 1)?;
        if self.server.rate_limit_per_minute > 0 {
            at_least("server.rate_limit_burst", self.server.rate_limit_burst.into(), 1)?;
        }
        let url = self.server.public_url.as_str();
        if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(ConfigError::value(
                "server.public_url",
                &format!("{url:?} should begin with https:// or http://"),
            ));
        }
        Ok(())
    }

    /// Where to listen.
    pub fn bind(&self) -> Result<SocketAddr, ConfigError> {
        address("server.bind", &self.server.bind)
    }

    /// Where a worker without the API listens, if it shall.
    pub fn worker_bind(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let text = Some(self.worker.bind.as_str()).filter(|text| !text.is_empty());
        text.map(|text| address("worker.bind", text)).transpose()
    }

    /// How clients reach a server that listens there, without a slash at the end.
    pub fn public_url(&self, listens: SocketAddr) -> String {
        match self.server.public_url.trim_end_matches('/') {
            "" if listens.ip().is_unspecified() => format!("http://localhost:{}", listens.port()),
            "" => format!("http://{listens}"),
            url => url.to_owned(),
        }
    }

    /// Which database.
    pub fn database(&self) -> Result<Database, ConfigError> {
        Database::parse(&self.database.url).map_err(|why| ConfigError::value("database.url", &why))
    }

    /// A lease that ends during a call would have a second worker ask about what is still being sent: it lasts as
    /// long as the slowest supplier's call, and as clocks may differ.
    fn lease_min_s(&self) -> Result<u64, ConfigError> {
        let call = Duration::from_millis(self.sandbox.call_timeout_ms).max(self.suppliers.call_timeout()?);
        let call_s = call.as_secs() + u64::from(call.subsec_nanos() > 0);
        let slack_s = SUBMIT_WITHIN.as_secs() + self.orders.clock_skew_s;
        Ok(call_s.saturating_add(slack_s))
    }

    fn lease(&self) -> Duration {
        let chosen = Some(self.orders.lease_s).filter(|chosen| *chosen > 0);
        let least = || self.lease_min_s().expect("settings are checked when they are loaded");
        Duration::from_secs(chosen.unwrap_or_else(|| least().max(LEASE_S)))
    }

    /// How the business behaves.
    pub fn settings(&self) -> Settings {
        let orders = &self.orders;
        Settings {
            invoice_expires_after: Duration::from_secs(orders.invoice_expires_after_s),
            duplicate_window: Duration::from_secs(orders.duplicate_window_s),
            lease: self.lease(),
            submit_within: SUBMIT_WITHIN,
            clock_skew: Duration::from_secs(orders.clock_skew_s),
            attempts_max: orders.attempts_max,
            retry_pauses: seconds(&orders.retry_pauses_s),
            ask: AskSchedule {
                pauses: seconds(&orders.ask_pauses_s),
                stuck_after: Duration::from_secs(orders.stuck_after_s),
                stuck_pause: Duration::from_secs(orders.stuck_pause_s),
            },
            webhook_pauses: seconds(&self.webhooks.pauses_s),
            webhook_secret_overlap: Duration::from_secs(self.webhooks.secret_overlap_s),
            idempotency_kept: Duration::from_secs(orders.idempotency_kept_s),
            // The database knows.
            restored_at: None,
            held_up_max: Duration::from_secs(orders.held_up_max_s),
            two_person: orders.two_person,
            funding_alone_max: self
                .funding_alone_max()
                .expect("settings are checked when they are loaded"),
            evidence_kept: Duration::from_secs(orders.evidence_kept_s),
            delivered_tolerance_bps: orders.delivered_tolerance_bps,
        }
    }

    /// When a supplier's names are taken for ours.
    pub fn mapping_policy(&self) -> Result<MappingPolicy, ConfigError> {
        let catalog = &self.catalog;
        let create = catalog
            .create
            .parse()
            .map_err(|why| ConfigError::value("catalog.create", &why))?;
        for (key, score) in [
            ("catalog.apply_score", catalog.apply_score),
            ("catalog.suggest_score", catalog.suggest_score),
        ] {
            if !(1..=SCORE_MAX).contains(&score) {
                return Err(ConfigError::value(
                    key,
                    &format!("{score} is no likeness, from 1 to {SCORE_MAX}"),
                ));
            }
        }
        Ok(MappingPolicy {
            apply_min: catalog.apply_score,
            suggest_min: catalog.suggest_score,
            create,
        })
    }

    /// How the worker works.
    pub fn worker_settings(&self) -> WorkerSettings {
        WorkerSettings {
            concurrency: self.worker.concurrency,
            poll: Duration::from_millis(self.worker.poll_ms),
            sweep: Duration::from_millis(self.worker.sweep_ms),
            grace: Duration::from_secs(self.worker.shutdown_grace_s),
            duties: self.duty_settings(),
        }
    }

    /// What is done for suppliers now and then.
    fn duty_settings(&self) -> DutySettings {
        let every = |seconds: u64| Some(Duration::from_secs(seconds)).filter(|every| !every.is_zero());
        DutySettings {
            look_every: Duration::from_millis(self.worker.sweep_ms),
            sync_every: every(self.catalog.sync_every_s),
            mapping: self
                .mapping_policy()
                .expect("settings are checked when they are loaded"),
            float_every: every(self.floats.every_s),
            floats: FloatPolicy {
                kept: Duration::from_hours(self.floats.kept_days.saturating_mul(24)),
                warn_within: Duration::from_hours(self.floats.warn_within_h),
            },
            reconcile_after: self
                .reconciliation
                .enabled
                .then(|| Duration::from_hours(self.reconciliation.after_h)),
        }
    }

    /// Where webhooks may go.
    pub fn webhook_targets(&self) -> WebhookTargets {
        if self.webhooks.allow_loopback {
            WebhookTargets::LoopbackToo
        } else {
            WebhookTargets::PublicOnly
        }
    }

    /// How the API answers.
    pub fn api_settings(&self, metrics: MetricsText) -> ApiSettings {
        let server = &self.server;
        let limit = NonZeroU32::new(server.rate_limit_per_minute).zip(NonZeroU32::new(server.rate_limit_burst));
        ApiSettings {
            public_url: Some(server.public_url.clone()).filter(|url| !url.is_empty()),
            rate_limit: limit.map(|(per_minute, burst)| RateLimit { per_minute, burst }),
            body_bytes_max: server.body_max_bytes,
            request_timeout: Duration::from_millis(server.request_timeout_ms),
            webhook_targets: self.webhook_targets(),
            metrics: Some(metrics),
            pages: self.pages.enabled.then(|| self.page_settings()),
        }
    }

    /// How the pages behave.
    fn page_settings(&self) -> PageSettings {
        PageSettings {
            public_url: self.server.public_url.clone(),
            lifetimes: Lifetimes {
                idle: Duration::from_secs(self.pages.session_idle_s),
                max: Duration::from_secs(self.pages.session_max_s),
            },
            request_timeout: Duration::from_millis(self.server.request_timeout_ms),
            mapping: self
                .mapping_policy()
                .expect("settings are checked when they are loaded"),
            trusted_proxies: self
                .trusted_proxies()
                .expect("settings are checked when they are loaded"),
            tries_per_minute: NonZeroU32::new(self.pages.tries_per_minute),
        }
    }

    /// Proxies that are believed when they say who is behind them.
    fn trusted_proxies(&self) -> Result<Vec<IpNet>, ConfigError> {
        let read = |text: &String| {
            let why = || format!("{text:?} is no address and no network such as 10.0.0.0/8");
            network(text).ok_or_else(|| ConfigError::value("server.trusted_proxies", &why()))
        };
        self.server.trusted_proxies.iter().map(read).collect()
    }

    /// What one person may pay into an account alone; none: any sum.
    fn funding_alone_max(&self) -> Result<Option<Money>, ConfigError> {
        let text = self.funding.alone_max_usd.as_str();
        if text.is_empty() {
            return Ok(None);
        }
        let usd = "USD".parse().expect("a currency");
        let max = Money::parse(text, usd).map_err(|why| ConfigError::value("funding.alone_max_usd", &why))?;
        if max.minor() < 0 {
            return Err(ConfigError::value(
                "funding.alone_max_usd",
                &"write 0 or more, or nothing",
            ));
        }
        Ok(Some(max))
    }

    /// How webhooks are sent.
    pub fn webhook_settings(&self) -> WebhookSettings {
        WebhookSettings {
            targets: self.webhook_targets(),
            timeout: Duration::from_millis(self.webhooks.timeout_ms),
            poll: Duration::from_millis(self.webhooks.poll_ms),
            concurrency: self.webhooks.concurrency,
        }
    }

    /// How the sandbox behaves.
    pub fn sandbox_settings(&self) -> Result<SandboxSettings, ConfigError> {
        let name = ::suppliers::sandbox::NAME.parse().expect("a slug");
        self.sandbox.settings(name, "sandbox", self.database()?.folder())
    }
}

impl Sandbox {
    /// How a sandbox of this name behaves, whose settings stand in this section and whose record in this folder.
    pub(super) fn settings(
        &self,
        name: SupplierName,
        section: &str,
        folder: &Path,
    ) -> Result<SandboxSettings, ConfigError> {
        let path = match self.record_path.as_str() {
            "" => folder.join(format!("{name}.db")),
            path => PathBuf::from(path),
        };
        let usd = "USD".parse().expect("a currency");
        let key = format!("{section}.float");
        let float = Money::parse(&self.float, usd).map_err(|why| ConfigError::value(&key, &why))?;
        Ok(SandboxSettings {
            name,
            path: Some(path),
            call_timeout: Duration::from_millis(self.call_timeout_ms),
            absence_after: Duration::from_millis(self.absence_after_ms),
            absence_queries: self.absence_queries,
            slow: Duration::from_millis(self.slow_ms),
            settle_after: Duration::from_millis(self.settle_after_ms),
            reverse_after: Duration::from_millis(self.reverse_after_ms),
            late_after: Duration::from_millis(self.late_after_ms),
            float,
        })
    }
}

/// Opens the numbering plans: the program's own, or those of the file that is set.
pub fn open_numbers(config: &Config) -> Result<&'static Numbers, ConfigError> {
    let path = config.phone.data_file.as_str();
    if path.is_empty() {
        return Ok(Numbers::embedded());
    }
    let bytes = std::fs::read(path).map_err(|source| ConfigError::File {
        path: path.into(),
        source,
    })?;
    let numbers =
        Numbers::load(&bytes).map_err(|why| ConfigError::value("phone.data_file", &format!("{path}: {why}")))?;
    // They are read once and needed until the program ends.
    Ok(Box::leak(Box::new(numbers)))
}
