//! `recarga simulate`: a supplier to try with, as it is on the wire.

use std::{io, sync::Arc};

use clap::{Args, Subcommand};
use model::Clock;
use rust_decimal::Decimal;
use serde::Serialize;
use simulators::{CallbackTarget, Config, Credentials, Running, Simulator, Supplier, suffixes_of};
use suppliers::reloadly::Environment;

use super::{Exit, Failure, Shared, output::print, output::print_json, output::table, output::words};
use crate::{
    clock::SystemClock,
    serve::{ServeError, Signals},
};

/// Which supplier.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Reloadly Airtime: tokens, references that two calls at once can share, signed webhooks
    Reloadly(Reloadly),
    /// DT One DVS: hold, then confirm or cancel; callbacks; deliveries taken back late
    Dtone(DtOne),
    /// Ding Connect V1: a reference sent twice is paid twice
    Ding(Ding),
}

#[derive(Debug, Args)]
pub(crate) struct Reloadly {
    /// The port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 9201)]
    port: u16,
    /// The only client id that is accepted [default: any]
    #[arg(long, value_name = "ID", requires = "client_secret")]
    client_id: Option<String>,
    /// The only secret that is accepted with it
    #[arg(long, value_name = "SECRET", requires = "client_id")]
    client_secret: Option<String>,
    /// The only audience that tokens may be for [default: any]
    #[arg(long, value_name = "URL")]
    audience: Option<String>,
    /// Where webhooks go; http only
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// What they are signed with
    #[arg(long, value_name = "SECRET", default_value = "simulated")]
    webhook_secret: String,
    /// Answers without status and cost, as it used to
    #[arg(long)]
    old_shape: bool,
    #[command(flatten)]
    own: Own,
}

#[derive(Debug, Args)]
pub(crate) struct DtOne {
    /// The port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 9202)]
    port: u16,
    /// The only key that is accepted [default: any]
    #[arg(long, value_name = "KEY", requires = "secret")]
    key: Option<String>,
    /// The only secret that is accepted with it
    #[arg(long, value_name = "SECRET", requires = "key")]
    secret: Option<String>,
    /// The user of callbacks
    #[arg(long, value_name = "USER", default_value = "simulated")]
    callback_user: String,
    /// Their password
    #[arg(long, value_name = "PASSWORD", default_value = "simulated")]
    callback_password: String,
    /// Writes error codes as texts, as some of its servers do
    #[arg(long)]
    string_codes: bool,
    #[command(flatten)]
    own: Own,
}

#[derive(Debug, Args)]
pub(crate) struct Ding {
    /// The port on this machine; 0 takes a free one
    #[arg(long, default_value_t = 9203)]
    port: u16,
    /// The only API key that is accepted [default: any]
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// The API key with which a number's last digit chooses the outcome
    #[arg(long, value_name = "KEY", default_value = "test-agent")]
    test_agent_key: String,
    #[command(flatten)]
    own: Own,
}

/// What all take.
#[derive(Debug, Args)]
struct Own {
    /// What is on the wallet at first, in USD
    #[arg(long, value_name = "AMOUNT", default_value = "10000")]
    wallet: Decimal,
    /// Recipients' last digits choose nothing
    #[arg(long)]
    no_suffixes: bool,
    /// What chance is made from, for rules with a probability
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

/// What a program needs to use the simulator.
#[derive(Serialize)]
struct Ready {
    supplier: &'static str,
    base_url: String,
    admin_url: String,
    settings: Vec<(&'static str, String)>,
}

impl Command {
    pub(crate) async fn run(self, shared: &Shared) -> Result<Exit, Failure> {
        let (config, settings) = self.config();
        let mut signals = Signals::take()?;
        let (supplier, port) = (config.supplier, config.port);
        let running = Simulator::start(config).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => Failure::from(ServeError::PortTaken {
                address: ([127, 0, 0, 1], port).into(),
                choose: "--port",
            }),
            _ => error.into(),
        })?;
        let ready = Ready {
            supplier: supplier.name(),
            base_url: running.base_url(),
            admin_url: running.admin_url(),
            settings: with_address(&running, settings),
        };
        if shared.json {
            print_json(&ready);
        } else {
            print(&ready.screen(supplier));
        }
        signals.next().await;
        Ok(Exit::Done)
    }

