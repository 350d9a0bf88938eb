//! The catalogue: what is sold, by whom, what is off sale and why, and what suppliers mean.

use std::sync::Arc;

use engine::{
    Settings,
    audit::Chain,
    catalog::mapping::{self, MappingStatus},
    db::Tx,
    floats::{self, FloatPolicy, Thresholds},
    people::Role,
};
use model::{Supplier, SupplierName};
use testkit::usd;

use crate::{
    browser::{Browser, NOT_BY_ITSELF, deeds, stage_of},
    scripted::{Scripted, airtime},
    stage::{Stage, sandbox},
};

const MAPPING: &str = "/console/catalog/mapping";

fn scripted() -> SupplierName {
    "scripted".parse().unwrap()
}

/// A Recarga with a supplier that has names of its own, whose list was fetched.
pub(crate) async fn house() -> (Arc<Stage>, Arc<Scripted>) {
    let supplier = Arc::new(Scripted::selling(vec![airtime("HT-100"), airtime("HT-100-B")]));
    let of = Arc::clone(&supplier);
    let suppliers = move |clock| -> Vec<Arc<dyn Supplier>> { vec![sandbox(clock), of] };
    let stage = stage_of(Settings::default(), suppliers).await;
    fetch(&stage, &supplier).await;
    (stage, supplier)
}

pub(crate) async fn fetch(stage: &Stage, supplier: &Scripted) {
    let now = stage.app.clock.now();
    recarga::catalog::sync(&stage.app.db, supplier, NOT_BY_ITSELF, now)
        .await
        .unwrap();
    stage.app.refresh_catalog().await.unwrap();
}

/// Accepts what is suggested: the operator first, then one of its listings.
async fn accept(browser: &mut Browser) {
    for (kind, key) in [("operator", "173"), ("sku", "HT-100")] {
        let said = [
            ("supplier", "scripted"),
            ("kind", kind),
            ("key", key),
            ("says", "accept"),
        ];
        let answer = browser.post(MAPPING, &said).await;
        assert_eq!(answer.status, 303, "{kind}: {}", answer.text);
    }
}

fn offered(stage: &Stage) -> usize {
    let catalog = stage.app.catalog();
    let offers = catalog.offers(&"digicel-haiti".parse().unwrap()).iter();
    offers.filter(|offer| offer.supplier == scripted()).count()
}

#[tokio::test]
async fn a_product_is_found_and_says_who_delivers_it_at_what_margin() {
    let (stage, _) = house().await;
    let mut operator = Browser::signed_in(&stage, Role::Operator).await;
    let found = operator.get("/console/catalog?q=digicel+haiti").await.text;
    assert!(
        found.contains("/console/catalog/digicel-haiti\"") && found.contains("On sale"),
        "{found}"
    );
    let country = operator.get("/console/catalog?country=MX").await.text;
    assert!(
        country.contains("Telcel") && !country.contains("digicel-haiti"),
        "{country}"
    );
    let pages = operator.get("/console/catalog?start=50").await.text;
    assert!(
        pages.contains("rel=\"prev\"") && pages.contains("rel=\"next\""),
        "{pages}"
    );
    let product = operator.get("/console/catalog/at-t-usa").await.text;
    for shown in ["First", "sandbox", "Margin", "24.79"] {
        assert!(product.contains(shown), "{shown}: {product}");
    }
    let mut support = Browser::signed_in(&stage, Role::Support).await;
    let product = support.get("/console/catalog/at-t-usa").await.text;
    assert!(product.contains("First") && !product.contains("Margin"), "{product}");
    assert_eq!(support.get("/console/catalog/nothing").await.status, 404);
}

#[tokio::test]
async fn a_suggestion_is_accepted_and_sold_at_once() {
    let (stage, _) = house().await;
    let mut operator = Browser::signed_in(&stage, Role::Operator).await;
    let suggested = operator.get(MAPPING).await.text;
    assert!(
        suggested.contains("Digicel Haiti") && suggested.contains("Accept"),
        "{suggested}"
    );
    assert_eq!(offered(&stage), 0);
    accept(&mut operator).await;
    assert_eq!(offered(&stage), 1);
    let done = deeds(&stage, Chain::House, 1).await.remove(0);
    assert_eq!(
        (done.action.as_str(), done.subject.as_str()),
        ("mapping.accept", "scripted sku HT-100")
    );
    let product = operator.get("/console/catalog/digicel-haiti").await.text;
    assert!(product.contains("scripted") && product.contains("HT-100"), "{product}");
}

