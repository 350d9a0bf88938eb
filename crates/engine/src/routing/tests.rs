//! Who gets an order, as stories and by chance.

use model::{Country, ProductId, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{
    catalog::tests::small,
    health::{BreakerRules, Grade, Health, Switch},
    orders::OrderStatus,
};

const PRODUCTS: &str = r#"[{"id": "one", "name": "One", "operator": "one", "category": "airtime", "currency": "USD",
    "packages": [{"value": "10", "amount": "10"}]}]"#;
const OFFERS: &str = r#"[
    {"supplier": "reloadly", "sku": "r", "product": "one", "cost_currency": "USD", "value": "10", "cost": "9.50"},
    {"supplier": "dtone", "sku": "d", "product": "one", "cost_currency": "USD", "value": "10", "cost": "9.40"},
    {"supplier": "ding", "sku": "g", "product": "one", "cost_currency": "USD", "value": "10", "cost": "9.90"}]"#;

fn name(text: &str) -> SupplierName {
    text.parse().unwrap()
}

fn operator() -> OperatorId {
    "one".parse().unwrap()
}

fn usd(cents: i64) -> Money {
    Money::new(cents, "USD".parse().unwrap())
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_422_600_000)
}

fn catalog() -> Snapshot {
    small(PRODUCTS, OFFERS)
}

fn order(seed: u64) -> Order {
    let ids = model::Ids::seeded(seed);
    Order {
        account: model::AccountId::from_uuid(ids.next(now())),
        id: OrderId::from_uuid(ids.next(now())),
        number: 1,
        invoice: model::InvoiceId::from_uuid(ids.next(now())),
        product: "one".parse::<ProductId>().unwrap(),
        product_name: "One".to_owned(),
        package_value: Some("10".to_owned()),
        value: usd(1_000),
        phone_number: "+15551234567".parse().unwrap(),
        country: "US".parse::<Country>().unwrap(),
        price: usd(1_000),
        reference: None,
        status: OrderStatus::Waiting { due_at: now() },
        attempts: 0,
        failure: None,
        receipt: None,
        decision: None,
        held_up: None,
    }
}

fn by(rules: &str) -> Conditions {
    Conditions {
        rules: Arc::new(serde_json::from_str(rules).unwrap()),
        ..Conditions::default()
    }
}

fn ranked(conditions: &Conditions, order: &Order) -> Vec<Candidate> {
    let wanted = Wanted {
        order,
        tried: &[],
        below_cost: BelowCost::Refuse,
        now: now(),
    };
    rank(&catalog(), conditions, wanted)
}

/// The suppliers in order, without those that are barred.
fn in_order(conditions: &Conditions, order: &Order) -> Vec<String> {
    let usable = ranked(conditions, order).into_iter().filter(|one| one.bar.is_none());
    usable.map(|one| one.route.supplier.to_string()).collect()
}

fn with_failures(supplier: &str, failures: u32) -> Conditions {
    let mut health = Health::new(BreakerRules::default());
    for _ in 0..failures {
        health.heard(&name(supplier), &operator(), Grade::Failed, now());
    }
    Conditions {
        standings: Arc::new(health.standings(now())),
        ..Conditions::default()
    }
}

#[test]
fn the_cheapest_comes_first_where_nothing_else_is_known() {
    assert_eq!(
        in_order(&Conditions::default(), &order(1)),
        ["dtone", "reloadly", "ding"]
    );
}

#[test]
fn a_cheap_supplier_that_fails_comes_behind_a_dearer_one_that_delivers() {
    let conditions = with_failures("dtone", 4);
    assert_eq!(in_order(&conditions, &order(1)), ["reloadly", "ding", "dtone"]);
}

#[test]
fn a_supplier_that_has_just_failed_too_often_is_not_asked_until_its_time_is_over() {
    let conditions = with_failures("dtone", 5);
    let candidates = ranked(&conditions, &order(1));
    assert_eq!(in_order(&conditions, &order(1)), ["reloadly", "ding"]);
    assert!(matches!(candidates[2].bar, Some(Bar::Broken { .. })));
}

fn switch(supplier: &str, force: Force) -> Switch {
    Switch {
        supplier: name(supplier),
        operator: None,
        force,
        why: "a test".to_owned(),
        made_by: "ana".to_owned(),
        made_at: now(),
    }
}

#[test]
fn what_only_time_bars_waits_and_the_rest_fails() {
    let stopped = |names: &[&str]| Conditions {
        switches: Arc::new(names.iter().map(|one| switch(one, Force::Open)).collect()),
        ..Conditions::default()
    };
    let choice = |conditions: &Conditions| {
        let candidates = ranked(conditions, &order(1));
        match choose(&candidates, |_| None, now()) {
            Chosen::Go(candidate) => candidate.route.supplier.to_string(),
            Chosen::Wait { why, .. } => why.in_english(),
            Chosen::Never(reason) => reason.to_string(),
        }
    };
    assert_eq!(choice(&stopped(&["dtone"])), "reloadly");
    assert_eq!(
        choice(&stopped(&["dtone", "reloadly", "ding"])),
        "dtone: is not used for now: a test"
    );
    let none = Conditions {
        suppliers: Some(Arc::default()),
        ..Conditions::default()
    };
    assert_eq!(choice(&none), "the rules allow no supplier that sells it");
}

