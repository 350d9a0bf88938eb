//! The countries by name, and what a top-up amounts to there.

use std::{collections::HashMap, sync::OnceLock};

use model::{Country, Currency};

/// A country as `data/countries.csv` describes it.
#[derive(Debug)]
pub(super) struct CountryFacts {
    /// Its English name.
    pub(super) name: String,
    /// The name at the end of its operators' ids, such as `usa`.
    pub(super) slug: String,
    /// What phones there are topped up in.
    pub(super) currency: Currency,
    /// The demo catalogue's usual amounts.
    pub(super) packages: Vec<String>,
    /// The demo catalogue's free amounts: smallest, largest, step.
    pub(super) range: [String; 3],
}

const FILE: &str = include_str!("../../../../data/countries.csv");

/// Returns all countries.
pub(super) fn all() -> &'static HashMap<Country, CountryFacts> {
    static COUNTRIES: OnceLock<HashMap<Country, CountryFacts>> = OnceLock::new();
    COUNTRIES.get_or_init(|| {
        csv::Reader::from_reader(FILE.as_bytes())
            .records()
            .map(|row| read(&row.expect("the embedded file is tested")))
            .collect::<Option<_>>()
            .expect("the embedded file is tested")
    })
}

/// Returns a country's English name.
pub(super) fn name(country: Country) -> Option<&'static str> {
    all().get(&country).map(|facts| facts.name.as_str())
}

/// Reads `country,name,slug,currency,packages,range`.
fn read(row: &csv::StringRecord) -> Option<(Country, CountryFacts)> {
    let (amounts, step) = row.get(5)?.split_once('/')?;
    let (min, max) = amounts.split_once("..")?;
    let facts = CountryFacts {
        name: row.get(1)?.to_owned(),
        slug: row.get(2)?.to_owned(),
        currency: row.get(3)?.parse().ok()?,
        packages: row.get(4)?.split(' ').map(str::to_owned).collect(),
        range: [min, max, step].map(str::to_owned),
    };
    Some((row.get(0)?.parse().ok()?, facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_can_be_read_and_has_a_name_of_its_own() {
        let mut names: Vec<_> = all().values().map(|facts| &facts.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all().len());
        assert_eq!(all()[&"US".parse().unwrap()].slug, "usa");
        assert!(all().values().all(|facts| facts.packages.len() >= 4));
    }

    #[test]
    fn every_country_that_has_numbers_is_there() {
        for facts in numbers::Numbers::embedded().regions() {
            let country = facts.region.as_str().parse().unwrap();
            assert!(all().contains_key(&country), "{country}");
        }
    }
}
