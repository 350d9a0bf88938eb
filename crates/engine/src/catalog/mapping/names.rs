//! How alike two names of an operator are, given that both are of one country.
//!
//! Suppliers write `Digicel Haiti`, `AT&T USA Data` or `Orange (CI)` where we say `Digicel`, `AT&T`
//! and `Orange`: the country, the kind of service and words that every operator has say nothing.

use model::Country;

use super::super::{countries, fold::fold};

/// Names of countries that suppliers use and the standard does not.
const ALIASES: [(&str, &str); 22] = [
    ("US", "united states of america"),
    ("US", "america"),
    ("GB", "uk"),
    ("GB", "great britain"),
    ("AE", "uae"),
    ("CD", "drc"),
    ("CD", "congo kinshasa"),
    ("CG", "congo brazzaville"),
    ("CI", "ivory coast"),
    ("CI", "cote divoire"),
    ("CZ", "czech republic"),
    ("DO", "dominican rep"),
    ("KR", "south korea"),
    ("LA", "laos"),
    ("MM", "burma"),
    ("PS", "palestine"),
    ("RU", "russia"),
    ("SA", "ksa"),
    ("SY", "syria"),
    ("TR", "turkey"),
    ("TZ", "tanzania"),
    ("VN", "vietnam"),
];
/// What is sold, not who sells it.
const SERVICES: [&str; 20] = [
    "airtime",
    "bundle",
    "bundles",
    "credit",
    "combo",
    "data",
    "international",
    "internet",
    "package",
    "packages",
    "pin",
    "plan",
    "plans",
    "prepaid",
    "promo",
    "recharge",
    "refill",
    "topup",
    "topups",
    "voucher",
];
/// Words that any operator may have or leave out.
const GENERIC: [&str; 17] = [
    "cell",
    "cellular",
    "celular",
    "comunicaciones",
    "communications",
    "company",
    "group",
    "gsm",
    "limited",
    "ltd",
    "mobile",
    "movil",
    "network",
    "networks",
    "telecom",
    "telekom",
    "wireless",
];

/// Both are the same letter by letter.
const EQUAL: u32 = 100;
/// They differ in the country's name or the kind of service.
const EQUAL_BARE: u32 = 98;
/// They differ in words that any operator may have.
const EQUAL_CORE: u32 = 92;
/// One has all words of the other and more.
const WITHIN: u32 = 84;
/// Names that are only spelt alike count for less than the letters that they share.
const SPELLING_DISCOUNT: u32 = 8;
/// Shorter names are equal or not: two letters are no likeness.
const SPELLING_LETTERS_MIN: usize = 4;

/// A name, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    whole: Vec<String>,
    /// Without country and service.
    bare: Vec<String>,
    /// Without words that any operator may have.
    core: Vec<String>,
}

impl Name {
    /// Takes the name of an operator of a country apart.
    pub(super) fn read(text: &str, country: Country) -> Self {
        let whole: Vec<String> = fold(text)
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let bare = without_service(without_country(whole.clone(), country));
        let kept = |word: &&String| !GENERIC.contains(&word.as_str());
        let core: Vec<String> = bare.iter().filter(kept).cloned().collect();
        let core = if core.is_empty() { bare.clone() } else { core };
        Self { whole, bare, core }
    }

    /// Says how alike two names are, out of 100.
    pub(super) fn likeness(&self, other: &Self) -> u32 {
        if self.whole.is_empty() || other.whole.is_empty() {
            return 0;
        }
        if self.whole.concat() == other.whole.concat() {
            return EQUAL;
        }
        if self.bare.concat() == other.bare.concat() {
            return EQUAL_BARE;
        }
        if self.core.concat() == other.core.concat() {
            return EQUAL_CORE;
        }
        let within = contains(&self.core, &other.core) || contains(&other.core, &self.core);
        let spelt = spelling(&self.core.concat(), &other.core.concat());
        spelt.max(if within { WITHIN } else { 0 })
    }

