//! A thing that a supplier lists.

use model::{Benefits, Category, Currency, Listing, ListingTerms, Money, SoldAs};

fn money(amount: &str, currency: &str) -> Money {
    let currency: Currency = currency.parse().expect("a currency");
    Money::parse(amount, currency).expect("an amount")
}

/// So many gourdes of airtime for `Digicel Haiti`, at so many dollars.
pub fn listing(sku: &str, amount: &str, cost: &str) -> Listing {
    Listing {
        sku: sku.into(),
        sold_as: SoldAs {
            id: "173".into(),
            name: "Digicel Haiti".into(),
        },
        country: "HT".parse().expect("a country"),
        category: Category::Airtime,
        title: None,
        benefits: Benefits::default(),
        terms: ListingTerms::Fixed {
            amount: Some(money(amount, "HTG")),
            cost: money(cost, "USD"),
        },
        parameters: Some(format!("{{\"of\":\"{sku}\"}}").into()),
    }
}
