//! Suppliers that have names of their own: what they list becomes what we sell.

#![allow(clippy::unwrap_used, reason = "a test that can't go on stops")]

use std::sync::Arc;

use engine::{
    Error, Settings,
    catalog::{
        Snapshot, Wanted,
        mapping::{self, Changes, Create, Mapped, MappingPolicy, MappingStatus, SayError, Saying, Work},
        revision,
    },
    db::Db,
};
use model::{Benefits, Category, Clock, Listing, ListingTerms, Money, Range, SoldAs, SupplierName};
use rust_decimal::Decimal;
use testkit::{World, database, listing};

fn money(text: &str, code: &str) -> Money {
    Money::parse(text, code.parse().unwrap()).unwrap()
}

fn supplier(name: &str) -> SupplierName {
    name.parse().unwrap()
}

fn bundle(sku: &str, data_mb: u32, cost: &str) -> Listing {
    Listing {
        category: Category::Data,
        title: Some("Plan Sosyal".to_owned()),
        benefits: Benefits {
            data_mb: Some(data_mb),
            validity_days: Some(3),
            ..Benefits::default()
        },
        terms: ListingTerms::Fixed {
            amount: None,
            cost: money(cost, "USD"),
        },
        ..listing(sku, "1", "1")
    }
}

async fn write(db: &Db, work: Work) -> Changes {
    for step in work.steps {
        db.write_with(move |tx| step.write(tx)).await.unwrap();
    }
    work.changes
}

async fn sync_with(world: &World, name: &str, listings: Vec<Listing>, policy: MappingPolicy) -> Changes {
    let (supplier, now) = (supplier(name), world.clock.now());
    let compare = move |tx: &mut engine::db::Tx<'_>| mapping::compare_listings(tx, &supplier, &listings, policy, now);
    write(&world.db, world.db.read(compare).await.unwrap()).await
}

async fn sync(world: &World, listings: Vec<Listing>) -> Changes {
    sync_with(world, "rel", listings, MappingPolicy::default()).await
}

async fn map_again(world: &World) {
    let (supplier, now) = (supplier("rel"), world.clock.now());
    let again = move |tx: &mut engine::db::Tx<'_>| mapping::map_again(tx, &supplier, MappingPolicy::default(), now);
    write(&world.db, world.db.read(again).await.unwrap().unwrap()).await;
}

async fn say(world: &World, of: Mapped, saying: Saying) -> Result<(), SayError> {
    let (supplier, now) = (supplier("rel"), world.clock.now());
    let said = world
        .db
        .write_with(move |tx| mapping::say(tx, &supplier, &of, &saying, now))
        .await;
    if said.is_ok() {
        map_again(world).await;
    }
    said
}

async fn snapshot(world: &World) -> Snapshot {
    let now = world.clock.now();
    world.db.read(move |tx| Snapshot::load(tx, now)).await.unwrap()
}

/// What each supplier but the sandbox asks for something, as text.
async fn asked(world: &World, product: &str, value: &str) -> Vec<String> {
    let snapshot = snapshot(world).await;
    let Some(product) = snapshot.product(product) else {
        return Vec::new();
    };
    let Ok(choice) = snapshot.choose(product, Wanted::Value(value)) else {
        return Vec::new();
    };
    let costs = snapshot.costs(product, &choice);
    let others = costs.iter().filter(|cost| cost.supplier.as_str() != "sandbox");
    others
        .map(|cost| format!("{} {} {}", cost.supplier, cost.sku, cost.cost))
        .collect()
}

async fn world() -> World {
    World::new(database(), 1, Settings::default()).await
}

#[tokio::test]
async fn a_list_is_mapped_by_name_country_and_amounts_and_sold() {
    let world = world().await;
    let changes = sync(&world, vec![listing("a", "100", "0.8"), listing("b", "150", "1.1")]).await;
    assert_eq!((changes.listed, changes.applied, changes.open), (2, 1, 1));
    assert_eq!(asked(&world, "digicel-haiti", "100").await, ["rel a 0.80 USD"]);
    let snapshot = snapshot(&world).await;
    let offers = snapshot.offers(&"digicel-haiti".parse().unwrap());
    let ours = offers.iter().find(|offer| offer.supplier.as_str() == "rel").unwrap();
    assert_eq!(ours.offer.parameters.as_deref(), Some("{\"of\":\"a\"}"));
    let known = snapshot.operator_sold_as(&supplier("rel"), "173");
    assert_eq!(known.map(model::Slug::as_str), Some("digicel-haiti"));
}

