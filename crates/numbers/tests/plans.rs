//! What the tables say about regions, markets and numbers set aside for fiction.

use numbers::{InvalidRegion, LineType, Numbers, Region};

#[test]
fn regions_are_known_by_their_codes() {
    let numbers = Numbers::embedded();
    let germany = numbers.region("de").unwrap();
    assert_eq!(
        (germany.region.as_str(), germany.name, germany.calling_code),
        ("DE", "Germany", 49)
    );
    assert_eq!(
        (germany.market.as_str(), germany.portable, germany.national_prefix),
        ("DE", true, "0")
    );
    assert_eq!(numbers.region("ZZ"), None);
    assert_eq!(numbers.region("001"), None);
    assert_eq!(numbers.region("Germany"), None);

    let codes: Vec<_> = numbers.regions().map(|facts| facts.region.to_string()).collect();
    assert_eq!(codes.len(), 245);
    assert!(codes.is_sorted());
    assert!(
        numbers
            .regions()
            .all(|facts| numbers.region(facts.region.as_str()) == Some(facts))
    );
    assert!(
        numbers
            .regions()
            .all(|facts| !facts.name.is_empty() && !facts.name.contains('*'))
    );
}

#[test]
fn small_territories_belong_to_a_market() {
    let numbers = Numbers::embedded();
    let markets: Vec<_> = numbers
        .regions()
        .filter(|facts| facts.market != facts.region)
        .map(|facts| format!("{}→{}", facts.region, facts.market))
        .collect();
    let expected = "AS→US AX→FI BL→GP CC→AU CX→AU EH→MA GG→GB GU→US IM→GB JE→GB MF→GP MP→US PR→US SJ→NO SM→IT TA→SH \
                    VA→IT VI→US";
    assert_eq!(markets.join(" "), expected);
}

#[test]
fn shared_calling_codes_name_the_right_region() {
    let table = [
        ("+12025550100", "US"),
        ("+14165550100", "CA"),
        ("+18765550100", "JM"),
        ("+17875550100", "PR"),
        ("+79123456789", "RU"),
        ("+77012345678", "KZ"),
        ("+447400123456", "GB"),
        ("+447781123456", "GG"),
        ("+447624123456", "IM"),
        ("+447797123456", "JE"),
        ("+390669812345", "VA"),
        ("+393123456789", "IT"),
        ("+80012345678", "001"),
    ];
    for (text, region) in table {
        assert_eq!(
            Numbers::embedded().check(text).unwrap().region.as_str(),
            region,
            "{text}"
        );
    }
}

#[test]
fn fiction_is_told_from_life() {
    let table = [
        ("+15551234567", "US", LineType::FixedLineOrMobile, true),
        ("+15550000000", "US", LineType::FixedLineOrMobile, true),
        ("+12025550100", "US", LineType::FixedLineOrMobile, true),
        ("+12025550199", "US", LineType::FixedLineOrMobile, true),
        ("+12025550200", "US", LineType::FixedLineOrMobile, false),
        ("+14165550123", "CA", LineType::FixedLineOrMobile, true),
        ("+447700900000", "GB", LineType::Mobile, true),
        ("+447700900999", "GB", LineType::Mobile, true),
        ("+61491570006", "AU", LineType::Mobile, true),
        ("+61491570156", "AU", LineType::Mobile, true),
        ("+61491579455", "AU", LineType::Mobile, true),
        ("+61491570005", "AU", LineType::Mobile, false),
        ("+447911123456", "GG", LineType::Mobile, false),
    ];
    for (text, region, line_type, fictional) in table {
        let facts = Numbers::embedded().check(text).unwrap();
        assert_eq!(
            (facts.region.as_str(), facts.line_type, facts.fictional),
            (region, line_type, fictional),
            "{text}"
        );
        assert!(facts.line_type.can_be_topped_up());
    }
    for text in [
        "+1555123456",
        "+155512345678",
        "+44770090012",
        "+4477009001234",
        "+447700901000",
    ] {
        assert!(Numbers::embedded().check(text).is_err(), "{text}");
    }
}

#[test]
fn only_mobile_lines_can_be_topped_up() {
    let table = [
        ("+493012345678", LineType::FixedLine),
        ("+18002345678", LineType::TollFree),
        ("+80012345678", LineType::TollFree),
        ("+447012345678", LineType::PersonalNumber),
        ("+447640123456", LineType::Pager),
        ("+3758101234567", LineType::PremiumRate),
    ];
    for (text, line_type) in table {
        let facts = Numbers::embedded().check(text);
        assert_eq!(facts.as_ref().map(|facts| facts.line_type), Ok(line_type), "{text}");
        assert!(!line_type.can_be_topped_up());
    }
}

#[test]
fn region_codes_are_two_letters() {
    assert_eq!(
        "gb".parse::<Region>().map(|region| region.to_string()),
        Ok("GB".to_owned())
    );
    assert_eq!("001".parse(), Ok(Region::WORLD));
    assert_eq!(Region::WORLD.to_string(), "001");
    for code in ["", "G", "GBR", "00", "G1", "ß", "é"] {
        assert_eq!(code.parse::<Region>(), Err(InvalidRegion), "{code:?}");
    }
}

#[test]
fn numbers_are_written_as_people_do() {
    let numbers = Numbers::embedded();
    let table = [
        ("+15551234567", "(555) 123-4567", "+1 555-123-4567"),
        ("+447911123456", "07911 123456", "+44 7911 123456"),
        ("+447700900123", "07700 900123", "+44 7700 900123"),
        ("+4915123456789", "01512 3456789", "+49 1512 3456789"),
        ("+5491123456789", "011 15-2345-6789", "+54 9 11 2345-6789"),
        ("+79123456789", "8 (912) 345-67-89", "+7 912 345-67-89"),
        ("+9991234", "9991234", "+9991234"),
    ];
    for (text, national, international) in table {
        let number = text.parse().unwrap();
        assert_eq!(
            (
                numbers.national(number).as_str(),
                numbers.international(number).as_str()
            ),
            (national, international)
        );
    }
}

#[test]
fn tables_are_shared_by_threads_and_know_their_origin() {
    fn assert_shared<T: Send + Sync>(_: &T) {}
    assert_shared(Numbers::embedded());
    assert_eq!(Numbers::embedded().metadata_version(), "9.0.42");
}
