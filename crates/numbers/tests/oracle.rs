//! Asks this crate and a port of libphonenumber with the same metadata the same questions.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use numbers::{Facts, LineType, Numbers, Region};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};

const SEED: u64 = 20_261_123;

/// Numbers of every region and kind, drawn from libphonenumber's patterns by the generator.
fn sampled() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("fixtures/carriers.tsv")
        .lines()
        .map(|line| line.split_once('\t').expect("a number, a tab, a carrier"))
}

/// Valid numbers, near misses and random digits: more than 200,000.
fn corpus() -> BTreeSet<String> {
    println!("seed {SEED}");
    let chance = &mut StdRng::seed_from_u64(SEED);
    let mut corpus = BTreeSet::new();
    for (number, _) in sampled() {
        corpus.insert(number.to_owned());
        for _ in 0..40 {
            let tail = chance.random_range(1..=7);
            corpus.insert(with_random_tail(chance, number, tail));
        }
        for _ in 0..20 {
            let at = chance.random_range(2..number.len());
            let digit = random_digits(chance, 1);
            corpus.insert(format!("{}{digit}{}", &number[..at], &number[at + 1..]));
        }
        for _ in 0..5 {
            let at = chance.random_range(2..number.len());
            corpus.insert(format!("{}{}", &number[..at], &number[at + 1..]));
            corpus.insert(format!(
                "{}{}{}",
                &number[..at],
                random_digits(chance, 1),
                &number[at..]
            ));
        }
    }
    for code in (1..1000)
        .map(|code| code.to_string())
        .chain(["0", "01", "001", "0044"].map(str::to_owned))
    {
        for _ in 0..60 {
            let length = chance.random_range(2..13);
            corpus.insert(format!("+{code}{}", random_digits(chance, length)));
        }
    }
    corpus
}

fn with_random_tail(chance: &mut StdRng, number: &str, tail: usize) -> String {
    let kept = number.len().saturating_sub(tail).max(3).min(number.len());
    format!("{}{}", &number[..kept], random_digits(chance, number.len() - kept))
}

fn random_digits(chance: &mut StdRng, count: usize) -> String {
    (0..count).map(|_| chance.random_range('0'..='9')).collect()
}

/// What the oracle says of a number.
#[derive(Debug)]
struct Answer {
    region: String,
    line_type: &'static str,
    national: String,
    international: String,
}

/// Asks the oracle about every number of the corpus, once for all tests.
fn answers() -> &'static [(String, Option<Answer>)] {
    static ANSWERS: OnceLock<Vec<(String, Option<Answer>)>> = OnceLock::new();
    ANSWERS.get_or_init(|| {
        let answer = |text: &str| {
            let number = oracle(text)?;
            Some(Answer {
                region: region_of(&number),
                line_type: line_type_of(&number),
                national: number.format_as(PhoneNumberFormat::National).into_owned(),
                international: number.format_as(PhoneNumberFormat::International).into_owned(),
            })
        };
        corpus().into_iter().map(|text| (text.clone(), answer(&text))).collect()
    })
}

/// The number as the oracle has it, if it is valid and is understood as it is written.
fn oracle(text: &str) -> Option<PhoneNumber> {
    let number = PHONE_NUMBER_UTIL.parse(text, None).ok()?;
    (number.is_valid() && number.format_as(PhoneNumberFormat::E164) == text).then_some(number)
}

fn region_of(number: &PhoneNumber) -> String {
    number
        .get_region_code()
        .map_or("001".to_owned(), |region| region.as_region_str().to_string())
}

fn line_type_of(number: &PhoneNumber) -> &'static str {
    match number.get_type() {
        PhoneNumberType::Mobile => "mobile",
        PhoneNumberType::FixedLine => "fixed_line",
        PhoneNumberType::FixedLineOrMobile => "fixed_line_or_mobile",
        PhoneNumberType::TollFree => "toll_free",
        PhoneNumberType::PremiumRate => "premium_rate",
        PhoneNumberType::SharedCost => "shared_cost",
        PhoneNumberType::VoIP => "voip",
        PhoneNumberType::PersonalNumber => "personal_number",
        PhoneNumberType::Pager => "pager",
        PhoneNumberType::UAN => "uan",
        PhoneNumberType::VoiceMail => "voicemail",
        PhoneNumberType::Unknown => "unknown",
    }
}

/// Why the two may differ about a number that only this crate takes for valid.
fn explained(text: &str, facts: &Facts<'_>) -> bool {
    // Fiction is accepted on purpose.
    (facts.fictional && (text.starts_with("+1555") || text.starts_with("+447700900")))
        // libphonenumber takes the 8 of Belarus' premium numbers for the national prefix.
        || (text.starts_with("+375810") && facts.line_type == LineType::PremiumRate)
}

