//! The catalogue's tables.

use std::collections::{HashMap, HashSet};

use model::{Offer, SupplierName};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    check::ImportError,
    file::{CatalogFile, OfferRecord},
};
use crate::{
    Error,
    db::{Insert, Tx, text, values},
};

/// What an import leaves of what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// What the file doesn't name stays as it is.
    Others,
    /// The catalogue is the file's and nothing else.
    Nothing,
}

/// How much an import wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Operators written.
    pub operators: usize,
    /// Products written.
    pub products: usize,
    /// Offers written.
    pub offers: usize,
}

/// What a supplier's list changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Offers that are new or have other terms.
    pub written: usize,
    /// Offers that the supplier has no more.
    pub removed: usize,
    /// Offers for products that we don't have: left out.
    pub unknown: usize,
}

const OPERATORS: Insert = Insert {
    table: "operators",
    columns: &[text("id"), text("body")],
    conflict: "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
};

const PRODUCTS: Insert = Insert {
    table: "products",
    columns: &[text("id"), text("body")],
    conflict: "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
};

const OFFERS: Insert = Insert {
    table: "offers",
    columns: &[text("supplier"), text("sku"), text("product_id"), text("body")],
    conflict: "ON CONFLICT (supplier, sku) DO UPDATE SET product_id = excluded.product_id, body = excluded.body",
};

/// Returns the number that moves whenever the catalogue or the rates change.
pub fn revision(tx: &mut Tx<'_>) -> Result<i64, Error> {
    let sql = "SELECT revision FROM revisions WHERE subject = 'catalog'";
    tx.find(sql, &[], |row| row.int(0))?
        .ok_or_else(|| Error::corrupt("the catalogue has no revision"))
}

/// Tells every process that it has to read again.
pub(super) fn touch(tx: &mut Tx<'_>) -> Result<(), Error> {
    let sql = "UPDATE revisions SET revision = revision + 1 WHERE subject = 'catalog'";
    tx.execute(sql, &[]).map(drop)
}

/// Returns whether there are no operators, no products and no offers.
pub(super) fn is_empty(tx: &mut Tx<'_>) -> Result<bool, Error> {
    for sql in [
        "SELECT 1 FROM operators LIMIT 1",
        "SELECT 1 FROM products LIMIT 1",
        "SELECT 1 FROM offers LIMIT 1",
    ] {
        if tx.find(sql, &[], |row| row.int(0))?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes a catalogue in, all of it or nothing.
pub fn import(tx: &mut Tx<'_>, file: &CatalogFile, keep: Keep) -> Result<Imported, ImportError> {
    file.check_unique()?;
    match keep {
        Keep::Nothing => {
            file.check(&CatalogFile::default())?;
            for sql in ["DELETE FROM offers", "DELETE FROM products", "DELETE FROM operators"] {
                tx.execute(sql, &[])?;
            }
        }
        Keep::Others => file.check(&stored(tx)?)?,
    }
    write(tx, file)?;
    touch(tx)?;
    Ok(Imported {
        operators: file.operators.len(),
        products: file.products.len(),
        offers: file.offers.len(),
    })
}

/// Writes records that have been checked.
pub(super) fn write(tx: &mut Tx<'_>, file: &CatalogFile) -> Result<(), Error> {
    let operators: Vec<_> = (file.operators.iter())
        .map(|record| values![&record.id, body(record)])
        .collect();
    tx.insert_many(&OPERATORS, &operators)?;
    let products: Vec<_> = (file.products.iter())
        .map(|record| values![&record.id, body(record)])
        .collect();
    tx.insert_many(&PRODUCTS, &products)?;
    write_offers(tx, &file.offers)
}

fn write_offers(tx: &mut Tx<'_>, offers: &[OfferRecord]) -> Result<(), Error> {
    let row = |record: &OfferRecord| values![&record.supplier, &record.sku, &record.product, body(record)];
    tx.insert_many(&OFFERS, &offers.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

fn body(record: &impl Serialize) -> String {
    serde_json::to_string(record).expect("records are plain data")
}

/// Returns the whole catalogue, sorted by ids, so that it can be imported again.
pub fn export(tx: &mut Tx<'_>) -> Result<CatalogFile, Error> {
    Ok(stored(tx)?.without_dangling_offers())
}

/// Returns what the tables hold.
pub(super) fn stored(tx: &mut Tx<'_>) -> Result<CatalogFile, Error> {
    Ok(CatalogFile {
        operators: bodies(tx, "SELECT body FROM operators ORDER BY id")?,
        products: bodies(tx, "SELECT body FROM products ORDER BY id")?,
        offers: bodies(tx, "SELECT body FROM offers ORDER BY supplier, sku")?,
    })
}

fn bodies<T: DeserializeOwned>(tx: &mut Tx<'_>, sql: &str) -> Result<Vec<T>, Error> {
    tx.query(sql, &[], |row| {
        row.json_opt(0)?
            .ok_or_else(|| Error::corrupt("a record without a body"))
    })
}

/// Makes a supplier's offers what it says they are: what it no longer names goes off sale. The
/// revision moves only if something changed, so that a sync every few minutes costs nobody a read.
pub fn replace_offers(tx: &mut Tx<'_>, supplier: &SupplierName, offers: &[Offer]) -> Result<Changes, Error> {
    let known = tx.query("SELECT id FROM products", &[], |row| row.text(0))?;
    let known: HashSet<_> = known.into_iter().collect();
    let sql = "SELECT sku, body FROM offers WHERE supplier = ?1";
    let stored = tx.query(sql, &values![supplier], |row| Ok((row.text(0)?, row.text(1)?)))?;
    let mut gone: HashMap<String, String> = stored.into_iter().collect();
    let mut changes = Changes::default();
    let mut fresh: Vec<OfferRecord> = Vec::new();
    let mut seen = HashSet::new();
    // Some list a thing twice: the first holds.
    for offer in offers.iter().filter(|offer| seen.insert(&offer.sku)) {
        if !known.contains(offer.product.as_str()) {
            changes.unknown += 1;
            continue;
        }
        let record = OfferRecord::write(supplier.as_str(), offer);
        if gone.remove(&record.sku).is_none_or(|stored| stored != body(&record)) {
            fresh.push(record);
        }
    }
    write_offers(tx, &fresh)?;
    let sql = "DELETE FROM offers WHERE supplier = ?1 AND sku = ?2";
    for sku in gone.keys() {
        tx.execute(sql, &values![supplier, sku])?;
    }
    changes.written = fresh.len();
    changes.removed = gone.len();
    if changes.written + changes.removed > 0 {
        touch(tx)?;
    }
    Ok(changes)
}
