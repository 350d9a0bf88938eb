use model::{Offer, SupplierName, Terms, Timestamp};
use rust_decimal::Decimal;

use super::{super::*, currency, money};
use crate::{Error, db::Tx};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Runs something in a transaction on an empty database.
fn in_database<T: Send + 'static>(run: impl Fn(&mut Tx<'_>) -> T + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let database = crate::test_database::database();
        database.db.write_with(move |tx| Ok::<_, Error>(run(tx))).await.unwrap()
    })
}

/// Takes a supplier's list in; says how many offers were written, removed, and left out.
fn replace_offers(tx: &mut Tx<'_>, supplier: &SupplierName, offers: &[Offer]) -> (usize, usize, usize) {
    let work = mapping::compare_offers(tx, supplier, offers, NOW).unwrap();
    for step in &work.steps {
        step.write(tx).unwrap();
    }
    (work.changes.written, work.changes.removed, work.changes.open)
}

#[test]
fn a_new_database_gets_the_default_catalogue_once() {
    in_database(|tx| {
        assert_eq!(
            seed_default(tx, NOW).unwrap(),
            Seeded {
                catalog: true,
                rates: true
            }
        );
        let before = revision(tx).unwrap();
        assert_eq!(
            seed_default(tx, NOW).unwrap(),
            Seeded {
                catalog: false,
                rates: false
            }
        );
        assert_eq!(revision(tx).unwrap(), before);
        let snapshot = Snapshot::load(tx, NOW).unwrap();
        assert_eq!(snapshot.revision(), before);
        assert!(snapshot.product("at-t-usa").is_some());
        assert!(snapshot.rate(currency("USD"), currency("EUR")).is_some());
    });
}

#[test]
fn what_is_exported_can_be_imported() {
    in_database(|tx| {
        seed_default(tx, NOW).unwrap();
        let file = export(tx).unwrap();
        let json = serde_json::to_string(&file).unwrap();
        let read = CatalogFile::parse(&json).unwrap();
        assert_eq!(read, file);
        import(tx, &read, Keep::Nothing).unwrap();
        assert_eq!(export(tx).unwrap(), file);
    });
}

#[test]
fn an_import_changes_what_it_names_and_may_end_the_rest() {
    in_database(|tx| {
        seed_default(tx, NOW).unwrap();
        let before = revision(tx).unwrap();
        let json = r#"{"operators": [{"id": "at-t-usa", "name": "AT and T", "country": "US"}]}"#;
        let file = CatalogFile::parse(json).unwrap();
        import(tx, &file, Keep::Others).unwrap();
        let snapshot = Snapshot::load(tx, NOW).unwrap();
        assert_eq!(snapshot.revision(), before + 1);
        assert_eq!(snapshot.operator("at-t-usa").unwrap().name, "AT and T");
        assert!(snapshot.operator("verizon-usa").is_some());
        import(tx, &file, Keep::Nothing).unwrap();
        let snapshot = Snapshot::load(tx, NOW).unwrap();
        assert!(snapshot.operator("verizon-usa").is_none() && snapshot.product("at-t-usa").is_none());
    });
}

