//! Countries by their three letters, which DT One writes; we write two.

use std::{collections::HashMap, sync::LazyLock};

use model::Country;

/// Kosovo has no code in ISO 3166; this one is customary.
const KOSOVO: (&str, &str) = ("XKX", "XK");

static COUNTRIES: LazyLock<HashMap<&'static str, Country>> = LazyLock::new(|| {
    let listed = iso_country::data::all();
    let pairs = listed.iter().map(|country| (country.alpha3, country.alpha2));
    let read = |(three, two): (&'static str, &str)| Some((three, two.parse().ok()?));
    pairs.chain([KOSOVO]).filter_map(read).collect()
});

/// The country of three letters. Codes of regions, such as `GXX`, are none.
pub(super) fn country_of(three: &str) -> Option<Country> {
    COUNTRIES.get(three).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_letters_are_a_country_and_regions_are_none() {
        for (three, two) in [
            ("ECU", "EC"),
            ("HTI", "HT"),
            ("CUW", "CW"),
            ("SSD", "SS"),
            ("XKX", "XK"),
        ] {
            assert_eq!(
                country_of(three).map(|country| country.to_string()).as_deref(),
                Some(two)
            );
        }
        assert_eq!(country_of("GXX"), None);
        assert_eq!(country_of("EXX"), None);
        assert!(COUNTRIES.len() > 240);
    }
}
