//! What the pages say, in every language, from one catalogue: `i18n/messages.toml`.

use std::{collections::HashMap, fmt::Display, sync::LazyLock};

use super::language::Language;

const TEXT: &str = include_str!("../../i18n/messages.toml");

/// A message in each language, in the order of [`Language::ALL`].
type Message = [String; 4];

static CATALOGUE: LazyLock<HashMap<String, Message>> =
    LazyLock::new(|| read(TEXT).unwrap_or_else(|why| panic!("i18n/messages.toml: {why}")));

/// Reads a catalogue: sections of messages, each with a text for every language.
fn read(text: &str) -> Result<HashMap<String, Message>, String> {
    let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    let mut messages = HashMap::new();
    let mut open: Vec<_> = table.into_iter().collect();
    while let Some((key, value)) = open.pop() {
        let toml::Value::Table(inner) = value else {
            return Err(format!(
                "{key} is no message: write {{ en = \"…\", es = \"…\", fr = \"…\", pt = \"…\" }}"
            ));
        };
        if inner.values().all(toml::Value::is_table) {
            open.extend(inner.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)));
            continue;
        }
        let mut message = Message::default();
        for (place, language) in Language::ALL.into_iter().enumerate() {
            let text = inner
                .get(language.code())
                .and_then(toml::Value::as_str)
                .unwrap_or_default();
            if text.is_empty() {
                return Err(format!("{key} has no {}", language.name()));
            }
            text.clone_into(&mut message[place]);
        }
        if let Some(other) = inner.keys().find(|code| Language::from_code(code).is_none()) {
            return Err(format!("{key} has {other:?}, which is no language"));
        }
        if let Some(text) = message
            .iter()
            .find(|text| placeholders(text) != placeholders(&message[0]))
        {
            return Err(format!(
                "{key} has other placeholders in {text:?} than in {:?}",
                message[0]
            ));
        }
        messages.insert(key, message);
    }
    Ok(messages)
}

/// What stands between braces, sorted.
fn placeholders(text: &str) -> Vec<&str> {
    let mut found: Vec<_> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect();
    found.sort_unstable();
    found
}

/// A message without placeholders. A key that isn't there is shown as it is; a test refuses it.
pub(crate) fn text(language: Language, key: &str) -> &str {
    let place = Language::ALL.iter().position(|known| *known == language).unwrap_or(0);
    CATALOGUE.get(key).map_or(key, |message| &message[place])
}

/// A message whose key may not be there: a word of a program's that has none is shown as it is.
pub(crate) fn find(language: Language, key: &str) -> Option<&'static str> {
    let place = Language::ALL.iter().position(|known| *known == language).unwrap_or(0);
    CATALOGUE.get(key).map(|message| message[place].as_str())
}

/// A message with its placeholders filled in.
pub(crate) fn fill(language: Language, key: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::new();
    let mut rest = text(language, key);
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(&value.to_string()),
            None => filled.push_str(name),
        }
        rest = after;
    }
    filled + rest
}

/// A message about a number of things: `key.one` or `key.other`, with `{n}` in it.
pub(crate) fn count(language: Language, key: &str, n: u64) -> String {
    let one = match language {
        Language::English | Language::Spanish => n == 1,
        Language::French | Language::Portuguese => n <= 1,
    };
    let form = if one { "one" } else { "other" };
    let shown = super::format::integer(language, i128::from(n));
    fill(language, &format!("{key}.{form}"), &[("n", &shown)])
}

#[cfg(test)]
mod tests;
