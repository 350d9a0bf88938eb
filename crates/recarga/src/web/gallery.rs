//! Every component in every state, in every language: rendered, and looked through for what a browser
//! would have to mend.

use std::sync::Arc;

use askama::Template;
use engine::people::{Role, User, UserStatus};
use model::{Clock, Country, Ids, Money, Timestamp, UserId};

use super::{Language, Page};

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    page: Page,
    money: Money,
    country: Country,
    at: Timestamp,
}

pub(super) fn somebody(role: Role) -> User {
    let at = Timestamp::from_millis(1_764_000_000_000);
    let id = UserId::from_uuid(Ids::seeded(1).next(at));
    User {
        id,
        login: "rosa@shop.example".to_owned(),
        name: "Rosa <b>Ñandú</b>".to_owned(),
        role,
        works_for: None,
        status: UserStatus::Active,
        language: None,
        theme: None,
        has_totp: false,
        seen_at: None,
        created_at: at,
    }
}

fn gallery(language: Language) -> String {
    let at = crate::clock::SystemClock.now();
    let page = Page {
        language,
        theme: Some("dark"),
        user: Some(Arc::new(somebody(Role::Owner))),
        path: "/gallery".to_owned(),
        now: at,
    };
    let money = Money::new(123_456, "USD".parse().unwrap());
    let country = "BR".parse().unwrap();
    Gallery {
        page,
        money,
        country,
        at,
    }
    .render()
    .unwrap()
}

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "link", "input", "br"];

/// The elements that are opened and not closed, or closed and not opened.
fn unbalanced(html: &str) -> Vec<String> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for tag in html.split('<').skip(1).filter(|tag| !tag.starts_with('!')) {
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if tag.starts_with('/') {
            if open.pop() != Some(name.clone()) {
                found.push(name);
            }
        } else if !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    found.extend(open);
    found
}

#[test]
fn every_component_is_whole_in_every_language() {
    for language in Language::ALL {
        let html = gallery(language);
        assert_eq!(unbalanced(&html), Vec::<String>::new(), "{language:?}");
        assert!(
            html.contains("Rosa &#60;b&#62;"),
            "what people write is escaped: {html}"
        );
        assert!(!html.contains("style="), "nothing is inline");
        assert!(html.contains("class=\"shell shell-console\""), "words stay apart");
        assert!(html.contains(language.name()));
    }
    assert_eq!(unbalanced("<p><b></p>").len(), 2);
}

#[test]
fn numbers_and_names_are_the_languages_own() {
    let shown = Language::ALL.map(gallery);
    for (html, amount) in shown.iter().zip(["1,234.56", "1234,56", "1\u{202f}234,56", "1.234,56"]) {
        assert!(html.contains(amount), "{amount}");
    }
    assert!(shown[1].contains("Cerrar sesión") && shown[3].contains("Proprietário"));
}

#[test]
fn styles_name_no_side_so_that_a_language_may_run_the_other_way() {
    let css = include_str!("../../assets/recarga.css");
    for side in ["left:", "right:", "-left", "-right", ": left", ": right", "float:"] {
        assert!(!css.contains(side), "{side}: say inline-start or inline-end");
    }
}
