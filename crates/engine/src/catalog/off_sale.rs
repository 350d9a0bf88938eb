//! What a product could be delivered by and is not, and why: for those who run Recarga. A snapshot leaves it out.

use model::{Money, Offer, ProductId, SupplierName, Terms, Timestamp};

use super::file::OfferRecord;
use crate::{
    Error,
    db::{Tx, values},
};

/// Something that is not sold at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffSale {
    /// Whose it is.
    pub supplier: SupplierName,
    /// The supplier's name for it.
    pub sku: String,
    /// Which package; none for free amounts.
    pub package: Option<String>,
    /// Why.
    pub why: WhyOff,
    /// Since when.
    pub since: Timestamp,
}

/// Why something is not sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyOff {
    /// Nothing is sold from the supplier: our money there is too low.
    Stopped {
        /// What the float was then.
        float: Money,
    },
    /// The supplier lists it no more.
    Gone,
}

/// Lists what is not sold of a product although it is ours.
pub fn off_sale(tx: &mut Tx<'_>, product: &ProductId) -> Result<Vec<OffSale>, Error> {
    let sql = "SELECT o.supplier, o.sku, o.body, s.why, s.since FROM supplier_stops s
               JOIN offers o ON o.supplier = s.supplier AND o.product_id = ?1 ORDER BY o.supplier, o.sku";
    let mut found = tx.query(sql, &values![product.as_str()], |row| {
        let record: OfferRecord = row
            .json_opt(2)?
            .ok_or_else(|| Error::corrupt("an offer without a body"))?;
        let Offer { terms, .. } = record.read().map_err(Error::corrupt)?;
        Ok(OffSale {
            supplier: row.parse(0)?,
            sku: row.text(1)?,
            package: match terms {
                Terms::Fixed { value, .. } => Some(value),
                Terms::Ranged { .. } => None,
            },
            why: WhyOff::Stopped {
                float: Money::try_from(row.text(3)?).map_err(Error::corrupt)?,
            },
            since: row.time(4)?,
        })
    })?;
    let sql = "SELECT m.supplier, m.sku, m.package_value, l.gone_at FROM listing_mappings m
               JOIN listings l ON l.supplier = m.supplier AND l.sku = m.sku
               WHERE m.product_id = ?1 AND m.status = 'applied' AND l.gone_at IS NOT NULL
               ORDER BY m.supplier, m.sku";
    found.extend(tx.query(sql, &values![product.as_str()], |row| {
        Ok(OffSale {
            supplier: row.parse(0)?,
            sku: row.text(1)?,
            package: row.text_opt(2)?,
            why: WhyOff::Gone,
            since: row.time(3)?,
        })
    })?);
    Ok(found)
}
