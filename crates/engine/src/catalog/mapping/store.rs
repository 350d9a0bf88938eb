//! Listings' and mappings' SQL and nothing else.

use std::collections::HashMap;

use model::{SupplierName, Timestamp};

use super::{
    plan::Known,
    record::ListingRecord,
    standing::{ListingMapping, OperatorMapping, Standing},
};
use crate::{
    Error,
    db::{Insert, Row, Tx, int, text, values},
};

/// A listing as it is stored.
pub(super) struct StoredListing {
    pub(super) body: String,
    pub(super) gone: bool,
}

const LISTINGS: Insert = Insert {
    table: "listings",
    columns: &[
        text("supplier"),
        text("sku"),
        text("body"),
        int("first_seen"),
        int("changed_at"),
        int("gone_at"),
    ],
    conflict: "ON CONFLICT (supplier, sku) DO UPDATE
        SET body = excluded.body, changed_at = excluded.changed_at, gone_at = excluded.gone_at",
};

/// A guess never takes the place of what a person said meanwhile.
const OPERATORS: Insert = Insert {
    table: "operator_mappings",
    columns: &[
        text("supplier"),
        text("sold_as"),
        text("name"),
        text("country"),
        text("operator_id"),
        text("status"),
        int("score"),
        text("reasons"),
        text("decided_by"),
        int("decided_at"),
    ],
    conflict: "ON CONFLICT (supplier, sold_as) DO UPDATE
        SET name = excluded.name, country = excluded.country, operator_id = excluded.operator_id,
            status = excluded.status, score = excluded.score, reasons = excluded.reasons,
            decided_by = excluded.decided_by, decided_at = excluded.decided_at
        WHERE excluded.decided_by = 'person' OR operator_mappings.decided_by = 'guess'",
};

const MAPPINGS: Insert = Insert {
    table: "listing_mappings",
    columns: &[
        text("supplier"),
        text("sku"),
        text("product_id"),
        text("package_value"),
        text("status"),
        int("score"),
        text("reasons"),
        text("decided_by"),
        int("decided_at"),
    ],
    conflict: "ON CONFLICT (supplier, sku) DO UPDATE
        SET product_id = excluded.product_id, package_value = excluded.package_value,
            status = excluded.status, score = excluded.score, reasons = excluded.reasons,
            decided_by = excluded.decided_by, decided_at = excluded.decided_at
        WHERE excluded.decided_by = 'person' OR listing_mappings.decided_by = 'guess'",
};

