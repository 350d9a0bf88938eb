use std::time::Duration;

use model::{OperatorGuess, OperatorId, Timestamp};
use numbers::Numbers;

use super::*;
use crate::catalog::{CatalogFile, Keep, Snapshot, import, seed_default};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const GERMAN: &str = "+4915123456789";
const KENYAN: &str = "+254712345678";
const MALIAN: &str = "+22376123456";

fn lookup() -> Lookup {
    Lookup::new(Numbers::embedded())
}

fn snapshot() -> &'static Snapshot {
    crate::catalog::tests::snapshot()
}

fn recognise(lookup: &Lookup, text: &str) -> Result<Recognition, LookupError> {
    lookup.recognise(snapshot(), text, None, NOW)
}

fn id(text: &str) -> OperatorId {
    text.parse().unwrap()
}

fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// Writes the candidates at the front.
fn first(recognition: &Recognition, count: usize) -> Vec<String> {
    let candidates = recognition.operators.iter().take(count);
    candidates
        .map(|one| format!("{} {} {}", one.operator, one.confidence, one.source))
        .collect()
}

/// Runs something in a transaction on a database with the default catalogue.
fn in_database<T: Send + 'static>(run: impl Fn(&mut Tx<'_>) -> T + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let database = crate::test_database::database();
        let run = move |tx: &mut Tx<'_>| {
            seed_default(tx, NOW)?;
            Ok::<_, Error>(run(tx))
        };
        database.db.write_with(run).await.unwrap()
    })
}

