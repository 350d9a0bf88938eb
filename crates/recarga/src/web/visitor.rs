//! Who comes: recognised once for each request, by the session's cookie.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, Method, header, request::Parts},
};
use engine::{
    Error,
    people::{self, Action, Seen, Session, User},
};
use model::AccountId;

use super::{Page, PageError, Web, address, cookies, language::Language};

/// Somebody who looks at a page, signed in or not.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) page: Page,
    /// Where they are signed in.
    pub(crate) session: Option<Arc<Session>>,
    /// The network address that they come from.
    pub(crate) address: String,
    /// What their browser calls itself.
    pub(crate) agent: String,
    /// Where to come back to, if they have to prove who they are first.
    back: String,
    /// How they reach us.
    origin: String,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) page: Page,
    pub(crate) user: Arc<User>,
    pub(crate) session: Arc<Session>,
    back: String,
    origin: String,
}

const THEMES: [&str; 2] = ["light", "dark"];

/// Reads a theme.
pub(super) fn theme(text: &str) -> Option<&'static str> {
    THEMES.into_iter().find(|theme| *theme == text)
}

impl Visitor {
    /// Finds out who sends a request.
    pub(super) async fn recognise(web: &Web, request: &Parts) -> Result<Self, Error> {
        let headers = &request.headers;
        let now = web.app.clock.now();
        let found = match cookies::find(headers, web.cookies.session()) {
            None => None,
            Some(token) => {
                let (token, lifetimes) = (token.to_owned(), web.settings.lifetimes);
                let find = move |tx: &mut engine::db::Tx<'_>| people::find_session(tx, &token, lifetimes, now);
                web.app.db.read(find).await?
            }
        };
        if let Some((session, _)) = found.as_ref().filter(|(session, _)| session.is_to_be_touched(now)) {
            let session = session.clone();
            let touch = move |tx: &mut engine::db::Tx<'_>| people::touch_session(tx, &session, now);
            web.app.db.write_with(touch).await?;
        }
        let (session, user) = found.map_or((None, None), |(session, user)| {
            (Some(Arc::new(session)), Some(Arc::new(user)))
        });
        let text = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let chosen = |name: &str| cookies::find(headers, &cookies::Cookies::choice(name));
        let of_user = |choice: fn(&User) -> Option<&str>| user.as_deref().and_then(choice);
        let language = of_user(|user| user.language.as_deref())
            .or_else(|| chosen("language"))
            .and_then(Language::from_code)
            .or_else(|| Language::accepted(text(header::ACCEPT_LANGUAGE)))
            .unwrap_or_default();
        let theme = of_user(|user| user.theme.as_deref())
            .or_else(|| chosen("theme"))
            .and_then(theme);
        let peer = request.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip());
        let client = address::of_client(peer, headers, &web.settings.trusted_proxies);
        Ok(Self {
            page: Page {
                language,
                theme,
                user,
                path: request.uri.path().to_owned(),
                now,
            },
            session,
            address: client.map_or_else(String::new, |client| client.to_string()),
            agent: text(header::USER_AGENT).to_owned(),
            back: back(request),
            origin: format!("{}://{}", web.scheme(), text(header::HOST)),
        })
    }

    /// How they reach us.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Where they come from, to be kept with a session.
    pub(crate) fn seen(&self) -> Seen {
        Seen {
            agent: self.agent.clone(),
            address: self.address.clone(),
        }
    }
}

/// The page that was asked for; of a form, the page that it stands on.
fn back(request: &Parts) -> String {
    if request.method == Method::GET {
        return request
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
    }
    let referer = request
        .headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    let path = referer.and_then(|url| url::Url::parse(url).ok()).map(|url| {
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        format!("{}{query}", url.path())
    });
    path.unwrap_or_else(|| "/".to_owned())
}

/// Reads where to go on: a path of ours, never another site, and nothing that can't stand in a header.
pub(super) fn local_path(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let ours = text.starts_with('/') && !text.starts_with("//") && text.bytes().all(plain);
    if ours { text } else { "/" }
}

impl SignedIn {
    /// Goes on only with somebody whose role allows this: to look, where doing it asks for more.
    pub(crate) fn allow(&self, action: Action) -> Result<(), PageError> {
        if self.user.may(action) {
            Ok(())
        } else {
            Err(PageError::Forbidden)
        }
    }

    /// Goes on only with somebody who has proved a moment ago who they are.
    pub(crate) fn prove(&self) -> Result<(), PageError> {
        if self.session.is_fresh(self.page.now) {
            return Ok(());
        }
        Err(PageError::AskAgain {
            back: self.back.clone(),
        })
    }

    /// How they reach us: what links begin with that they send to others.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Goes on only with somebody who may do this, and, where it moves money or lets people in, has
    /// proved a moment ago who they are. Ask on the page that has the form as well, so that nobody
    /// fills it in in vain.
    pub(crate) fn require(&self, action: Action) -> Result<(), PageError> {
        self.allow(action)?;
        if action.asks_again() { self.prove() } else { Ok(()) }
    }

    /// The account whose staff they are.
    pub(crate) fn account(&self) -> Result<AccountId, PageError> {
        self.user.works_for.ok_or(PageError::Forbidden)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Internal)
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        match (visitor.page.user.clone(), visitor.session) {
            (Some(user), Some(session)) => Ok(Self {
                page: visitor.page,
                user,
                session,
                back: visitor.back,
                origin: visitor.origin,
            }),
            _ => Err(PageError::SignIn { back: visitor.back }),
        }
    }
}

/// Whether a browser says that a request comes from another site. What isn't a browser says nothing,
/// and has no cookies that somebody else could abuse.
pub(super) fn is_foreign(method: &Method, headers: &HeaderMap) -> bool {
    if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
        return false;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => !["same-origin", "none"].contains(&site),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != text("host"),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for path in ["/", "/console?a=b", "/orders/1"] {
            assert_eq!(local_path(path), path);
        }
        for other in [
            "",
            "https://example.com",
            "//example.com",
            "/\\example.com",
            "orders",
            "/a\r\nb",
            "/a b",
            "/\0",
            "/à",
        ] {
            assert_eq!(local_path(other), "/", "{other}");
        }
    }

    #[test]
    fn a_form_of_another_site_is_known_by_what_browsers_say() {
        let says = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            is_foreign(&Method::POST, &headers)
        };
        assert!(!says(&[]));
        assert!(!says(&[("sec-fetch-site", "same-origin")]));
        assert!(says(&[("sec-fetch-site", "cross-site")]));
        assert!(says(&[("sec-fetch-site", "same-site")]), "another program on this host");
        assert!(!says(&[("origin", "http://a:1"), ("host", "a:1")]));
        assert!(says(&[("origin", "http://b"), ("host", "a:1")]));
        assert!(says(&[("origin", "null"), ("host", "a:1")]));
    }
}
