//! A person's words on mappings: they hold until the person takes them back.

use model::{Listing, OperatorId, Package, ProductId, SupplierName, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    record::ListingRecord,
    shelf::Shelf,
    standing::{ListingMapping, MappingStatus, OperatorMapping, Standing},
    store,
};
use crate::{Error, db::Tx};

/// What a mapping is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapped {
    /// A supplier's operator, by the supplier's id.
    Operator(String),
    /// A listing, by its SKU.
    Listing(String),
}

/// What a person says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    /// The suggestion is right.
    Accept,
    /// It is none of ours.
    Reject,
    /// Guess again.
    Clear,
    /// It is this operator.
    IsOperator(OperatorId),
    /// It is this product, or a package of it.
    IsProduct(ProductId, Option<String>),
}

/// Why a person's word is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// The supplier has no such thing.
    #[error("{supplier} has no {what}: recarga catalog map list {supplier} shows what it has")]
    NotListed {
        /// The supplier.
        supplier: SupplierName,
        /// What was named.
        what: String,
    },
    /// Nothing is suggested.
    #[error("nothing is suggested for {0}: say what it is with recarga catalog map set")]
    NothingSuggested(String),
    /// We don't have what it is said to be.
    #[error("the catalogue has no {0}: recarga catalog list shows what it has")]
    NotOurs(String),
    /// A listing isn't an operator, nor the other way round.
    #[error("{0}")]
    Unfit(&'static str),
    /// A file can't be used.
    #[error("{place}: {why}")]
    File {
        /// Which entry.
        place: String,
        /// What to do about it.
        why: String,
    },
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// A listing with what is thought of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedListing {
    /// What is thought of it.
    pub mapping: ListingMapping,
    /// What the supplier said of it last; none for a word on something that was never listed.
    pub listing: Option<Listing>,
    /// Whether the supplier lists it no more.
    pub gone: bool,
}

/// Lists what is thought of a supplier's operators, by country and name.
pub fn operators(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<Vec<OperatorMapping>, Error> {
    store::operators(tx, supplier)
}

/// Lists what is thought of a supplier's listings, by SKU.
pub fn listings(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<Vec<MappedListing>, Error> {
    let stored = store::stored(tx, supplier)?;
    let mappings = store::listings(tx, supplier)?.into_iter().map(|mapping| {
        let known = stored.get(&mapping.sku);
        let read = |listing: &store::StoredListing| {
            let record: ListingRecord = serde_json::from_str(&listing.body).map_err(Error::corrupt)?;
            record.read(&mapping.sku)
        };
        Ok(MappedListing {
            listing: known.map(read).transpose()?,
            gone: known.is_none_or(|listing| listing.gone),
            mapping,
        })
    });
    mappings.collect()
}

/// Takes a person's word. What follows for the offers is asked of [`super::map_again`].
pub fn say(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    of: &Mapped,
    saying: &Saying,
    now: Timestamp,
) -> Result<(), SayError> {
    match of {
        Mapped::Operator(id) => say_of_operator(tx, supplier, id, saying, now),
        Mapped::Listing(sku) => say_of_listing(tx, supplier, sku, saying, now),
    }
}

fn say_of_operator(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    id: &str,
    saying: &Saying,
    now: Timestamp,
) -> Result<(), SayError> {
    let found = store::operators(tx, supplier)?
        .into_iter()
        .find(|mapping| mapping.sold_as == id);
    let mapping = found.ok_or_else(|| SayError::NotListed {
        supplier: supplier.clone(),
        what: format!("operator {id:?}"),
    })?;
    let operator = match saying {
        Saying::Clear => return Ok(store::forget_operator(tx, supplier, id)?),
        Saying::Reject => None,
        Saying::Accept => {
            let suggested = mapping.operator.clone();
            Some(suggested.ok_or_else(|| SayError::NothingSuggested(format!("operator {id:?}")))?)
        }
        Saying::IsOperator(operator) => {
            let shelf = Shelf::load(tx, now)?;
            let known = shelf.operator(operator).map(|known| known.id.clone());
            Some(known.ok_or_else(|| SayError::NotOurs(format!("operator {operator}")))?)
        }
        Saying::IsProduct(..) => {
            return Err(SayError::Unfit(
                "an operator is mapped to an operator: leave the package out",
            ));
        }
    };
    let said = OperatorMapping {
        standing: Standing::of_person(status_of(operator.is_some()), now),
        operator,
        ..mapping
    };
    Ok(store::write_operators(tx, supplier, &[said])?)
}

fn say_of_listing(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    sku: &str,
    saying: &Saying,
    now: Timestamp,
) -> Result<(), SayError> {
    let found = store::listings(tx, supplier)?
        .into_iter()
        .find(|mapping| mapping.sku == sku);
    let mapping = found.ok_or_else(|| SayError::NotListed {
        supplier: supplier.clone(),
        what: format!("SKU {sku:?}"),
    })?;
    let target = match saying {
        Saying::Clear => return Ok(store::forget_listing(tx, supplier, sku)?),
        Saying::Reject => None,
        Saying::Accept => {
            let product = mapping
                .product
                .clone()
                .map(|product| (product, mapping.package.clone()));
            Some(product.ok_or_else(|| SayError::NothingSuggested(format!("SKU {sku:?}")))?)
        }
        Saying::IsProduct(product, package) => {
            check_target(&Shelf::load(tx, now)?, product, package.as_deref())?;
            Some((product.clone(), package.clone()))
        }
        Saying::IsOperator(_) => return Err(SayError::Unfit("a listing is mapped to a product, not to an operator")),
    };
    Ok(store::write_mappings(tx, supplier, &[said(sku, target, now)])?)
}

fn said(sku: &str, target: Option<(ProductId, Option<String>)>, now: Timestamp) -> ListingMapping {
    let standing = Standing::of_person(status_of(target.is_some()), now);
    let (product, package) = target.map_or((None, None), |(product, package)| (Some(product), package));
    ListingMapping {
        sku: sku.to_owned(),
        product,
        package,
        standing,
    }
}

const fn status_of(is_ours: bool) -> MappingStatus {
    if is_ours {
        MappingStatus::Applied
    } else {
        MappingStatus::Rejected
    }
}

fn check_target(shelf: &Shelf, product: &ProductId, package: Option<&str>) -> Result<(), SayError> {
    let found = shelf
        .product(product)
        .ok_or_else(|| SayError::NotOurs(format!("product {product}")))?;
    let Some(value) = package else { return Ok(()) };
    let named = |package: &Package| package.value == value;
    if found.packages.iter().any(named) {
        Ok(())
    } else {
        Err(SayError::NotOurs(format!("package {value:?} of {product}")))
    }
}

/// People's words as a file: to be edited, kept, or taken to another installation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingFile {
    /// Words on operators.
    #[serde(default)]
    pub operators: Vec<OperatorWord>,
    /// Words on listings.
    #[serde(default)]
    pub listings: Vec<ListingWord>,
}

/// A word on a supplier's operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorWord {
    /// The supplier.
    pub supplier: String,
    /// The supplier's id of it.
    pub sold_as: String,
    /// The supplier's name of it.
    pub name: String,
    /// Two letters.
    pub country: String,
    /// Ours; null for none of ours.
    pub operator: Option<String>,
}

