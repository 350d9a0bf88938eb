//! Every message that a page or a handler asks for is there, and every message is asked for.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;

/// Everything that may ask for a message: templates and this crate's code.
fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_of = |extension: &str| path.extension().is_some_and(|found| found == extension);
        if path.is_dir() {
            sources(&path, found);
        } else if (is_of("html") || is_of("rs")) && !path.ends_with("messages/tests.rs") {
            found.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

fn everything() -> String {
    let mut text = String::new();
    for folder in ["src", "templates"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut text);
    }
    text
}

/// The keys behind `.t("`, `.fill("` and `.count("`, the latter in both forms.
fn asked_for(text: &str) -> BTreeSet<String> {
    let after = |call: &str| -> Vec<String> {
        let keys = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
        keys.filter(|key| key.contains('.') && !key.contains('{'))
            .map(str::to_owned)
            .collect()
    };
    let counted = after(".count(\"");
    let forms = counted
        .iter()
        .flat_map(|key| ["one", "other"].map(|form| format!("{key}.{form}")));
    after(".t(\"")
        .into_iter()
        .chain(after(".fill(\""))
        .chain(forms)
        .collect()
}

#[test]
fn every_message_that_is_asked_for_is_there() {
    let asked = asked_for(&everything());
    assert!(asked.len() > 30, "all pages are read: {asked:?}");
    let missing: Vec<_> = asked.iter().filter(|key| !CATALOGUE.contains_key(*key)).collect();
    assert!(missing.is_empty(), "i18n/messages.toml lacks {missing:?}");
}

#[test]
fn every_message_is_asked_for() {
    let text = everything();
    // A key may be put together, of a role for example: its section stands somewhere then.
    let is_used = |key: &str| {
        let (section, _) = key.rsplit_once('.').unwrap();
        text.contains(&format!("\"{key}\""))
            || text.contains(&format!("\"{section}.{{}}\""))
            || text.contains(&format!("\"{section}\""))
    };
    let unused: Vec<_> = CATALOGUE.keys().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "nobody asks for {unused:?}");
}

/// What is said alike in another language: units, names of things, examples.
const ALIKE: [&str; 21] = [
    "audit.action",
    "catalog.sku",
    "catalog.test",
    "code.code",
    "layout.nav",
    "mapping.score",
    "mapping_kind.sku",
    "nav.catalog",
    "nav.webhooks",
    "orders.search_hint",
    "own_webhooks.took",
    "rates.source",
    "routing.history",
    "routing.version",
    "sell.placeholder",
    "time.days",
    "time.hours",
    "time.minutes",
    "time.seconds",
    "told.link",
    "told.note",
];

#[test]
fn every_message_is_translated() {
    let alike = |message: &Message| message[1..].contains(&message[0]);
    let found: BTreeSet<_> = CATALOGUE.iter().filter(|(_, message)| alike(message)).collect();
    let found: Vec<_> = found.into_iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(found, ALIKE, "left in English, or no longer alike");
}

#[test]
fn every_deed_and_what_is_told_of_it_is_said() {
    let text = everything();
    let is_message = |key: &str| CATALOGUE.contains_key(key) || CATALOGUE.contains_key(&format!("{key}.one"));
    let quoted: BTreeSet<_> = text.split('"').filter(|word| !is_message(word)).collect();
    // What ends in a unit is a setting.
    let verb = |word: &&&str| {
        !word.ends_with("_usd")
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte))
    };
    for subject in [
        "account",
        "case",
        "funding",
        "key",
        "mapping",
        "order",
        "rate",
        "reconcile",
        "routing",
        "supplier",
    ] {
        let of = |word: &&&str| word.split_once('.').is_some_and(|(of, _)| of == subject);
        for action in quoted.iter().filter(verb).filter(of) {
            let key = format!("deed.{}", action.replace('.', "_"));
            assert!(CATALOGUE.contains_key(&key), "i18n/messages.toml lacks {key}");
        }
    }
    for name in ["by", "why", "verdict", "amount", "order_max"] {
        assert!(find(Language::French, &format!("told.{name}")).is_some(), "{name}");
    }
}

#[test]
fn a_catalogue_with_a_hole_is_refused() {
    let refused = |text: &str| read(text).unwrap_err();
    let whole = "[a]\nb = { en = \"{n} one\", es = \"{n} uno\", fr = \"un {n}\", pt = \"{n} um\" }";
    assert!(read(whole).unwrap().contains_key("a.b"));
    assert!(refused(&whole.replace(", fr = \"un {n}\"", "")).contains("no Français"));
    assert!(refused(&whole.replace("un {n}", "un {m}")).contains("other placeholders"));
    assert!(refused(&whole.replace("pt =", "pt = \"\", de =")).contains("no Português"));
    assert!(refused("a = 1").contains("no message"));
}

#[test]
fn numbers_choose_their_form_by_language() {
    let wait = |language, n| count(language, "sign_in.too_often", n);
    assert!(wait(Language::English, 1).contains("1 minute,") && wait(Language::English, 0).contains("0 minutes"));
    assert!(wait(Language::French, 0).contains("0 minute,") && wait(Language::Spanish, 2).contains("2 minutos"));
    assert_eq!(fill(Language::English, "x{a}{b}", &[("a", &1)]), "x1b");
}