#[tokio::test]
async fn what_is_gone_goes_off_sale_and_what_is_dearer_costs_more() {
    let world = world().await;
    let both = vec![listing("a", "100", "0.8"), listing("b", "200", "1.6")];
    sync(&world, both.clone()).await;
    let before = world.db.read(revision).await.unwrap();
    let changes = sync(&world, both).await;
    assert_eq!((changes.written, changes.removed), (0, 0));
    assert_eq!(
        world.db.read(revision).await.unwrap(),
        before,
        "nobody has to read again"
    );
    let changes = sync(&world, vec![listing("b", "200", "1.7")]).await;
    assert_eq!((changes.written, changes.removed), (1, 1));
    assert_eq!(asked(&world, "digicel-haiti", "100").await, [""; 0]);
    assert_eq!(asked(&world, "digicel-haiti", "200").await, ["rel b 1.70 USD"]);
    sync(&world, vec![listing("a", "100", "0.8")]).await;
    assert_eq!(
        asked(&world, "digicel-haiti", "100").await,
        ["rel a 0.80 USD"],
        "it came back"
    );
}

#[tokio::test]
async fn free_amounts_serve_the_packages_of_the_same_amounts() {
    let world = world().await;
    let range = Range {
        min: money("20", "HTG"),
        max: money("900", "HTG"),
        step: money("0.01", "HTG"),
    };
    let terms = ListingTerms::Ranged {
        range,
        cost_rate: Decimal::new(8, 3),
        cost_currency: "USD".parse().unwrap(),
    };
    sync(
        &world,
        vec![Listing {
            terms,
            ..listing("r", "1", "1")
        }],
    )
    .await;
    assert_eq!(asked(&world, "digicel-haiti", "500").await, ["rel r 4.00 USD"]);
    assert_eq!(asked(&world, "digicel-haiti", "1000").await, [""; 0]);
}

#[tokio::test]
async fn what_is_unsure_is_suggested_and_sold_once_a_person_accepts() {
    let world = world().await;
    let sold_as = SoldAs {
        id: "9".into(),
        name: "Digicell Haiti".into(),
    };
    sync(
        &world,
        vec![Listing {
            sold_as,
            ..listing("a", "100", "0.8")
        }],
    )
    .await;
    let operators = world
        .db
        .read(|tx| mapping::operators(tx, &supplier("rel")))
        .await
        .unwrap();
    assert_eq!(operators[0].standing.status, MappingStatus::Suggested, "{operators:?}");
    assert_eq!(asked(&world, "digicel-haiti", "100").await, [""; 0]);
    say(&world, Mapped::Operator("9".to_owned()), Saying::Accept)
        .await
        .unwrap();
    assert_eq!(asked(&world, "digicel-haiti", "100").await, ["rel a 0.80 USD"]);
}

#[tokio::test]
async fn a_persons_word_outlives_lists_and_can_be_taken_back() {
    let world = world().await;
    let list = || vec![listing("a", "100", "0.8"), listing("b", "200", "1.6")];
    sync(&world, list()).await;
    let (a, package) = (Mapped::Listing("a".to_owned()), Some("500".to_owned()));
    say(
        &world,
        a.clone(),
        Saying::IsProduct("natcom-haiti".parse().unwrap(), package),
    )
    .await
    .unwrap();
    say(&world, Mapped::Listing("b".to_owned()), Saying::Reject)
        .await
        .unwrap();
    sync(&world, list()).await;
    assert_eq!(asked(&world, "natcom-haiti", "500").await, ["rel a 0.80 USD"]);
    assert_eq!(asked(&world, "digicel-haiti", "200").await, [""; 0]);
    say(&world, a, Saying::Clear).await.unwrap();
    assert_eq!(asked(&world, "digicel-haiti", "100").await, ["rel a 0.80 USD"]);
    say(&world, Mapped::Operator("173".to_owned()), Saying::Reject)
        .await
        .unwrap();
    assert_eq!(asked(&world, "digicel-haiti", "100").await, [""; 0]);
}

#[tokio::test]
async fn bundles_with_the_same_contents_are_one_package_of_several_suppliers() {
    let world = world().await;
    let policy = MappingPolicy {
        create: Create::Bundles,
        ..MappingPolicy::default()
    };
    let changes = sync_with(&world, "rel", vec![bundle("x", 2_500, "2")], policy).await;
    assert_eq!((changes.created, changes.applied), (1, 1));
    let changes = sync_with(&world, "ding", vec![bundle("y", 2_560, "1.9")], policy).await;
    assert_eq!((changes.created, changes.applied), (0, 1), "within the tolerance");
    let sold = asked(&world, "digicel-haiti-data", "2.5GB, 3 Days").await;
    assert_eq!(sold, ["ding y 1.90 USD", "rel x 2.00 USD"]);
    let again = sync_with(&world, "rel", vec![bundle("x", 2_500, "2")], policy).await;
    assert_eq!((again.created, again.written), (0, 0));
}

