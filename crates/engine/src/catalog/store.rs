//! The catalogue's tables.

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
pub(crate) fn touch(tx: &mut Tx<'_>) -> Result<(), Error> {
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

pub(super) fn write_offers(tx: &mut Tx<'_>, offers: &[OfferRecord]) -> Result<(), Error> {
    let row = |record: &OfferRecord| values![&record.supplier, &record.sku, &record.product, body(record)];
    tx.insert_many(&OFFERS, &offers.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}

pub(super) fn body(record: &impl Serialize) -> String {
    serde_json::to_string(record).expect("records are plain data")
}

/// Returns the whole catalogue, sorted by ids, so that it can be imported again.
pub fn export(tx: &mut Tx<'_>) -> Result<CatalogFile, Error> {
    Ok(stored(tx)?.without_dangling_offers())
}

/// Returns the operators and products that the tables hold.
pub(super) fn stored_products(tx: &mut Tx<'_>) -> Result<CatalogFile, Error> {
    Ok(CatalogFile {
        operators: bodies(tx, "SELECT body FROM operators ORDER BY id")?,
        products: bodies(tx, "SELECT body FROM products ORDER BY id")?,
        offers: Vec::new(),
    })
}

/// Returns what the tables hold.
pub(super) fn stored(tx: &mut Tx<'_>) -> Result<CatalogFile, Error> {
    Ok(CatalogFile {
        offers: bodies(tx, "SELECT body FROM offers ORDER BY supplier, sku")?,
        ..stored_products(tx)?
    })
}

/// Returns what may be sold: without the offers of suppliers that are not sold from at the moment.
pub(super) fn on_sale(tx: &mut Tx<'_>) -> Result<CatalogFile, Error> {
    let sql =
        "SELECT body FROM offers WHERE supplier NOT IN (SELECT supplier FROM supplier_stops) ORDER BY supplier, sku";
    Ok(CatalogFile {
        offers: bodies(tx, sql)?,
        ..stored_products(tx)?
    })
}

fn bodies<T: DeserializeOwned>(tx: &mut Tx<'_>, sql: &str) -> Result<Vec<T>, Error> {
    tx.query(sql, &[], |row| {
        row.json_opt(0)?
            .ok_or_else(|| Error::corrupt("a record without a body"))
    })
}
