//! Whatever the engine has to say is said in every language, with what was quoted as it is.

use std::sync::Arc;

use engine::{
    audit::{Chain, Flaw},
    catalog::{PriceError, mapping::Reason},
    floats::WhyLow,
    orders::{Call, Ground, Verdict},
    people::Role,
    routing::{Bar, NoRoute, Note, Obstacle, RuleFault, Score, Weights},
    webhooks::Silence,
};
use model::{Cause, Elsewhere, Fault, Money, Outcome, Receipt, Rejection, Timestamp};

use super::*;
use crate::{
    cli::timeline::{Moved, What},
    web::{Language, gallery::somebody},
};

/// A word that somebody wrote: it stays as it is.
const QUOTED: &str = "Qxz-4711";

fn page(language: Language) -> Page {
    Page {
        language,
        theme: None,
        user: Some(Arc::new(somebody(Role::Owner))),
        path: String::new(),
        now: Timestamp::default(),
    }
}

/// Says a thing in each language: whole, otherwise than in English, and with what is quoted.
fn check<T: Said>(things: impl IntoIterator<Item = T>, quoted: &[usize]) {
    for (place, thing) in things.into_iter().enumerate() {
        let said = Language::ALL.map(|language| thing.said(&page(language)));
        for text in &said {
            assert!(!text.is_empty() && !text.contains(['{', '}', '_']), "{text:?}");
            assert_eq!(text.contains(QUOTED), quoted.contains(&place), "{place}: {text:?}");
        }
        assert!(!said[1..].contains(&said[0]), "left in English: {said:?}");
    }
}

fn quoted() -> String {
    QUOTED.to_owned()
}

fn usd(text: &str) -> Money {
    Money::parse(text, "USD".parse().unwrap()).unwrap()
}

fn rejection(code: &str) -> Rejection {
    Rejection {
        fault: Fault::Float,
        elsewhere: Elsewhere::May,
        code: code.to_owned(),
        message: quoted(),
        again_after_s: None,
    }
}

#[test]
fn outcomes_are_said_with_the_suppliers_own_words() {
    let causes = [
        Cause::Connection(quoted()),
        Cause::Unreadable(quoted()),
        Cause::UnlistedCode(quoted()),
        Cause::Timeout,
        Cause::NoRecord,
        Cause::Interrupted,
    ];
    check(causes.clone(), &[0, 1, 2]);
    check(causes.map(Outcome::Unknown), &[0, 1, 2]);
    let outcomes = [
        Outcome::Rejected(rejection("E17")),
        Outcome::Reversed { message: quoted() },
        Outcome::Delivered(Receipt {
            operator_reference: Some(quoted()),
            ..Receipt::default()
        }),
        Outcome::Delivered(Receipt::default()),
        Outcome::Pending {
            supplier_reference: None,
        },
    ];
    check(outcomes, &[0, 1, 2]);
}

#[test]
fn our_own_refusals_are_said_by_their_codes() {
    use NoRoute::{BelowCost, NotAllowed, NotSold, WaitedTooLong};
    let routes = [NotSold, BelowCost, NotAllowed, WaitedTooLong].map(NoRoute::code);
    let ours = routes.into_iter().chain(["no_record", "held_up"]);
    check(ours.map(rejection), &[]);
    let of_people = ["decided_by_person", "taken_back", "reversed", "any other"];
    check(of_people.map(rejection), &[0, 1, 2, 3]);
    let faults = [
        Fault::Number,
        Fault::WrongOperator,
        Fault::Amount,
        Fault::Float,
        Fault::Duplicate,
        Fault::Supplier,
        Fault::Operator,
    ];
    check(faults, &[]);
}

fn grounds() -> [Ground; 5] {
    let no_record = Ground::NoRecord {
        supplier: quoted(),
        times: 2,
        after_s: 60,
        line: None,
    };
    [
        Ground::Refused {
            supplier: quoted(),
            code: "E17".to_owned(),
            line: None,
        },
        Ground::TakenBack {
            supplier: quoted(),
            line: None,
        },
        Ground::Word {
            by: "ana".to_owned(),
            confirmed_by: Some("olga".to_owned()),
            why: quoted(),
        },
        Ground::AfterAll {
            supplier: "dtone".to_owned(),
            before: Box::new(no_record.clone()),
        },
        no_record,
    ]
}

