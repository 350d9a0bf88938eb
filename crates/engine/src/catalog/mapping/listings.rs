//! Which of our products a listing is, once its operator is known.
//!
//! Airtime is the operator's airtime in the same currency: a package of the same amount, or free
//! amounts. A bundle is the package with the same contents, whoever sells it and however it is
//! called; where the supplier doesn't tell contents as data, an equal name is a suggestion.

use model::{Benefits, Category, Listing, ListingTerms, Money, OperatorId, Package, Product, ProductId, decimal_text};

use super::super::fold::fold;
use super::{Reason, shelf::Shelf};

/// Data within this many percent of each other is the same: a gigabyte has 1000 megabytes or 1024.
pub(super) const DATA_TOLERANCE_PERCENT: u32 = 3;
/// A month has 28 to 31 days: from here on a few days more or less are the same.
pub(super) const MONTH_DAYS_MIN: u32 = 28;
pub(super) const MONTH_TOLERANCE_DAYS: u32 = 3;

/// Contents that differ within the tolerance.
const NEARLY: u32 = 2;
/// An equal name and amount, without contents to compare.
const NAME_AND_AMOUNT: u32 = 85;
/// An equal name alone.
const NAME_ALONE: u32 = 70;

/// Things that are sold in packages with contents.
pub(super) const CONTAINERS: [Category; 2] = [Category::Data, Category::Bundle];

/// What a listing seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) product: ProductId,
    pub(super) package: Option<String>,
    pub(super) score: u32,
    pub(super) reasons: Vec<Reason>,
}

/// Why a listing is nothing of ours, and whether a package of its own could be made for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unmatched {
    /// It could be.
    Missing(Reason),
    /// It can't be sold as it is.
    Unfit(Reason),
}

/// Finds what a listing is among what an operator sells; `sure` is how sure the operator is.
pub(super) fn find(listing: &Listing, operator: &OperatorId, sure: u32, shelf: &Shelf) -> Result<Match, Unmatched> {
    match listing.category {
        Category::Airtime => find_airtime(listing, operator, sure, shelf),
        Category::Data | Category::Bundle => find_bundle(listing, operator, sure, shelf),
    }
}

fn find_airtime(listing: &Listing, operator: &OperatorId, sure: u32, shelf: &Shelf) -> Result<Match, Unmatched> {
    let Some(product) = shelf.products_of(operator, &[Category::Airtime]).next() else {
        return Err(Unmatched::Missing(Reason::NoAirtime(operator.to_string())));
    };
    let (currency, what) = match &listing.terms {
        ListingTerms::Fixed { amount: None, .. } => {
            return Err(Unmatched::Unfit(Reason::NoReceived));
        }
        ListingTerms::Fixed {
            amount: Some(amount), ..
        } => (amount.currency(), Some(*amount)),
        ListingTerms::Ranged { range, .. } => (range.min.currency(), None),
    };
    if currency != product.currency {
        let why = Reason::CountedIn {
            product: product.id.to_string(),
            ours: product.currency.to_string(),
            theirs: currency.to_string(),
        };
        return Err(Unmatched::Unfit(why));
    }
    let found = |package: Option<String>, reason: Reason| Match {
        product: product.id.clone(),
        package,
        score: sure,
        reasons: vec![reason],
    };
    match what {
        Some(amount) => match product.packages.iter().find(|package| package.amount == amount) {
            Some(package) => Ok(found(Some(package.value.clone()), Reason::Amount(amount))),
            None => Err(Unmatched::Missing(Reason::NoPackage {
                product: product.id.to_string(),
                amount,
            })),
        },
        // Free amounts serve the packages of the same amounts too.
        None if product.range.is_some() || !product.packages.is_empty() => {
            Ok(found(None, Reason::FreeAmounts(currency.to_string())))
        }
        None => Err(Unmatched::Missing(Reason::NoFreeAmounts(product.id.to_string()))),
    }
}

