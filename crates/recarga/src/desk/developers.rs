//! `/developers`: how much the account buys, how much it may, and what a program of its own begins with.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use engine::{accounts::Limits, db::Tx, figures, people::Action, spent_today};
use model::Money;
use serde::Deserialize;

use super::{
    snippets::{self, Language, Snippet},
    usage::{self, Day},
};
use crate::{
    api::RateLimit,
    counter::Till,
    web::{Page, PageError, Shared, SignedIn, html, requests::RequestChart},
};

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// In which language.
    r#in: String,
}

#[derive(Template)]
#[template(path = "desk/developers.html")]
struct DevelopersPage {
    page: Page,
    till: Till,
    base_url: String,
    limits: Limits,
    rate_limit: Option<RateLimit>,
    today: Money,
    days: Vec<Day>,
    requests: RequestChart,
    language: Language,
    snippets: Vec<Snippet>,
}

impl DevelopersPage {
    /// Every language, and whether it is this one.
    fn languages(&self) -> [(Language, bool); 3] {
        Language::ALL.map(|language| (language, language == self.language))
    }

    /// How many requests a key may make.
    fn rates(&self) -> String {
        let Some(limit) = self.rate_limit else {
            return self.page.t("developers.no_limit").to_owned();
        };
        let [per_minute, burst] = [limit.per_minute, limit.burst].map(|count| self.page.number(&count.get()));
        self.page
            .fill("developers.rates", &[("n", &per_minute), ("burst", &burst)])
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeOwnTechnique)?;
    let till = Till::open(&web, &signed_in).await?;
    let (account, currency, now) = (till.account.id, till.account.currency, signed_in.page.now);
    // What this process has seen is as new as it gets.
    web.app.store_requests().await?;
    let read = move |tx: &mut Tx<'_>| {
        let (from, until) = usage::hours(now);
        let figures = figures::of_account(tx, account, from, until)?;
        let requests = RequestChart::read(tx, account, now)?;
        Ok::<_, engine::Error>((figures, requests, spent_today(tx, account, currency, now)?))
    };
    let (figures, requests, today) = web.app.db.read(read).await?;
    let root = web
        .api
        .public_url
        .clone()
        .unwrap_or_else(|| signed_in.origin().to_owned());
    let base_url = format!("{root}/v2");
    let language = Language::of(&asked.r#in);
    html(&DevelopersPage {
        page: signed_in.page,
        limits: till.account.limits,
        till,
        rate_limit: web.api.rate_limit,
        today,
        days: usage::days(&figures, currency, now),
        requests,
        snippets: snippets::all(language, &base_url),
        base_url,
        language,
    })
}
