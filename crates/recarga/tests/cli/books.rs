//! From an empty folder to money on the books.

use serde_json::json;

use crate::Place;

#[test]
fn an_account_is_made_funded_given_a_key_and_the_books_are_whole() {
    let place = Place::set_up();
    let made = place.json(&["account", "create", "Corner shop", "--currency", "EUR"]);
    place
        .run(&["account", "fund", "Corner shop", "250.50", "--note", "cash"])
        .well();
    place.run(&["account", "fund", "Corner shop", "-0.50"]).well();
    let key = place.json(&["key", "create", "Corner shop", "--scope", "read"]);
    let token = key["api_key"].as_str().unwrap();
    assert!(token.starts_with("rk_") && key["scopes"] == json!(["read"]), "{key}");
    let shown = place.json(&["account", "show", made["id"].as_str().unwrap()]);
    assert_eq!(shown["balance"], json!({ "amount": "250", "currency": "EUR" }));
    let statement = place.json(&["ledger", "statement", "Corner shop"]);
    assert_eq!(statement[1]["note"], "cash");
    assert_eq!(statement[0]["movement"], "withdrawal");
    assert_eq!(place.json(&["ledger", "check"])["whole"], true);
}

#[test]
fn a_key_is_shown_once_and_ends_when_revoked() {
    let place = Place::set_up();
    let list = place.json(&["key", "list"]);
    assert!(list[0].get("api_key").is_none(), "{list}");
    let id = list[0]["id"].as_str().unwrap().to_owned();
    place.run(&["key", "revoke", &id]).well();
    assert!(place.json(&["key", "list", "main"])[0]["revoked_at"].is_string());
}

#[test]
fn limits_are_changed_one_by_one() {
    let place = Place::set_up();
    place
        .run(&["account", "limits", "main", "--order-max", "50", "--day-max", "500"])
        .well();
    let changed = place.json(&["account", "limits", "main", "--order-max", "none"]);
    assert_eq!(changed["order_max"], json!(null));
    assert_eq!(changed["day_max"], json!({ "amount": "500", "currency": "USD" }));
}

#[test]
fn an_account_has_a_home_country_and_an_address_until_they_are_taken_away() {
    let place = Place::set_up();
    let made = place.json(&["account", "create", "Loja", "--home-country", "br"]);
    assert_eq!(made["home_country"], "BR");
    place.run(&["account", "home", "Loja", "us"]).well();
    place
        .run(&["account", "webhook", "Loja", "https://shop.example.com/in"])
        .well();
    let shown = place.json(&["account", "show", "Loja"]);
    assert_eq!(
        (&shown["home_country"], &shown["webhook_url"]),
        (&json!("US"), &json!("https://shop.example.com/in"))
    );
    place.run(&["account", "home", "Loja", "none"]).well();
    let bare = place.json(&["account", "webhook", "Loja", "none"]);
    assert_eq!(
        (&bare["home_country"], &bare["webhook_url"]),
        (&json!(null), &json!(null))
    );
    for (command, value, why) in [
        ("home", "Brazil", "two letters"),
        ("webhook", "http://10.0.0.1/", "10.0.0.1 is not a public address"),
    ] {
        let refused = place.run(&["account", command, "Loja", value]);
        assert_eq!(refused.code, 2, "{value}");
        assert!(refused.error.contains(why), "{}", refused.error);
    }
}

