use std::collections::{BTreeSet, HashSet};

use super::{super::*, snapshot};

#[test]
fn the_default_catalogue_holds_together() {
    let file = default::build();
    file.check_unique().unwrap();
    file.check(&CatalogFile::default()).unwrap();
    assert!(file.operators.len() > 700, "{}", file.operators.len());
}

#[test]
fn everything_in_it_can_be_bought() {
    let terms = PriceTerms {
        currency: "EUR".parse().unwrap(),
        markup_bps: 300,
        below_cost: BelowCost::Refuse,
    };
    for product in &snapshot().products {
        assert!(product.in_stock, "{}", product.id);
        assert!(!product.name.trim().is_empty(), "{}", product.id);
        assert!(
            product.packages.is_sorted_by_key(|package| package.amount.minor()),
            "{}",
            product.id
        );
        for package in &product.packages {
            let id = format!("{}<&>{}", product.id, package.value);
            let choice = snapshot().choose(product, Wanted::PackageId(&id)).unwrap();
            let price = snapshot().price(product, &choice, &terms).unwrap();
            assert_eq!(price.is_positive(), !product.test, "{id}: only a test product is free");
        }
        if let Some(range) = product.range {
            let min = model::decimal_text(range.min.major());
            let choice = snapshot().choose(product, Wanted::Value(&min)).unwrap();
            assert!(snapshot().price(product, &choice, &terms).is_ok(), "{}", product.id);
            assert!(snapshot().price_rate(product, &terms).is_some(), "{}", product.id);
        }
    }
}

#[test]
fn every_country_with_an_operator_in_business_is_served() {
    let rows = include_str!("../../../../../data/operators.csv");
    let active: BTreeSet<_> = rows.lines().filter(|row| row.contains(",active,")).collect();
    for row in active {
        let country = row.split(',').nth(2).unwrap().parse().unwrap();
        assert!(snapshot().operators_of(country).next().is_some(), "{row}");
    }
    let served: HashSet<_> = snapshot().products.iter().map(|product| product.country).collect();
    assert!(served.len() >= 230, "{}", served.len());
}

#[test]
fn the_documented_product_is_there() {
    let product = snapshot().product("at-t-usa").unwrap();
    assert_eq!((product.name.as_str(), product.country.code()), ("AT&T", "US"));
    let choice = snapshot().choose(product, Wanted::PackageId("at-t-usa<&>25")).unwrap();
    assert_eq!(choice.value, super::money("25", "USD"));
    let data = snapshot().product("at-t-usa-data").unwrap();
    let choice = snapshot()
        .choose(data, Wanted::PackageId("at-t-usa-data<&>1GB, 7 Days"))
        .unwrap();
    assert_eq!(choice.title.as_deref(), Some("1GB, 7 Days"));
    assert_eq!(data.packages[1].benefits.data_mb, Some(1_000));
    assert!(snapshot().product("at-t-usa-bundles").is_some());
}

#[test]
fn operators_without_an_open_source_stay_out() {
    let rows = include_str!("../../../../../data/operators.csv");
    assert!(rows.lines().all(|row| row.split(',').nth(6) != Some("W")));
}

#[test]
fn test_products_are_sold_by_nobody_who_serves_numbers() {
    let country = "US".parse().unwrap();
    assert!(
        snapshot()
            .operators_of(country)
            .all(|operator| operator.id.as_str() != "test-operator")
    );
    assert!(snapshot().product("test-phone-refill").unwrap().test);
    assert!(snapshot().product("test-phone-refill-fail").unwrap().test);
}
