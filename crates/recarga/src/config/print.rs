//! What holds in the end, for people and logs to see: secrets redacted.

use super::Config;

impl Config {
    /// Returns a copy without secrets.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let mut config = self.clone();
        config.database.url = redact_url(&config.database.url);
        config.server.public_url = redact_url(&config.server.public_url);
        config.suppliers = config.suppliers.redacted();
        config
    }

    /// Writes all settings as a file, secrets redacted.
    pub fn to_toml(&self) -> String {
        toml::to_string(&self.redacted()).expect("settings are plain data")
    }
}

/// Hides what stands between a URL's user and its host.
fn redact_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, host)) => {
            let name = user.split_once(':').map_or(user, |(name, _)| name);
            format!("{scheme}://{name}:•••@{host}{}", &rest[end..])
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::redact_url;

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(redact_url("postgres://me:se:cr@t@host/db"), "postgres://me:•••@host/db");
        assert_eq!(redact_url("https://host/a@b"), "https://host/a@b");
        assert_eq!(redact_url("sqlite:a.db"), "sqlite:a.db");
    }
}
