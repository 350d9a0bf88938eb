//! Packages and products made from listings that we have nothing like.

use model::{Benefits, Category, Currency, Listing, ListingTerms, Money, Operator, Package, Product, ProductId, Range};

use super::super::{bundles, countries};
use super::{
    Reason,
    listings::{CONTAINERS, Match, value_of},
    shelf::Shelf,
};

/// What may be made from listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Create {
    /// Nothing: what we don't have is left open.
    Nothing,
    /// Packages of data and bundles whose contents are told as data.
    Bundles,
    /// Every package and range of an operator that we have.
    Everything,
}

/// A word that doesn't say what may be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected nothing, bundles or everything")]
pub struct UnknownCreate;

impl std::str::FromStr for Create {
    type Err = UnknownCreate;

    fn from_str(text: &str) -> Result<Self, UnknownCreate> {
        match text {
            "nothing" => Ok(Self::Nothing),
            "bundles" => Ok(Self::Bundles),
            "everything" => Ok(Self::Everything),
            _ => Err(UnknownCreate),
        }
    }
}

impl Create {
    fn allows(self, listing: &Listing) -> bool {
        match self {
            Self::Nothing => false,
            Self::Bundles => listing.category != Category::Airtime && listing.benefits != Benefits::default(),
            Self::Everything => listing.category == Category::Airtime || !contents(listing).is_empty(),
        }
    }
}

/// Makes a package, or free amounts, for a listing. None where it may not be or nothing can be said of it.
pub(super) fn make(
    listing: &Listing,
    operator: &Operator,
    sure: u32,
    shelf: &mut Shelf,
    create: Create,
) -> Option<Match> {
    if !create.allows(listing) {
        return None;
    }
    let product = product_for(listing, operator, shelf)?;
    let (id, currency) = (product.id.clone(), product.currency);
    let new = shelf.product(&id).is_none();
    let package = match &listing.terms {
        ListingTerms::Ranged { range, .. } if range.min.currency() == currency => {
            make_range(product, *range, shelf, new);
            None
        }
        ListingTerms::Ranged { .. } => return None,
        ListingTerms::Fixed { amount, cost } => {
            let package = package(
                listing,
                amount.filter(|amount| amount.currency() == currency),
                *cost,
                (currency, shelf),
            )?;
            let value = package.value.clone();
            if product.packages.iter().any(|other| other.value == value) {
                return None;
            }
            if new {
                shelf.add_product(product);
            }
            shelf.add_package(&id, package);
            Some(value)
        }
    };
    Some(Match {
        product: id,
        package,
        score: sure,
        reasons: vec![Reason::Made],
    })
}

fn make_range(product: Product, range: Range, shelf: &mut Shelf, new: bool) {
    let id = product.id.clone();
    if new {
        shelf.add_product(product);
    }
    shelf.add_range(&id, range);
}

fn package(
    listing: &Listing,
    amount: Option<Money>,
    cost: Money,
    (currency, shelf): (Currency, &Shelf),
) -> Option<Package> {
    if listing.category == Category::Airtime {
        return Some(Package {
            value: value_of(amount?),
            amount: amount?,
            title: None,
            benefits: Benefits::default(),
        });
    }
    let value = contents(listing);
    Some(Package {
        // What a bundle costs elsewhere stands for the face value that nobody tells.
        amount: amount.or_else(|| shelf.worth(cost, currency))?,
        title: Some(
            listing
                .title
                .clone()
                .filter(|title| !title.trim().is_empty())
                .unwrap_or_else(|| value.clone()),
        ),
        value,
        benefits: listing.benefits,
    })
}

/// What a bundle contains in words, or its title where that is all there is.
fn contents(listing: &Listing) -> String {
    let words = bundles::describe(&listing.benefits);
    if words.is_empty() {
        listing.title.clone().unwrap_or_default().trim().to_owned()
    } else {
        words
    }
}

/// The product that a package belongs to, or a new one.
fn product_for(listing: &Listing, operator: &Operator, shelf: &Shelf) -> Option<Product> {
    let categories: &[Category] = match listing.category {
        Category::Airtime => &[Category::Airtime],
        Category::Data | Category::Bundle => &CONTAINERS,
    };
    let mut found: Vec<&Product> = shelf.products_of(&operator.id, categories).collect();
    found.sort_by_key(|product| product.category != listing.category);
    if let Some(product) = found.first().filter(|product| product.category == listing.category) {
        return Some((*product).clone());
    }
    let (suffix, kind) = match listing.category {
        Category::Airtime => ("", ""),
        Category::Data => ("-data", " Data"),
        Category::Bundle => ("-bundles", " Bundles"),
    };
    let id: ProductId = format!("{}{suffix}", operator.id).parse().ok()?;
    // The name may be taken by a product of another kind.
    if shelf.product(&id).is_some() {
        return None;
    }
    Some(Product {
        id,
        name: format!("{}{kind}", operator.name),
        operator: operator.id.clone(),
        country: operator.country,
        category: listing.category,
        currency: currency_of(listing, operator)?,
        packages: Vec::new(),
        range: None,
        in_stock: true,
        test: false,
    })
}

/// What a new product is counted in: as the listing says, else as the country does.
fn currency_of(listing: &Listing, operator: &Operator) -> Option<Currency> {
    match &listing.terms {
        ListingTerms::Fixed {
            amount: Some(amount), ..
        } => Some(amount.currency()),
        ListingTerms::Ranged { range, .. } => Some(range.min.currency()),
        ListingTerms::Fixed { amount: None, .. } => {
            let facts = countries::all().get(&operator.country);
            facts.map(|facts| facts.currency)
        }
    }
}