#[tokio::test]
async fn packages_are_made_on_request_only() {
    let world = world().await;
    assert_eq!(
        sync(&world, vec![listing("b", "150", "1.1"), bundle("x", 2_500, "2")])
            .await
            .open,
        2
    );
    let policy = MappingPolicy {
        create: Create::Everything,
        ..MappingPolicy::default()
    };
    sync_with(&world, "rel", vec![listing("b", "150", "1.1")], policy).await;
    assert_eq!(asked(&world, "digicel-haiti", "150").await, ["rel b 1.10 USD"]);
    sync(&world, vec![listing("b", "150", "1.2")]).await;
    assert_eq!(
        asked(&world, "digicel-haiti", "150").await,
        ["rel b 1.20 USD"],
        "once made it stays"
    );
    sync(&world, Vec::new()).await;
    assert_eq!(asked(&world, "digicel-haiti", "150").await, [""; 0]);
}

#[tokio::test]
async fn a_long_list_is_written_in_short_steps() {
    let world = world().await;
    let listings: Vec<_> = (0..20_000)
        .map(|number| listing(&format!("s{number}"), "100", "0.8"))
        .collect();
    let now = world.clock.now();
    let shared = Arc::new(listings);
    let list = Arc::clone(&shared);
    let compare = move |tx: &mut engine::db::Tx<'_>| {
        mapping::compare_listings(tx, &supplier("rel"), &list, MappingPolicy::default(), now)
    };
    let work = world.db.read(compare).await.unwrap();
    assert!(work.steps.len() > 100, "{}", work.steps.len());
    let changes = write(&world.db, work).await;
    assert_eq!((changes.listed, changes.written), (20_000, 20_000));
    let list = Arc::clone(&shared);
    let compare = move |tx: &mut engine::db::Tx<'_>| {
        mapping::compare_listings(tx, &supplier("rel"), &list, MappingPolicy::default(), now)
    };
    assert!(
        world.db.read(compare).await.unwrap().steps.is_empty(),
        "nothing has changed"
    );
}

#[tokio::test]
async fn words_are_taken_along_as_a_file() {
    let world = world().await;
    sync(&world, vec![listing("a", "100", "0.8")]).await;
    say(&world, Mapped::Listing("a".to_owned()), Saying::Reject)
        .await
        .unwrap();
    say(&world, Mapped::Operator("173".to_owned()), Saying::Accept)
        .await
        .unwrap();
    let file = world
        .db
        .read(|tx| mapping::export_words(tx, &supplier("rel")))
        .await
        .unwrap();
    assert_eq!((file.operators.len(), file.listings.len()), (1, 1));
    let other = World::new(database(), 2, Settings::default()).await;
    let (taken, now) = (file.clone(), other.clock.now());
    let import = other
        .db
        .write_with(move |tx| mapping::import_words(tx, &taken, now))
        .await;
    assert_eq!(import.unwrap(), [supplier("rel")]);
    sync(&other, vec![listing("a", "100", "0.8")]).await;
    assert_eq!(
        asked(&other, "digicel-haiti", "100").await,
        [""; 0],
        "what was rejected there is rejected here"
    );
}

#[tokio::test]
async fn what_can_not_be_is_refused() {
    let world = world().await;
    sync(&world, vec![listing("a", "100", "0.8"), listing("b", "0", "1")]).await;
    let a = || Mapped::Listing("a".to_owned());
    for (of, saying, message) in [
        (
            Mapped::Listing("b".to_owned()),
            Saying::Reject,
            "rel has no SKU \"b\": recarga catalog map list rel shows what it has",
        ),
        (
            Mapped::Operator("1".to_owned()),
            Saying::Accept,
            "rel has no operator \"1\": recarga catalog map list rel shows what it has",
        ),
        (
            a(),
            Saying::IsProduct("nothing".parse().unwrap(), None),
            "the catalogue has no product nothing: recarga catalog list shows what it has",
        ),
        (
            a(),
            Saying::IsProduct("digicel-haiti".parse().unwrap(), Some("3".to_owned())),
            "the catalogue has no package \"3\" of digicel-haiti: recarga catalog list shows what it has",
        ),
        (
            a(),
            Saying::IsOperator("digicel-haiti".parse().unwrap()),
            "a listing is mapped to a product, not to an operator",
        ),
    ] {
        assert_eq!(say(&world, of, saying).await.unwrap_err().to_string(), message);
    }
    let stop = |tx: &mut engine::db::Tx<'_>| {
        tx.execute(
            "INSERT INTO supplier_stops (supplier, since, why) VALUES ('rel', 1, 'low')",
            &[],
        )?;
        Ok::<_, Error>(())
    };
    world.db.write_with(stop).await.unwrap();
    assert_eq!(
        asked(&world, "digicel-haiti", "100").await,
        [""; 0],
        "who is stopped sells nothing"
    );
}
