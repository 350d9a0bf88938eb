//! The counter: a number, a price, a sale, and what becomes of it.

use engine::people::Role;

use crate::browser::{Browser, stage};

/// The number that the tests' shop tops up.
const NUMBER: &str = "+15551234567";
const CONFIRM: &str = "/topups/new?number=%2B15551234567&product=at-t-usa&package=25";

/// The hidden fields of the only form that posts a sale.
fn form(html: &str) -> Vec<(String, String)> {
    let form = html.split("action=\"/topups\"").nth(1).expect("a form that sells");
    let form = form.split("</form>").next().expect("it ends");
    let value = |field: &str, name: &str| {
        let rest = field.split(&format!("{name}=\"")).nth(1)?;
        rest.split('"').next().map(str::to_owned)
    };
    form.split("<input type=\"hidden\"")
        .skip(1)
        .filter_map(|field| Some((value(field, "name")?, value(field, "value")?.replace("&#38;", "&"))))
        .collect()
}

fn fields(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[tokio::test]
async fn a_number_is_recognised_in_any_form_and_nonsense_is_explained() {
    let stage = stage().await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let page = cashier.get("/?number=%2B1+(555)+123-4567").await;
    assert_eq!(page.status, 200);
    for shown in ["AT&#38;T", "(555) 123-4567", "/topups/new?number=%2B15551234567"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }
    let national = cashier.get("/?number=555+123+4567&home=US").await;
    assert!(
        national.text.contains("/topups/new?number=%2B15551234567"),
        "with a home country"
    );
    for (number, why) in [
        ("%2B1555", "Too short"),
        ("12x", "doesn’t belong"),
        ("%2B0", "No country has this code"),
        ("%3Cscript%3E", "doesn’t belong"),
    ] {
        let page = cashier.get(&format!("/?number={number}")).await;
        assert!(page.status == 200 && page.text.contains(why), "{number}: {}", page.text);
        assert!(!page.text.contains("<script>"), "{number}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_buys_once() {
    let stage = stage().await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let confirm = cashier.get(CONFIRM).await;
    assert!(confirm.text.contains(NUMBER), "{}", confirm.text);
    let form = form(&confirm.text);
    let first = cashier.post("/topups", &fields(&form)).await;
    let second = cashier.post("/topups", &fields(&form)).await;
    assert_eq!(
        (first.status.as_u16(), second.status.as_u16()),
        (303, 303),
        "{}",
        first.text
    );
    assert_eq!(first.header("location"), second.header("location"));
    let progress = cashier.get(first.header("location")).await;
    assert!(
        progress.text.contains("On its way") && progress.text.contains(NUMBER),
        "{}",
        progress.text
    );
    assert!(progress.text.contains("data-poll"), "it looks again by itself");
}

#[tokio::test]
async fn the_same_again_has_to_be_meant() {
    let stage = stage().await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let first = form(&cashier.get(CONFIRM).await.text);
    assert_eq!(cashier.post("/topups", &fields(&first)).await.status, 303);
    let again = form(&cashier.get(CONFIRM).await.text);
    let refused = cashier.post("/topups", &fields(&again)).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("a moment ago") && refused.text.contains("once more"),
        "{}",
        refused.text
    );
    let mut meant = form(&refused.text);
    meant.push(("again".to_owned(), "yes".to_owned()));
    assert_eq!(cashier.post("/topups", &fields(&meant)).await.status, 303);
}

#[tokio::test]
async fn a_dearer_price_or_a_wrong_amount_is_said_before_anything_is_bought() {
    let stage = stage().await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    let mut form = form(&cashier.get(CONFIRM).await.text);
    let price = form.iter_mut().find(|(name, _)| name == "price").unwrap();
    price.1 = "1".to_owned();
    let dearer = cashier.post("/topups", &fields(&form)).await;
    assert_eq!(dearer.status, 422);
    assert!(dearer.text.contains("The price has changed"), "{}", dearer.text);
    let wrong = cashier
        .get("/topups/new?number=%2B15551234567&product=at-t-usa&package=26")
        .await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("“26” isn’t sold. Choose one of: 5, 10"),
        "{}",
        wrong.text
    );
    let nothing = cashier.post("/topups", &[("number", NUMBER)]).await;
    assert_eq!(nothing.status, 400, "a form that is not ours");
}

#[tokio::test]
async fn orders_of_others_are_not_there_and_files_are_not_for_cashiers() {
    let stage = stage().await;
    let mut cashier = Browser::signed_in(&stage, Role::Cashier).await;
    for path in ["/topups/ord_01h455vb4pex5vsknk084sn02q", "/topups/nonsense"] {
        assert_eq!(cashier.get(path).await.status, 404, "{path}");
    }
    assert_eq!(cashier.get("/bulk").await.status, 403);
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    assert_eq!(owner.get("/").await.header("location"), "/console");
    assert_eq!(owner.get(CONFIRM).await.status, 403, "the house doesn't sell");
}

#[tokio::test]
async fn a_file_is_looked_at_before_it_is_bought_and_bought_once() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let file = "phone_number,product_id,value\n+15551234567,at-t-usa,25\n+15551234568,,10\n+1555,,10\n";
    let read = manager.upload("/bulk", ("file", "june.csv", file)).await;
    assert_eq!(read.status, 303, "{}", read.text);
    let batch = read.header("location").to_owned();
    let looked_at = manager.get(&batch).await;
    assert!(
        looked_at.text.contains("Buy 2 lines") && looked_at.text.contains("Too short"),
        "{}",
        looked_at.text
    );
    for _ in 0..2 {
        assert_eq!(manager.post(&format!("{batch}/submit"), &[]).await.status, 303);
    }
    let results = manager.get(&format!("{batch}/results.csv")).await.text;
    let states: Vec<_> = results.lines().map(|line| line.split(',').nth(5).unwrap()).collect();
    assert_eq!(states, ["status", "pending", "pending", "not_bought"], "{results}");
    let bought = manager.get("/?number=").await.text.matches("recent-number").count();
    assert_eq!(bought, 2, "each number once");
    let wrong = manager.upload("/bulk", ("file", "x.csv", "name,amount\na,1\n")).await;
    assert!(
        wrong.status == 422 && wrong.text.contains("phone_number"),
        "{}",
        wrong.text
    );
}

#[tokio::test]
async fn a_file_that_can_not_be_taken_says_what_to_do() {
    let stage = stage().await;
    let mut manager = Browser::signed_in(&stage, Role::Manager).await;
    let many = format!("number,value\n{}", "+15551234567,25\n".repeat(10_000));
    let large = format!(
        "number,value\n{}",
        "+15551234567,25,a reference that is long\n".repeat(20_000)
    );
    for (file, why) in [
        (many.as_str(), "more than 1000 lines"),
        (&large, "larger than 512 KB"),
        ("", "phone_number"),
        ("\0\u{1}\n\n", "phone_number"),
        ("number;value\n", "has no lines"),
    ] {
        let refused = manager.upload("/bulk", ("file", "x.csv", file)).await;
        let start = file.chars().take(20).collect::<String>();
        assert!(
            refused.status == 422 && refused.text.contains(why),
            "{start:?}: {}",
            refused.text
        );
    }
    let elsewhere = manager.upload("/bulk", ("other", "x.csv", "number,value\n1,1\n")).await;
    assert_eq!(elsewhere.status, 422, "no file at all");
    assert_eq!(
        manager.post("/bulk", &[("file", "x")]).await.status,
        400,
        "no form with a file"
    );
}
