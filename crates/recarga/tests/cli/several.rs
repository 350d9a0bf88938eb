//! What one process changes, and another that runs already has to see.

use serde_json::Value;

use crate::serving::{Demo, TRIES_MAX};

const PRODUCT: &str = "/products/at-t-usa";

/// Asks until something is so: within a look of the server at its revisions.
fn await_true(what: &str, so: impl Fn() -> bool) {
    assert!((0..TRIES_MAX).any(|_| so()), "never: {what}");
}

#[test]
fn a_rate_that_is_changed_beside_a_running_server_changes_its_prices() {
    let demo = Demo::start();
    demo.place
        .run(&["account", "create", "euro", "--currency", "EUR"])
        .well();
    let made = demo.place.json(&["key", "create", "euro"]);
    let key = made["api_key"].as_str().unwrap();
    let price = || demo.get_as(key, PRODUCT)["data"]["packages"][0]["price"].as_f64();
    await_true("the new key is let in", || price().is_some());
    let before = price().unwrap();
    demo.place.run(&["rates", "set", "EUR", "5"]).well();
    await_true("the price follows the rate", || {
        price().is_some_and(|price| price > before * 3.0)
    });
    demo.stop();
}

#[test]
fn a_catalogue_that_is_taken_in_beside_a_running_server_is_sold() {
    let demo = Demo::start();
    assert_eq!(demo.get(PRODUCT)["data"]["name"], "AT&T");
    demo.place.run(&["catalog", "export", "catalog.json"]).well();
    let file = demo.place.path().join("catalog.json");
    let mut catalog: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let products = catalog["products"].as_array_mut().unwrap();
    let product = products.iter_mut().find(|product| product["id"] == "at-t-usa").unwrap();
    product["name"] = "Renamed".into();
    std::fs::write(&file, catalog.to_string()).unwrap();
    demo.place.run(&["catalog", "import", "catalog.json"]).well();
    await_true("the product has its new name", || {
        demo.get(PRODUCT)["data"]["name"] == "Renamed"
    });
    demo.stop();
}
