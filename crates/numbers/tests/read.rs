//! Numbers as people and machines write them.

use numbers::{InvalidNumber, Numbers};

fn read(text: &str, home: &str) -> Result<String, InvalidNumber> {
    let home = (!home.is_empty()).then(|| home.parse().expect("two letters"));
    Numbers::embedded()
        .read(text, home)
        .map(|facts| facts.number.to_string())
}

#[test]
fn many_ways_to_write_are_one_number() {
    let table = [
        ("+4915123456789", "", "+4915123456789"),
        ("+49 1512 3456789", "", "+4915123456789"),
        ("  +49 (0) 1512 / 345-67.89 ", "", "+4915123456789"),
        ("(+49) 1512\u{a0}3456789", "", "+4915123456789"),
        ("\u{202a}+49 1512 3456789\u{202c}", "", "+4915123456789"),
        ("+49\u{2011}1512\u{2013}3456789", "", "+4915123456789"),
        (
            "\u{ff0b}\u{ff14}\u{ff19}\u{ff11}\u{ff15}\u{ff11}\u{ff12}3456789",
            "",
            "+4915123456789",
        ),
        ("+٤٩١٥١٢٣٤٥٦٧٨٩", "", "+4915123456789"),
        ("+४९ १५१२ ३४५६७८९", "", "+4915123456789"),
        ("tel:+49-1512-3456789", "", "+4915123456789"),
        (" TEL:+49-1512-3456789;isub=12", "", "+4915123456789"),
        ("tel:1512-3456789;phone-context=+49", "", "+4915123456789"),
        ("0049 1512 3456789", "", "+4915123456789"),
        ("+0049 1512 3456789", "", "+4915123456789"),
        ("0049 (0)1512 3456789", "US", "+4915123456789"),
        ("011 49 1512 3456789", "US", "+4915123456789"),
        ("4915123456789", "", "+4915123456789"),
        (" 4915123456789", "", "+4915123456789"),
        ("4915123456789", "DE", "+4915123456789"),
        ("4915123456789", "FR", "+4915123456789"),
        ("01512 3456789", "DE", "+4915123456789"),
        ("1512 3456789", "DE", "+4915123456789"),
        ("+4915123456789", "US", "+4915123456789"),
        (" 15551234567", "", "+15551234567"),
        (" 15551234567", "DE", "+15551234567"),
        (" 01512 3456789", "DE", "+4915123456789"),
        ("15551234567", "US", "+15551234567"),
        ("(555) 123-4567", "US", "+15551234567"),
        ("1 (555) 123-4567", "CA", "+15551234567"),
        ("07911 123456", "GB", "+447911123456"),
        ("07911 123456", "GG", "+447911123456"),
        ("447911123456", "", "+447911123456"),
        ("07700 900123", "GB", "+447700900123"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("011 15-2345-6789", "AR", "+5491123456789"),
        ("0 15 11 91234-5678", "BR", "+5511912345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("340 123 4567", "IT", "+393401234567"),
        ("0803 123 4567", "NG", "+2348031234567"),
    ];
    for (text, home, expected) in table {
        assert_eq!(read(text, home).as_deref(), Ok(expected), "{text:?} from {home:?}");
    }
}

fn refusal(text: &str, home: &str) -> String {
    read(text, home).expect_err(text).to_string()
}

#[test]
fn no_digits_are_no_number() {
    for text in ["", " - ", "+", "tel:", "()"] {
        let expected = "no phone number given: write + and the country's calling code first, as in +4915123456789";
        assert_eq!(refusal(text, "DE"), expected, "{text:?}");
    }
}

#[test]
fn what_does_not_belong_is_named() {
    for (text, found) in [
        ("+49 1512 CALLME", 'C'),
        ("+49 1512 +3456789", '+'),
        ("joe@example.com", 'j'),
    ] {
        let expected = format!("not a phone number: {found:?} does not belong in one, write digits after a +");
        assert_eq!(refusal(text, ""), expected, "{text:?}");
    }
}

#[test]
fn unknown_calling_codes_are_refused() {
    for text in ["+999 123456", "+0151 2345678", "+4", "00 0"] {
        let expected = "unknown country: no calling code is like this, check the first digits after the +";
        assert_eq!(refusal(text, ""), expected, "{text:?}");
    }
}

#[test]
fn lengths_are_told() {
    let table = [
        ("+49 1512 345678", "", "too short", "11 digits after +49, here are 10"),
        ("01512 345678", "DE", "too short", "11 digits after +49, here are 10"),
        (" 49 1512 345678", "", "too short", "11 digits after +49, here are 10"),
        ("+49 1512 34567890", "", "too long", "11 digits after +49, here are 12"),
        ("+1 555 123 456", "", "too short", "10 digits after +1, here are 9"),
        ("+44 7911 1234567", "", "too long", "10 digits after +44, here are 11"),
        ("+44 7000", "", "too short", "10 digits after +44, here are 4"),
        ("+420", "", "too short", "9 to 12 digits after +420, here are 0"),
    ];
    for (text, home, verdict, rest) in table {
        let expected = format!("{verdict}: a number that begins like this has {rest}");
        assert_eq!(refusal(text, home), expected, "{text:?} from {home:?}");
    }
    let between = "wrong length: a number that begins like this has fewer digits or more, and none has over 15";
    assert_eq!(refusal("+44 8001111 2", ""), between);
}

#[test]
fn ranges_that_nobody_has_are_refused() {
    for (text, country) in [
        ("+1 123 456 7890", "United States and others"),
        ("+49 0000 0000000", "Germany"),
    ] {
        let expected = format!("no such number: nothing in {country} begins like this, check the digits after");
        assert!(refusal(text, "").starts_with(&expected), "{}", refusal(text, ""));
    }
}

#[test]
fn a_national_number_needs_a_country() {
    for text in ["01512 3456789", "555 123 4567", "07911 123456", "49 1512 345678"] {
        let expected = "no country given: write + and the country's calling code first, as in +4915123456789";
        assert_eq!(refusal(text, ""), expected, "{text:?}");
    }
}

#[test]
fn strict_reading_takes_one_form_only() {
    let numbers = Numbers::embedded();
    assert!(numbers.check("+4915123456789").is_ok());
    assert_eq!(numbers.check(""), Err(InvalidNumber::Empty));
    assert_eq!(numbers.check("+"), Err(InvalidNumber::Empty));
    assert_eq!(numbers.check("4915123456789"), Err(InvalidNumber::NeedsCountry));
    for (text, found) in [
        ("+49 15123456789", ' '),
        ("++4915123456789", '+'),
        ("+٤٩", '٤'),
        ("tel:+49", 't'),
    ] {
        assert_eq!(numbers.check(text), Err(InvalidNumber::NotANumber { found }), "{text}");
    }
    assert!(numbers.check("+49015123456789").is_err());
    assert!(numbers.check(&format!("+{}", "1".repeat(100_000))).is_err());
}
