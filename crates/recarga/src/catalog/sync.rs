//! Fetching what a supplier sells, and writing what has changed without holding up orders.

use engine::{
    Error,
    catalog::mapping::{self, Changes, MappingPolicy, Work},
    db::{Db, Tx},
};
use metrics::gauge;
use model::{Supplier, SupplierError, SupplierName, Timestamp};
use rust_decimal::prelude::ToPrimitive;

/// Why a supplier's list was not taken; what is stored of it stays.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// It doesn't tell.
    #[error(transparent)]
    Supplier(#[from] SupplierError),
    /// It lists nothing, and did before.
    #[error("{0} lists nothing at all, and had things to sell before: its list is not believed")]
    Nothing(SupplierName),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Asks a supplier what it sells, maps that, and writes what has changed.
pub async fn sync(
    db: &Db,
    supplier: &dyn Supplier,
    policy: MappingPolicy,
    now: Timestamp,
) -> Result<Changes, SyncError> {
    let name = supplier.name().clone();
    let (offers, listings) = (supplier.offers().await?, supplier.listings().await?);
    if offers.is_empty() && listings.is_empty() {
        let of = name.clone();
        if db.read(move |tx| mapping::sells(tx, &of)).await? {
            return Err(SyncError::Nothing(name));
        }
    }
    let of = name.clone();
    let compare = move |tx: &mut Tx<'_>| {
        if listings.is_empty() {
            mapping::compare_offers(tx, &of, &offers, now)
        } else {
            mapping::compare_listings(tx, &of, &listings, policy, now)
        }
    };
    let work = db.read(compare).await?;
    let changes = write(db, work).await?;
    note(&name, &changes);
    Ok(changes)
}

/// Maps again what a supplier listed last, after a person's word. None for one that has no names of its own.
pub async fn map_again(
    db: &Db,
    supplier: &SupplierName,
    policy: MappingPolicy,
    now: Timestamp,
) -> Result<Option<Changes>, Error> {
    let of = supplier.clone();
    let work = db.read(move |tx| mapping::map_again(tx, &of, policy, now)).await?;
    match work {
        Some(work) => write(db, work).await.map(Some),
        None => Ok(None),
    }
}

/// Writes step by step: orders go on between two of them.
async fn write(db: &Db, work: Work) -> Result<Changes, Error> {
    for step in work.steps {
        db.write_with(move |tx| step.write(tx)).await?;
    }
    Ok(work.changes)
}

fn note(supplier: &SupplierName, changes: &Changes) {
    let counts = [
        ("applied", changes.applied),
        ("suggested", changes.suggested),
        ("open", changes.open),
    ];
    for (status, count) in counts {
        let labels = [("supplier", supplier.to_string()), ("status", status.to_owned())];
        gauge!("recarga_supplier_listings", &labels).set(count.to_f64().unwrap_or(f64::NAN));
    }
    if changes.written + changes.removed > 0 {
        tracing::info!(
            %supplier,
            "{supplier} lists {} things: {} offers are new or changed, {} are gone",
            changes.listed,
            changes.written,
            changes.removed
        );
    }
}
