//! What a supplier's list changes, in steps that are short enough to be written between orders.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{Listing, Offer, SupplierName, Timestamp};

use super::super::{
    file::OfferRecord,
    store::{body, touch, write_offers},
};
use super::{
    plan::{self, MappingPolicy, Plan},
    record::{ListingRecord, is_usable},
    shelf::{ChangedProduct, Shelf},
    standing::{ListingMapping, MappingStatus, OperatorMapping},
    store,
};
use crate::{
    Error,
    db::{Tx, values},
};

/// So many rows go in one transaction: it takes some milliseconds.
const STEP_ROWS: usize = 500;

/// What a supplier's list changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Things that the supplier lists.
    pub listed: usize,
    /// Listings with amounts that can't be: left out.
    pub unusable: usize,
    /// Offers that are new or have other terms.
    pub written: usize,
    /// Offers that the supplier has no more.
    pub removed: usize,
    /// Listings whose mapping is used, or offers of our products.
    pub applied: usize,
    /// Listings whose mapping a person may accept.
    pub suggested: usize,
    /// Listings that are not mapped, or offers for products that we don't have: left out.
    pub open: usize,
    /// Packages and ranges that were made.
    pub created: usize,
}

/// All that has to be written, the most urgent first: what is gone or has another price.
pub struct Work {
    /// How much it is.
    pub changes: Changes,
    /// What to write, each in a transaction of its own.
    pub steps: Vec<Step>,
}

/// What is written at once.
pub struct Step {
    supplier: SupplierName,
    now: Timestamp,
    rows: Rows,
}

enum Rows {
    OffersGone(Vec<String>),
    Products(Vec<ChangedProduct>),
    Offers(Vec<OfferRecord>),
    Operators(Vec<OperatorMapping>),
    Mappings(Vec<ListingMapping>),
    Listings(Vec<(String, ListingRecord)>),
    ListingsGone(Vec<String>),
}

impl Step {
    /// Writes it; every process is told to read again if it changes what is sold.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        match &self.rows {
            Rows::OffersGone(skus) => {
                for sku in skus {
                    let sql = "DELETE FROM offers WHERE supplier = ?1 AND sku = ?2";
                    tx.execute(sql, &values![&self.supplier, sku])?;
                }
                touch(tx)
            }
            Rows::Products(products) => {
                for product in products {
                    write_product(tx, product)?;
                }
                touch(tx)
            }
            Rows::Offers(offers) => {
                write_offers(tx, offers)?;
                touch(tx)
            }
            Rows::Operators(rows) => {
                store::write_operators(tx, &self.supplier, rows)?;
                touch(tx)
            }
            Rows::Mappings(rows) => store::write_mappings(tx, &self.supplier, rows),
            Rows::Listings(rows) => store::write_listings(tx, &self.supplier, rows, self.now),
            Rows::ListingsGone(skus) => store::write_gone(tx, &self.supplier, skus, self.now),
        }
    }
}

/// Writes a product as long as nobody has changed it since it was read; the next list tries again.
fn write_product(tx: &mut Tx<'_>, product: &ChangedProduct) -> Result<(), Error> {
    let (id, after) = (&product.record.id, body(&product.record));
    if let Some(before) = &product.before {
        let sql = "UPDATE products SET body = ?3 WHERE id = ?1 AND body = ?2";
        tx.execute(sql, &values![id, before, after])?;
    } else {
        let sql = "INSERT INTO products (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING";
        tx.execute(sql, &values![id, after])?;
    }
    Ok(())
}

/// Compares what a supplier offers under our products' names with what is stored.
pub fn compare_offers(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    offers: &[Offer],
    now: Timestamp,
) -> Result<Work, Error> {
    let known = tx.query("SELECT id FROM products", &[], |row| row.text(0))?;
    let known: HashSet<_> = known.into_iter().collect();
    let ours = |offer: &&Offer| known.contains(offer.product.as_str());
    let kept: Vec<Offer> = offers.iter().filter(ours).cloned().collect();
    let mut work = Builder::new(supplier, now);
    work.changes.listed = offers.len();
    work.changes.applied = kept.len();
    work.changes.open = offers.len() - kept.len();
    work.offers(tx, &kept)?;
    Ok(work.finish())
}

/// Compares what a supplier lists in its own words with what is stored, and maps it.
pub fn compare_listings(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    listings: &[Listing],
    policy: MappingPolicy,
    now: Timestamp,
) -> Result<Work, Error> {
    let mut stored = store::stored(tx, supplier)?;
    let mut work = Builder::new(supplier, now);
    let mut usable: BTreeMap<&str, &Listing> = BTreeMap::new();
    for listing in listings {
        // Some list a thing twice: the first holds.
        if is_usable(listing) {
            usable.entry(&listing.sku).or_insert(listing);
        } else {
            work.changes.unusable += 1;
        }
    }
    let mut fresh = Vec::new();
    for (sku, listing) in &usable {
        let record = ListingRecord::write(listing);
        let same = |stored: store::StoredListing| !stored.gone && stored.body == body(&record);
        if !stored.remove(*sku).is_some_and(same) {
            fresh.push(((*sku).to_owned(), record));
        }
    }
    let gone = stored
        .into_iter()
        .filter(|(_, listing)| !listing.gone)
        .map(|(sku, _)| sku);
    let gone: Vec<_> = gone.collect();
    let listings: Vec<Listing> = usable.into_values().cloned().collect();
    work.map(tx, &listings, policy)?;
    work.rows(gone, Rows::ListingsGone);
    work.rows(fresh, Rows::Listings);
    Ok(work.finish())
}

