//! Orders whose attempts a restored database has forgotten: any supplier may have had them, so all are asked.

use engine::{Error, orders::restored};
use model::{AttemptRef, Outcome, SupplierName};

use super::UnderWay;
use crate::App;

/// Asks the others about an attempt of which its supplier can't say anything, where it may have gone to any of them. The
/// first that knows it has it from then on, and its word counts.
pub(super) async fn ask_others(
    app: &App,
    (asked, call): (&SupplierName, &UnderWay),
    attempt: &AttemptRef,
    outcome: Outcome,
) -> Result<Outcome, Error> {
    let forgotten = restored::is_forgotten(attempt.attempt.order, &app.context.settings);
    if !forgotten || !matches!(outcome, Outcome::Unknown(_)) {
        return Ok(outcome);
    }
    for (name, supplier) in app.suppliers.iter().filter(|(name, _)| *name != asked) {
        let said = supplier.find(attempt, &call.evidence).await;
        if matches!(said, Outcome::Unknown(_)) {
            continue;
        }
        let (account, attempt, names) = (call.key.account, attempt.attempt, (asked.clone(), name.clone()));
        let moved = app
            .db
            .write_with(move |tx| restored::found_at(tx, account, attempt, (&names.0, &names.1)));
        if moved.await? {
            tracing::warn!(order.id = %attempt.order, "Attempt {attempt} was at {name}, and not at {asked}");
            return Ok(said);
        }
    }
    Ok(outcome)
}
