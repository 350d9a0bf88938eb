//! Buying the lines of a file, each under a key of its own.

use std::sync::Arc;

use engine::{
    batches::{self, Batch, BatchLine, LineEnd},
    db::Tx,
    invoices::{
        Payment, Place, Placed, Repeats,
        draft::{Amount, Wish, draft},
    },
};
use tokio::task::JoinSet;

use super::super::{said, till::Till};
use crate::web::{PageError, Shared, SignedIn};

/// So many lines are bought at once: enough to share a commit, few enough to leave room for others.
const AT_ONCE: usize = 64;

/// What a line asks for.
pub(super) fn wish(line: &BatchLine) -> Wish {
    let amount = if line.value.contains("<&>") {
        Amount::Package(line.value.clone())
    } else {
        Amount::Value(line.value.replace(',', "."))
    };
    Wish {
        product_id: line.product.clone(),
        amount,
        phone_number: line.phone_number.clone(),
        quantity: 1,
    }
}

/// Buys lines that have been checked and not been bought, and keeps what became of each.
pub(super) async fn sell(
    web: &Shared,
    signed_in: &SignedIn,
    till: &Till,
    batch: &Batch,
    lines: &[BatchLine],
) -> Result<(), PageError> {
    let (account, id, now) = (batch.account, batch.id, web.app.clock.now());
    let submit = move |tx: &mut Tx<'_>| batches::submit(tx, account, id, now);
    web.app.db.write_with(submit).await?;
    for some in lines.chunks(AT_ONCE) {
        let mut ends = Vec::with_capacity(some.len());
        let mut under_way = JoinSet::new();
        for line in some {
            if let Some(problem) = &line.problem {
                ends.push((line.line, LineEnd::Refused(problem.clone())));
                continue;
            }
            match place(web, till, batch, line) {
                Ok(place) => {
                    let (app, number, page) = (Arc::clone(&web.app), line.line, signed_in.page.clone());
                    under_way.spawn(async move {
                        let end = match app.place(place).await? {
                            Ok(Placed::New(invoice)) => invoice.orders.first().map(|order| order.id),
                            Ok(Placed::Again(order)) => order.parse().ok(),
                            Err(error) => return Ok((number, LineEnd::Refused(said::place(&page, &error)))),
                        };
                        Ok::<_, engine::Error>((number, LineEnd::Bought(end.expect("an invoice has its order"))))
                    });
                }
                Err(error) => ends.push((line.line, LineEnd::Refused(said::draft(&signed_in.page, &error)))),
            }
        }
        let mut failed = None;
        while let Some(done) = under_way.join_next().await {
            match done.map_err(|_| PageError::Internal)? {
                Ok(end) => ends.push(end),
                Err(error) => failed = Some(error),
            }
        }
        // What was bought is kept before anything that went wrong is told.
        let settle = move |tx: &mut Tx<'_>| batches::settle(tx, account, id, &ends);
        web.app.db.write_with(settle).await?;
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
    Ok(())
}

fn place(
    web: &Shared,
    till: &Till,
    batch: &Batch,
    line: &BatchLine,
) -> Result<Place, engine::invoices::draft::DraftError> {
    let catalog = web.app.catalog();
    Ok(Place {
        account: batch.account,
        lines: draft(till.market(web, &catalog), &[wish(line)], None)?,
        payment: Payment::Now,
        // A file says what it means: the same number twice in it is two top-ups.
        repeats: Repeats::Allow,
        reference: line.reference.clone().or_else(|| Some(batch.id.to_string())),
        webhook_url: None,
        idempotency: Some(batch.key(line)),
        answer: Arc::new(|invoice| {
            let order = invoice.orders.first();
            order.map_or_else(String::new, |order| order.id.to_string())
        }),
        now: web.app.clock.now(),
        context: Arc::clone(&web.app.context),
    })
}
