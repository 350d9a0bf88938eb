//! `/console/audit`: who did what, the latest first, and whether the log is as it was written.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use engine::{
    audit::{self, Entry, Filter, Report},
    db::Tx,
    page::{Page as Part, PageRequest},
    people::{self, Action, User},
};
use serde::Deserialize;
use serde_json::Value;

use crate::web::{Page, PageError, Shared, SignedIn, html, list};

/// So many are shown at once.
const SHOWN: u32 = 50;
/// A longer text is neither an action nor anybody's id.
const WANTED_CHARS_MAX: usize = 100;

/// What is found where it isn't said what to look for.
const NOTHING: Part<Entry> = Part {
    entries: Vec::new(),
    more: false,
};

/// What stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    person: String,
    action: String,
    account: String,
    from: String,
    until: String,
    start: String,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    page: Page,
    asked: Asked,
    /// What is wrong with the days.
    wrong: Option<&'static str>,
    /// Who can be chosen: id and name.
    people: Vec<(String, String)>,
    /// The account whose log it is, by name, if it is one's.
    account: String,
    lines: Vec<Line>,
    newer: String,
    older: String,
}

#[derive(Template)]
#[template(path = "console/audit_check.html")]
struct CheckPage {
    page: Page,
    report: Report,
}

struct Line {
    entry: Entry,
    account: String,
    details: Vec<Detail>,
}

/// A thing to know of an entry, and what it was before if it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Detail {
    name: String,
    before: Option<String>,
    after: String,
}

impl Line {
    /// Where its subject has a page, if it has one.
    fn link(&self) -> Option<String> {
        let subject = &self.entry.subject;
        match subject.split_once('_')?.0 {
            "acc" => Some(format!("/console/accounts/{subject}")),
            "ord" => Some(format!("/console/orders/{subject}")),
            _ => None,
        }
    }
}

impl CheckPage {
    fn entries(&self) -> u64 {
        self.report.entries.try_into().unwrap_or(u64::MAX)
    }
}

/// Reads what else is to be known of an entry: what has changed beside what it was.
fn details(json: &str) -> Vec<Detail> {
    let Ok(Value::Object(map)) = serde_json::from_str::<Value>(json) else {
        return Vec::new();
    };
    let (before, after) = (map.get("before"), map.get("after"));
    let detail = |name: &str, before: Option<&Value>, after: Option<&Value>| Detail {
        name: name.to_owned(),
        before: before.map(shown),
        after: after.map_or_else(|| "–".to_owned(), shown),
    };
    let mut details = match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let changed = after
                .iter()
                .map(|(name, value)| detail(name, before.get(name).or(Some(&Value::Null)), Some(value)));
            changed.collect()
        }
        (None, None) => Vec::new(),
        (before, after) => vec![detail("", before.or(Some(&Value::Null)), after)],
    };
    let others = map
        .iter()
        .filter(|(name, value)| !["before", "after"].contains(&name.as_str()) && !value.is_null());
    details.extend(
        others
            .filter(|(_, value)| value.as_str() != Some(""))
            .map(|(name, value)| detail(name, None, Some(value))),
    );
    details
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Asked {
    fn filter(&self) -> Result<Filter, &'static str> {
        let text = |text: &str| Some(text.trim().chars().take(WANTED_CHARS_MAX).collect::<String>());
        let given = |wanted: &str| text(wanted).filter(|text| !text.is_empty());
        let (from, before) = list::span(&self.from, &self.until)?;
        Ok(Filter {
            chain: self.account.parse().ok(),
            actor: given(&self.person),
            action: given(&self.action),
            from,
            before,
        })
    }

    fn to(&self, start: u64) -> String {
        let start = if start == 0 { String::new() } else { start.to_string() };
        let query = [
            ("person", self.person.as_str()),
            ("action", self.action.as_str()),
            ("account", self.account.as_str()),
            ("from", self.from.as_str()),
            ("until", self.until.as_str()),
            ("start", start.as_str()),
        ];
        list::path("/console/audit", &query)
    }
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeAudit)?;
    let start: u64 = asked.start.parse().unwrap_or(0);
    let (filter, wrong) = match asked.filter() {
        Ok(filter) => (Some(filter), None),
        Err(wrong) => (None, Some(wrong)),
    };
    let chain = filter.as_ref().and_then(|filter| filter.chain);
    let request = PageRequest { start, limit: SHOWN };
    let read = move |tx: &mut Tx<'_>| {
        let search = |filter| audit::search(tx, filter, request);
        let found = filter.as_ref().map(search).transpose()?;
        Ok::<_, engine::Error>((found.unwrap_or(NOTHING), people::list(tx)?))
    };
    let (found, everybody) = web.app.db.read(read).await?;
    let people = choices(everybody, &found.entries, &asked.person);
    let directory = web.app.directory();
    let name = |chain: audit::Chain| match chain {
        audit::Chain::House => String::new(),
        audit::Chain::Account(id) => directory
            .account(id)
            .map_or_else(|| id.to_string(), |account| account.name.clone()),
    };
    let (before, end) = (start.saturating_sub(SHOWN.into()), start.saturating_add(SHOWN.into()));
    let begin = [(start > 0).then_some(before), found.more.then_some(end)];
    let [newer, older] = list::around(begin, |start| asked.to(start));
    let line = |entry: Entry| Line {
        account: name(entry.chain),
        details: details(&entry.details),
        entry,
    };
    let status = wrong.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    let shown = AuditPage {
        page: signed_in.page,
        wrong,
        people,
        account: chain.map_or_else(String::new, name),
        newer,
        older,
        lines: found.entries.into_iter().map(line).collect(),
        asked,
    };
    Ok((status, html(&shown)?).into_response())
}

/// Who can be chosen: the people of the house, and whoever is chosen already.
fn choices(everybody: Vec<User>, entries: &[Entry], chosen: &str) -> Vec<(String, String)> {
    let of_house = everybody.into_iter().filter(|user| user.works_for.is_none());
    let mut people: Vec<_> = of_house.map(|user| (user.id.to_string(), user.name)).collect();
    people.sort_by_cached_key(|(_, name)| name.to_lowercase());
    let is_there = ["", "command"].contains(&chosen) || people.iter().any(|(id, _)| id == chosen);
    if !is_there {
        let name = entries.first().map_or(chosen, |entry| entry.actor.name.as_str());
        people.push((chosen.to_owned(), name.to_owned()));
    }
    people
}

/// Recomputes the log: a part of the page that comes when it is ready, and a page of its own.
pub(super) async fn check(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeAudit)?;
    let report = web.app.db.read(audit::check).await?;
    html(&CheckPage {
        page: signed_in.page,
        report,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_stands_beside_what_it_was() {
        let told = |json: &str| {
            let tell = |detail: Detail| {
                let before = detail.before.map_or_else(String::new, |before| format!("{before} > "));
                format!("{}: {before}{}", detail.name, detail.after)
            };
            details(json).into_iter().map(tell).collect::<Vec<_>>().join("; ")
        };
        let changed = r#"{"before":{"name":"A","day_max":null},"after":{"name":"B","day_max":"5.00 USD"}}"#;
        assert_eq!(told(changed), "day_max: – > 5.00 USD; name: A > B");
        assert_eq!(
            told(r#"{"before":"active","after":"suspended","why":""}"#),
            ": active > suspended"
        );
        assert_eq!(
            told(r#"{"amount":"1.00 USD","reference":null,"n":3}"#),
            "amount: 1.00 USD; n: 3"
        );
        assert_eq!(told("null") + &told("nonsense"), "");
    }
}