#[tokio::test]
async fn a_wrong_correction_is_named_and_a_right_one_holds() {
    let (stage, _) = house().await;
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    let set = |ours: &'static str| {
        [
            ("supplier", "scripted"),
            ("kind", "sku"),
            ("key", "HT-100"),
            ("says", "set"),
            ("ours", ours),
        ]
    };
    let unreadable = owner.post(MAPPING, &set("No Product")).await;
    assert!(unreadable.status == 422 && unreadable.text.contains("Write the id of one of our products"));
    let unknown = owner.post(MAPPING, &set("nothing-like-it")).await;
    assert!(
        unknown.status == 422 && unknown.text.contains("no such thing"),
        "{}",
        unknown.text
    );
    assert_eq!(owner.post(MAPPING, &set("digicel-haiti")).await.status, 303);
    let refuse = [
        ("supplier", "scripted"),
        ("kind", "sku"),
        ("key", "HT-100-B"),
        ("says", "reject"),
    ];
    assert_eq!(owner.post(MAPPING, &refuse).await.status, 303);
    let listings = stage
        .app
        .db
        .read(|tx| mapping::listings(tx, &scripted()))
        .await
        .unwrap();
    let statuses: Vec<_> = listings.iter().map(|one| one.mapping.standing.status).collect();
    assert_eq!(statuses, [MappingStatus::Applied, MappingStatus::Rejected]);
    let gone = [
        ("supplier", "scripted"),
        ("kind", "sku"),
        ("key", "XX"),
        ("says", "accept"),
    ];
    assert_eq!(owner.post(MAPPING, &gone).await.status, 422);
    assert_eq!(
        owner
            .post(MAPPING, &[("supplier", "scripted"), ("kind", "x")])
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn what_is_off_sale_says_why() {
    let (stage, supplier) = house().await;
    let mut operator = Browser::signed_in(&stage, Role::Operator).await;
    accept(&mut operator).await;
    supplier.sell(vec![airtime("HT-100-B")]);
    fetch(&stage, &supplier).await;
    let gone = operator.get("/console/catalog/digicel-haiti").await.text;
    assert!(gone.contains("lists it no more") && gone.contains("HT-100"), "{gone}");
    let (context, now) = (Arc::clone(&stage.app.context), stage.app.clock.now());
    let stop = move |tx: &mut Tx<'_>| {
        let name = "sandbox".parse().unwrap();
        let thresholds = Thresholds {
            currency: "USD".parse().unwrap(),
            low: None,
            stop: Some(usd(100)),
        };
        floats::set_thresholds(tx, &name, &thresholds)?;
        let policy = FloatPolicy {
            kept: std::time::Duration::from_hours(24),
            warn_within: std::time::Duration::ZERO,
        };
        floats::watch(tx, &context, &name, usd(50), (policy, now))
    };
    stage.app.db.write_with(stop).await.unwrap();
    stage.app.refresh_catalog().await.unwrap();
    let stopped = operator.get("/console/catalog/at-t-usa").await.text;
    assert!(
        stopped.contains("Nothing is sold from this supplier") && stopped.contains("Off sale"),
        "{stopped}"
    );
    let off = operator.get("/console/catalog?q=at%26t&state=off").await.text;
    assert!(off.contains("/console/catalog/at-t-usa\""), "{off}");
}

#[tokio::test]
async fn who_only_looks_says_nothing_of_mappings() {
    let (stage, _) = house().await;
    let said = [
        ("supplier", "scripted"),
        ("kind", "sku"),
        ("key", "HT-100"),
        ("says", "accept"),
    ];
    for role in [Role::ReadOnly, Role::Support, Role::Finance] {
        let mut browser = Browser::signed_in(&stage, role).await;
        let page = browser.get(MAPPING).await;
        assert!(
            page.status == 200 && !page.text.contains("value=\"accept\""),
            "{}",
            page.text
        );
        assert_eq!(browser.post(MAPPING, &said).await.status, 403, "{role}");
    }
    let mut owner = Browser::signed_in(&stage, Role::Owner).await;
    owner.headers = vec![("accept", "text/html"), ("sec-fetch-site", "cross-site")];
    assert_eq!(owner.post(MAPPING, &said).await.status, 403, "a form of another site");
    assert_eq!(offered(&stage), 0);
}
