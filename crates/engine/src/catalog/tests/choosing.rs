use super::{super::*, money, small};

const PRODUCTS: &str = r#"[
    {"id": "one", "name": "One", "operator": "one", "category": "airtime", "currency": "USD",
     "packages": [{"value": "5"}, {"value": "12.5"}, {"value": "25"}],
     "range": {"min": "30", "max": "101", "step": "5"}},
    {"id": "one-data", "name": "One Data", "operator": "one", "category": "data", "currency": "USD",
     "packages": [{"value": "1GB, 7 Days", "amount": "5", "title": "1 GB"}]},
    {"id": "one-gone", "name": "Gone", "operator": "one", "category": "airtime", "currency": "USD",
     "packages": [{"value": "5"}]},
    {"id": "one-stopped", "name": "Stopped", "operator": "one", "category": "airtime", "currency": "USD",
     "packages": [{"value": "5"}], "in_stock": false}]"#;
const OFFERS: &str = r#"[
    {"supplier": "a", "sku": "5", "product": "one", "value": "5", "cost": "4.5", "cost_currency": "USD"},
    {"supplier": "a", "sku": "12", "product": "one", "value": "12.5", "cost": "11", "cost_currency": "USD"},
    {"supplier": "a", "sku": "r", "product": "one", "range": {"min": "30", "max": "60", "step": "5"},
     "currency": "USD", "cost_rate": "0.9", "cost_currency": "USD"},
    {"supplier": "a", "sku": "d", "product": "one-data", "value": "1GB, 7 Days", "cost": "4", "cost_currency": "USD"},
    {"supplier": "a", "sku": "s", "product": "one-stopped", "value": "5", "cost": "4", "cost_currency": "USD"}]"#;

fn choose(product: &str, wanted: Wanted<'_>) -> Result<Choice, ChooseError> {
    let snapshot = small(PRODUCTS, OFFERS);
    snapshot.choose(snapshot.product(product).unwrap(), wanted)
}

#[test]
fn a_package_is_named_by_its_id_its_value_or_its_amount() {
    for wanted in [
        Wanted::PackageId("one<&>5"),
        Wanted::PackageId("5"),
        Wanted::PackageId("one<&>5.00"),
        Wanted::Value("5"),
        Wanted::Value("5.0"),
    ] {
        let choice = choose("one", wanted).unwrap();
        assert_eq!(
            (choice.package_value.as_deref(), choice.value),
            (Some("5"), money("5", "USD"))
        );
    }
    for wanted in [
        Wanted::PackageId("one-data<&>1GB, 7 Days"),
        Wanted::Value("1GB, 7 Days"),
    ] {
        let choice = choose("one-data", wanted).unwrap();
        assert_eq!(
            (choice.title.as_deref(), choice.value),
            (Some("1 GB"), money("5", "USD"))
        );
    }
}

#[test]
fn a_free_amount_is_one_of_the_range() {
    let choice = choose("one", Wanted::Value("35")).unwrap();
    assert_eq!((choice.package_value, choice.value), (None, money("35", "USD")));
}

#[test]
fn another_products_package_is_refused() {
    for wanted in ["one-data<&>5", "two<&>5", "one<&>6", "one<&>", "", "one<&>five"] {
        let error = choose("one", Wanted::PackageId(wanted)).unwrap_err();
        assert!(
            matches!(error, ChooseError::InvalidPackageId { .. }),
            "{wanted}: {error}"
        );
    }
    let bundles_amount = choose("one-data", Wanted::PackageId("one-data<&>5"));
    assert!(matches!(bundles_amount, Err(ChooseError::InvalidPackageId { .. })));
}

#[test]
fn a_wrong_value_is_told_what_there_is() {
    let error = |value| choose("one", Wanted::Value(value)).unwrap_err().to_string();
    let packages = r#"is not a value of one: use "5", "12.5", or 30 to 101 USD in steps of 5"#;
    assert_eq!(error("34"), format!("\"34\" {packages}, the nearest is 35"));
    assert_eq!(error("32.50"), format!("\"32.50\" {packages}, the nearest is 30"));
    assert_eq!(error("1000"), format!("\"1000\" {packages}, the nearest is 100"));
    assert_eq!(error("-3"), format!("\"-3\" {packages}, the nearest is 30"));
    assert_eq!(error("a lot"), format!("\"a lot\" {packages}"));
}

#[test]
fn what_nobody_offers_is_out_of_stock() {
    let out_of_stock = |product, value| {
        matches!(
            choose(product, Wanted::Value(value)),
            Err(ChooseError::OutOfStock { .. })
        )
    };
    assert!(out_of_stock("one-gone", "5"), "no supplier has it");
    assert!(out_of_stock("one-stopped", "5"), "it is not to be sold");
    assert!(out_of_stock("one", "65"), "the range's upper part has no supplier");
    let snapshot = small(PRODUCTS, OFFERS);
    let packages: Vec<_> = snapshot
        .product("one")
        .unwrap()
        .packages
        .iter()
        .map(|package| &package.value)
        .collect();
    assert_eq!(packages, ["5", "12.5"], "a package without a supplier is not shown");
    assert!(!snapshot.product("one-gone").unwrap().in_stock);
}

#[test]
fn a_free_amount_is_never_delivered_for_a_bundle_that_costs_as_much() {
    let ranged = r#"[{"supplier": "a", "sku": "r", "product": "one", "range": {"min": "1", "max": "60", "step": "1"},
        "currency": "USD", "cost_rate": "0.9", "cost_currency": "USD"}]"#;
    let snapshot = small(PRODUCTS, ranged);
    assert!(snapshot.product("one").unwrap().in_stock, "its packages are balance");
    let wrong = CatalogFile::parse(&format!(
        r#"{{"offers": {}}}"#,
        ranged.replace("\"one\"", "\"one-data\"")
    ))
    .unwrap();
    let operators = r#"[{"id": "one", "name": "One", "country": "US"}]"#;
    let known = CatalogFile::parse(&format!(r#"{{"operators": {operators}, "products": {PRODUCTS}}}"#)).unwrap();
    let error = wrong.check(&known).unwrap_err().to_string();
    assert_eq!(
        error,
        "offer r of a: range: one-data is sold in packages only: offer these"
    );
    let snapshot = Snapshot::build(
        &CatalogFile {
            offers: wrong.offers,
            ..known
        },
        std::collections::HashMap::new(),
    )
    .unwrap();
    assert!(!snapshot.product("one-data").unwrap().in_stock);
}
