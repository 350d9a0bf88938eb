//! The HTTP API: every URL, and what every request passes on its way in and out.
//!
//! [`router`] is the table of all URLs; a file stands for each resource. `front` is the one layer
//! around them, `wire` the shapes of the answers, `error` everything that can go wrong. Who asks and
//! what is sold is read from memory; the database is asked for what happened and told what shall.

mod accounts;
mod answer;
mod asked;
mod asking;
mod body;
mod callbacks;
mod caller;
mod check_phone_number;
mod docs;
mod documents;
mod error;
mod front;
mod health;
mod invoices;
mod limit;
mod metrics;
mod openapi;
mod orders;
mod ping;
mod products;
mod query;
mod shelf;
mod webhooks;
mod wire;

use std::{sync::Arc, time::Duration};

use axum::{Router, middleware::from_fn_with_state};
use engine::invoices::Invoice;
use tower_http::compression::CompressionLayer;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use front::RequestIds;
pub use limit::RateLimit;
pub(crate) use metrics::count as count_request;
pub use metrics::{Kind, METRICS, Metric, MetricsText, install_metrics};

use crate::{
    App,
    web::{self, PageSettings},
    webhooks::WebhookTargets,
};

/// How the API behaves.
#[derive(Clone)]
pub struct ApiSettings {
    /// Where clients find us, for links; without it links begin with the host that was asked for.
    pub public_url: Option<String>,
    /// How many requests a key may make.
    pub rate_limit: Option<RateLimit>,
    /// A larger body is refused.
    pub body_bytes_max: usize,
    /// A request is not worked on for longer.
    pub request_timeout: Duration,
    /// Where webhooks may go.
    pub webhook_targets: WebhookTargets,
    /// Writes what was counted; without it there is no `/metrics`.
    pub metrics: Option<MetricsText>,
    /// How pages are shown; without it there are none.
    pub pages: Option<PageSettings>,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            rate_limit: None,
            body_bytes_max: 64 * 1_024,
            request_timeout: Duration::from_secs(30),
            webhook_targets: WebhookTargets::PublicOnly,
            metrics: None,
            pages: None,
        }
    }
}

/// What every handler works with.
struct Api {
    app: Arc<App>,
    public_url: Option<String>,
    body_bytes_max: usize,
    request_timeout: Duration,
    webhook_targets: WebhookTargets,
    metrics: Option<MetricsText>,
    limiter: Option<limit::Limiter>,
    request_ids: front::RequestIds,
    in_progress: invoices::InProgress,
    shelf: shelf::Shelf,
    asker: asking::Asker,
}

/// Every URL of the API.
fn table() -> OpenApiRouter<Arc<Api>> {
    let short = OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(ping::ping))
        .routes(routes!(accounts::balance))
        .routes(routes!(products::find))
        .routes(routes!(check_phone_number::check))
        .routes(routes!(invoices::create))
        .routes(routes!(invoices::find))
        .routes(routes!(invoices::pay))
        .routes(routes!(invoices::cancel))
        .routes(routes!(orders::find))
        .routes(routes!(webhooks::resend))
        .routes(routes!(webhooks::secret, webhooks::rotate_secret));
    let long = OpenApiRouter::new()
        .routes(routes!(accounts::transactions))
        .routes(routes!(products::list))
        .routes(routes!(products::search))
        .routes(routes!(invoices::list))
        .routes(routes!(orders::list))
        .routes(routes!(webhooks::deliveries))
        .layer(CompressionLayer::new());
    short.merge(long).merge(service())
}

/// What machines look at.
fn service() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .layer(CompressionLayer::new())
}

/// Makes the API: `/v2`, `/openapi.json`, `/docs`, `/healthz`, `/readyz`, `/metrics`, and where suppliers push; and beside
/// it the pages.
pub fn router(app: Arc<App>, mut settings: ApiSettings) -> Router {
    let (table, document) = table().split_for_parts();
    let table = table.merge(docs::pages(openapi::completed(document)));
    let pages = settings.pages.take();
    let of_api = web::OfApi {
        public_url: settings.public_url.as_deref().map(|url| asked::trimmed(url).to_owned()),
        rate_limit: settings.rate_limit,
        webhook_targets: settings.webhook_targets,
    };
    let api = fronted(table.merge(callbacks::routes()), Arc::clone(&app), settings);
    match pages {
        Some(pages) => web::beside(api, app, (pages, of_api)),
        None => api,
    }
}

/// Makes what a process without the API answers: `/healthz`, `/readyz`, `/metrics`.
pub fn service_router(app: Arc<App>, settings: ApiSettings) -> Router {
    let (table, _) = service().split_for_parts();
    fronted(table.fallback(health::elsewhere), app, settings)
}

fn fronted(table: Router<Arc<Api>>, app: Arc<App>, settings: ApiSettings) -> Router {
    let api = Arc::new(Api {
        public_url: settings.public_url.as_deref().map(|url| asked::trimmed(url).to_owned()),
        body_bytes_max: settings.body_bytes_max,
        request_timeout: settings.request_timeout,
        webhook_targets: settings.webhook_targets,
        metrics: settings.metrics,
        limiter: settings.rate_limit.map(limit::Limiter::new),
        request_ids: front::RequestIds::new(&app.context.ids, app.clock.now()),
        in_progress: invoices::InProgress::default(),
        shelf: shelf::Shelf::default(),
        asker: asking::Asker::new(&app),
        app,
    });
    table
        .layer(from_fn_with_state(Arc::clone(&api), front::front))
        .with_state(api)
}

/// Returns the description of the API, as `/openapi.json` has it.
pub fn openapi_json() -> String {
    let (_, document) = table().split_for_parts();
    openapi::completed(document)
        .to_pretty_json()
        .expect("the document is text keys and values")
}

/// Writes invoices as webhooks tell them: bare, and otherwise as in answers. Links begin with the base URL.
pub fn invoice_json(base_url: &str) -> impl Fn(&Invoice) -> String + Send + Sync + 'static {
    let base_url = asked::trimmed(base_url).to_owned();
    move |invoice| {
        let bytes = answer::write(&wire::Invoice::of(invoice, &base_url));
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }
}