#[test]
fn a_wrong_file_is_refused_by_the_record_and_the_field() {
    let files = [
        r#"{"operators": [{"id": "a", "name": "A", "country": "USA"}]}"#,
        r#"{"operators": [{"id": "a", "name": "A", "country": "ZZ"}]}"#,
        r#"{"operators": [{"id": "a", "name": " ", "country": "US"}]}"#,
        r#"{"operators": [{"id": "A b", "name": "A", "country": "US"}]}"#,
        r#"{"operators": [{"id": "a", "name": "A"}]}"#,
        r#"{"operators": [{"id": "at-t-usa", "name": "A", "country": "US"}, {"id": "at-t-usa", "name": "B", "country": "US"}]}"#,
        r#"{"products": [{"id": "p", "name": "P", "operator": "nobody", "category": "airtime", "currency": "USD"}]}"#,
        r#"{"products": [{"id": "p", "name": "P", "operator": "at-t-usa", "category": "airtime", "currency": "USD"}]}"#,
        r#"{"products": [{"id": "p", "name": "P", "operator": "at-t-usa", "category": "gift", "currency": "USD"}]}"#,
        r#"{"products": [{"id": "p", "name": "P", "operator": "at-t-usa", "category": "airtime", "currency": "JPY",
            "packages": [{"value": "5"}, {"value": "7.5"}]}]}"#,
        r#"{"products": [{"id": "p", "name": "P", "operator": "at-t-usa", "category": "airtime", "currency": "USD",
            "packages": [{"value": "5"}, {"value": "2"}]}]}"#,
        r#"{"products": [{"id": "p", "name": "P", "operator": "at-t-usa", "category": "airtime", "currency": "USD",
            "range": {"min": "5", "max": "10", "step": "0"}}]}"#,
        r#"{"offers": [{"supplier": "s", "sku": "x", "product": "at-t-usa", "cost_currency": "USD", "value": "26", "cost": "1"}]}"#,
        r#"{"offers": [{"supplier": "s", "sku": "x", "product": "at-t-usa", "cost_currency": "USD", "value": "25"}]}"#,
        r#"{"offers": [{"supplier": "s", "sku": "x", "product": "at-t-usa", "cost_currency": "USD", "value": "25", "cost": "-1"}]}"#,
    ];
    let messages = in_database(move |tx| {
        seed_default(tx, NOW).unwrap();
        let mut refuse = |json| {
            let read = CatalogFile::parse(json);
            read.and_then(|file| import(tx, &file, Keep::Others))
                .unwrap_err()
                .to_string()
        };
        files.into_iter().map(&mut refuse).collect::<Vec<_>>()
    });
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn a_suppliers_list_replaces_its_offers_and_nobody_elses() {
    let offer = |sku: &str, product: &str, value: &str| Offer {
        sku: sku.into(),
        product: product.parse().unwrap(),
        terms: Terms::Fixed {
            value: value.to_owned(),
            cost: money("9", "EUR"),
        },
        parameters: None,
    };
    let offers = [
        offer("x1", "at-t-usa", "10"),
        offer("x2", "at-t-usa", "25"),
        offer("x3", "unheard-of", "25"),
    ];
    in_database(move |tx| {
        seed_default(tx, NOW).unwrap();
        let supplier = "other".parse().unwrap();
        let mut sync = |offers: &[Offer]| (replace_offers(tx, &supplier, offers), revision(tx).unwrap());
        assert_eq!(sync(&offers), ((2, 0, 1), 2));
        assert_eq!(sync(&offers), ((0, 0, 1), 2), "nothing new, nothing to read again");
        assert_eq!(sync(&offers[1..2]), ((0, 1, 0), 3));
        let snapshot = Snapshot::load(tx, NOW).unwrap();
        let file = export(tx).unwrap();
        import(tx, &file, Keep::Nothing).unwrap();
        let product = snapshot.product("at-t-usa").unwrap();
        let suppliers = |value| {
            let choice = snapshot.choose(product, Wanted::Value(value)).unwrap();
            snapshot
                .costs(product, &choice)
                .iter()
                .map(|cost| cost.supplier.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(suppliers("10"), ["sandbox"]);
        assert_eq!(suppliers("25"), ["other", "sandbox"]);
    });
}

#[test]
fn a_suppliers_offer_that_fits_nothing_hinders_no_import() {
    in_database(|tx| {
        seed_default(tx, NOW).unwrap();
        let before = export(tx).unwrap();
        let stray = Offer {
            sku: "stray".into(),
            product: "at-t-usa".parse().unwrap(),
            terms: Terms::Fixed {
                value: "26".to_owned(),
                cost: money("9", "EUR"),
            },
            parameters: None,
        };
        let twice = [stray.clone(), stray];
        let (written, ..) = replace_offers(tx, &"other".parse().unwrap(), &twice);
        assert_eq!(written, 1, "a thing that is listed twice is one");
        assert_eq!(export(tx).unwrap(), before);
        import(tx, &before, Keep::Others).unwrap();
        Snapshot::load(tx, NOW).unwrap();
    });
}

#[test]
fn the_newest_rate_that_holds_already_is_used() {
    in_database(|tx| {
        let day = std::time::Duration::from_hours(24);
        let rate = |units, valid_from| rates::Rate {
            currency: currency("EUR"),
            units_per_usd: Decimal::new(units, 2),
            valid_from,
            source: "a person".to_owned(),
        };
        rates::set(tx, &rate(90, NOW.minus(day))).unwrap();
        rates::set(tx, &rate(91, NOW.minus(day * 2))).unwrap();
        rates::set(tx, &rate(92, NOW + day)).unwrap();
        let used = |tx: &mut Tx<'_>, now| {
            let snapshot = Snapshot::load(tx, now).unwrap();
            (
                snapshot.rate(currency("USD"), currency("EUR")).unwrap().to_string(),
                snapshot.valid_until(),
            )
        };
        assert_eq!(used(tx, NOW), ("0.9".to_owned(), Some(NOW + day)));
        assert_eq!(used(tx, NOW + day), ("0.92".to_owned(), None));
        assert!(matches!(
            rates::set(tx, &rate(0, NOW)),
            Err(rates::RateError::NotPositive(_))
        ));
    });
}

#[test]
fn rates_are_imported_by_the_line() {
    in_database(|tx| {
        let good = "date,currency,units_per_usd\n2026-09-21,EUR,0.9\n2026-09-21,JPY,150.25\n";
        assert_eq!(rates::import(tx, good, "a file").unwrap(), 2);
        assert_eq!(rates::list(tx, NOW).unwrap()[1].units_per_usd, Decimal::new(15_025, 2));
        for (row, message) in [
            (
                "2026-09-21,EUR,0",
                "line 3: units_per_usd: \"0\" is not a rate: write a number above 0 such as 0.92",
            ),
            (
                "2026-09-21,EURO,1",
                "line 3: currency: \"EURO\" is not a currency: use an ISO 4217 code such as USD",
            ),
            (
                "someday,EUR,1",
                "line 3: date: expected a time such as 2026-11-23T08:30:00Z or 2026-11-23 08:30:00",
            ),
        ] {
            let file = format!("date,currency,units_per_usd\n2026-09-21,GBP,0.8\n{row}\n");
            assert_eq!(rates::import(tx, &file, "a file").unwrap_err().to_string(), message);
        }
        assert!(rates::import(tx, "when,what,how\n", "a file").is_err());
        assert_eq!(rates::list(tx, NOW).unwrap().len(), 2, "a wrong file changes nothing");
    });
}
