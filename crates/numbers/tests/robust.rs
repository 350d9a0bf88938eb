//! Nothing that comes from outside makes a lookup panic: neither texts nor data files.

use numbers::{E164, LoadError, Numbers};
use proptest::prelude::*;

const FILE: &[u8] = include_bytes!("../../../data/numbers.bin");

/// Digits, separators and other things that come close to a number.
const NEARLY_A_NUMBER: &str = r"[ (]?(tel:)?[+＋]?(00|011|0)?[0-9٠-٩ ().\-/;=]{0,40}";

fn read_in_all_ways(text: &str) {
    let numbers = Numbers::embedded();
    let homes = [
        None,
        Some("DE"),
        Some("US"),
        Some("AR"),
        Some("GG"),
        Some("GA"),
        Some("ZZ"),
        Some("001"),
    ];
    for home in homes {
        match numbers.read(text, home.map(|code| code.parse().expect("two letters"))) {
            Ok(facts) => {
                let strict = numbers.check(&facts.number.to_string());
                assert_eq!(strict, Ok(facts), "{text:?} is read as a number that is then refused");
            }
            Err(refusal) => assert!(!refusal.to_string().is_empty()),
        }
    }
    if let Ok(facts) = numbers.check(text) {
        assert_eq!(facts.number.to_string(), text);
    }
    if let Ok(number) = text.parse::<E164>() {
        assert_eq!(number.to_string(), text);
        assert!(
            numbers
                .international(number)
                .ends_with(|last: char| last.is_ascii_digit())
        );
        assert!(numbers.national(number).len() <= 2 * text.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        read_in_all_ways(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_can_be_read(text in any::<String>()) {
        read_in_all_ways(&text);
    }

    #[test]
    fn what_is_nearly_a_number_can_be_read(text in NEARLY_A_NUMBER) {
        read_in_all_ways(&text);
    }

    #[test]
    fn any_digits_can_be_checked_and_written(text in r"\+[1-9][0-9]{0,17}") {
        read_in_all_ways(&text);
    }

    #[test]
    fn a_number_written_for_abroad_is_read_back(text in r"\+(1555[0-9]{7}|4915[0-9]{9}|447[0-9]{9}|7[0-9]{10})") {
        let numbers = Numbers::embedded();
        if let Ok(facts) = numbers.check(&text) {
            prop_assert_eq!(numbers.read(&numbers.international(facts.number), None), Ok(facts));
            prop_assert_eq!(numbers.read(&numbers.national(facts.number), Some(facts.region)), Ok(facts));
        }
    }

    #[test]
    fn any_file_is_loaded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        prop_assert!(Numbers::load(&bytes).is_err());
        prop_assert!(Numbers::load(&[&FILE[..8], &bytes].concat()).is_err());
        prop_assert!(Numbers::load(&[&FILE[..14], &bytes].concat()).is_err());
    }

    #[test]
    fn a_file_cut_short_is_refused(length in 0..FILE.len()) {
        prop_assert!(Numbers::load(&FILE[..length]).is_err());
    }

    #[test]
    fn a_file_with_a_flipped_bit_is_refused(at in 0..FILE.len(), bit in 0..8_u32) {
        let mut changed = FILE.to_vec();
        changed[at] ^= 1_u8 << bit;
        prop_assert!(Numbers::load(&changed).is_err());
    }
}

#[test]
fn refusals_of_a_file_say_what_is_wrong() {
    assert_eq!(Numbers::load(b"").unwrap_err(), LoadError::Magic);
    assert_eq!(
        Numbers::load(b"PK\x03\x04 something else").unwrap_err(),
        LoadError::Magic
    );
    assert_eq!(Numbers::load(&FILE[..12]).unwrap_err(), LoadError::Damaged);
    let mut later = FILE.to_vec();
    later[8] = 9;
    assert_eq!(Numbers::load(&later).unwrap_err(), LoadError::Version(9));
    assert!(Numbers::load(FILE).is_ok());
}
