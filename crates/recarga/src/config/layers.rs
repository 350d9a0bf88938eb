//! Where settings come from: built in, file, environment, flags. The later ones win.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ::config::{Config as Layers, File, FileFormat, builder::DefaultState};

use super::{Config, ConfigError, DEFAULT, suppliers::Given};

/// The file that is read without being named, if it is there.
const FILE: &str = "recarga.toml";
const PREFIX: &str = "RECARGA_";
/// Variables that are no settings of a server but say whom and as whom a client asks.
const OF_CLIENTS: [&str; 3] = ["RECARGA_CONFIG", "RECARGA_SERVER", "RECARGA_API_KEY"];
/// Kubernetes sets these in every container of a namespace that has a service called `recarga`.
const OF_KUBERNETES: [&str; 2] = ["RECARGA_SERVICE_", "RECARGA_PORT"];

/// What was given beside the defaults.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A file that has to be there.
    pub file: Option<PathBuf>,
    /// The environment's variables.
    pub environment: Vec<(String, String)>,
    /// Keys and values from flags.
    pub flags: Vec<(String, String)>,
}

impl Sources {
    /// Takes the process's environment.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            file,
            environment: std::env::vars_os().filter_map(text).collect(),
            flags,
        }
    }

    /// The operator's file, named or found.
    pub fn file(&self) -> Option<&Path> {
        self.file
            .as_deref()
            .or_else(|| Some(Path::new(FILE)).filter(|path| path.exists()))
    }
}

/// Reads every place and checks every value.
pub fn load(sources: &Sources) -> Result<Config, ConfigError> {
    let known = keys_of(DEFAULT).map_err(ConfigError::Unreadable)?;
    let mut layers = Layers::builder().add_source(File::from_str(DEFAULT, FileFormat::Toml));
    let mut suppliers = Given::default();
    if let Some(path) = sources.file() {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
            path: path.to_owned(),
            source,
        })?;
        let place = path.display().to_string();
        let unreadable = |why| ConfigError::Unreadable(format!("{place}: {why}"));
        let mut keys = keys_of(&text).map_err(unreadable)?;
        for (key, value) in keys.extract_if(.., |key, _| Given::is_meant(key)) {
            suppliers.add(&place, &key, value)?;
        }
        if let Some(key) = keys.keys().find(|key| !known.contains_key(*key)) {
            return Err(unknown(place, key, &known));
        }
        let mut own: toml::Table = text
            .parse()
            .map_err(|why: toml::de::Error| unreadable(why.to_string()))?;
        own.remove("suppliers");
        layers = layers.add_source(File::from_str(&own.to_string(), FileFormat::Toml));
    }
    let (of_suppliers, environment): (Vec<_>, Vec<_>) =
        (sources.environment.iter().cloned()).partition(|(name, _)| Given::is_variable(name));
    for (name, value) in &of_suppliers {
        suppliers.add_variable(name, value)?;
    }
    layers = layers.add_source(layer(&settings_of(&environment, &known)?, &known)?);
    let (of_suppliers, flags): (Vec<_>, Vec<_>) =
        (sources.flags.iter().cloned()).partition(|(key, _)| Given::is_meant(key));
    for (key, value) in of_suppliers {
        suppliers.add("--set", &key, value.into())?;
    }
    if let Some((key, _)) = flags.iter().find(|(key, _)| !known.contains_key(key)) {
        return Err(unknown("--set".to_owned(), key, &known));
    }
    layers = layers.add_source(layer(&flags, &known)?);
    let mut config: Config = layers.build().and_then(Layers::try_deserialize).map_err(unreadable)?;
    config.suppliers = suppliers.read()?;
    config.check()?;
    Ok(config)
}

impl Config {
    /// Whether nobody has named a database.
    pub fn has_default_database(&self) -> bool {
        let defaults = keys_of(DEFAULT).expect("the defaults are tested");
        let url = defaults.get("database.url").and_then(toml::Value::as_str);
        url == Some(&self.database.url)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn unreadable(error: ::config::ConfigError) -> ConfigError {
    ConfigError::Unreadable(error.to_string())
}

type Keys = BTreeMap<String, toml::Value>;

/// Lists the settings of a text by their whole names, with their values.
fn keys_of(text: &str) -> Result<Keys, String> {
    fn add(keys: &mut Keys, prefix: &str, table: toml::Table) {
        for (name, value) in table {
            let key = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}.{name}")
            };
            match value {
                toml::Value::Table(table) => add(keys, &key, table),
                value => drop(keys.insert(key, value)),
            }
        }
    }
    let mut keys = Keys::new();
    add(
        &mut keys,
        "",
        text.parse().map_err(|error: toml::de::Error| error.to_string())?,
    );
    Ok(keys)
}

/// Picks the settings out of the environment: `server.bind` is `RECARGA_SERVER_BIND`.
fn settings_of(environment: &[(String, String)], known: &Keys) -> Result<Vec<(String, String)>, ConfigError> {
    let variable = |key: &String| format!("{PREFIX}{}", key.replace('.', "_").to_uppercase());
    let names: BTreeMap<_, _> = known.keys().map(|key| (variable(key), key)).collect();
    let mut settings = Vec::new();
    for (name, value) in environment.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
        if let Some(key) = names.get(name) {
            settings.push(((*key).clone(), value.clone()));
        } else if !OF_CLIENTS.contains(&name.as_str()) && !OF_KUBERNETES.iter().any(|own| name.starts_with(own)) {
            return Err(unknown("environment".to_owned(), name, &Keys::new()));
        }
    }
    Ok(settings)
}

