//! `/console/waiting`: orders that need a person, and what somebody has proposed for one, the oldest first.

use askama::Template;
use axum::{extract::State, response::Response};
use engine::{
    Error,
    db::Tx,
    orders::{self, Attempt, Order, Proposal},
    people::Action,
};

use super::today::{Line, named};
use crate::web::{Page, PageError, Shared, SignedIn, html};

/// So many are shown; those that are newer come up when these are decided.
const SHOWN: u32 = 100;

#[derive(Template)]
#[template(path = "console/waiting.html")]
struct WaitingPage {
    page: Page,
    waits: Vec<Waits>,
}

/// An order that needs a person.
pub(super) struct Waits {
    pub(super) line: Line,
    last: Option<Attempt>,
    pub(super) proposal: Option<Proposal>,
}

impl Waits {
    /// Who was asked last.
    pub(super) fn supplier(&self) -> &str {
        self.last.as_ref().map_or("–", |last| last.supplier.as_str())
    }

    /// What they said.
    pub(super) fn says(&self, page: &Page) -> String {
        said(page, self.last.as_ref())
    }

    /// How often they were asked.
    pub(super) fn questions(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.questions.into())
    }
}

/// What a supplier said of an order's last attempt.
pub(super) fn said(page: &Page, last: Option<&Attempt>) -> String {
    let outcome = last.and_then(|last| last.outcome.as_ref());
    outcome.map_or_else(|| page.t("waiting.no_answer").to_owned(), |outcome| page.say(outcome))
}

/// What is known of an order that needs a person.
pub(super) type Found = (Order, Option<Attempt>, Option<Proposal>);

/// Reads the queue and the open proposals, the oldest order first.
pub(super) fn read(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Found>, Error> {
    let mut waiting = orders::stuck(tx, limit)?;
    let mut proposals = orders::open_proposals(tx, limit)?;
    for proposal in &proposals {
        if waiting.iter().all(|order| order.id != proposal.order) {
            let order = orders::find(tx, proposal.account, proposal.order)?;
            // The supplier's own word overtakes what was proposed.
            waiting.extend(order.filter(Order::is_confirming));
        }
    }
    waiting.sort_by_key(|order| order.id);
    waiting.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut found = Vec::with_capacity(waiting.len());
    for order in waiting {
        let last = orders::attempts(tx, order.key())?.pop();
        let place = proposals.iter().position(|proposal| proposal.order == order.id);
        let proposal = place.map(|place| proposals.swap_remove(place));
        found.push((order, last, proposal));
    }
    Ok(found)
}

/// Names the accounts of what was found.
pub(super) fn shown(web: &Shared, found: Vec<Found>) -> Vec<Waits> {
    let waits = found.into_iter().filter_map(|(order, last, proposal)| {
        Some(Waits {
            line: named(web, vec![order]).pop()?,
            last,
            proposal,
        })
    });
    waits.collect()
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let found = web.app.db.read(|tx| read(tx, SHOWN)).await?;
    html(&WaitingPage {
        page: signed_in.page,
        waits: shown(&web, found),
    })
}
