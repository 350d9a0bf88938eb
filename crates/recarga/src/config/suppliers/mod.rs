//! `[suppliers.NAME]`: tables whose keys hang on their `kind`.
//!
//! `suppliers.toml` documents every kind with its keys and defaults: a key that doesn't stand there is
//! refused, and a value has the type that its default has. Each kind's table is then read by its own
//! section, and turned into what its connector takes by [`Supplier`].

mod gather;
mod sections;

use std::{collections::BTreeMap, time::Duration};

use model::SupplierName;
use serde::{Deserialize, Serialize};
use suppliers::Limits;

pub(crate) use gather::Given;
pub use sections::{DingSection, DtOneSection, RecargaSection, ReloadlySection, SandboxSection};

use super::ConfigError;

/// Every kind with its keys, defaults and comments.
pub const SUPPLIERS: &str = include_str!("../../../suppliers.toml");

/// The keys whose values nobody may see, wherever they stand.
const SECRETS: [&str; 5] = [
    "api_key",
    "callback_password",
    "client_secret",
    "secret",
    "webhook_secret",
];

/// The suppliers that are configured, by their names, as they were written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SupplierTables(BTreeMap<String, Supplier>);

/// One configured supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Supplier {
    /// Reloadly, airtime API.
    Reloadly(ReloadlySection),
    /// DT One DVS.
    Dtone(DtOneSection),
    /// Ding Connect V1.
    Ding(DingSection),
    /// Another Recarga, or another server of the v2 API.
    Recarga(RecargaSection),
    /// A sandbox beside the first.
    Sandbox(SandboxSection),
}

impl SupplierTables {
    /// Lists the suppliers that are used, with what they are called.
    pub fn enabled(&self) -> impl Iterator<Item = (SupplierName, &Supplier)> {
        let used = self.0.iter().filter(|(_, supplier)| supplier.is_enabled());
        used.map(|(name, supplier)| (name.parse().expect("names are checked when they are loaded"), supplier))
    }

    /// Checks what types can't say.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (name, supplier) in &self.0 {
            let key = Key(name);
            if let Err(why) = name.parse::<SupplierName>() {
                return Err(ConfigError::value(&format!("suppliers.{name}"), &why));
            }
            if supplier.limits().calls_max == 0 {
                return Err(key.wrong("calls_max", &"0 is too small, at least 1"));
            }
            if supplier.is_enabled() {
                supplier.check(key)?;
            }
        }
        Ok(())
    }

    /// The longest that a call to one of them takes.
    pub(super) fn call_timeout(&self) -> Result<Duration, ConfigError> {
        let mut longest = Duration::ZERO;
        for (name, supplier) in self.0.iter().filter(|(_, supplier)| supplier.is_enabled()) {
            longest = longest.max(supplier.call_timeout(Key(name))?);
        }
        Ok(longest)
    }

    /// Hides what nobody may see.
    #[must_use]
    pub(super) fn redacted(&self) -> Self {
        let mut tables = toml::Table::try_from(self).expect("settings are plain data");
        for table in tables.iter_mut().filter_map(|(_, table)| table.as_table_mut()) {
            for (_, value) in table.iter_mut().filter(|(key, _)| SECRETS.contains(&key.as_str())) {
                if value.as_str().is_some_and(|secret| !secret.is_empty()) {
                    *value = "•••".into();
                }
            }
        }
        tables.try_into().expect("only texts were replaced")
    }
}

/// Names the settings of one supplier in errors.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a>(pub(crate) &'a str);

impl Key<'_> {
    pub(crate) fn wrong(self, setting: &str, why: &impl ToString) -> ConfigError {
        ConfigError::value(&format!("suppliers.{}.{setting}", self.0), why)
    }

    /// Refuses a setting that nobody has given.
    pub(crate) fn given(self, setting: &str, text: &str) -> Result<String, ConfigError> {
        if text.is_empty() {
            let variable = format!("RECARGA_SUPPLIERS__{}__{setting}", self.0.replace(['-', '.'], "_"));
            let why = format!("is not set: write it here, or into {}", variable.to_uppercase());
            return Err(self.wrong(setting, &why));
        }
        Ok(text.to_owned())
    }

    /// Reads one of several words.
    pub(crate) fn word<T: Copy>(self, setting: &str, text: &str, words: &[(&str, T)]) -> Result<T, ConfigError> {
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(setting, &format!("{text:?} has to be one of {}", all.join(", ")))
        })
    }

    /// Reads a URL that credentials may be sent to, or the default where none is given.
    pub(crate) fn url(self, setting: &str, text: &str, default: &str) -> Result<url::Url, ConfigError> {
        let text = if text.is_empty() { default } else { text };
        suppliers::http::base_url(text).map_err(|why| self.wrong(setting, &why))
    }
}

