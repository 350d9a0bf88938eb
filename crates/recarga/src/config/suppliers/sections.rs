//! The keys of each kind, and what its connector is opened with.

use std::{path::Path, time::Duration};

use model::{MoneyError, SupplierName};
use serde::{Deserialize, Serialize};
use suppliers::{
    DingSettings, DtOneSettings, Limits, RecargaSettings, ReloadlySettings, SandboxSettings, Secret,
    ding::{self, Batches, Commission},
    dtone::{self, CallbackSettings, Zone},
    recarga::Server,
    reloadly::{Environment, RangesIn, Submission},
};

use super::{Key, Supplier, limits};
use crate::config::{ConfigError, Sandbox};

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "suppliers.toml documents each setting, once")]
        pub struct $name {
            pub enabled: bool,
            $(pub $field: $type,)+
            pub calls_max: usize,
            pub turn_max_ms: u64,
        }
    };
}

section!(
    /// An account at Reloadly.
    ReloadlySection {
        client_id: String,
        client_secret: String,
        webhook_secret: String,
        environment: String,
        api_url: String,
        auth_url: String,
        ranges_in: String,
        submission: String,
        timeout_ms: u64,
    }
);
section!(
    /// An account at DT One.
    DtOneSection {
        key: String,
        secret: String,
        environment: String,
        base_url: String,
        currency: String,
        zone: String,
        callback_user: String,
        callback_password: String,
        timeout_ms: u64,
        absence_after_s: u64,
        absence_queries: u32,
    }
);
section!(
    /// An account at Ding.
    DingSection {
        api_key: String,
        base_url: String,
        commission: String,
        batches: String,
        timeout_ms: u64,
    }
);
section!(
    /// An account at another server of the v2 API.
    RecargaSection {
        base_url: String,
        api_key: String,
        api_id: String,
        server: String,
        webhook_secret: String,
        test_products: bool,
        timeout_ms: u64,
    }
);
section!(
    /// Another sandbox.
    SandboxSection {
        record_path: String,
        call_timeout_ms: u64,
        absence_after_ms: u64,
        absence_queries: u32,
        slow_ms: u64,
        settle_after_ms: u64,
        reverse_after_ms: u64,
        late_after_ms: u64,
        float: String,
    }
);

impl Supplier {
    /// Whether it is used.
    pub const fn is_enabled(&self) -> bool {
        match self {
            Self::Reloadly(section) => section.enabled,
            Self::Dtone(section) => section.enabled,
            Self::Ding(section) => section.enabled,
            Self::Recarga(section) => section.enabled,
            Self::Sandbox(section) => section.enabled,
        }
    }

    /// Whether it has an effect outside.
    pub const fn delivers(&self) -> bool {
        match self {
            Self::Reloadly(_) | Self::Dtone(_) | Self::Ding(_) | Self::Recarga(_) => true,
            Self::Sandbox(_) => false,
        }
    }

    /// How much it is asked at once.
    pub fn limits(&self) -> Limits {
        match self {
            Self::Reloadly(section) => limits(section.calls_max, section.turn_max_ms),
            Self::Dtone(section) => limits(section.calls_max, section.turn_max_ms),
            Self::Ding(section) => limits(section.calls_max, section.turn_max_ms),
            Self::Recarga(section) => limits(section.calls_max, section.turn_max_ms),
            Self::Sandbox(section) => limits(section.calls_max, section.turn_max_ms),
        }
    }

    pub(super) fn check(&self, key: Key<'_>) -> Result<(), ConfigError> {
        self.call_timeout(key).map(|_| ())
    }

    /// How long a call takes at most.
    pub(super) fn call_timeout(&self, key: Key<'_>) -> Result<Duration, ConfigError> {
        // Whose name is wrong is refused before.
        let name = key.0.parse().map_err(|why| key.wrong("kind", &why))?;
        Ok(match self {
            Self::Reloadly(section) => section.settings(name)?.capabilities().call_timeout,
            Self::Dtone(section) => section.settings(name, None)?.capabilities().call_timeout,
            Self::Ding(section) => section.settings(name)?.capabilities().call_timeout,
            Self::Recarga(section) => section.settings(name, None)?.capabilities().call_timeout,
            Self::Sandbox(section) => Duration::from_millis(section.call_timeout_ms),
        })
    }
}

/// A secret that may be missing.
fn secret(text: &str) -> Option<Secret> {
    (!text.is_empty()).then(|| Secret::new(text))
}

fn timeout(key: Key<'_>, timeout_ms: u64) -> Result<Duration, ConfigError> {
    if timeout_ms == 0 {
        return Err(key.wrong("timeout_ms", &"0 is too small, at least 1"));
    }
    Ok(Duration::from_millis(timeout_ms))
}

