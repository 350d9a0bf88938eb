//! What every page has to keep, whichever it is.

use engine::people::Role;

use crate::browser::{Browser, PASSWORD, stage};

#[tokio::test]
async fn every_page_is_guarded_and_loads_nothing_from_elsewhere() {
    let stage = stage().await;
    let mut browser = Browser::signed_in(&stage, Role::Owner).await;
    for path in ["/console", "/sign-in/again", "/nowhere"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        for inline in ["<style", " style=", "<script>", " onclick=", "http://", "https://"] {
            assert!(!answer.text.contains(inline), "{path} has {inline}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_pages_load_is_there_and_kept_for_long() {
    let stage = stage().await;
    let page = Browser::new(&stage).get("/sign-in").await.text;
    let assets: Vec<_> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    assert!(assets.len() > 3, "{page}");
    for asset in assets {
        let (path, _) = asset.split_once('#').unwrap_or((asset, ""));
        let answer = Browser::new(&stage).get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("cache-control").contains("immutable"), "{path}");
    }
    assert_eq!(Browser::new(&stage).get("/assets/recarga-0.css").await.status, 404);
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let stage = stage().await;
    let mut browser = Browser::signed_in(&stage, Role::Owner).await;
    browser.headers = vec![("accept", "text/html"), ("sec-fetch-site", "cross-site")];
    let refused = browser.post("/sign-out", &[]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("another site"), "{}", refused.text);
    assert_eq!(browser.get("/console").await.status, 200, "still signed in");
}

#[tokio::test]
async fn what_goes_wrong_is_shown_in_the_same_design_and_the_api_keeps_its_own() {
    let stage = stage().await;
    let mut browser = Browser::new(&stage);
    let lost = browser.get("/nowhere").await;
    assert_eq!(lost.status, 404);
    assert!(
        lost.text.contains("Nothing here") && lost.text.contains("class=\"brand\""),
        "{}",
        lost.text
    );
    let unreadable = browser.post("/sign-in", &[("nothing", "1")]).await;
    assert_eq!(unreadable.status, 400);
    assert!(unreadable.text.contains("can’t be read"), "{}", unreadable.text);
    for path in ["/v2/nowhere", "/v2/ping"] {
        assert!(
            stage
                .get(path)
                .await
                .header("content-type")
                .starts_with("application/json"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_speak_the_browsers_language_or_the_chosen_one() {
    let stage = stage().await;
    let mut browser = Browser::new(&stage);
    browser.headers.push(("accept-language", "pt-BR,pt;q=0.9,en;q=0.5"));
    let page = browser.get("/sign-in").await.text;
    assert!(page.contains("lang=\"pt\"") && page.contains("Senha"), "{page}");
    let chosen = [("value", "fr"), ("back", "/sign-in")];
    assert_eq!(
        browser.post("/preferences/language", &chosen).await.header("location"),
        "/sign-in"
    );
    assert!(browser.get("/sign-in").await.text.contains("Mot de passe"));
    browser
        .post("/preferences/theme", &[("value", "dark"), ("back", "/")])
        .await;
    assert!(browser.get("/sign-in").await.text.contains("data-theme=\"dark\""));
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    owner
        .post("/preferences/language", &[("value", "es"), ("back", "/console")])
        .await;
    let mut elsewhere = Browser::new(&stage);
    elsewhere
        .post("/sign-in", &[("login", "new-owner"), ("password", PASSWORD)])
        .await;
    assert!(
        elsewhere.get("/console").await.text.contains("Hoy"),
        "the choice comes along"
    );
}

#[tokio::test]
async fn days_that_are_none_are_refused_and_never_reach_a_header() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    for path in [
        "/statement?from=x",
        "/orders?from=x",
        "/statement.csv?from=2026-12-01&to=2026-11-01",
        "/statement.csv?from=2026-11-26%0d%0aX:1",
        "/statement.xlsx?from=%00",
        "/statement?from=2026-11-01&from=2026-11-02",
    ] {
        let refused = manager.get(path).await;
        assert!(
            refused.status == 400 && refused.text.contains("<h1"),
            "{path}: {}",
            refused.text
        );
    }
    for path in [
        "/statement.csv?from=%0A2026-11-26",
        "/statement.csv?to=+2026-11-26%0D%0A",
        "/statement.xlsx?from=%E2%80%832026-11-26&to=2026-11-26%09",
    ] {
        let file = manager.get(path).await;
        assert_eq!(file.status, 200, "{path}");
        let named = file.header("content-disposition");
        assert!(named.contains("statement_2026-11-26"), "{path}: {named}");
    }
    for path in ["/sign-in?next=/%C3%A0", "/sign-in?next=/%0Ax", "/sign-in?next=/a%00b"] {
        assert_eq!(manager.get(path).await.header("location"), "/", "{path}");
    }
    let themed = [("value", "dark"), ("back", "/\u{e0}")];
    assert_eq!(
        manager.post("/preferences/theme", &themed).await.header("location"),
        "/"
    );
}
