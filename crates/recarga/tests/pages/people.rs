//! Who may let whom in, and what people do with their own.

use std::time::Duration;

use engine::{
    audit::Chain,
    people::{self, Role},
};

use crate::browser::{Browser, PASSWORD, between, deeds, invitation, stage};

#[tokio::test]
async fn an_accounts_head_invites_cashiers_and_nobody_of_the_house() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let fields = |role: &'static str| [("name", "Rosa"), ("login", "rosa"), ("role", role), ("account", "")];
    assert_eq!(manager.post("/people", &fields("owner")).await.status, 403);
    let invited = manager.post("/people", &fields("cashier")).await;
    let link = between(&invited.text, "id=\"link\">", "</code>");
    assert!(link.contains("/setup/"), "{link}");
    let user = stage
        .app
        .db
        .read(|tx| people::find_by_login(tx, "rosa"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(user.works_for, Some(stage.account));
    let taken = manager.post("/people", &fields("cashier")).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text.contains("signs in with this already"), "{}", taken.text);
}

#[tokio::test]
async fn an_accounts_head_changes_nobody_elses_people() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    invitation(&stage, Role::Support).await;
    let support = stage
        .app
        .db
        .read(|tx| people::find_by_login(tx, "support@house.example"))
        .await
        .unwrap()
        .unwrap();
    for change in ["disable", "link", "enable"] {
        let answer = manager.post(&format!("/people/{}/{change}", support.id), &[]).await;
        assert_eq!(answer.status, 404, "{change}");
    }
    let after = stage
        .app
        .db
        .read(move |tx| people::find(tx, support.id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(after.status, support.status);
}

#[tokio::test]
async fn letting_somebody_in_asks_for_the_password_again_after_a_while() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    stage.clock.advance(Duration::from_mins(11));
    owner
        .headers
        .push(("referer", "https://topups.example.com/console/people"));
    let fields = [("name", "Ben"), ("login", "ben"), ("role", "support")];
    let asked = owner.post("/console/people", &fields).await;
    assert_eq!(asked.header("location"), "/sign-in/again?next=%2Fconsole%2Fpeople");
    let wrong = owner
        .post("/sign-in/again", &[("password", "no"), ("next", "/console/people")])
        .await;
    assert_eq!(wrong.status, 422);
    let right = owner
        .post("/sign-in/again", &[("password", PASSWORD), ("next", "/console/people")])
        .await;
    assert_eq!(right.header("location"), "/console/people");
    assert_eq!(owner.post("/console/people", &fields).await.status, 200);
    let done = deeds(&stage, Chain::House, 1).await;
    assert_eq!(done[0].action, "user.invite");
}

#[tokio::test]
async fn whoever_is_disabled_is_sent_away_at_the_next_click() {
    let stage = stage().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    let id = stage
        .app
        .db
        .read(|tx| people::find_by_login(tx, "new-support"))
        .await
        .unwrap()
        .unwrap()
        .id;
    assert_eq!(support.get("/console").await.status, 200);
    let path = format!("/console/people/{id}/disable");
    assert_eq!(owner.post(&path, &[]).await.header("location"), "/console/people");
    assert_eq!(support.get("/console").await.status, 303);
    let me = stage
        .app
        .db
        .read(|tx| people::find_by_login(tx, "new-owner"))
        .await
        .unwrap()
        .unwrap()
        .id;
    let last = owner.post(&format!("/console/people/{me}/disable"), &[]).await;
    assert!(last.text.contains("There has to be an owner"), "{}", last.text);
}

#[tokio::test]
async fn a_new_password_signs_out_everywhere_else() {
    let stage = stage().await;
    let mut here = Browser::signed_in(&stage, Role::Finance).await;
    let mut there = Browser::new(&stage);
    there
        .post("/sign-in", &[("login", "new-finance"), ("password", PASSWORD)])
        .await;
    let change = |old: &'static str, new: &'static str| [("password", old), ("new_password", new)];
    let weak = here.post("/profile/password", &change(PASSWORD, "weak")).await;
    assert!(weak.text.contains("Too short"), "{}", weak.text);
    let wrong = here
        .post("/profile/password", &change("no", "seven sleepy herons"))
        .await;
    assert!(wrong.text.contains("isn’t your password"), "{}", wrong.text);
    let done = here
        .post("/profile/password", &change(PASSWORD, "seven sleepy herons"))
        .await;
    assert_eq!(done.header("location"), "/profile");
    assert_eq!(here.get("/profile").await.status, 200);
    assert_eq!(there.get("/profile").await.status, 303);
}

#[tokio::test]
async fn with_codes_a_password_is_half_the_way() {
    let stage = stage().await;
    let mut here = Browser::signed_in(&stage, Role::Operator).await;
    here.get("/profile/code").await;
    assert_eq!(here.post("/profile/code", &[("code", "000000")]).await.status, 422);
    let user = stage
        .app
        .db
        .read(|tx| people::find_by_login(tx, "new-operator"))
        .await
        .unwrap()
        .unwrap()
        .id;
    let papers = ["abcdefghjk".to_owned()];
    let now = stage.app.clock.now();
    stage
        .app
        .db
        .write_with(move |tx| people::confirm_totp(tx, (user, 1), &papers, now))
        .await
        .unwrap();
    let mut there = Browser::new(&stage);
    let asked = there
        .post("/sign-in", &[("login", "new-operator"), ("password", PASSWORD)])
        .await;
    let token = between(&asked.text, "name=\"token\" value=\"", "\"").to_owned();
    assert_eq!(there.get("/console").await.status, 303, "nobody is signed in yet");
    let wrong = there
        .post("/sign-in/code", &[("token", &token), ("code", "123456")])
        .await;
    assert_eq!(wrong.status, 422);
    let right = there
        .post("/sign-in/code", &[("token", &token), ("code", "ABCDE-fghjk")])
        .await;
    assert_eq!(right.header("location"), "/console");
    let again = Browser::new(&stage)
        .post("/sign-in/code", &[("token", &token), ("code", "ABCDE-fghjk")])
        .await;
    assert_eq!(again.header("location"), "/sign-in?next=%2F", "a step is taken once");
}

#[tokio::test]
async fn who_is_invited_is_offered_the_least_role_first() {
    let stage = stage().await;
    for (role, path, least) in [
        (Role::Owner, "/console/people", "read-only"),
        (Role::Manager, "/people", "cashier"),
    ] {
        let mut browser = Browser::signed_in(&stage, role).await;
        let page = browser.get(path).await.text;
        let form = page.split("id=\"field-role\"").nth(1).unwrap();
        assert!(form.contains(&format!("value=\"{least}\" selected")), "{form}");
    }
}

#[tokio::test]
async fn another_name_stands_in_the_log_beside_the_one_before() {
    let stage = stage().await;
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    for name in ["Rosa Díaz", " Rosa Díaz ", "\u{7}"] {
        support.post("/profile", &[("name", name)]).await;
    }
    let done = deeds(&stage, Chain::House, 9).await;
    let renamed: Vec<_> = done.iter().filter(|entry| entry.action == "user.rename").collect();
    assert_eq!(renamed.len(), 1, "{done:?}");
    assert_eq!(renamed[0].details, r#"{"after":"Rosa Díaz","before":"Somebody"}"#);
}
