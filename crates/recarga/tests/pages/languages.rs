//! Every page in every language: nothing is left in English.

use std::sync::Arc;

use engine::people::Role;

use crate::{
    browser::Browser,
    catalog::{fetch, house},
    stage::Stage,
};

/// What the house sees.
const HOUSE: [&str; 20] = [
    "/console",
    "/console/orders",
    "/console/orders?q=nobody",
    "/console/waiting",
    "/console/suppliers",
    "/console/suppliers/scripted",
    "/console/suppliers/sandbox",
    "/console/catalog/at-t-usa",
    "/console/catalog/mapping",
    "/console/catalog/mapping?status=applied",
    "/console/routing",
    "/console/cases",
    "/console/accounts",
    "/console/accounts/new",
    "/console/accounts/fundings",
    "/console/webhooks",
    "/console/audit/check",
    "/console/people",
    "/profile",
    "/sign-in/again?next=/console",
];
/// What an account's manager sees.
const DESK: [&str; 10] = [
    "/",
    "/?number=%2B15551234567",
    "/?number=12",
    "/bulk",
    "/people",
    "/orders",
    "/statement",
    "/keys",
    "/webhooks",
    "/settings",
];
/// Words that no sentence of ours lacks in English, and that are none in the other languages.
const ENGLISH: [&str; 14] = [
    "the", "of", "is", "and", "was", "with", "not", "this", "that", "by", "from", "for", "what", "it",
];

/// What people read of a page: nothing that is a program's, a name, or quoted.
fn read(html: &str) -> String {
    let mut html = html.to_owned();
    for (begin, end) in [
        ("<code", "</code>"),
        ("<pre", "</pre>"),
        ("<textarea", "</textarea>"),
        ("<datalist", "</datalist>"),
        ("<select id=\"country\"", "</select>"),
        ("«", "»"),
        ("“", "”"),
    ] {
        while let Some(from) = html.find(begin) {
            let length = html[from..].find(end).unwrap() + end.len();
            html.replace_range(from..from + length, " ");
        }
    }
    let texts = html.split('<').filter_map(|part| part.split_once('>'));
    texts.map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

/// The English words among what people read.
fn leftovers(html: &str) -> Vec<String> {
    let text = read(html);
    let words = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
        .map(str::to_lowercase);
    words.filter(|word| ENGLISH.contains(&word.as_str())).collect()
}

async fn look(browser: &mut Browser, paths: &[&str], language: &str) {
    browser
        .post("/preferences/language", &[("value", language), ("back", "/profile")])
        .await;
    for path in paths {
        let page = browser.get(path).await;
        assert!(page.status == 200, "{path}: {}", page.status);
        assert!(page.text.contains(&format!("<html lang=\"{language}\"")), "{path}");
        let left = leftovers(&page.text);
        assert!(
            left.is_empty(),
            "{path} in {language} says {left:?}: {}",
            read(&page.text)
        );
    }
}

/// Orders that were delivered and refused: the paths of their stories.
async fn orders(stage: &Arc<Stage>) -> Vec<String> {
    stage.work();
    let mut paths = Vec::new();
    for number in ["+15551234567", "+15551230001"] {
        let invoice = stage.buy(number).await;
        let path = format!("/v2/invoices/{}", invoice["id"].as_str().unwrap());
        stage.until(&path, |invoice| invoice["status"] == "complete").await;
        paths.push(format!(
            "/console/orders/{}",
            invoice["orders"][0]["id"].as_str().unwrap()
        ));
    }
    paths
}

#[tokio::test]
async fn no_page_is_left_in_english() {
    let (stage, supplier) = house().await;
    fetch(&stage, &supplier).await;
    let stories = orders(&stage).await;
    let mut house = Browser::signed_in(&stage, Role::Owner).await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let stories: Vec<&str> = stories.iter().map(String::as_str).collect();
    for language in ["es", "fr", "pt"] {
        look(&mut house, &HOUSE, language).await;
        look(&mut house, &stories, language).await;
        look(&mut manager, &DESK, language).await;
    }
}

#[tokio::test]
async fn english_is_found_where_it_is_left() {
    assert_eq!(leftovers("<p>¿Es <b>the</b> número?</p>"), ["the"]);
    assert_eq!(leftovers("<p>Es <code>the one</code> número</p>"), Vec::<String>::new());
}
