//! Fetching a supplier's records of a day, and comparing them with ours.

use std::sync::Arc;

use engine::{
    Context, Error,
    audit::Actor,
    db::Db,
    reconcile::{self, Day, Report},
};
use model::{Supplier, SupplierError, Timestamp};

use crate::deeds;

/// Why a day was not compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The supplier keeps no list that we can fetch.
    #[error("{0} lets nobody fetch its records: compare them by hand")]
    NoStatement(String),
    /// The day is not over, or its last submissions may still be under way.
    #[error("{day} can be compared from {from} on: submissions of the day may still be under way")]
    TooEarly {
        /// The day.
        day: Day,
        /// From when on.
        from: Timestamp,
    },
    /// The supplier doesn't tell.
    #[error(transparent)]
    Supplier(#[from] SupplierError),
    /// Something is wrong with us.
    #[error(transparent)]
    Internal(#[from] Error),
}

/// Compares a day with a supplier; opens a case for each difference. The audit log is told who asked for it, if
/// somebody did.
pub async fn reconcile(
    db: &Db,
    context: &Arc<Context>,
    supplier: &dyn Supplier,
    (day, asked_by): (Day, Option<Actor>),
    now: Timestamp,
) -> Result<Report, ReconcileError> {
    let name = supplier.name().clone();
    if !supplier.capabilities().statement {
        return Err(ReconcileError::NoStatement(name.to_string()));
    }
    let from = day.asked_until();
    if now < from {
        return Err(ReconcileError::TooEarly { day, from });
    }
    let theirs = supplier.statement(day.asked_from(), from).await?;
    let context = Arc::clone(context);
    let compare = move |tx: &mut engine::db::Tx<'_>| {
        let report = reconcile::reconcile(tx, &context, &name, (day, &theirs), now)?;
        if let Some(actor) = &asked_by {
            deeds::compared(&name, day).by(tx, actor, now)?;
        }
        Ok::<_, Error>(report)
    };
    let report = db.write_with(compare).await?;
    note(supplier, &report);
    Ok(report)
}

fn note(supplier: &dyn Supplier, report: &Report) {
    let (name, day) = (supplier.name(), &report.day);
    if report.opened > 0 {
        tracing::error!(
            supplier = %name,
            "{name} and we differ on {day} in {} places: recarga cases list --supplier {name}",
            report.opened
        );
    } else {
        tracing::info!(supplier = %name, "Compared {day} with {name}: {} attempts are the same", report.same);
    }
    metrics::counter!("recarga_reconciliation_cases_total", "supplier" => name.to_string())
        .increment(u64::try_from(report.opened).unwrap_or(u64::MAX));
}
