//! The queue for people: orders that nobody knows about, and what people say of them.

use clap::Args;
use engine::orders::{self, Attempt, AttemptCall, Consent, Order, Proposal, Proposed, Verdict, Word};
use model::OrderId;
use serde::Serialize;

use super::{
    Desk, Failure,
    orders::{Printed, find},
    output::{amounts, moment, or_dash, words},
    timeline::{PrintedCall, told},
};
use crate::deeds;

/// Who does it: kept with the order.
#[derive(Debug, Clone, Args)]
pub(crate) struct By {
    /// Your name: kept with what you decide
    #[arg(long, value_name = "NAME", env = "USER", hide_env_values = true)]
    by: Option<String>,
}

impl By {
    pub(crate) fn name(self) -> Result<String, Failure> {
        let name = self.by.filter(|name| !name.trim().is_empty());
        name.ok_or_else(|| Failure::usage("--by has to say who you are"))
    }
}

/// What a person found out.
#[derive(Debug, Args)]
#[group(id = "found", required = true, multiple = false, args = ["delivered", "failed", "retry"])]
pub(crate) struct Resolve {
    /// The order's id, such as ord_01…
    order: OrderId,
    /// The phone has it: the money is ours, the supplier is owed
    #[arg(long)]
    delivered: bool,
    /// The phone does not have it and will not: the money goes back
    #[arg(long)]
    failed: bool,
    /// The phone does not have it and will not: another attempt is made
    #[arg(long)]
    retry: bool,
    /// How you know: kept with the order
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    by: By,
}

/// What a second person says.
#[derive(Debug, Args)]
pub(crate) struct Answer {
    /// The order's id, such as ord_01…
    order: OrderId,
    /// Why: kept with the order
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    by: By,
}

impl Resolve {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), Failure> {
        if self.why.trim().is_empty() {
            return Err(Failure::usage("--why has to say how you know"));
        }
        let verdict = match (self.delivered, self.retry) {
            (true, _) => Verdict::Delivered,
            (_, true) => Verdict::Retry,
            _ => Verdict::Failed,
        };
        let (id, why, by) = (self.order, self.why, self.by.name()?);
        let proposed = desk.write(move |tx, context, now| {
            let key = find(tx, id)?.key();
            let word = Word {
                verdict,
                why: &why,
                by: &by,
            };
            let proposed = orders::propose(tx, context, key, word, now)?;
            deeds::proposed(key, word, &proposed).by_command(tx, now)?;
            Ok((proposed, find(tx, id)?))
        });
        let (proposed, order) = proposed.await?;
        desk.output.one(&Printed::from(&order), || match &proposed {
            Proposed::Done => format!("{id} is {}", order.status.as_str()),
            Proposed::Waits(proposal) => format!(
                "{} proposed for {id}: somebody else than {} has to say recarga orders confirm {id} or reject",
                proposal.verdict, proposal.by
            ),
        });
        Ok(())
    }
}

impl Answer {
    pub(super) async fn run(self, desk: &Desk, consent: Consent) -> Result<(), Failure> {
        let (id, why, by) = (self.order, self.why, self.by.name()?);
        let answered = desk.write(move |tx, context, now| {
            let key = find(tx, id)?.key();
            let proposal = orders::consent(tx, context, key, (consent, &why, &by), now)?;
            deeds::answered(&proposal, (consent, &why, &by)).by_command(tx, now)?;
            find(tx, id)
        });
        let order = answered.await?;
        desk.output
            .one(&Printed::from(&order), || format!("{id} is {}", order.status.as_str()));
        Ok(())
    }
}

/// Has an order looked at again now, by whichever worker runs.
pub(super) async fn ask(desk: &Desk, id: OrderId) -> Result<(), Failure> {
    let asked = desk.write(move |tx, context, now| {
        let key = find(tx, id)?.key();
        let order = orders::ask_now(tx, context, key, now)?;
        deeds::asked(key).by_command(tx, now)?;
        Ok(order)
    });
    let order = asked.await?;
    desk.output.one(&Printed::from(&order), || {
        format!("{id} is looked at again as soon as a worker is free")
    });
    Ok(())
}

/// An order that needs a person, with what is known of it.
#[derive(Serialize)]
struct Stuck {
    #[serde(flatten)]
    order: Printed,
    supplier: Option<String>,
    asked: u32,
    says: Option<String>,
    proposed: Option<PrintedProposal>,
    evidence: Vec<PrintedCall>,
    #[serde(skip)]
    row: Vec<String>,
}

#[derive(Serialize)]
struct PrintedProposal {
    verdict: String,
    why: String,
    by: String,
    at: String,
}

impl Stuck {
    fn new(order: &Order, attempt: Option<&Attempt>, calls: &[AttemptCall], proposal: Option<&Proposal>) -> Self {
        let says = attempt.and_then(|attempt| attempt.outcome.as_ref()).map(told);
        let supplier = attempt.map(|attempt| attempt.supplier.to_string());
        let proposed = proposal.map(|open| format!("{} by {}", open.verdict, open.by));
        Self {
            row: vec![
                order.id.to_string(),
                moment(order.created_at()),
                order.phone_number.to_string(),
                order.product.to_string(),
                order.value.to_string(),
                or_dash(supplier.as_ref()),
                or_dash(says.as_ref()),
                or_dash(proposed),
            ],
            order: Printed::from(order),
            supplier,
            asked: attempt.map_or(0, |attempt| attempt.questions),
            says,
            proposed: proposal.map(|open| PrintedProposal {
                verdict: open.verdict.to_string(),
                why: open.why.clone(),
                by: open.by.clone(),
                at: open.at.to_string(),
            }),
            evidence: calls.iter().map(PrintedCall::from).collect(),
        }
    }
}

/// Lists the queue, oldest first.
pub(super) async fn list(desk: &Desk, limit: u32) -> Result<(), Failure> {
    let stuck = desk.read(move |tx| {
        let mut stuck = Vec::new();
        for order in orders::stuck(tx, limit)? {
            let attempts = orders::attempts(tx, order.key())?;
            let calls = orders::calls(tx, order.key())?;
            let proposals = orders::proposals(tx, order.key())?;
            let open = proposals.iter().find(|one| one.is_open());
            stuck.push(Stuck::new(&order, attempts.last(), &calls, open));
        }
        Ok(stuck)
    });
    let columns = [
        words("ID"),
        words("CREATED"),
        words("PHONE"),
        words("PRODUCT"),
        amounts("VALUE"),
        words("SUPPLIER"),
        words("SAYS"),
        words("PROPOSED"),
    ];
    desk.output.list(
        &stuck.await?,
        &columns,
        |one| one.row.clone(),
        "no order needs a person",
    );
    Ok(())
}
