//! The numbers that documents and tests of the whole product use.

use numbers::{LineType, Numbers};

#[test]
fn seed_numbers_are_known() {
    let numbers = Numbers::embedded();
    let us = numbers.check("+15551234567").unwrap();
    assert_eq!(
        (us.region.as_str(), us.fictional, us.line_type),
        ("US", true, LineType::FixedLineOrMobile)
    );
    assert!(us.line_type.can_be_topped_up());
    assert_eq!(us.number.to_string(), "+15551234567");

    let gg = numbers.check("+447911123456").unwrap();
    assert_eq!(
        (gg.region.as_str(), gg.market.as_str(), gg.calling_code),
        ("GG", "GB", 44)
    );
    assert_eq!(
        (gg.line_type, gg.carrier, gg.fictional),
        (LineType::Mobile, Some("JT"), false)
    );

    let de = numbers.check("+4915123456789").unwrap();
    assert_eq!(
        (de.region.as_str(), de.market.as_str(), de.calling_code),
        ("DE", "DE", 49)
    );
    assert_eq!(
        (de.line_type, de.carrier, de.portable),
        (LineType::Mobile, Some("T-Mobile"), true)
    );
}