/// Lists the suppliers that have listed something in their own words.
pub fn suppliers(tx: &mut Tx<'_>) -> Result<Vec<SupplierName>, Error> {
    let sql = "SELECT DISTINCT supplier FROM listings ORDER BY supplier";
    tx.query(sql, &[], |row| row.parse(0))
}

/// Whether anything is stored that a supplier sells.
pub fn sells(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<bool, Error> {
    let listed = "SELECT 1 FROM listings WHERE supplier = ?1 AND gone_at IS NULL LIMIT 1";
    let offered = "SELECT 1 FROM offers WHERE supplier = ?1 LIMIT 1";
    for sql in [listed, offered] {
        if tx.find(sql, &values![supplier], |row| row.int(0))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Maps again what a supplier listed last: after a person's word, or a change of the catalogue. None
/// for a supplier that has no names of its own.
pub fn map_again(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    policy: MappingPolicy,
    now: Timestamp,
) -> Result<Option<Work>, Error> {
    let stored = store::stored(tx, supplier)?;
    if stored.is_empty() {
        return Ok(None);
    }
    let mut listings = Vec::new();
    for (sku, listing) in stored.iter().filter(|(_, listing)| !listing.gone) {
        let record: ListingRecord = serde_json::from_str(&listing.body).map_err(Error::corrupt)?;
        listings.push(record.read(sku)?);
    }
    listings.sort_by(|one, other| one.sku.cmp(&other.sku));
    let mut work = Builder::new(supplier, now);
    work.map(tx, &listings, policy)?;
    Ok(Some(work.finish()))
}

struct Builder<'a> {
    supplier: &'a SupplierName,
    now: Timestamp,
    changes: Changes,
    steps: Vec<Step>,
}

impl<'a> Builder<'a> {
    fn new(supplier: &'a SupplierName, now: Timestamp) -> Self {
        Self {
            supplier,
            now,
            changes: Changes::default(),
            steps: Vec::new(),
        }
    }

    fn rows<T>(&mut self, mut rows: Vec<T>, kind: impl Fn(Vec<T>) -> Rows) {
        while !rows.is_empty() {
            let rest = rows.split_off(rows.len().min(STEP_ROWS));
            let (supplier, now) = (self.supplier.clone(), self.now);
            self.steps.push(Step {
                supplier,
                now,
                rows: kind(std::mem::replace(&mut rows, rest)),
            });
        }
    }

    /// Plans what follows from a list, and writes what differs.
    fn map(&mut self, tx: &mut Tx<'_>, listings: &[Listing], policy: MappingPolicy) -> Result<(), Error> {
        let before = store::known(tx, self.supplier)?;
        let mut ours = Shelf::load(tx, self.now)?;
        let Plan {
            operators,
            listings: mappings,
            offers,
            created,
        } = plan::plan(listings, &before, &mut ours, policy, self.now);
        let count = |status| {
            mappings
                .iter()
                .filter(|mapping| mapping.standing.status == status)
                .count()
        };
        self.changes.listed = listings.len();
        self.changes.applied = count(MappingStatus::Applied);
        self.changes.suggested = count(MappingStatus::Suggested);
        self.changes.open = mappings.len() - self.changes.applied - self.changes.suggested;
        self.changes.created = created;
        // An offer of a package that is not there yet fits nothing and is left out until it is.
        self.rows(ours.changed(), Rows::Products);
        self.offers(tx, &offers)?;
        let other = |mapping: &OperatorMapping| {
            let stored = before.operators.get(&mapping.sold_as);
            stored.is_none_or(|stored| !same_operator(stored, mapping))
        };
        self.rows(operators.into_iter().filter(other).collect(), Rows::Operators);
        let other = |mapping: &ListingMapping| {
            let stored = before.listings.get(&mapping.sku);
            stored.is_none_or(|stored| !same_listing(stored, mapping))
        };
        self.rows(mappings.into_iter().filter(other).collect(), Rows::Mappings);
        Ok(())
    }

    /// Makes the supplier's offers these: what is gone goes first, then what has changed, then what is new.
    fn offers(&mut self, tx: &mut Tx<'_>, offers: &[Offer]) -> Result<(), Error> {
        let sql = "SELECT sku, body FROM offers WHERE supplier = ?1";
        let stored = tx.query(sql, &values![self.supplier], |row| Ok((row.text(0)?, row.text(1)?)))?;
        let mut gone: HashMap<String, String> = stored.into_iter().collect();
        let (mut changed, mut new, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for offer in offers.iter().filter(|offer| seen.insert(&offer.sku)) {
            let record = OfferRecord::write(self.supplier.as_str(), offer);
            match gone.remove(&record.sku) {
                Some(stored) if stored == body(&record) => {}
                Some(_) => changed.push(record),
                None => new.push(record),
            }
        }
        self.changes.removed = gone.len();
        self.changes.written = changed.len() + new.len();
        let products = self.steps.split_off(0);
        let mut gone: Vec<_> = gone.into_keys().collect();
        gone.sort();
        self.rows(gone, Rows::OffersGone);
        self.rows(changed, Rows::Offers);
        self.steps.extend(products);
        self.rows(new, Rows::Offers);
        Ok(())
    }

    fn finish(self) -> Work {
        Work {
            changes: self.changes,
            steps: self.steps,
        }
    }
}

fn same_operator(one: &OperatorMapping, other: &OperatorMapping) -> bool {
    let of = |mapping: &OperatorMapping| (mapping.name.clone(), mapping.country, mapping.operator.clone());
    of(one) == of(other) && one.standing.agrees(&other.standing)
}

fn same_listing(one: &ListingMapping, other: &ListingMapping) -> bool {
    (&one.product, &one.package) == (&other.product, &other.package) && one.standing.agrees(&other.standing)
}
