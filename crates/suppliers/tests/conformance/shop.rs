//! What is bought in these tests: about ten dollars of airtime of Digicel, for a phone in Haiti.

use model::{Category, Listing, ListingTerms, Money, PhoneNumber, TopUp};

use crate::stage::{Stage, attempt};

/// What the connector lists.
pub(crate) struct Shop {
    pub(crate) listings: Vec<Listing>,
}

impl Shop {
    pub(crate) async fn of(stage: &Stage) -> Self {
        let listings = stage.supplier.listings().await.unwrap();
        Self { listings }
    }

    fn airtime(&self) -> impl Iterator<Item = &Listing> {
        let digicel = |one: &&Listing| one.country.code() == "HT" && one.sold_as.name.starts_with("Digicel");
        self.listings
            .iter()
            .filter(digicel)
            .filter(|one| one.category == Category::Airtime)
    }

    /// What there is for a phone with this ending: a denomination, or a thousand gourdes.
    pub(crate) fn any(&self, number: u128, ending: &str) -> TopUp {
        let fixed = |one: &Listing| matches!(one.terms, ListingTerms::Fixed { .. });
        if self.airtime().any(fixed) {
            self.fixed(number, ending)
        } else {
            self.ranged(100_000, number, ending)
        }
    }

    /// A fixed denomination for a phone with this ending.
    pub(crate) fn fixed(&self, number: u128, ending: &str) -> TopUp {
        let fixed = |one: &&Listing| matches!(&one.terms, ListingTerms::Fixed { cost, .. } if cost.minor() > 900);
        let listing = self.airtime().find(fixed).unwrap();
        let ListingTerms::Fixed { amount, cost } = listing.terms else {
            unreachable!("it was looked for")
        };
        topup(listing, (amount.unwrap(), cost), number, ending)
    }

    /// Any amount for a phone with this ending.
    pub(crate) fn ranged(&self, minor: i64, number: u128, ending: &str) -> TopUp {
        let ranged = |one: &&Listing| matches!(one.terms, ListingTerms::Ranged { .. });
        let listing = self.airtime().find(ranged).unwrap();
        let ListingTerms::Ranged {
            range,
            cost_rate,
            cost_currency,
        } = listing.terms
        else {
            unreachable!("it was looked for")
        };
        let amount = Money::new(minor, range.min.currency());
        assert!(range.contains(amount), "{range:?}");
        let cost = amount.convert(cost_rate, cost_currency, model::Rounding::Up).unwrap();
        topup(listing, (amount, cost), number, ending)
    }
}

fn topup(listing: &Listing, (amount, cost): (Money, Money), number: u128, ending: &str) -> TopUp {
    TopUp {
        attempt: attempt(number),
        recipient: phone(ending),
        country: listing.country,
        product: "digicel-haiti".parse().unwrap(),
        sku: listing.sku.clone(),
        amount,
        cost,
        parameters: listing.parameters.clone(),
    }
}

/// A phone in Haiti.
pub(crate) fn phone(ending: &str) -> PhoneNumber {
    format!("+5093637{ending}").parse().unwrap()
}