/// Makes a layer of texts: a list's is divided at its commas.
fn layer(settings: &[(String, String)], known: &Keys) -> Result<Layers, ConfigError> {
    let set = |layers: ::config::ConfigBuilder<DefaultState>, (key, text): &(String, String)| {
        if !matches!(known.get(key), Some(toml::Value::Array(_))) {
            return layers.set_override(key, text.as_str());
        }
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        layers.set_override(key, parts.map(str::to_owned).collect::<Vec<_>>())
    };
    settings
        .iter()
        .try_fold(Layers::builder(), set)
        .and_then(::config::ConfigBuilder::<DefaultState>::build)
        .map_err(unreadable)
}

/// Refuses a key, and names those that it may have been meant for.
fn unknown(place: String, key: &str, known: &Keys) -> ConfigError {
    let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
    let elsewhere = known
        .keys()
        .find(|key| key.rsplit_once('.').is_some_and(|(_, other)| other == name));
    let prefix = format!("{section}.");
    let beside: Vec<_> = known.keys().filter_map(|key| key.strip_prefix(&prefix)).collect();
    let near = match (elsewhere, beside.as_slice()) {
        (Some(key), _) => format!("; there is {key}"),
        (None, []) => "; `recarga config` lists them all".to_owned(),
        (None, names) => format!("; [{section}] has {}", names.join(", ")),
    };
    ConfigError::UnknownKey {
        place,
        key: key.to_owned(),
        near,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(settings: &[(&str, &str)]) -> Vec<(String, String)> {
        settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn with(environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
        load(&Sources {
            file: None,
            environment: pairs(environment),
            flags: pairs(flags),
        })
    }

    #[test]
    fn the_defaults_hold_together() {
        let config = with(&[], &[]).unwrap();
        assert_eq!(config.server.bind, "127.0.0.1:8080");
        assert_eq!(config.orders.retry_pauses_s, [1, 10, 60]);
    }

    #[test]
    fn the_defaults_are_the_business_own() {
        let config = with(&[], &[]).unwrap();
        let (written, built_in) = (
            format!("{:?}", config.settings()),
            format!("{:?}", engine::Settings::default()),
        );
        assert_eq!(written, built_in);
        // What is done in the background is off unless the settings say otherwise: tests do without.
        let worker = config.worker_settings();
        let built_in = crate::worker::WorkerSettings {
            duties: worker.duties.clone(),
            ..crate::worker::WorkerSettings::default()
        };
        assert_eq!(format!("{worker:?}"), format!("{built_in:?}"));
        let duties = &worker.duties;
        let minutes = [duties.sync_every, duties.float_every, duties.reconcile_after];
        let minutes = minutes.map(|every| every.map(|every| every.as_secs() / 60));
        assert_eq!(minutes, [Some(60), Some(5), Some(180)]);
        let (written, built_in) = (config.webhook_settings(), crate::webhooks::WebhookSettings::default());
        assert_eq!(format!("{written:?}"), format!("{built_in:?}"));
        let sandbox = config.sandbox_settings().unwrap();
        assert_eq!(
            ::suppliers::SandboxSettings { path: None, ..sandbox },
            ::suppliers::SandboxSettings::default()
        );
    }

    #[test]
    fn flags_go_before_the_environment() {
        let environment = [
            ("RECARGA_SERVER_BIND", "0.0.0.0:1"),
            ("RECARGA_ORDERS_RETRY_PAUSES_S", "2, 3"),
        ];
        let config = with(&environment, &[("server.bind", "0.0.0.0:2")]).unwrap();
        assert_eq!(config.server.bind, "0.0.0.0:2");
        assert_eq!(config.orders.retry_pauses_s, [2, 3]);
    }

    #[test]
    fn what_others_put_into_the_environment_is_passed_over() {
        let environment = [
            ("RECARGA_SERVICE_HOST", "10.0.0.1"),
            ("RECARGA_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("A", "b"),
        ];
        with(&environment, &[]).unwrap();
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = [
            with(&[("RECARGA_SERVER_BNID", "x")], &[]),
            with(&[], &[("server.poll_ms", "1")]),
            with(&[], &[("server.port", "1")]),
            with(&[], &[("worker.poll_ms", "soon")]),
            with(&[], &[("worker.concurrency", "0")]),
            with(&[], &[("server.bind", "localhost")]),
            with(&[], &[("worker.bind", "9090")]),
            with(&[], &[("database.url", "postgres://u:p@host/db?sslmode=prefer")]),
            with(&[], &[("sandbox.float", "much")]),
            with(&[], &[("log.filter", "a=b=c")]),
            with(&[], &[("orders.lease_s", "3")]),
        ];
        let texts: Vec<_> = wrong
            .into_iter()
            .map(|result| result.unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(texts.join("\n"));
    }
}