/// A word on a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingWord {
    /// The supplier.
    pub supplier: String,
    /// The supplier's name for it.
    pub sku: String,
    /// Our product; null for none of ours.
    pub product: Option<String>,
    /// Its package, unless it is a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// Writes down what people have said of a supplier's names.
pub fn export_words(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<MappingFile, Error> {
    let operators = store::operators(tx, supplier)?.into_iter();
    let listings = store::listings(tx, supplier)?.into_iter();
    Ok(MappingFile {
        operators: operators
            .filter(|mapping| mapping.standing.is_of_person())
            .map(|mapping| OperatorWord {
                supplier: supplier.to_string(),
                sold_as: mapping.sold_as,
                name: mapping.name,
                country: mapping.country.to_string(),
                operator: mapping.operator.map(|operator| operator.to_string()),
            })
            .collect(),
        listings: listings
            .filter(|mapping| mapping.standing.is_of_person())
            .map(|mapping| ListingWord {
                supplier: supplier.to_string(),
                sku: mapping.sku,
                product: mapping.product.map(|product| product.to_string()),
                package: mapping.package,
            })
            .collect(),
    })
}

/// Takes people's words in, all of them or none, and says of which suppliers they are.
pub fn import_words(tx: &mut Tx<'_>, file: &MappingFile, now: Timestamp) -> Result<Vec<SupplierName>, SayError> {
    let shelf = Shelf::load(tx, now)?;
    let mut suppliers = std::collections::BTreeSet::new();
    for word in &file.operators {
        let place = || format!("operator {} of {}", word.sold_as, word.supplier);
        let wrong = |why: String| SayError::File { place: place(), why };
        let supplier: SupplierName = word.supplier.parse().map_err(|why| wrong(format!("supplier: {why}")))?;
        let operator = word.operator.as_ref().map(|id| id.parse::<OperatorId>()).transpose();
        let operator = operator.map_err(|why| wrong(format!("operator: {why}")))?;
        if let Some(missing) = operator.as_ref().filter(|id| shelf.operator(id).is_none()) {
            return Err(wrong(SayError::NotOurs(format!("operator {missing}")).to_string()));
        }
        let said = OperatorMapping {
            sold_as: word.sold_as.clone(),
            name: word.name.clone(),
            country: word.country.parse().map_err(|why| wrong(format!("country: {why}")))?,
            standing: Standing::of_person(status_of(operator.is_some()), now),
            operator,
        };
        store::write_operators(tx, &supplier, &[said])?;
        suppliers.insert(supplier);
    }
    for word in &file.listings {
        let place = || format!("listing {} of {}", word.sku, word.supplier);
        let wrong = |why: String| SayError::File { place: place(), why };
        let supplier: SupplierName = word.supplier.parse().map_err(|why| wrong(format!("supplier: {why}")))?;
        let product = word.product.as_ref().map(|id| id.parse::<ProductId>()).transpose();
        let product = product.map_err(|why| wrong(format!("product: {why}")))?;
        if let Some(product) = &product {
            check_target(&shelf, product, word.package.as_deref()).map_err(|why| wrong(why.to_string()))?;
        }
        let target = product.map(|product| (product, word.package.clone()));
        store::write_mappings(tx, &supplier, &[said(&word.sku, target, now)])?;
        suppliers.insert(supplier);
    }
    Ok(suppliers.into_iter().collect())
}