#[test]
fn what_an_end_rests_on_and_what_happened_is_said() {
    check(grounds(), &[0, 1, 2, 3, 4]);
    let by = || "ana".to_owned();
    let whats = [
        What::Proposed {
            by: by(),
            verdict: Verdict::Failed,
            why: quoted(),
        },
        What::Consented {
            by: by(),
            status: "confirmed".to_owned(),
            why: quoted(),
        },
        What::Decided {
            by: String::new(),
            second: None,
            verdict: "failed".to_owned(),
            why: quoted(),
        },
        What::Placed,
        What::Held(usd("5")),
        What::Called {
            number: 1,
            call: Call::Find,
        },
        What::Moved {
            amount: usd("5"),
            how: Moved::Sold,
        },
        What::Moved {
            amount: usd("5"),
            how: Moved::BackAfterReversal,
        },
        What::Ended("delivered"),
    ];
    check(whats, &[0, 1, 2]);
}

#[test]
fn why_offers_are_used_or_not_is_said() {
    let until: Timestamp = "2026-11-26T03:14:00Z".parse().unwrap();
    let bars = [
        Bar::Excluded(quoted()),
        Bar::ForcedOpen(quoted()),
        Bar::BelowCost,
        Bar::NotConfigured,
        Bar::Broken { until },
        Bar::ProbesOut,
        Bar::Paused { until },
    ];
    check(bars.clone(), &[0, 1]);
    check(bars.map(Note::Barred), &[0, 1]);
    let score = Score::of(&Weights::default(), usd("5"), usd("4.5"), None);
    let notes = [
        Note::Score(score),
        Note::Place(2),
        Note::Turn,
        Note::Refused(1),
        Note::Refused(3),
    ];
    check(notes, &[]);
    check([Obstacle::NumberTaken, Obstacle::Restored], &[]);
    let faults = [
        RuleFault::NoSupplier {
            name: quoted(),
            known: vec!["dtone".to_owned()],
        },
        RuleFault::Twice(quoted()),
        RuleFault::TwoSections(quoted()),
        RuleFault::NoCountry(quoted()),
        RuleFault::NoOperator(quoted()),
        RuleFault::NoProduct(quoted()),
        RuleFault::TooMany {
            count: 1_001,
            max: 1_000,
        },
        RuleFault::Why { chars_max: 500 },
        RuleFault::NoneNamed,
        RuleFault::NoWeight,
        RuleFault::Zero,
        RuleFault::TooLarge(10_001),
    ];
    check(faults, &[0, 1, 2, 3, 4, 5]);
}

#[test]
fn why_something_is_taken_for_something_is_said() {
    let reasons = [
        Reason::NoneAlike(quoted()),
        Reason::Rival(quoted()),
        Reason::NoAirtime(quoted()),
        Reason::NoFreeAmounts(quoted()),
        Reason::NoSuchContents(quoted()),
        Reason::OperatorSuggested(quoted()),
        Reason::OperatorGone(quoted()),
        Reason::Person,
        Reason::NoReceived,
        Reason::BundleInRange,
        Reason::SameContents,
        Reason::NearlySameContents,
        Reason::ContentsUntold,
        Reason::SameName,
        Reason::Made,
        Reason::OperatorRejected,
        Reason::OperatorUnmapped,
    ];
    check(reasons, &[0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn what_is_wrong_with_money_logs_and_receivers_is_said() {
    let lows = [
        WhyLow::AtOrBelow {
            float: usd("5"),
            low: usd("10"),
        },
        WhyLow::SoonUsedUp {
            float: usd("5"),
            hours: 3,
        },
    ];
    check(lows, &[]);
    check([PriceError::NoOffer, PriceError::TooLarge], &[]);
    let chain = Chain::House;
    let flaws = [
        Flaw::NoHead { chain: quoted() },
        Flaw::Changed { chain, number: 1 },
        Flaw::Unchained { chain, number: 2 },
        Flaw::Missing {
            chain,
            number: 3,
            follows: 1,
        },
        Flaw::WrongEnd {
            chain,
            ends: 1,
            should: 2,
        },
    ];
    check(flaws, &[0]);
    let silences = [
        Silence::Broken(quoted()),
        Silence::Timeout,
        Silence::NotAllowed(quoted()),
        Silence::NotKnownYet,
    ];
    check(silences, &[0]);
}
