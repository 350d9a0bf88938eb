//! What a supplier's list makes of our catalogue: pure, so that it can be tried without a database.

use std::collections::{BTreeMap, HashMap};

use model::{Category, Listing, ListingTerms, Offer, OperatorId, Terms, Timestamp};

use super::{
    Reason,
    create::{self, Create},
    listings::{self, Match, Unmatched},
    operators::{self, Sold},
    shelf::Shelf,
    standing::{DecidedBy, ListingMapping, MappingStatus, OperatorMapping, Standing},
};

/// When a mapping is used without asking anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MappingPolicy {
    /// From this score on it is used.
    pub apply_min: u32,
    /// From this score on it is suggested.
    pub suggest_min: u32,
    /// What may be made for listings that we have nothing like.
    pub create: Create,
}

impl Default for MappingPolicy {
    fn default() -> Self {
        Self {
            apply_min: 90,
            suggest_min: 60,
            create: Create::Nothing,
        }
    }
}

/// What was known of a supplier's names before.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) operators: HashMap<String, OperatorMapping>,
    pub(super) listings: HashMap<String, ListingMapping>,
}

/// What follows from a list.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) operators: Vec<OperatorMapping>,
    pub(super) listings: Vec<ListingMapping>,
    pub(super) offers: Vec<Offer>,
    pub(super) created: usize,
}

/// Maps a list, adding to the shelf what the policy allows. Listings in the order of their SKUs make the same
/// every time.
pub(super) fn plan(
    listings: &[Listing],
    known: &Known,
    shelf: &mut Shelf,
    policy: MappingPolicy,
    now: Timestamp,
) -> Plan {
    let mut plan = Plan::default();
    let mut sold: BTreeMap<&str, Sold<'_>> = BTreeMap::new();
    for listing in listings {
        let of = sold.entry(&listing.sold_as.id).or_insert_with(|| Sold {
            name: &listing.sold_as.name,
            country: listing.country,
            listings: Vec::new(),
        });
        of.listings.push(listing);
    }
    let operators: HashMap<&str, OperatorMapping> = sold
        .iter()
        .map(|(id, sold)| (*id, map_operator(id, sold, known, shelf, (policy, now))))
        .collect();
    for listing in listings {
        let of = &operators[&*listing.sold_as.id];
        let mapping = map_listing(listing, of, known, shelf, (policy, now, &mut plan.created));
        plan.offers.extend(offer(listing, &mapping, shelf));
        plan.listings.push(mapping);
    }
    plan.operators = operators.into_values().collect();
    plan.operators.sort_by(|one, other| one.sold_as.cmp(&other.sold_as));
    plan
}

fn map_operator(
    id: &str,
    sold: &Sold<'_>,
    known: &Known,
    shelf: &Shelf,
    (policy, now): (MappingPolicy, Timestamp),
) -> OperatorMapping {
    let named = |operator: Option<OperatorId>, standing: Standing| OperatorMapping {
        sold_as: id.to_owned(),
        name: sold.name.to_owned(),
        country: sold.country,
        operator,
        standing,
    };
    if let Some(said) = known.operators.get(id).filter(|said| said.standing.is_of_person()) {
        return named(said.operator.clone(), said.standing.clone());
    }
    let guess = operators::guess(sold, shelf);
    let status = policy.judge(guess.score);
    let operator = guess.operator.filter(|_| status != MappingStatus::Open);
    named(operator, guessed(status, guess.score, guess.reasons, now))
}

fn map_listing(
    listing: &Listing,
    of: &OperatorMapping,
    known: &Known,
    shelf: &mut Shelf,
    (policy, now, created): (MappingPolicy, Timestamp, &mut usize),
) -> ListingMapping {
    if let Some(said) = known
        .listings
        .get(&*listing.sku)
        .filter(|said| said.standing.is_of_person())
    {
        return said.clone();
    }
    let open = |reasons: Vec<Reason>| ListingMapping {
        sku: listing.sku.to_string(),
        product: None,
        package: None,
        standing: guessed(MappingStatus::Open, 0, reasons, now),
    };
    let operator = match (&of.operator, of.standing.status) {
        (Some(operator), MappingStatus::Applied) => operator,
        (Some(operator), _) => return open(vec![Reason::OperatorSuggested(operator.to_string())]),
        (None, MappingStatus::Rejected) => return open(vec![Reason::OperatorRejected]),
        (None, _) => return open(vec![Reason::OperatorUnmapped]),
    };
    let Some(ours) = shelf.operator(operator).cloned() else {
        return open(vec![Reason::OperatorGone(operator.to_string())]);
    };
    let found = match listings::find(listing, operator, of.standing.score, shelf) {
        Ok(found) => found,
        Err(Unmatched::Unfit(why)) if policy.create != Create::Everything => return open(vec![why]),
        Err(Unmatched::Unfit(why) | Unmatched::Missing(why)) => {
            match create::make(listing, &ours, of.standing.score, shelf, policy.create) {
                Some(made) => {
                    *created += 1;
                    made
                }
                None => return open(vec![why]),
            }
        }
    };
    let Match {
        product,
        package,
        score,
        reasons,
    } = found;
    match policy.judge(score) {
        MappingStatus::Open => open(reasons),
        status => ListingMapping {
            sku: listing.sku.to_string(),
            product: Some(product),
            package,
            standing: guessed(status, score, reasons, now),
        },
    }
}

impl MappingPolicy {
    fn judge(&self, score: u32) -> MappingStatus {
        if score >= self.apply_min {
            MappingStatus::Applied
        } else if score >= self.suggest_min {
            MappingStatus::Suggested
        } else {
            MappingStatus::Open
        }
    }
}

fn guessed(status: MappingStatus, score: u32, reasons: Vec<Reason>, now: Timestamp) -> Standing {
    Standing {
        status,
        score,
        reasons,
        decided_by: DecidedBy::Guess,
        decided_at: now,
    }
}

/// Makes an offer of a listing that is mapped. None where the two don't fit, whoever said so.
fn offer(listing: &Listing, mapping: &ListingMapping, shelf: &Shelf) -> Option<Offer> {
    if mapping.standing.status != MappingStatus::Applied {
        return None;
    }
    let product = shelf.product(mapping.product.as_ref()?)?;
    let terms = match &listing.terms {
        ListingTerms::Fixed { cost, .. } => {
            let value = mapping.package.clone()?;
            product.packages.iter().find(|package| package.value == value)?;
            Terms::Fixed { value, cost: *cost }
        }
        ListingTerms::Ranged {
            range,
            cost_rate,
            cost_currency,
        } => {
            let fits = range.min.currency() == product.currency && product.category == Category::Airtime;
            fits.then_some(Terms::Ranged {
                range: *range,
                cost_rate: *cost_rate,
                cost_currency: *cost_currency,
            })?
        }
    };
    Some(Offer {
        sku: listing.sku.clone(),
        product: product.id.clone(),
        terms,
        parameters: listing.parameters.clone(),
    })
}