/// The limits of one supplier.
fn limits(calls_max: usize, turn_max_ms: u64) -> Limits {
    Limits {
        calls_max,
        turn_max: Duration::from_millis(turn_max_ms),
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, path::Path};

    use tempfile::NamedTempFile;

    use super::*;
    use crate::config::{Config, Sources, load};

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::with_suffix(".toml").unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn with(path: Option<&Path>, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs = |pairs: &[(&str, &str)]| {
            let owned = pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            owned.collect()
        };
        load(&Sources {
            file: path.map(Path::to_owned),
            environment: pairs(environment),
            flags: pairs(flags),
        })
    }

    const TWO: &str = r#"
        [suppliers.reloadly-eu]
        kind = "reloadly"
        client_id = "from the file"
        client_secret = "s1"
        [suppliers.upstream]
        kind = "recarga"
        base_url = "https://topup.example/v2"
        [worker]
        poll_ms = 100
    "#;

    #[test]
    fn suppliers_come_from_the_file_the_environment_and_flags() {
        let file = file(TWO);
        let environment = [
            ("RECARGA_SUPPLIERS__RELOADLY_EU__CLIENT_ID", "from the environment"),
            ("RECARGA_SUPPLIERS__UPSTREAM__API_KEY", "rk_1"),
            ("RECARGA_SUPPLIERS__SECOND__KIND", "sandbox"),
        ];
        let config = with(
            Some(file.path()),
            &environment,
            &[("suppliers.reloadly-eu.timeout_ms", "9000")],
        );
        let config = config.unwrap();
        let names: Vec<_> = config.suppliers.enabled().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["reloadly-eu", "second", "upstream"]);
        let Some(Supplier::Reloadly(reloadly)) = config.suppliers.0.get("reloadly-eu") else {
            panic!("it is of Reloadly's kind")
        };
        assert_eq!(
            (reloadly.client_id.as_str(), reloadly.timeout_ms),
            ("from the environment", 9_000)
        );
        assert_eq!(config.worker.poll_ms, 100, "the rest of the file holds as well");
    }

    #[test]
    fn no_secret_is_printed_and_what_is_printed_is_read_again() {
        let file = file(TWO);
        let config = with(
            Some(file.path()),
            &[("RECARGA_SUPPLIERS__UPSTREAM__API_KEY", "rk_1")],
            &[],
        )
        .unwrap();
        let printed = config.to_toml();
        assert!(!printed.contains("s1") && !printed.contains("rk_1"), "{printed}");
        assert!(
            printed.contains("from the file") && printed.contains("[suppliers.upstream]"),
            "{printed}"
        );
        let again = self::file(&printed);
        assert_eq!(with(Some(again.path()), &[], &[]).unwrap(), config.redacted());
    }

    #[test]
    fn every_kind_has_a_section_that_knows_its_keys() {
        let kinds: BTreeMap<String, toml::Table> = toml::from_str(SUPPLIERS).unwrap();
        for (kind, mut table) in kinds {
            table.insert("kind".to_owned(), kind.as_str().into());
            let read: Supplier = table.clone().try_into().unwrap();
            let written = toml::Table::try_from(&read).unwrap();
            assert_eq!(written, table, "{kind}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let reloadly = |key: &'static str, value: &'static str| {
            let mut flags = vec![
                ("suppliers.r.kind", "reloadly"),
                ("suppliers.r.client_id", "id"),
                ("suppliers.r.client_secret", "secret"),
            ];
            flags.push((key, value));
            with(None, &[], &flags)
        };
        let wrong = [
            with(None, &[], &[("suppliers.r.client_id", "x")]),
            with(None, &[], &[("suppliers.r.kind", "telex")]),
            with(None, &[], &[("suppliers.kind", "reloadly")]),
            with(None, &[], &[("suppliers.r.kind", "reloadly")]),
            with(
                None,
                &[],
                &[
                    ("suppliers.my-up.kind", "recarga"),
                    ("suppliers.my-up.base_url", "http://a.example/v2"),
                ],
            ),
            with(None, &[("RECARGA_SUPPLIERS__R", "reloadly")], &[]),
            reloadly("suppliers.r.client_key", "x"),
            reloadly("suppliers.r.timeout_ms", "soon"),
            reloadly("suppliers.r.timeout_ms", "0"),
            with(
                None,
                &[("RECARGA_ORDERS_LEASE_S", "60")],
                &[("suppliers.r.kind", "ding"), ("suppliers.r.api_key", "key")],
            ),
            reloadly("suppliers.r.environment", "production"),
            reloadly("suppliers.r.api_url", "http://topups.example"),
            reloadly("suppliers.r.calls_max", "0"),
            reloadly("suppliers.R!.kind", "sandbox"),
        ];
        let texts: Vec<_> = wrong
            .into_iter()
            .map(|result| result.unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(texts.join("\n"));
    }
}