fn find_bundle(listing: &Listing, operator: &OperatorId, sure: u32, shelf: &Shelf) -> Result<Match, Unmatched> {
    let ListingTerms::Fixed { amount, .. } = &listing.terms else {
        return Err(Unmatched::Unfit(Reason::BundleInRange));
    };
    let packages: Vec<(&Product, &Package)> = shelf
        .products_of(operator, &CONTAINERS)
        .flat_map(|product| product.packages.iter().map(move |package| (product, package)))
        .collect();
    if listing.benefits == Benefits::default() {
        return find_by_title(listing, *amount, sure, &packages);
    }
    let mut same: Vec<_> = packages
        .iter()
        .filter(|(_, package)| is_equivalent(&listing.benefits, &package.benefits))
        .collect();
    // The nearest contents, then the same kind of product.
    same.sort_by_key(|(product, package)| {
        let nearly = package.benefits != listing.benefits;
        (
            nearly,
            product.category != listing.category,
            &product.id,
            &package.value,
        )
    });
    let Some((product, package)) = same.first() else {
        return Err(Unmatched::Missing(Reason::NoSuchContents(operator.to_string())));
    };
    let exactly = package.benefits == listing.benefits;
    let reason = if exactly {
        Reason::SameContents
    } else {
        Reason::NearlySameContents
    };
    Ok(Match {
        product: product.id.clone(),
        package: Some(package.value.clone()),
        score: sure.saturating_sub(if exactly { 0 } else { NEARLY }),
        reasons: vec![reason],
    })
}

fn find_by_title(
    listing: &Listing,
    amount: Option<Money>,
    sure: u32,
    packages: &[(&Product, &Package)],
) -> Result<Match, Unmatched> {
    let unfit = || Unmatched::Unfit(Reason::ContentsUntold);
    let title = fold(listing.title.as_deref().unwrap_or_default());
    let named = |(_, package): &&(&Product, &Package)| {
        let titles = [package.title.as_deref().unwrap_or_default(), &package.value];
        !title.is_empty() && titles.iter().any(|own| fold(own) == title)
    };
    let (product, package) = packages.iter().find(named).ok_or_else(unfit)?;
    let (score, reason) = if amount == Some(package.amount) {
        (NAME_AND_AMOUNT, Reason::SameNameAndAmount(package.amount))
    } else {
        (NAME_ALONE, Reason::SameName)
    };
    Ok(Match {
        product: product.id.clone(),
        package: Some(package.value.clone()),
        score: score.min(sure),
        reasons: vec![reason],
    })
}

/// Whether two bundles give the same: one package, whoever sells it.
pub(super) fn is_equivalent(one: &Benefits, other: &Benefits) -> bool {
    one.minutes == other.minutes
        && one.sms == other.sms
        && within(one.data_mb, other.data_mb, |left, right| {
            left.abs_diff(right) * 100 <= left.max(right) * u64::from(DATA_TOLERANCE_PERCENT)
        })
        && within(one.validity_days, other.validity_days, |left, right| {
            let month = left.min(right) >= u64::from(MONTH_DAYS_MIN);
            left == right || (month && left.abs_diff(right) <= u64::from(MONTH_TOLERANCE_DAYS))
        })
}

fn within(one: Option<u32>, other: Option<u32>, near: impl Fn(u64, u64) -> bool) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => near(one.into(), other.into()),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// An amount as a package is called.
pub(super) fn value_of(amount: Money) -> String {
    decimal_text(amount.major())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn benefits(data_mb: u32, minutes: Option<u32>, validity_days: u32) -> Benefits {
        Benefits {
            data_mb: Some(data_mb),
            minutes,
            sms: None,
            validity_days: Some(validity_days),
        }
    }

    #[test]
    fn bundles_are_the_same_within_a_stated_tolerance() {
        let gigabyte = benefits(1_000, None, 30);
        for (other, same) in [
            (benefits(1_000, None, 30), true),
            (benefits(1_024, None, 30), true),
            (benefits(1_000, None, 28), true),
            (benefits(1_000, None, 31), true),
            (benefits(1_100, None, 30), false),
            (benefits(1_000, None, 7), false),
            (benefits(1_000, Some(10), 30), false),
            (
                Benefits {
                    data_mb: Some(1_000),
                    ..Benefits::default()
                },
                false,
            ),
        ] {
            assert_eq!(is_equivalent(&gigabyte, &other), same, "{other:?}");
            assert_eq!(is_equivalent(&other, &gigabyte), same, "{other:?}");
        }
        assert!(
            !is_equivalent(&benefits(500, None, 7), &benefits(500, None, 6)),
            "a week is a week"
        );
    }
}
