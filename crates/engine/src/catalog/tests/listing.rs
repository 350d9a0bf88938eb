use std::fmt::Write as _;

use model::Category;
use proptest::prelude::*;

use super::{super::*, snapshot};
use crate::page::PageRequest;

fn page(start: u64, limit: u32) -> PageRequest {
    PageRequest { start, limit }
}

/// Writes a page as people read it.
fn text(page: &ProductPage<'_>) -> String {
    let mut text = format!(
        "{} of {}{}\n",
        page.products.len(),
        page.total,
        if page.more { ", more" } else { "" }
    );
    for product in &page.products {
        let packages: Vec<_> = product.packages.iter().map(|package| package.value.as_str()).collect();
        let range = product.range.map(|range| format!(" {} to {}", range.min, range.max));
        let line = format!(
            "{} {} | {} | {} {}",
            product.country,
            product.category.as_str(),
            product.id,
            product.name,
            packages.join(" ")
        );
        writeln!(text, "{line}{}", range.unwrap_or_default()).unwrap();
    }
    text
}

#[test]
fn a_country_is_listed_by_category_and_rank() {
    let filter = ProductFilter {
        countries: vec!["KE".parse().unwrap(), "IE".parse().unwrap()],
        ..ProductFilter::default()
    };
    insta::assert_snapshot!(text(&snapshot().list(&filter, page(0, 50))));
}

#[test]
fn search_ranks_names_before_countries_and_words_before_beginnings() {
    let questions = ["at&t", "US", "mtn nig", "cote d'ivoire", "tmobile", "usa data", "bite"];
    let found = questions.map(|question| {
        let found = snapshot().search(question, TestProducts::Hidden, page(0, 5));
        format!("{question}: {}", text(&found))
    });
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn every_word_must_match() {
    let search = |question| snapshot().search(question, TestProducts::Hidden, page(0, 50)).total;
    assert_eq!(search("mtn france"), 0);
    assert_eq!(search(""), 0);
    assert_eq!(search("&&&"), 0);
    assert!(search("mtn nigeria") < search("mtn"));
    assert_eq!(search("CÔTE"), search("cote"));
}

#[test]
fn test_products_are_hidden_unless_asked_for() {
    let search = |test_products| snapshot().search("test phone refill", test_products, page(0, 50)).total;
    assert_eq!((search(TestProducts::Hidden), search(TestProducts::Shown)), (0, 2));
    let list = |test_products| {
        let filter = ProductFilter {
            test_products,
            ..ProductFilter::default()
        };
        snapshot().list(&filter, page(0, 50)).total
    };
    assert_eq!(list(TestProducts::Hidden) + 2, list(TestProducts::Shown));
}

proptest! {
    #[test]
    fn pages_put_together_are_the_list(
        limit in 1_u32..60,
        countries in prop::collection::vec(prop::sample::select(vec!["US", "GB", "KE", "XX"]), 0..3),
        categories in prop::collection::vec(prop::sample::select(vec![Category::Airtime, Category::Data]), 0..3),
        shown in any::<bool>(),
    ) {
        let test_products = if shown { TestProducts::Shown } else { TestProducts::Hidden };
        let countries: Vec<_> = countries.iter().map(|code| code.parse().unwrap()).collect();
        let filter = ProductFilter { countries, categories, test_products };
        let fits = |product: &&model::Product| {
            (filter.countries.is_empty() || filter.countries.contains(&product.country))
                && (filter.categories.is_empty() || filter.categories.contains(&product.category))
                && (shown || !product.test)
        };
        let expected: Vec<_> = snapshot().products.iter().filter(fits).map(|product| &product.id).collect();
        let mut listed = Vec::new();
        loop {
            let page = snapshot().list(&filter, page(u64::try_from(listed.len()).unwrap(), limit));
            prop_assert_eq!(page.total, expected.len());
            prop_assert!(page.products.len() <= usize::try_from(limit).unwrap());
            listed.extend(page.products.iter().map(|product| &product.id));
            prop_assert_eq!(page.more, listed.len() < expected.len());
            if !page.more {
                break;
            }
        }
        prop_assert_eq!(listed, expected);
    }
}
