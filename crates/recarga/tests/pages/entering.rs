//! Coming in, and being kept out.

use engine::people::{self, Role};

use crate::browser::{Browser, PASSWORD, invitation, stage};

#[tokio::test]
async fn the_first_start_leads_to_an_owner_who_is_signed_in() {
    let stage = stage().await;
    let context = std::sync::Arc::clone(&stage.app.context);
    let now = stage.app.clock.now();
    let link = stage
        .app
        .db
        .write_with(move |tx| people::setup_link(tx, &context.ids, now))
        .await
        .unwrap();
    let path = format!("/setup/{}", link.unwrap());
    let mut browser = Browser::new(&stage);
    assert!(browser.get(&path).await.text.contains("Welcome to Recarga"));
    let made = browser
        .post(
            &path,
            &[("name", "Ana"), ("login", "ana@house.example"), ("password", PASSWORD)],
        )
        .await;
    assert_eq!((made.status.as_u16(), made.header("location")), (303, "/console"));
    assert!(browser.get("/console").await.text.contains("Today"));
    assert_eq!(Browser::new(&stage).get(&path).await.status, 404, "it works once");
}

#[tokio::test]
async fn whoever_is_signed_out_is_sent_to_sign_in_and_back() {
    let stage = stage().await;
    let mut browser = Browser::signed_in(&stage, Role::Operator).await;
    assert_eq!(browser.post("/sign-out", &[]).await.header("location"), "/sign-in");
    let sent = browser.get("/console?day=today").await;
    assert_eq!(sent.header("location"), "/sign-in?next=%2Fconsole%3Fday%3Dtoday");
    let fields = [
        ("login", " NEW-operator"),
        ("password", PASSWORD),
        ("next", "/console?day=today"),
    ];
    let entered = browser.post("/sign-in", &fields).await;
    assert_eq!(
        (entered.status.as_u16(), entered.header("location")),
        (303, "/console?day=today")
    );
    let elsewhere = [
        ("login", "new-operator"),
        ("password", PASSWORD),
        ("next", "//example.com"),
    ];
    assert_eq!(
        browser.post("/sign-in", &elsewhere).await.header("location"),
        "/console"
    );
}

#[tokio::test]
async fn a_wrong_password_says_so_and_too_many_have_to_wait() {
    let stage = stage().await;
    Browser::signed_in(&stage, Role::Finance).await;
    let mut browser = Browser::new(&stage);
    for login in ["new-finance", "nobody"] {
        let answer = browser
            .post("/sign-in", &[("login", login), ("password", "another one entirely")])
            .await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.text.contains("don’t belong together"),
            "the same for both: {}",
            answer.text
        );
    }
    for _ in 0..4 {
        browser
            .post("/sign-in", &[("login", "new-finance"), ("password", "wrong")])
            .await;
    }
    let answer = browser
        .post("/sign-in", &[("login", "new-finance"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 429);
    assert!(answer.text.contains("wait 1 minute"), "{}", answer.text);
    stage.clock.advance(std::time::Duration::from_secs(31));
    let answer = browser
        .post("/sign-in", &[("login", "new-finance"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 303);
}

#[tokio::test]
async fn a_weak_password_is_refused_by_its_field() {
    let stage = stage().await;
    let path = invitation(&stage, Role::Cashier).await;
    let mut browser = Browser::new(&stage);
    let fields = [("name", "Rosa"), ("login", "rosa"), ("password", "short")];
    let answer = browser.post(&path, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text.contains("Too short") && answer.text.contains("value=\"Rosa\""),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("short\""), "a password is never shown");
    let again = browser
        .post(&path, &[("name", "Rosa"), ("login", "rosa"), ("password", PASSWORD)])
        .await;
    assert_eq!(again.header("location"), "/", "a cashier begins at the counter");
}

#[tokio::test]
async fn everybody_sees_their_own_side_only() {
    let stage = stage().await;
    for role in Role::ALL {
        let mut browser = Browser::signed_in(&stage, role).await;
        let (console, counter) = (browser.get("/console").await, browser.get("/").await);
        if role.is_of_account() {
            assert_eq!(console.status, 403, "{role}");
            assert!(
                counter.text.contains("1,000.00"),
                "{role} sees the balance: {}",
                counter.text
            );
        } else {
            assert_eq!(console.status, 200, "{role}");
            assert_eq!(counter.header("location"), "/console", "{role}");
        }
    }
}