#[test]
fn more_than_there_is_can_not_be_taken_out() {
    let place = Place::set_up();
    let refused = place.run(&["account", "fund", "main", "-1"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.error.contains("balance too low"), "{}", refused.error);
}

#[test]
fn a_catalogue_that_was_exported_can_be_taken_in_again() {
    let place = Place::set_up();
    let exported = place.json(&["catalog", "export", "catalog.json"]);
    let taken_in = place.json(&["catalog", "import", "catalog.json", "--replace"]);
    assert_eq!(taken_in["products"], exported["products"]);
    let synced = place.json(&["catalog", "sync"]);
    assert_eq!(synced[0]["supplier"], "sandbox");
    assert!(synced[0]["applied"].as_u64().unwrap() > 100, "{synced}");
}

#[test]
fn a_supplier_that_lists_nothing_has_nothing_to_map() {
    let place = Place::set_up();
    assert_eq!(place.json(&["catalog", "map", "list", "sandbox"]), json!([]));
    let accepted = place.run(&["catalog", "map", "accept", "sandbox", "--operator", "173"]);
    assert_eq!(accepted.code, 1);
    assert!(
        accepted.error.contains("sandbox has no operator \"173\""),
        "{}",
        accepted.error
    );
    let unknown = place.run(&["catalog", "map", "set", "sandbox", "--sku", "1", "No Product"]);
    assert_eq!(unknown.code, 2);
    std::fs::write(
        place.path().join("words.json"),
        r#"{"operators": [{"supplier": "rel", "sold_as": "1",
        "name": "Digicel", "country": "HT", "operator": "nobody"}]}"#,
    )
    .unwrap();
    let imported = place.run(&["catalog", "map", "import", "words.json"]);
    assert!(
        imported
            .error
            .contains("operator 1 of rel: the catalogue has no operator nobody"),
        "{}",
        imported.error
    );
    let other = place.run(&["catalog", "sync", "reloadly"]);
    assert!(
        other
            .error
            .contains("there is no supplier reloadly: configured are sandbox"),
        "{}",
        other.error
    );
    let wrong = place.run(&["--set", "catalog.create=all", "catalog", "sync"]);
    assert_eq!(
        (wrong.code, wrong.error.trim()),
        (2, "error: catalog.create: expected nothing, bundles or everything")
    );
}

#[test]
fn what_is_said_of_a_suppliers_names_is_in_the_audit_log() {
    let place = Place::set_up();
    let words = r#"{"operators": [{"supplier": "rel", "sold_as": "1", "name": "Digicel", "country": "HT",
        "operator": "digicel-haiti"}]}"#;
    std::fs::write(place.path().join("words.json"), words).unwrap();
    place.run(&["catalog", "map", "import", "words.json"]).well();
    place
        .run(&["catalog", "map", "reject", "rel", "--operator", "1"])
        .well();
    let done = place.json(&["audit", "list"]);
    let told = |place: usize| (done[place]["action"].clone(), done[place]["subject"].clone());
    assert_eq!(told(0), (json!("mapping.reject"), json!("rel operator 1")));
    assert_eq!(told(1), (json!("mapping.import"), json!("rel")));
}

#[test]
fn every_list_is_an_array_for_programs() {
    let place = Place::set_up();
    let lists: [&[&str]; 11] = [
        &["account", "list"],
        &["key", "list"],
        &["catalog", "list", "--country", "DE"],
        &["rates", "list"],
        &["orders", "list"],
        &["orders", "stuck"],
        &["ledger", "statement", "main"],
        &["webhooks", "list"],
        &["cases", "list"],
        &["suppliers", "floats"],
        &["doctor"],
    ];
    for list in lists {
        assert!(place.json(list).is_array(), "{list:?}");
    }
}

/// What a supplier sold before its table was taken out of the settings is still in the database.
#[test]
fn what_nobody_in_the_settings_sells_is_not_shown_as_sold() {
    let place = Place::set_up();
    let sold = json!({
        "supplier": "former", "sku": "1", "product": "at-t-usa", "value": "25", "cost": "24", "cost_currency": "USD"
    });
    let file = json!({ "offers": [sold] });
    std::fs::write(place.path().join("catalog.json"), file.to_string()).unwrap();
    place.run(&["catalog", "import", "catalog.json"]).well();
    let without = ["--set", "sandbox.enabled=false"];
    let listed = place.json(&[&["catalog", "list", "--search", "at&t usa"], &without[..]].concat());
    let listed = (listed.as_array().unwrap().iter())
        .find(|one| one["id"] == "at-t-usa")
        .unwrap();
    assert_eq!((&listed["in_stock"], &listed["suppliers"]), (&json!(false), &json!([])));
    let found = place.json(&[&["doctor"], &without[..]].concat());
    let checks = found.as_array().unwrap();
    let catalogue = checks.iter().find(|one| one["check"] == "catalogue").unwrap();
    let text = catalogue["text"].as_str().unwrap();
    assert!(text.contains("what former sells doesn't count"), "{text}");
}

