//! Pages: what people see in a browser. Rendered here, whole without a script, and without a foreign request.
//!
//! `beside` is the table of the pages that everybody needs: signing in, links, one's own profile. The
//! counter, the desk and the console add theirs. `front` is the one layer around them: who comes, in which
//! language, and the headers of every answer. `docs/PAGES.md` says how to add a page.

pub(crate) mod address;
mod again;
mod app_codes;
mod assets;
mod codes;
mod cookies;
pub(crate) mod deliveries;
pub(crate) mod download;
mod entering;
mod error;
pub(crate) mod format;
mod forms;
mod front;
#[cfg(test)]
mod gallery;
mod language;
mod links;
pub(crate) mod list;
pub(crate) mod messages;
mod names;
mod nav;
mod page;
mod passkeys;
mod passwords;
mod people;
mod preferences;
mod profile;
pub(crate) mod requests;
pub(crate) mod said;
mod second_step;
mod sign_in;
mod throttle;
mod visitor;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use engine::{catalog::mapping::MappingPolicy, people::Lifetimes};
use ipnet::IpNet;
use tower_http::compression::CompressionLayer;

pub(crate) use self::{
    error::PageError,
    forms::{Faults, Fields},
    page::html,
    visitor::SignedIn,
};
pub use self::{language::Language, nav::Place, page::Page};
use crate::{
    App,
    api::{RateLimit, RequestIds},
    webhooks::WebhookTargets,
};

/// How the pages behave.
#[derive(Debug, Clone)]
pub struct PageSettings {
    /// How people reach them; `https://` makes cookies that only travel over TLS.
    pub public_url: String,
    /// How long people stay signed in.
    pub lifetimes: Lifetimes,
    /// A request is not worked on for longer.
    pub request_timeout: Duration,
    /// When a supplier's names are taken for ours.
    pub mapping: MappingPolicy,
    /// Proxies that are believed when they say who is behind them.
    pub trusted_proxies: Vec<IpNet>,
    /// So often one network may try to come in within a minute; none: as often as it likes.
    pub tries_per_minute: Option<NonZeroU32>,
}

impl Default for PageSettings {
    fn default() -> Self {
        Self {
            public_url: String::new(),
            lifetimes: Lifetimes::default(),
            request_timeout: Duration::from_secs(30),
            mapping: MappingPolicy::default(),
            trusted_proxies: Vec::new(),
            tries_per_minute: NonZeroU32::new(60),
        }
    }
}

/// What pages tell of the API beside them.
#[derive(Debug, Clone)]
pub(crate) struct OfApi {
    /// Where clients find it, if that is set.
    pub(crate) public_url: Option<String>,
    /// How many requests a key may make.
    pub(crate) rate_limit: Option<RateLimit>,
    /// Where webhooks may go.
    pub(crate) webhook_targets: WebhookTargets,
}

/// A larger form is refused; a page for files sets its own bound.
const FORM_BYTES_MAX: usize = 64 * 1_024;

/// What every handler of a page works with.
pub(crate) struct Web {
    /// Everything that is open.
    pub(crate) app: Arc<App>,
    pub(crate) settings: PageSettings,
    pub(crate) api: OfApi,
    cookies: cookies::Cookies,
    passwords: passwords::Passwords,
    throttle: throttle::Throttle,
    request_ids: RequestIds,
}

impl Web {
    /// How people come in, where only the host is known.
    fn scheme(&self) -> &'static str {
        if self.settings.public_url.starts_with("https://") {
            "https"
        } else {
            "http"
        }
    }

    /// Where others reach us: as the settings say, or as this one did. Without a slash at the end.
    pub(crate) fn address<'a>(&'a self, signed_in: &'a SignedIn) -> &'a str {
        match self.settings.public_url.trim_end_matches('/') {
            "" => signed_in.origin(),
            url => url,
        }
    }
}

/// What handlers are given as their state.
pub(crate) type Shared = Arc<Web>;

/// Adds every page to the API, whose own URLs stay as they are.
pub(crate) fn beside(api: Router, app: Arc<App>, (settings, of_api): (PageSettings, OfApi)) -> Router {
    let web = Arc::new(Web {
        cookies: cookies::Cookies::new(settings.public_url.starts_with("https://")),
        passwords: passwords::Passwords::default(),
        throttle: throttle::Throttle::new(settings.tries_per_minute),
        request_ids: RequestIds::new(&app.context.ids, app.clock.now()),
        settings,
        api: of_api,
        app,
    });
    let entering = Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-in/code", post(second_step::enter))
        .route("/sign-in/again", get(again::show).post(again::prove))
        .route("/sign-in/passkey", post(passkeys::enter))
        .route("/sign-in/passkey/begin", post(passkeys::begin))
        .route("/setup/{token}", get(links::show).post(links::take))
        .route_layer(from_fn_with_state(Arc::clone(&web), throttle::by_network));
    let pages = Router::new()
        .merge(crate::counter::routes())
        .merge(crate::console::routes())
        .merge(crate::desk::routes())
        .merge(entering)
        .route("/sign-out", post(sign_in::leave))
        .route("/profile", get(profile::show).post(profile::rename))
        .route("/profile/password", post(profile::change_password))
        .route("/profile/code", get(app_codes::begin).post(app_codes::confirm))
        .route("/profile/code/remove", post(app_codes::remove))
        .route("/profile/sessions/{session}", post(profile::end_session))
        .route("/profile/passkeys", post(passkeys::add))
        .route("/profile/passkeys/begin", post(passkeys::begin_adding))
        .route("/profile/passkeys/{id}/remove", post(passkeys::remove))
        .route("/people", get(people::list).post(people::invite))
        .route("/people/{user}/{change}", post(people::change))
        .route("/console/people", get(people::list).post(people::invite))
        .route("/console/people/{user}/{change}", post(people::change))
        .route("/preferences/language", post(preferences::choose_language))
        .route("/preferences/theme", post(preferences::choose_theme));
    let pages = pages
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(&web), front::front))
        .route("/assets/{file}", get(assets::serve))
        .layer(CompressionLayer::new())
        .with_state(Arc::clone(&web));
    pages.merge(api).layer(from_fn_with_state(web, front::nowhere))
}