#[test]
fn agrees_about_validity_region_and_line_type() {
    let numbers = Numbers::embedded();
    let (mut valid, mut explanations, mut differences) = (0, 0, Vec::new());
    for (text, theirs) in answers() {
        let ours = numbers.check(text).ok();
        match (&ours, theirs) {
            (None, None) => {}
            (Some(facts), Some(answer))
                if (facts.region.as_str(), facts.line_type.as_str()) == (&answer.region, answer.line_type) =>
            {
                valid += 1;
            }
            (Some(facts), None) if explained(text, facts) => explanations += 1,
            // E.164 ends at 15 digits, libphonenumber's German plan does not.
            (None, Some(_)) if text.len() > 16 => explanations += 1,
            _ => differences.push(format!("{text}: {ours:?}, but the oracle says {theirs:?}")),
        }
    }
    println!(
        "{} numbers, {valid} valid for both, {explanations} explained",
        answers().len()
    );
    assert!(answers().len() >= 200_000 && valid >= 50_000);
    assert!(
        differences.is_empty(),
        "{} differ: {:#?}",
        differences.len(),
        &differences[..differences.len().min(20)]
    );
}

#[test]
fn agrees_about_how_to_write_a_number() {
    let numbers = Numbers::embedded();
    let (mut written, mut differences) = (0, Vec::new());
    for (text, answer) in answers() {
        let (Ok(facts), Some(answer)) = (numbers.check(text), answer) else {
            continue;
        };
        written += 1;
        let ours = (numbers.national(facts.number), numbers.international(facts.number));
        if (&ours.0, &ours.1) != (&answer.national, &answer.international) {
            differences.push(format!("{text}: {ours:?}, but the oracle writes {answer:?}"));
        }
    }
    println!("{written} numbers written in two ways, {} differ", differences.len());
    assert!(written >= 50_000);
    assert!(
        differences.is_empty(),
        "{:#?}",
        &differences[..differences.len().min(20)]
    );
}

#[test]
fn agrees_about_original_carriers() {
    let numbers = Numbers::embedded();
    let mut named = 0;
    for (text, carrier) in sampled() {
        let ours = numbers.check(text).unwrap().carrier.unwrap_or("");
        assert_eq!(ours, carrier, "{text}");
        named += usize::from(!carrier.is_empty());
    }
    assert!(named > 1000);
}

/// Reads numbers as the oracle writes them, at home and for callers from elsewhere.
#[test]
fn reads_what_the_oracle_writes() {
    let numbers = Numbers::embedded();
    let elsewhere = ["US", "DE", "GB", "AU", "BR", "FI", "JP", "KR", "RU", "NG"].map(|code| code.parse().unwrap());
    let (mut read, mut misread) = (0, Vec::new());
    for (position, (text, _)) in sampled().enumerate() {
        let number = oracle(text).unwrap();
        let home = numbers.check(text).unwrap().region;
        let abroad: Region = elsewhere[position % elsewhere.len()];
        let from = abroad.as_str().parse::<rlibphonenumber::Region>().unwrap();
        let mut writings = vec![
            (number.format_as(PhoneNumberFormat::International).into_owned(), None),
            (number.format_as(PhoneNumberFormat::RFC3966).into_owned(), None),
            (
                number.format_as(PhoneNumberFormat::International).replacen('+', " ", 1),
                None,
            ),
            (
                number
                    .format_as(PhoneNumberFormat::International)
                    .replacen('+', "00", 1),
                None,
            ),
            (
                number.format_out_of_country_calling_number(from).into_owned(),
                Some(abroad),
            ),
        ];
        if home != Region::WORLD {
            writings.push((number.format_as(PhoneNumberFormat::National).into_owned(), Some(home)));
            writings.push((number.get_national_significant_number(), Some(home)));
        }
        for (writing, home) in writings {
            read += 1;
            let ours = numbers.read(&writing, home).map(|facts| facts.number.to_string());
            if ours.as_deref() != Ok(text) {
                // Some numbers are written alike: then the oracle can't read its own writing either.
                let home = home.and_then(|home| home.as_str().parse().ok());
                let theirs = PHONE_NUMBER_UTIL.parse(&writing, home).map(|number| number.to_string());
                if theirs.as_ref().ok() != ours.as_ref().ok() {
                    misread.push(format!(
                        "{writing:?} from {home:?} is {text}: {ours:?}, oracle {theirs:?}"
                    ));
                }
            }
        }
    }
    println!("{read} read, {} misread", misread.len());
    assert!(
        misread.is_empty(),
        "{} of {read}: {:#?}",
        misread.len(),
        &misread[..misread.len().min(150)]
    );
}