/// Reads everything that a supplier has ever listed.
pub(super) fn stored(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<HashMap<String, StoredListing>, Error> {
    let sql = "SELECT sku, body, gone_at FROM listings WHERE supplier = ?1";
    let rows = tx.query(sql, &values![supplier], |row| {
        let listing = StoredListing {
            body: row.text(1)?,
            gone: row.time_opt(2)?.is_some(),
        };
        Ok((row.text(0)?, listing))
    })?;
    Ok(rows.into_iter().collect())
}

/// Reads what is thought of a supplier's names.
pub(super) fn known(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<Known, Error> {
    let operators = operators(tx, supplier)?;
    let listings = listings(tx, supplier)?;
    Ok(Known {
        operators: operators.into_iter().map(|one| (one.sold_as.clone(), one)).collect(),
        listings: listings.into_iter().map(|one| (one.sku.clone(), one)).collect(),
    })
}

pub(super) fn operators(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<Vec<OperatorMapping>, Error> {
    let sql = "SELECT status, score, reasons, decided_by, decided_at, sold_as, name, country, operator_id
               FROM operator_mappings WHERE supplier = ?1 ORDER BY country, name, sold_as";
    tx.query(sql, &values![supplier], |row| {
        Ok(OperatorMapping {
            sold_as: row.text(5)?,
            name: row.text(6)?,
            country: row.parse(7)?,
            operator: row.parse_opt(8)?,
            standing: standing(row)?,
        })
    })
}

pub(super) fn listings(tx: &mut Tx<'_>, supplier: &SupplierName) -> Result<Vec<ListingMapping>, Error> {
    let sql = "SELECT status, score, reasons, decided_by, decided_at, sku, product_id, package_value
               FROM listing_mappings WHERE supplier = ?1 ORDER BY sku";
    tx.query(sql, &values![supplier], |row| {
        Ok(ListingMapping {
            sku: row.text(5)?,
            product: row.parse_opt(6)?,
            package: row.text_opt(7)?,
            standing: standing(row)?,
        })
    })
}

fn standing(row: &Row<'_>) -> Result<Standing, Error> {
    Ok(Standing {
        status: row.parse(0)?,
        score: row.count(1)?,
        reasons: row.json_opt(2)?.unwrap_or_default(),
        decided_by: row.parse(3)?,
        decided_at: row.time(4)?,
    })
}

fn reasons(standing: &Standing) -> String {
    serde_json::to_string(&standing.reasons).expect("a list of texts")
}

/// Writes listings that are new, have changed, or are there again.
pub(super) fn write_listings(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    listings: &[(String, ListingRecord)],
    now: Timestamp,
) -> Result<(), Error> {
    let row = |(sku, record): &(String, ListingRecord)| {
        let body = serde_json::to_string(record).expect("records are plain data");
        values![supplier, sku, body, now, now, None::<Timestamp>]
    };
    tx.insert_many(&LISTINGS, &listings.iter().map(row).collect::<Vec<_>>())
}

/// Notes that a supplier lists something no more.
pub(super) fn write_gone(
    tx: &mut Tx<'_>,
    supplier: &SupplierName,
    skus: &[String],
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "UPDATE listings SET gone_at = ?3 WHERE supplier = ?1 AND sku = ?2 AND gone_at IS NULL";
    for sku in skus {
        tx.execute(sql, &values![supplier, sku, now])?;
    }
    Ok(())
}

pub(super) fn write_operators(tx: &mut Tx<'_>, supplier: &SupplierName, rows: &[OperatorMapping]) -> Result<(), Error> {
    let row = |mapping: &OperatorMapping| {
        let standing = &mapping.standing;
        values![
            supplier,
            &mapping.sold_as,
            &mapping.name,
            mapping.country,
            mapping.operator.as_ref(),
            standing.status.as_str(),
            standing.score,
            reasons(standing),
            standing.decided_by.as_str(),
            standing.decided_at,
        ]
    };
    tx.insert_many(&OPERATORS, &rows.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn write_mappings(tx: &mut Tx<'_>, supplier: &SupplierName, rows: &[ListingMapping]) -> Result<(), Error> {
    let row = |mapping: &ListingMapping| {
        let standing = &mapping.standing;
        values![
            supplier,
            &mapping.sku,
            mapping.product.as_ref(),
            mapping.package.as_ref(),
            standing.status.as_str(),
            standing.score,
            reasons(standing),
            standing.decided_by.as_str(),
            standing.decided_at,
        ]
    };
    tx.insert_many(&MAPPINGS, &rows.iter().map(row).collect::<Vec<_>>())
}

/// Forgets what was said of an operator; the next guess is free.
pub(super) fn forget_operator(tx: &mut Tx<'_>, supplier: &SupplierName, sold_as: &str) -> Result<(), Error> {
    let sql = "DELETE FROM operator_mappings WHERE supplier = ?1 AND sold_as = ?2";
    tx.execute(sql, &values![supplier, sold_as]).map(drop)
}

/// Forgets what was said of a listing.
pub(super) fn forget_listing(tx: &mut Tx<'_>, supplier: &SupplierName, sku: &str) -> Result<(), Error> {
    let sql = "DELETE FROM listing_mappings WHERE supplier = ?1 AND sku = ?2";
    tx.execute(sql, &values![supplier, sku]).map(drop)
}

/// Reads which of our operators suppliers' ids stand for: supplier, its id, ours.
pub(in crate::catalog) fn applied(tx: &mut Tx<'_>) -> Result<Vec<(String, String, String)>, Error> {
    let sql = "SELECT supplier, sold_as, operator_id FROM operator_mappings
               WHERE status = 'applied' AND operator_id IS NOT NULL ORDER BY supplier, sold_as";
    tx.query(sql, &[], |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)))
}
