//! How languages call countries and currencies: `i18n/names.tsv`.

use std::{collections::HashMap, sync::LazyLock};

use super::language::Language;

const FILE: &str = include_str!("../../i18n/names.tsv");

/// A name in Spanish, French and Portuguese.
static NAMES: LazyLock<HashMap<&str, [&str; 3]>> = LazyLock::new(|| FILE.lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<(&'static str, [&'static str; 3])> {
    let mut cells = line.split('\t');
    let code = cells.next()?;
    Some((code, [cells.next()?, cells.next()?, cells.next()?]))
}

/// The name of a code; in English, and where no other is known, the one that is given.
pub(super) fn name<'a>(language: Language, code: &str, english: &'a str) -> &'a str {
    let place = match language {
        Language::English => return english,
        Language::Spanish => 0,
        Language::French => 1,
        Language::Portuguese => 2,
    };
    NAMES.get(code).map_or(english, |names| names[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_that_is_sold_to_has_a_name_in_every_language() {
        let countries = include_str!("../../../../data/countries.csv").lines().skip(1);
        let nameless: Vec<_> = countries.filter(|line| !NAMES.contains_key(&line[..2])).collect();
        assert!(nameless.is_empty(), "run i18n/names.mjs for {nameless:?}");
        assert!(NAMES.len() > 350, "countries and currencies: {}", NAMES.len());
    }

    #[test]
    fn names_are_the_languages_own() {
        let shown = Language::ALL.map(|language| name(language, "DE", "Germany"));
        assert_eq!(shown, ["Germany", "Alemania", "Allemagne", "Alemanha"]);
        assert_eq!(name(Language::French, "BRL", "Brazilian Real"), "réal brésilien");
        assert_eq!(name(Language::French, "none", "Nowhere"), "Nowhere");
    }
}