#[test]
fn nothing_is_sold_below_cost_unless_the_account_allows_it() {
    let cheap = Order {
        price: usd(945),
        ..order(1)
    };
    assert_eq!(in_order(&Conditions::default(), &cheap), ["dtone"]);
}

#[test]
fn rules_decide_before_costs() {
    let excluded = by(r#"{"exclude": [{"supplier": "dtone", "where": {"country": "US"}, "why": "a dispute"}]}"#);
    assert_eq!(in_order(&excluded, &order(1)), ["reloadly", "ding"]);
    let elsewhere = by(r#"{"exclude": [{"supplier": "dtone", "where": {"country": "BR"}, "why": "a dispute"}]}"#);
    assert_eq!(in_order(&elsewhere, &order(1)), ["dtone", "reloadly", "ding"]);
    let preferred = by(r#"{"prefer": [{"suppliers": ["ding", "reloadly"], "where": {"operator": "one"}}]}"#);
    assert_eq!(in_order(&preferred, &order(1)), ["ding", "reloadly", "dtone"]);
}

#[test]
fn weights_divide_orders_and_an_order_always_draws_the_same_lot() {
    let split = by(r#"{"split": [{"weights": {"dtone": 1, "ding": 3}}]}"#);
    let first = |seed| in_order(&split, &order(seed)).remove(0);
    let to_ding = (0..400).filter(|seed| first(*seed) == "ding").count();
    assert!((260..340).contains(&to_ding), "{to_ding} of 400");
    assert!((0..20).all(|seed| first(seed) == first(seed)));
}

#[test]
fn a_person_opens_and_closes_whatever_the_figures_say() {
    let forced = Conditions {
        switches: Arc::new(vec![switch("dtone", Force::Closed), switch("reloadly", Force::Open)]),
        ..with_failures("dtone", 5)
    };
    assert_eq!(in_order(&forced, &order(1)), ["ding", "dtone"]);
}

#[test]
fn a_choice_is_told_in_words() {
    let conditions = Conditions {
        version: 3,
        ..with_failures("dtone", 2)
    };
    let candidates = ranked(&conditions, &order(1));
    let choice = Choice::of(3, &candidates, |_| None).unwrap();
    let told = |one: &Considered| format!("{}: {}", one.supplier, one.in_english());
    insta::assert_snapshot!(choice.offers.iter().map(told).collect::<Vec<_>>().join("\n"));
    let kept = serde_json::to_string(&choice).unwrap();
    assert_eq!(serde_json::from_str::<Choice>(&kept).unwrap(), choice);
}

#[test]
fn what_is_wrong_with_rules_is_named() {
    let rules: RuleSet = serde_json::from_str(
        r#"{"exclude": [{"supplier": "Ding", "where": {"country": "Mexico"}, "why": " "}],
            "prefer": [{"suppliers": ["dtone", "dtone"]}],
            "split": [{"weights": {"dtone": 0}, "where": {"operator": "telcel"}}],
            "supplier": [{"name": "dtone"}, {"name": "dtone"}],
            "score": {"failures_bps": 20000}, "breaker": {"probes": 0}}"#,
    )
    .unwrap();
    let suppliers = [name("ding"), name("dtone")].into_iter().collect();
    let problems = rules.problems(&catalog(), &suppliers);
    insta::assert_snapshot!(
        problems
            .iter()
            .map(RuleProblem::in_english)
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn a_recipe_is_never_laxer_than_the_connectors_own() {
    let rules =
        by(r#"{"supplier": [{"name": "dtone", "absence_after_s": 60, "absence_queries": 1, "stuck_after_s": 600}]}"#);
    let own = model::Absence::Proof {
        after: Duration::from_secs(90),
        queries: 3,
    };
    let recipe = rules.rules.recipe(&name("dtone"), own);
    assert_eq!(
        (recipe.absence, recipe.stuck_after),
        (own, Some(Duration::from_mins(10)))
    );
    let never = rules.rules.recipe(&name("dtone"), model::Absence::NeverProof);
    assert_eq!(never.absence, model::Absence::NeverProof);
}

proptest! {
    #[test]
    fn whatever_holds_the_same_inputs_make_the_same_choice_and_the_barred_come_last(
        seed in any::<u64>(),
        failures in 0_u32..8,
        price in 900_i64..1_100,
        weights in prop::collection::btree_map("(dtone|ding|reloadly)", 0_u32..5, 1..3),
    ) {
        let rules = RuleSet {
            split: vec![Split { weights, scope: Scope::default() }],
            ..RuleSet::default()
        };
        let conditions = Conditions { rules: Arc::new(rules), ..with_failures("dtone", failures) };
        let order = Order { price: usd(price), ..order(seed) };
        let candidates = ranked(&conditions, &order);
        prop_assert_eq!(&candidates, &ranked(&conditions, &order));
        prop_assert_eq!(candidates.len(), 3);
        prop_assert!(candidates.is_sorted_by_key(|one| one.bar.is_some()));
        for one in candidates.iter().filter(|one| one.bar.is_none()) {
            prop_assert!(one.score.cost.minor() <= price);
            prop_assert!(one.score.total_bps() >= one.score.cost_bps);
        }
    }
}