#[test]
fn a_number_is_explained() {
    let place = Place::set_up();
    let known = place.json(&["numbers", "check", "0151 2345 6789", "--country", "DE"]);
    assert_eq!(known["phone_number"], "+4915123456789");
    assert_eq!(known["operators"][0]["source"], "prefix");
    let landline = place.run(&["numbers", "check", "+493012345678"]);
    assert_eq!(landline.code, 1);
    assert!(landline.out.contains("not a mobile one"), "{}", landline.out);
}

#[test]
fn numbers_and_rates_are_taken_in_from_files() {
    let place = Place::set_up();
    std::fs::write(
        place.path().join("numbers.csv"),
        "number,operator\n+4915123456789,o2-germany\n",
    )
    .unwrap();
    place.run(&["numbers", "import", "numbers.csv"]).well();
    let known = place.json(&["numbers", "check", "+4915123456789"]);
    assert_eq!(
        known["operators"][0],
        json!({
            "id": "o2-germany", "name": "O2", "confidence": "confirmed", "source": "override",
        })
    );
    std::fs::write(
        place.path().join("rates.csv"),
        "date,currency,units_per_usd\n2026-10-01,EUR,0.5\n",
    )
    .unwrap();
    assert_eq!(place.json(&["rates", "import", "rates.csv"])["imported"], 1);
    assert_eq!(
        place.json(&["rates", "set", "EUR", "0.75", "--from", "2026-10-02"])["units_per_usd"],
        "0.75"
    );
    let wrong = place.run(&["rates", "set", "USD", "2"]);
    assert_eq!(wrong.code, 1, "a dollar is a dollar");
}

#[test]
fn money_at_a_supplier_is_watched_noted_and_compared() {
    let place = Place::set_up();
    let floats = place.json(&["suppliers", "floats"]);
    assert_eq!(floats[0]["float"], json!({ "amount": "1000000", "currency": "USD" }));
    place
        .run(&["suppliers", "thresholds", "sandbox", "--low", "500"])
        .well();
    let set = place.json(&["suppliers", "thresholds", "sandbox", "--stop", "50"]);
    assert_eq!(set["low"]["amount"], "500", "what isn't named stays");
    let at = "2026-11-01T10:00:00Z";
    place
        .run(&[
            "suppliers",
            "deposit",
            "sandbox",
            "1000",
            "--at",
            at,
            "--note",
            "transfer 7",
        ])
        .well();
    let twice = place.run(&["suppliers", "deposit", "sandbox", "1000", "--at", at]);
    assert!(twice.error.contains("is noted there already"), "{}", twice.error);
    let statement = place.json(&["suppliers", "statement", "sandbox", "--month", "2026-11"]);
    assert_eq!(statement[0]["movement"], "paid in 2026-11-01 10:00:00");
    assert_eq!(
        place
            .run(&["suppliers", "statement", "sandbox", "--month", "2026-13"])
            .code,
        2
    );
    let report = place.json(&["reconcile", "sandbox", "--date", "2026-11-01"]);
    assert_eq!((&report["same"], &report["differences"]), (&json!(0), &json!([])));
    let told = place.run(&["reconcile", "sandbox", "--date", "2026-11-01"]).well().out;
    assert!(told.ends_with("nothing differs\n"), "{told}");
    let early = place.run(&["reconcile", "sandbox", "--date", "2999-01-01"]);
    assert!(
        early
            .error
            .contains("2999-01-01 can be compared from 2999-01-02T01:00:00.000Z on"),
        "{}",
        early.error
    );
    let unknown = place.run(&["cases", "show", "case_01h455vb4pex5vsknk084sn02q"]);
    assert!(
        unknown
            .error
            .contains("there is no case case_01h455vb4pex5vsknk084sn02q"),
        "{}",
        unknown.error
    );
}
