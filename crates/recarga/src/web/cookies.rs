//! Cookies: who is signed in, and the language and theme of who isn't.

use axum::http::{HeaderMap, HeaderValue, header};

/// The names and the attributes depend on whether browsers come over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookies {
    secure: bool,
}

/// How long a choice is kept: a year.
const CHOICE_S: u32 = 31_536_000;

impl Cookies {
    pub(crate) const fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// What lets somebody in. `__Host-` binds it to this host and to TLS, where there is TLS.
    pub(crate) const fn session(self) -> &'static str {
        if self.secure {
            "__Host-recarga"
        } else {
            "recarga-session"
        }
    }

    /// Which chosen language or theme, by the name of the choice.
    pub(crate) fn choice(name: &str) -> String {
        format!("recarga-{name}")
    }

    /// The header that keeps the session's token until the browser is closed or the session ends.
    pub(crate) fn keep_session(self, token: &str, seconds: u64) -> HeaderValue {
        self.set(self.session(), token, seconds)
    }

    /// The header that forgets it.
    pub(crate) fn forget_session(self) -> HeaderValue {
        self.set(self.session(), "", 0)
    }

    /// The header that keeps a choice.
    pub(crate) fn keep_choice(self, name: &str, value: &str) -> HeaderValue {
        self.set(&Self::choice(name), value, CHOICE_S.into())
    }

    fn set(self, name: &str, value: &str, seconds: u64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).expect("tokens and choices are letters and digits")
    }
}

/// Finds a cookie that a browser sent.
pub(crate) fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let sent = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    sent.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}