    /// How the simulator is set up, and the settings of Recarga that go with it.
    fn config(self) -> (Config, Vec<(&'static str, String)>) {
        let pair = |user: Option<String>, secret: Option<String>| user.zip(secret);
        match self {
            Self::Reloadly(given) => {
                let mut config = given.own.config(Supplier::Reloadly, given.port);
                let credentials = pair(given.client_id, given.client_secret);
                let mut settings = vec![
                    ("client_id", shown(credentials.as_ref().map(|(user, _)| user))),
                    ("client_secret", shown(credentials.as_ref().map(|(_, secret)| secret))),
                    ("webhook_secret", given.webhook_secret.clone()),
                ];
                // Which audience tokens are asked for follows from the environment.
                if given.audience.as_deref() == Some(Environment::Sandbox.api_url()) {
                    settings.push(("environment", "sandbox".to_owned()));
                }
                config.credentials = credentials.map(|(user, secret)| Credentials { user, secret });
                config.audience = given.audience;
                config.old_shape = given.old_shape;
                config.callback = Some(CallbackTarget {
                    url: given.webhook_url,
                    user: String::new(),
                    secret: given.webhook_secret,
                });
                (config, settings)
            }
            Self::Dtone(given) => {
                let mut config = given.own.config(Supplier::DtOne, given.port);
                let credentials = pair(given.key, given.secret);
                let settings = vec![
                    ("key", shown(credentials.as_ref().map(|(user, _)| user))),
                    ("secret", shown(credentials.as_ref().map(|(_, secret)| secret))),
                    ("callback_user", given.callback_user.clone()),
                    ("callback_password", given.callback_password.clone()),
                ];
                config.credentials = credentials.map(|(user, secret)| Credentials { user, secret });
                config.string_codes = given.string_codes;
                config.callback = Some(CallbackTarget {
                    url: None,
                    user: given.callback_user,
                    secret: given.callback_password,
                });
                (config, settings)
            }
            Self::Ding(given) => {
                let mut config = given.own.config(Supplier::Ding, given.port);
                let settings = vec![("api_key", shown(given.api_key.as_ref()))];
                config.credentials = given.api_key.map(|secret| Credentials {
                    user: String::new(),
                    secret,
                });
                config.test_agent_key = given.test_agent_key;
                (config, settings)
            }
        }
    }
}

impl Own {
    fn config(self, supplier: Supplier, port: u16) -> Config {
        let mut config = Config::new(supplier, Arc::new(|| SystemClock.now().as_micros()));
        config.port = port;
        config.wallet = self.wallet;
        config.suffixes = !self.no_suffixes;
        config.seed = self.seed;
        config
    }
}

/// Credentials to be shown: where any are accepted, some are made up.
fn shown(credential: Option<&String>) -> String {
    credential.cloned().unwrap_or_else(|| "any".to_owned())
}

/// Where the supplier answers stands first.
fn with_address(running: &Running, own: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    let base = running.base_url();
    let mut all = vec![("kind", running.supplier().name().to_owned())];
    match running.supplier() {
        Supplier::Reloadly => all.extend([("api_url", base.clone()), ("auth_url", base)]),
        Supplier::DtOne | Supplier::Ding => all.push(("base_url", base)),
    }
    all.extend(own);
    all
}

impl Ready {
    fn screen(&self, supplier: Supplier) -> String {
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| format!("{name} = {value:?}"))
            .collect();
        let rows = suffixes_of(supplier).map(|suffix| vec![suffix.digits.to_owned(), suffix.meaning.to_owned()]);
        let endings = table(&[words("ending"), words("what happens")], rows);
        format!(
            "{} is simulated: play money, no effect outside.\n\n  base URL  {}\n  admin     {}\n\n\
             The settings for it:\n\n[suppliers.{}]\n{}\n\n\
             A recipient's last four digits choose what happens:\n\n{endings}\n\n\
             docs/SIMULATORS.md has the rest. Ctrl-C stops it.",
            supplier.title(),
            self.base_url,
            self.admin_url,
            supplier.name(),
            settings.join("\n"),
        )
    }
}
