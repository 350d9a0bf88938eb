//! Which of our operators a supplier's operator is, by name, country and amounts.

use model::{Category, Country, Listing, ListingTerms, Money, OperatorId, Product};

use super::{
    Reason,
    names::Name,
    shelf::{Named, Shelf},
};

/// Another operator that is nearly as alike makes a guess unsure.
const RIVAL_WITHIN: u32 = 5;
/// What an unsure guess is worth at most: a suggestion.
const UNSURE_MAX: u32 = 80;
/// The name of a prefix's carrier says a little less than the operator's own.
const CARRIER_DISCOUNT: u32 = 3;
/// Amounts in another currency are another operator's, mostly.
const OTHER_CURRENCY: u32 = 30;
/// None of the amounts is ours.
const NO_AMOUNT: u32 = 4;

/// A supplier's operator with all that it sells of it.
pub(super) struct Sold<'a> {
    pub(super) name: &'a str,
    pub(super) country: Country,
    pub(super) listings: Vec<&'a Listing>,
}

/// What an operator seems to be.
pub(super) struct Guess {
    pub(super) operator: Option<OperatorId>,
    pub(super) score: u32,
    pub(super) reasons: Vec<Reason>,
}

/// Finds the operator of ours that is most alike.
pub(super) fn guess(sold: &Sold<'_>, shelf: &Shelf) -> Guess {
    let theirs = Name::read(sold.name, sold.country);
    let mut alike: Vec<(u32, &Named)> = shelf
        .operators_of(sold.country)
        .iter()
        .map(|named| (likeness(named, &theirs), named))
        .filter(|(score, _)| *score > 0)
        .collect();
    alike.sort_by(|(one, left), (other, right)| {
        (other, right.operator.share_bps, &left.operator.id).cmp(&(one, left.operator.share_bps, &right.operator.id))
    });
    let Some((likeness, best)) = alike.first() else {
        return Guess {
            operator: None,
            score: 0,
            reasons: vec![Reason::NoneAlike(sold.country.to_string())],
        };
    };
    let mut reasons = vec![
        Reason::Name {
            likeness: *likeness,
            theirs: theirs.core(),
            ours: best.operator.name.clone(),
        },
        Reason::Country(sold.country.to_string()),
    ];
    let mut score = *likeness;
    let rival = alike.get(1).filter(|(other, _)| other + RIVAL_WITHIN > *likeness);
    if let Some((_, rival)) = rival {
        score = score.min(UNSURE_MAX);
        reasons.push(Reason::Rival(rival.operator.id.to_string()));
    }
    let airtime = shelf.products_of(&best.operator.id, &[Category::Airtime]).next();
    if let Some(product) = airtime {
        let (penalty, reason) = amounts(sold, product);
        score = score.saturating_sub(penalty);
        reasons.extend(reason);
    }
    Guess {
        operator: Some(best.operator.id.clone()),
        score,
        reasons,
    }
}

fn likeness(named: &Named, theirs: &Name) -> u32 {
    let scores = named.names.iter().enumerate().map(|(place, name)| {
        let discount = if place == 0 { 0 } else { CARRIER_DISCOUNT };
        name.likeness(theirs).saturating_sub(discount)
    });
    scores.max().unwrap_or(0)
}

/// Compares what is sold with the operator's airtime: what that takes off the score, and why.
fn amounts(sold: &Sold<'_>, product: &Product) -> (u32, Option<Reason>) {
    let told: Vec<Money> = (sold.listings.iter())
        .filter(|listing| listing.category == Category::Airtime)
        .filter_map(|listing| match &listing.terms {
            ListingTerms::Fixed { amount, .. } => *amount,
            ListingTerms::Ranged { range, .. } => Some(range.min),
        })
        .collect();
    let Some(first) = told.first() else { return (0, None) };
    let ours = |amount: &&Money| amount.currency() == product.currency;
    if told.iter().find(ours).is_none() {
        let reason = Reason::OtherCurrency {
            theirs: first.currency().to_string(),
            ours: product.currency.to_string(),
        };
        return (OTHER_CURRENCY, Some(reason));
    }
    let sells = |amount: &&Money| {
        let packaged = product.packages.iter().any(|package| package.amount == **amount);
        packaged || product.range.is_some_and(|range| range.contains(**amount))
    };
    let same = told.iter().filter(sells).count();
    let reason = Reason::Amounts {
        same,
        told: told.len(),
        currency: product.currency.to_string(),
    };
    (if same == 0 { NO_AMOUNT } else { 0 }, Some(reason))
}
