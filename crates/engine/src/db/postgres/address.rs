//! Where a PostgreSQL database is, and how safely it is spoken to.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use tokio_postgres::config::{Config, Host, SslMode, TargetSessionAttrs};

use super::hosts;

/// A server that does not take a connection within this time is passed over.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A server that is silent this long while something was sent to it is taken for dead.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// After this long without a word it is asked whether it is alive, and so often.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(5);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(2);
const KEEPALIVE_TRIES: u32 = 3;

/// The URL of a PostgreSQL database: `postgres://user:password@host:5432/recarga?sslmode=verify-full`.
///
/// Several hosts stand with commas between them; the one that takes writes is used. `sslmode` is
/// `verify-full` (the default) or `disable` (the default on this machine); `sslrootcert` names a
/// file of authorities to trust instead of the system's.
#[derive(Clone, PartialEq)]
pub struct Address {
    pub(super) config: Config,
    pub(super) tls: Option<TrustedBy>,
}

/// Who says that a server is the one it says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TrustedBy {
    System,
    File(PathBuf),
}

/// A URL that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not written as one.
    #[error("{0}: write postgres://USER:PASSWORD@HOST:5432/DATABASE")]
    Unreadable(String),
    /// It names no host.
    #[error("it names no host: write postgres://USER:PASSWORD@HOST:5432/DATABASE")]
    NoHost,
    /// It names no database.
    #[error("it names no database: write postgres://USER:PASSWORD@HOST:5432/DATABASE")]
    NoDatabase,
    /// A way to encrypt that does not know to whom.
    #[error(
        "sslmode={0} does not make sure who answers: write sslmode=verify-full, with sslrootcert=FILE for an authority of your own, or sslmode=disable on a network that nobody else is on"
    )]
    SslMode(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(url: &str) -> Result<Self, AddressError> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut authorities, mut others) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match form_urlencoded::parse(pair.as_bytes()).next() {
                Some((name, value)) if name == "sslmode" => mode = Some(value.into_owned()),
                Some((name, value)) if name == "sslrootcert" => authorities = Some(PathBuf::from(&*value)),
                _ => others.push(pair),
            }
        }
        let mut config: Config = format!("{place}?{}", others.join("&"))
            .parse()
            .map_err(|error: tokio_postgres::Error| AddressError::Unreadable(words(&error)))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(AddressError::NoHost);
        }
        if config.get_dbname().is_none() {
            return Err(AddressError::NoDatabase);
        }
        let encrypted = match mode.as_deref() {
            None => !is_here(&config) || authorities.is_some(),
            Some("disable") => false,
            Some("verify-full") => true,
            Some(other) => return Err(AddressError::SslMode(other.to_owned())),
        };
        let tls = encrypted.then(|| authorities.map_or(TrustedBy::System, TrustedBy::File));
        tune(&mut config, tls.is_some());
        Ok(Self { config, tls })
    }
}

fn tune(config: &mut Config, encrypted: bool) {
    config
        .ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable })
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_user_timeout(SILENCE_MAX)
        .keepalives_idle(KEEPALIVE_AFTER)
        .keepalives_interval(KEEPALIVE_EVERY)
        .keepalives_retries(KEEPALIVE_TRIES);
    if config.get_application_name().is_none() {
        config.application_name("recarga");
    }
}

/// Whether every host is this machine.
fn is_here(config: &Config) -> bool {
    let here = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .trim_matches(['[', ']'])
                    .parse()
                    .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
    };
    config.get_hosts().iter().all(here) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

impl Address {
    /// The name of the database.
    pub fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }

    /// How each of its hosts is connected to.
    pub(super) fn hosts(&self) -> Vec<Config> {
        let mut hosts = hosts::each(&self.config);
        for host in &mut hosts {
            tune(host, self.tls.is_some());
        }
        hosts
    }
}

/// Without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        let count = self.config.get_hosts().len().max(self.config.get_hostaddrs().len());
        let hosts: Vec<_> = (0..count).map(|place| hosts::named(&self.config, place)).collect();
        f.write_str(&hosts.join(","))?;
        write!(f, "/{}", self.database())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// An error with its reasons.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        words = format!("{words}: {error}");
        source = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_spoken_to_safely_unless_told() {
        let tls = |url: &str| url.parse::<Address>().unwrap().tls;
        assert_eq!(tls("postgres://u:p@db.example/recarga"), Some(TrustedBy::System));
        assert_eq!(
            tls("postgres://u:p@127.0.0.1,db.example/recarga"),
            Some(TrustedBy::System)
        );
        assert_eq!(tls("postgres://u:p@db.example/recarga?sslmode=disable"), None);
        assert_eq!(tls("postgres://u:p@localhost:5433/recarga"), None);
        assert_eq!(tls("postgresql://u@[::1]/recarga"), None);
        let file = TrustedBy::File(PathBuf::from("/etc/ca.pem"));
        assert_eq!(
            tls("postgres://u:p@h/recarga?sslrootcert=%2Fetc/ca.pem&connect_timeout=9"),
            Some(file)
        );
    }

    #[test]
    fn a_url_that_can_not_be_used_says_what_to_write() {
        let error = |url: &str| url.parse::<Address>().unwrap_err();
        let unsafe_mode = error("postgres://u@h/d?sslmode=prefer");
        assert_eq!(unsafe_mode, AddressError::SslMode("prefer".to_owned()));
        assert_eq!(error("postgres://u:p@h/"), AddressError::NoDatabase);
        assert_eq!(error("postgres://"), AddressError::NoHost);
        assert!(matches!(error("postgres://u@h:port/d"), AddressError::Unreadable(_)));
        assert!(matches!(
            error("postgres://u@h/d?color=red"),
            AddressError::Unreadable(_)
        ));
    }

    #[test]
    fn a_password_is_not_shown() {
        let address: Address = "postgres://user:secret@a:1,b:2/d?sslmode=disable".parse().unwrap();
        assert_eq!(address.to_string(), "postgres://user@a:1,b:2/d");
        assert_eq!(format!("{address:?}"), "postgres://user@a:1,b:2/d");
    }
}