    /// The words that are compared, for people.
    pub(super) fn core(&self) -> String {
        self.core.join(" ")
    }
}

fn contains(all: &[String], some: &[String]) -> bool {
    some.iter().all(|word| all.contains(word)) && some.concat().len() >= 2
}

/// The part of letters that need no change to make one of the other.
fn spelling(one: &str, other: &str) -> u32 {
    let letters = one.chars().count().max(other.chars().count());
    if one.chars().count().min(other.chars().count()) < SPELLING_LETTERS_MIN {
        return 0;
    }
    let same = letters.saturating_sub(strsim::osa_distance(one, other));
    u32::try_from(same * 100 / letters)
        .unwrap_or(0)
        .saturating_sub(SPELLING_DISCOUNT)
}

fn without_service(words: Vec<String>) -> Vec<String> {
    let kept: Vec<String> = words
        .iter()
        .filter(|word| !SERVICES.contains(&word.as_str()))
        .cloned()
        .collect();
    if kept.is_empty() { words } else { kept }
}

/// Takes the country's name out, unless nothing is left then: `Andorra Telecom` stays whole in part.
fn without_country(words: Vec<String>, country: Country) -> Vec<String> {
    let facts = countries::all().get(&country);
    let code = country.code().to_lowercase();
    let official = facts
        .into_iter()
        .flat_map(|facts| [fold(&facts.name), fold(&facts.slug)]);
    let aliases = ALIASES
        .iter()
        .filter(|(of, _)| *of == country.code())
        .map(|(_, name)| (*name).to_owned());
    let mut names: Vec<Vec<String>> = official
        .chain(aliases)
        .chain([code])
        .map(|name| name.split(' ').map(str::to_owned).collect())
        .collect();
    // The longest first: `united states` of `united states of america` would leave the rest.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in names {
        let found = words.windows(name.len()).position(|window| window == name);
        if let Some(at) = found.filter(|_| words.len() > name.len()) {
            let mut kept = words;
            kept.drain(at..at + name.len());
            return kept;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(ours: &str, theirs: &str, country: &str) -> u32 {
        let country = country.parse().unwrap();
        Name::read(ours, country).likeness(&Name::read(theirs, country))
    }

    #[test]
    fn country_and_service_do_not_matter() {
        for (ours, theirs, country) in [
            ("Digicel", "Digicel Haiti", "HT"),
            ("AT&T", "AT&T USA", "US"),
            ("AT&T", "AT&T United States of America Data", "US"),
            ("Orange", "Orange (CI)", "CI"),
            ("Orange", "Orange Côte d’Ivoire Bundles", "CI"),
            ("MTN", "MTN Nigeria Data", "NG"),
            ("Etisalat", "Etisalat UAE PIN", "AE"),
        ] {
            assert!(likeness(ours, theirs, country) >= EQUAL_BARE, "{ours} {theirs}");
        }
    }

    #[test]
    fn words_that_anybody_has_matter_little() {
        assert_eq!(likeness("T-Mobile", "TMobile USA", "US"), EQUAL_BARE);
        assert_eq!(likeness("Lebara", "Lebara Mobile UK", "GB"), EQUAL_CORE);
        assert_eq!(likeness("Sercom (Claro)", "Claro Honduras", "HN"), WITHIN);
    }

    #[test]
    fn others_are_others() {
        for (ours, theirs, country) in [
            ("Natcom", "Digicel Haiti", "HT"),
            ("O2", "EE UK", "GB"),
            ("Airtel", "Airtel-Vodafone", "JE"),
            ("MTN", "MTNL", "IN"),
            ("Telcel", "Telkom", "MX"),
        ] {
            assert!(likeness(ours, theirs, country) < 90, "{ours} {theirs}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_alike_and_not_equal() {
        let score = likeness("Movistar", "Movistarr Mexico", "MX");
        assert!((75..90).contains(&score), "{score}");
    }
}