impl ReloadlySection {
    /// What the connector is opened with.
    pub fn settings(&self, name: SupplierName) -> Result<ReloadlySettings, ConfigError> {
        let text = name.to_string();
        let key = Key(&text);
        let environments = [("live", Environment::Live), ("sandbox", Environment::Sandbox)];
        let environment = key.word("environment", &self.environment, &environments)?;
        let ranges = [("local", RangesIn::Local), ("account", RangesIn::Account)];
        let submissions = [("sync", Submission::Sync), ("async", Submission::Async)];
        Ok(ReloadlySettings {
            name,
            client_id: key.given("client_id", &self.client_id)?,
            client_secret: Secret::new(key.given("client_secret", &self.client_secret)?),
            webhook_secret: secret(&self.webhook_secret),
            auth_url: key.url("auth_url", &self.auth_url, environment.auth_url())?,
            api_url: key.url("api_url", &self.api_url, environment.api_url())?,
            audience: environment.api_url().to_owned(),
            ranges: key.word("ranges_in", &self.ranges_in, &ranges)?,
            submission: key.word("submission", &self.submission, &submissions)?,
            timeout: timeout(key, self.timeout_ms)?,
        })
    }
}

impl DtOneSection {
    /// What the connector is opened with. Its callbacks are asked to come to the URL, if there is one.
    pub fn settings(&self, name: SupplierName, callback_url: Option<&str>) -> Result<DtOneSettings, ConfigError> {
        let text = name.to_string();
        let key = Key(&text);
        let environments = [
            ("live", dtone::BASE_URL),
            ("preproduction", dtone::BASE_URL_PREPRODUCTION),
        ];
        let environment = key.word("environment", &self.environment, &environments)?;
        let zones = [("international", Zone::International), ("domestic", Zone::Domestic)];
        let currency = Some(self.currency.as_str()).filter(|code| !code.is_empty());
        Ok(DtOneSettings {
            name,
            base_url: key.url("base_url", &self.base_url, environment)?,
            key: key.given("key", &self.key)?,
            secret: Secret::new(key.given("secret", &self.secret)?),
            currency: currency
                .map(str::parse)
                .transpose()
                .map_err(|why: MoneyError| key.wrong("currency", &why))?,
            zone: key.word("zone", &self.zone, &zones)?,
            callback: self.callback(key, callback_url)?,
            timeout: timeout(key, self.timeout_ms)?,
            absence_after: Duration::from_secs(self.absence_after_s),
            absence_queries: self.absence_queries,
        })
    }

    fn callback(&self, key: Key<'_>, url: Option<&str>) -> Result<Option<CallbackSettings>, ConfigError> {
        if self.callback_user.is_empty() && self.callback_password.is_empty() {
            return Ok(None);
        }
        let user = key.given("callback_user", &self.callback_user)?;
        let password = Secret::new(key.given("callback_password", &self.callback_password)?);
        let read = |url: &str| {
            url.parse()
                .map_err(|why| key.wrong("callback_user", &format!("{url}: {why}")))
        };
        let url = url.map(read).transpose()?;
        Ok(Some(CallbackSettings { url, user, password }))
    }
}

impl DingSection {
    /// What the connector is opened with.
    pub fn settings(&self, name: SupplierName) -> Result<DingSettings, ConfigError> {
        let text = name.to_string();
        let key = Key(&text);
        let commissions = [("separate", Commission::Separate), ("netted", Commission::Netted)];
        let batches = [("left_out", Batches::LeftOut), ("sold", Batches::Sold)];
        Ok(DingSettings {
            name,
            base_url: key.url("base_url", &self.base_url, ding::BASE_URL)?,
            api_key: Secret::new(key.given("api_key", &self.api_key)?),
            commission: key.word("commission", &self.commission, &commissions)?,
            batches: key.word("batches", &self.batches, &batches)?,
            timeout: timeout(key, self.timeout_ms)?,
        })
    }
}

impl RecargaSection {
    /// What the connector is opened with. Its webhooks are asked to come to the URL, if there is one.
    pub fn settings(&self, name: SupplierName, callback_url: Option<String>) -> Result<RecargaSettings, ConfigError> {
        let text = name.to_string();
        let key = Key(&text);
        let base_url = key.given("base_url", &self.base_url)?;
        let servers = [("recarga", Server::Recarga), ("v2", Server::OtherV2)];
        let webhook_secret = secret(&self.webhook_secret);
        Ok(RecargaSettings {
            name,
            base_url: key.url("base_url", &base_url, "")?,
            api_key: Secret::new(key.given("api_key", &self.api_key)?),
            api_id: Some(self.api_id.clone()).filter(|id| !id.is_empty()),
            server: key.word("server", &self.server, &servers)?,
            callback_url: callback_url.filter(|_| webhook_secret.is_some()),
            webhook_secret,
            test_products: self.test_products,
            timeout: timeout(key, self.timeout_ms)?,
        })
    }
}

impl SandboxSection {
    /// What it is opened with: the same settings as those of the first.
    pub fn settings(&self, name: SupplierName, folder: &Path) -> Result<SandboxSettings, ConfigError> {
        let section = format!("suppliers.{name}");
        let sandbox = Sandbox {
            enabled: self.enabled,
            record_path: self.record_path.clone(),
            call_timeout_ms: self.call_timeout_ms,
            absence_after_ms: self.absence_after_ms,
            absence_queries: self.absence_queries,
            slow_ms: self.slow_ms,
            settle_after_ms: self.settle_after_ms,
            reverse_after_ms: self.reverse_after_ms,
            late_after_ms: self.late_after_ms,
            float: self.float.clone(),
        };
        sandbox.settings(name, &section, folder)
    }
}