#[test]
fn the_documented_numbers_are_recognised() {
    let numbers = ["+15551234567", "+447911123456", GERMAN, KENYAN, MALIAN, "+61491570006"];
    let texts = numbers.map(|text| {
        let found = recognise(&lookup(), text).unwrap();
        let kind = format!(
            "{} in {} of {}, {}",
            found.number, found.country, found.market, found.line_type
        );
        let flags = format!(
            "portable {}, fictional {}, found {:?}",
            found.portable, found.fictional, found.found
        );
        format!("{kind}\n{flags}\n  {}", first(&found, 7).join("\n  "))
    });
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn a_number_is_read_as_people_write_it() {
    for text in [
        "+49 151 2345 6789",
        " 4915123456789",
        "004915123456789",
        "tel:+49-151-23456789",
    ] {
        assert_eq!(recognise(&lookup(), text).unwrap().number, number(GERMAN), "{text}");
    }
}

#[test]
fn what_is_no_phone_with_a_balance_is_refused() {
    assert!(matches!(
        recognise(&lookup(), "+49151"),
        Err(LookupError::InvalidNumber(_))
    ));
    assert!(matches!(
        recognise(&lookup(), "hello"),
        Err(LookupError::InvalidNumber(_))
    ));
    let landline = recognise(&lookup(), "+493012345678").unwrap_err();
    assert_eq!(
        landline.to_string(),
        "this is a fixed line number, not a mobile one: check it with its owner"
    );
    let nobody = lookup().recognise(&Snapshot::default(), GERMAN, None, NOW).unwrap_err();
    assert!(matches!(nobody, LookupError::UnsupportedOperator { country } if country.code() == "DE"));
}

#[test]
fn a_prefix_is_sure_only_where_numbers_stay_with_their_operator() {
    let german = recognise(&lookup(), GERMAN).unwrap();
    assert_eq!(first(&german, 1), ["telekom-germany likely prefix"]);
    assert_eq!(german.found, None);
    let malian = recognise(&lookup(), MALIAN).unwrap();
    assert_eq!(malian.operators[0].confidence, Confidence::Confirmed);
    assert_eq!(malian.found.as_ref(), Some(&malian.operators[0].operator));
}

#[test]
fn a_range_that_two_operators_share_is_nobodys_for_sure() {
    in_database(|tx| {
        let carrier = "Orange";
        let json = format!(
            r#"{{"operators": [{{"id": "sotelma-mali", "name": "Moov", "country": "ML", "carriers": ["{carrier}"]}}]}}"#
        );
        let file = CatalogFile::parse(&json).unwrap();
        import(tx, &file, Keep::Others).unwrap();
        let snapshot = Snapshot::load(tx, NOW).unwrap();
        let malian = lookup().recognise(&snapshot, MALIAN, None, NOW).unwrap();
        assert_eq!(
            first(&malian, 2),
            ["orange-mali likely prefix", "sotelma-mali likely prefix"]
        );
        assert_eq!(malian.found, None);
    });
}

#[test]
fn knowledge_goes_in_its_order() {
    let lookup = lookup();
    let front = |lookup: &Lookup| first(&recognise(lookup, GERMAN).unwrap(), 2);
    lookup.learn(number(GERMAN), &id("o2-germany"), Verdict::Proved, NOW);
    assert_eq!(
        front(&lookup),
        ["o2-germany confirmed learned", "telekom-germany likely prefix"]
    );
    let sure = |sure| {
        vec![OperatorGuess {
            operator: id("vodafone-germany"),
            sure,
        }]
    };
    lookup.remember_guesses(number(GERMAN), sure(true), NOW);
    assert_eq!(
        front(&lookup),
        ["vodafone-germany confirmed lookup", "o2-germany likely learned"]
    );
    lookup.remember_guesses(number(GERMAN), sure(false), NOW);
    assert_eq!(
        front(&lookup),
        ["o2-germany confirmed learned", "telekom-germany likely prefix"]
    );
    let later = NOW + Duration::from_hours(48);
    assert!(lookup.has_guesses(number(GERMAN), NOW) && !lookup.has_guesses(number(GERMAN), later));
}

#[test]
fn a_refused_operator_goes_last_and_ends_what_suppliers_thought() {
    let lookup = lookup();
    let guess = OperatorGuess {
        operator: id("vodafone-germany"),
        sure: true,
    };
    lookup.remember_guesses(number(GERMAN), vec![guess], NOW);
    lookup.learn(number(GERMAN), &id("vodafone-germany"), Verdict::Disproved, NOW);
    lookup.learn(number(GERMAN), &id("telekom-germany"), Verdict::Disproved, NOW);
    let found = recognise(&lookup, GERMAN).unwrap();
    let count = found.operators.len();
    assert_eq!(
        first(&found, count)[count - 2..],
        ["telekom-germany possible country", "vodafone-germany possible country"]
    );
}

#[test]
fn a_number_that_moved_is_its_new_operators() {
    let lookup = lookup();
    lookup.learn(number(GERMAN), &id("o2-germany"), Verdict::Proved, NOW);
    let later = NOW + Duration::from_secs(1);
    lookup.learn(number(GERMAN), &id("vodafone-germany"), Verdict::Proved, later);
    let found = recognise(&lookup, GERMAN).unwrap();
    assert_eq!(found.found, Some(id("vodafone-germany")));
}

#[test]
fn a_hint_goes_before_operators_of_which_nothing_is_known() {
    for hint in ["verizon", "Verizon", "verizon-usa"] {
        let found = lookup().recognise(snapshot(), "+12025550199", Some(hint), NOW).unwrap();
        assert_eq!(
            first(&found, 2),
            ["verizon-usa possible country", "at-t-usa possible country"],
            "{hint}"
        );
    }
    let found = lookup().recognise(snapshot(), GERMAN, Some("o2"), NOW).unwrap();
    assert_eq!(
        first(&found, 2),
        ["telekom-germany likely prefix", "o2-germany possible country"]
    );
}

#[test]
fn a_product_fits_its_country_and_the_market_it_belongs_to() {
    let fits = |product: &str, text: &str| {
        Lookup::fits(
            snapshot().product(product).unwrap(),
            &recognise(&lookup(), text).unwrap(),
        )
    };
    assert!(
        fits("telekom-germany", GERMAN) && fits("o2-germany", GERMAN),
        "a number may have moved"
    );
    assert!(!fits("at-t-usa", GERMAN));
    assert!(
        fits("o2-uk", "+447911123456"),
        "Guernsey is served from the United Kingdom"
    );
    assert!(fits("test-phone-refill", GERMAN) && fits("test-phone-refill", "+15551234567"));
}

#[test]
fn imported_numbers_and_ranges_go_before_everything() {
    in_database(|tx| {
        assert_eq!(
            import_overrides(tx, "first,last,operator\n+4915123450000,+4915123459999,o2-germany\n").unwrap(),
            1
        );
        let lookup = Lookup::load(tx, Numbers::embedded()).unwrap();
        lookup.learn(number(GERMAN), &id("telekom-germany"), Verdict::Proved, NOW);
        assert_eq!(
            first(&recognise(&lookup, GERMAN).unwrap(), 1),
            ["o2-germany confirmed override"]
        );
        import_overrides(tx, &format!("number,operator\n{GERMAN},vodafone-germany\n")).unwrap();
        lookup.catch_up(tx).unwrap();
        assert_eq!(
            first(&recognise(&lookup, GERMAN).unwrap(), 1),
            ["vodafone-germany confirmed override"]
        );
        assert_eq!(
            first(&recognise(&lookup, "+4915123450001").unwrap(), 1),
            ["o2-germany confirmed override"]
        );
        assert_eq!(clear_overrides(tx).unwrap(), 2);
        lookup.catch_up(tx).unwrap();
        assert_eq!(
            first(&recognise(&lookup, GERMAN).unwrap(), 1),
            ["telekom-germany confirmed learned"]
        );
    });
}

#[test]
fn a_wrong_import_names_its_line() {
    let errors = in_database(|tx| {
        [
            "operator,number\n",
            "number,operator\n+4915123456789,o2-germany\n0151,o2-germany\n",
            "number,operator\n+4915123456789,o2\n",
            "first,last,operator\n+4915123456789,+4915123456780,o2-germany\n",
            "first,last,operator\n+491512345678,+4915123456789,o2-germany\n",
            "number,operator\n+4915123456789\n",
        ]
        .map(|csv| import_overrides(tx, csv).unwrap_err().to_string())
    });
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn lessons_outlive_the_process_and_reach_others() {
    in_database(|tx| {
        let other = Lookup::load(tx, Numbers::embedded()).unwrap();
        let lesson = |operator, verdict, after| Lesson {
            number: number(GERMAN),
            operator: id(operator),
            verdict,
            learned_at: NOW + Duration::from_secs(after),
        };
        let wrong = lesson("o2-germany", Verdict::Disproved, 0);
        let right = lesson("o2-germany", Verdict::Proved, 1);
        store_lessons(tx, &[wrong, right]).unwrap();
        other.catch_up(tx).unwrap();
        assert_eq!(recognise(&other, GERMAN).unwrap().found, Some(id("o2-germany")));
        store_lessons(tx, &[lesson("vodafone-germany", Verdict::Proved, 5)]).unwrap();
        other.catch_up(tx).unwrap();
        assert_eq!(recognise(&other, GERMAN).unwrap().found, Some(id("vodafone-germany")));
        assert_eq!(forget_oldest(tx).unwrap(), 0);
    });
}
