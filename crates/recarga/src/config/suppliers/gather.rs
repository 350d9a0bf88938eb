//! Gathers the settings of suppliers from all places, with the defaults of their kinds.

use std::collections::{BTreeMap, BTreeSet};

use super::{SUPPLIERS, SupplierTables};
use crate::config::ConfigError;

/// What the names of suppliers' variables in the environment begin with.
const PREFIX: &str = "RECARGA_SUPPLIERS__";
/// What their settings begin with everywhere else.
const SECTION: &str = "suppliers.";

/// Settings of suppliers as they were found, by supplier and key; later places have overwritten earlier ones.
#[derive(Default)]
pub(crate) struct Given(BTreeMap<String, BTreeMap<String, Found>>);

/// A value and where it stood.
struct Found {
    place: String,
    value: toml::Value,
}

impl Given {
    /// Whether a setting is one of a supplier's.
    pub(crate) fn is_meant(key: &str) -> bool {
        key.starts_with(SECTION)
    }

    /// Whether a variable is one of a supplier's.
    pub(crate) fn is_variable(name: &str) -> bool {
        name.starts_with(PREFIX)
    }

    /// Adds a setting such as `suppliers.reloadly.client_id`.
    pub(crate) fn add(&mut self, place: &str, key: &str, value: toml::Value) -> Result<(), ConfigError> {
        let parts = key.strip_prefix(SECTION).and_then(|rest| rest.rsplit_once('.'));
        let Some((name, setting)) = parts else {
            return Err(ConfigError::UnknownKey {
                place: place.to_owned(),
                key: key.to_owned(),
                near: "; a supplier is a table [suppliers.NAME] with a kind".to_owned(),
            });
        };
        self.put(name, setting, place, value);
        Ok(())
    }

    /// Adds a variable such as `RECARGA_SUPPLIERS__RELOADLY__CLIENT_ID`. A supplier's name may have other
    /// marks than a variable's: one that is configured already is meant.
    pub(crate) fn add_variable(&mut self, variable: &str, value: &str) -> Result<(), ConfigError> {
        let parts = variable.strip_prefix(PREFIX).and_then(|rest| rest.split_once("__"));
        let Some((name, setting)) = parts else {
            return Err(ConfigError::UnknownKey {
                place: "environment".to_owned(),
                key: variable.to_owned(),
                near: format!("; a supplier's setting is {PREFIX}NAME__KEY"),
            });
        };
        let (name, setting) = (name.to_lowercase(), setting.to_lowercase());
        let known = self.0.keys().find(|known| known.replace(['-', '.'], "_") == name);
        let name = known.cloned().unwrap_or(name);
        self.put(&name, &setting, "environment", value.into());
        Ok(())
    }

    fn put(&mut self, name: &str, setting: &str, place: &str, value: toml::Value) {
        let place = place.to_owned();
        let table = self.0.entry(name.to_owned()).or_default();
        table.insert(setting.to_owned(), Found { place, value });
    }

    /// Reads each supplier's table by its kind.
    pub(crate) fn read(self) -> Result<SupplierTables, ConfigError> {
        let kinds: BTreeMap<String, toml::Table> = toml::from_str(SUPPLIERS).expect("the kinds are tested");
        let mut tables = toml::Table::new();
        for (name, mut given) in self.0 {
            let kind = given.remove("kind").map(|found| found.value);
            let kind = kind.as_ref().and_then(toml::Value::as_str).unwrap_or_default();
            let Some(defaults) = kinds.get(kind) else {
                let all: Vec<_> = kinds.keys().map(String::as_str).collect();
                let why = format!("{kind:?} has to be one of {}", all.join(", "));
                return Err(ConfigError::value(&format!("suppliers.{name}.kind"), &why));
            };
            let mut table = defaults.clone();
            table.insert("kind".to_owned(), kind.into());
            for (setting, found) in given {
                let Some(default) = defaults.get(&setting) else {
                    return Err(unknown(&name, &setting, &found.place, defaults));
                };
                let value = typed(&found.value, default)
                    .map_err(|why| ConfigError::value(&format!("suppliers.{name}.{setting}"), &why))?;
                table.insert(setting, value);
            }
            tables.insert(name, table.into());
        }
        let read = tables.try_into();
        read.map_err(|error| ConfigError::Unreadable(format!("suppliers: {error}")))
    }
}

fn unknown(name: &str, setting: &str, place: &str, defaults: &toml::Table) -> ConfigError {
    let all: BTreeSet<_> = defaults.keys().map(String::as_str).chain(["kind"]).collect();
    let all: Vec<_> = all.into_iter().collect();
    ConfigError::UnknownKey {
        place: place.to_owned(),
        key: format!("suppliers.{name}.{setting}"),
        near: format!("; a supplier of its kind has {}", all.join(", ")),
    }
}

/// Reads a value as its default's type: what stands in the environment or a flag is a text.
fn typed(value: &toml::Value, default: &toml::Value) -> Result<toml::Value, String> {
    use toml::Value;
    let wanted = match default {
        Value::Boolean(_) => "true or false",
        Value::Integer(_) => "a whole number",
        _ => "a text",
    };
    let wrong = || format!("{value} should be {wanted}");
    match (value, default) {
        (Value::String(text), Value::Boolean(_)) => text.parse().map(Value::Boolean).map_err(|_| wrong()),
        (Value::String(text), Value::Integer(_)) => text.parse().map(Value::Integer).map_err(|_| wrong()),
        _ if value.same_type(default) => Ok(value.clone()),
        _ => Err(wrong()),
    }
}
