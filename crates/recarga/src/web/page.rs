//! What every template knows: who looks at it, in which language, and how that one writes things.

use std::{fmt::Display, sync::Arc};

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use engine::people::{Action, User};
use model::{Country, Currency, Money, Timestamp, decimal_text};
use rust_decimal::Decimal;

use super::{PageError, assets, format, language::Language, messages, names, nav};

/// What every template knows of its page, as its field `page`.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language that it is in.
    pub language: Language,
    /// `light` or `dark`, where somebody has chosen.
    pub theme: Option<&'static str>,
    /// Who is signed in.
    pub user: Option<Arc<User>>,
    /// The path that was asked for.
    pub path: String,
    /// The moment that the page shows.
    pub now: Timestamp,
}

impl Page {
    /// A message.
    pub fn t<'a>(&self, key: &'a str) -> &'a str {
        messages::text(self.language, key)
    }

    /// A message with placeholders: `page.fill("greeting", [("name", &name)])`.
    pub fn fill(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        messages::fill(self.language, key, values)
    }

    /// A message about a number of things.
    pub fn count(&self, key: &str, n: &u64) -> String {
        messages::count(self.language, key, *n)
    }

    /// A message whose key ends in a word of ours: a role, a state.
    pub fn word(&self, section: &str, word: &(impl ToString + ?Sized)) -> String {
        let key = format!("{section}.{}", word.to_string().replace('-', "_"));
        messages::text(self.language, &key).to_owned()
    }

    /// What somebody did, as the audit log calls it: `order.give_back`.
    pub fn deed<'a>(&self, action: &'a str) -> &'a str {
        let section = "deed";
        let key = format!("{section}.{}", action.replace('.', "_"));
        messages::find(self.language, &key).unwrap_or(action)
    }

    /// The name of something that the audit log was told.
    pub fn told<'a>(&self, name: &'a str) -> &'a str {
        let section = "told";
        messages::find(self.language, &format!("{section}.{name}")).unwrap_or(name)
    }

    /// `1,234.50 USD`, as the language writes it.
    pub fn money(&self, money: &Money) -> String {
        format::money(self.language, *money)
    }

    /// `1,234.50`.
    pub fn amount(&self, money: &Money) -> String {
        format::amount(self.language, *money)
    }

    /// A whole number.
    pub fn number<N: Copy + TryInto<i128>>(&self, number: &N) -> String {
        (*number)
            .try_into()
            .map_or_else(|_| "–".to_owned(), |number| format::integer(self.language, number))
    }

    /// A share, given in basis points, with one decimal: `97.3%`.
    pub fn percent(&self, bps: &u64) -> String {
        let plain = format!("{}.{}", bps / 100, bps % 100 / 10);
        format::percent(self.language, &plain)
    }

    /// A share of a price, given in basis points, to the last of them: `3.5%`.
    pub fn share(&self, bps: &i64) -> String {
        format::percent(self.language, &decimal_text(Decimal::new(*bps, 2)))
    }

    /// An amount without the decimals that are 0, and without its currency: `5`, `0.5`.
    pub fn short(&self, money: &Money) -> String {
        format::decimal(self.language, &decimal_text(money.major()))
    }

    /// A country's name, whose English one is given.
    pub fn country<'a>(&self, country: Country, english: &'a str) -> &'a str {
        names::name(self.language, &country.to_string(), english)
    }

    /// A currency's name.
    pub fn currency<'a>(&self, currency: &'a Currency) -> &'a str {
        names::name(self.language, currency.code(), currency.name())
    }

    /// A moment, in UTC until the script makes it local.
    pub fn moment(&self, at: &Timestamp) -> String {
        format::moment(self.language, *at)
    }

    /// A day.
    pub fn date(&self, at: &Timestamp) -> String {
        format::date(self.language, *at)
    }

    /// How long ago something was.
    pub fn age(&self, at: &Timestamp) -> String {
        format::age(self.language, *at, self.now)
    }

    /// A country's flag.
    pub fn flag(&self, country: &Country) -> String {
        format::flag(*country)
    }

    /// The colour of an operator that has no picture: always the same for one name, dark enough for white letters.
    pub fn colour(&self, name: &str) -> &'static str {
        let sum = name
            .bytes()
            .fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        COLOURS[sum % COLOURS.len()]
    }

    /// The path of an asset.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::path(name)
    }

    /// What a browser calls itself, in two words: `Firefox, Android`.
    pub fn browser(&self, agent: &str) -> String {
        let find = |known: &[&'static str]| known.iter().find(|name| agent.contains(**name)).copied();
        let name = find(&["Edg", "OPR", "Firefox", "Chrome", "Safari"]).map(|name| match name {
            "Edg" => "Edge",
            "OPR" => "Opera",
            name => name,
        });
        let system = find(&["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"]);
        match (name, system) {
            (Some(name), Some(system)) => format!("{name}, {system}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => self.t("profile.browser").to_owned(),
        }
    }

    /// All languages with whether it is this page's.
    pub fn languages(&self) -> [(Language, bool); 4] {
        Language::ALL.map(|language| (language, language == self.language))
    }

    /// Whether who is signed in may do something.
    pub fn may(&self, action: Action) -> bool {
        self.user.as_ref().is_some_and(|user| user.may(action))
    }

    /// Whether they may see every account's orders, and look for one.
    pub fn sees_console(&self) -> bool {
        self.may(Action::SeeConsole)
    }

    /// Where they may go.
    pub fn nav(&self) -> Vec<nav::Place> {
        self.user
            .as_ref()
            .map_or_else(Vec::new, |user| nav::places(user, &self.path))
    }

    /// Whether the page belongs to an account's counter, and not to the console.
    pub fn is_counter(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.works_for.is_some())
    }
}

const COLOURS: [&str; 10] = [
    "#0f6b5c", "#1d5fa8", "#7a3fa0", "#a3326b", "#b0422a", "#8a5a00", "#4d6b1f", "#2b6777", "#5a4fb0", "#6b5344",
];

/// Renders a template as an answer.
pub(crate) fn html(template: &impl Template) -> Result<Response, PageError> {
    let text = template.render().map_err(|error| {
        tracing::error!("A page can't be rendered: {error}");
        PageError::Internal
    })?;
    Ok(Html(text).into_response())
}
