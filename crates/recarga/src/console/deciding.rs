//! `/console/orders/{order}/…`: what people do about an order: ask its supplier, say what became of it, agree or
//! not, give its money back. Each only where the order's state allows it, and else the page says why not.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    Context,
    db::Tx,
    orders::{self, Attempt, Consent, DecideError, OrderKey, Proposal, Verdict, Word},
    people::Action,
};
use model::{OrderId, Timestamp};
use serde::Deserialize;

use super::{
    today::{Line, named},
    waiting::said,
};
use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "console/decide.html")]
struct DecidePage {
    page: Page,
    line: Line,
    last: Option<Attempt>,
    proposal: Option<Proposal>,
    two_person: bool,
    attempts_left: bool,
    given: Given,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "console/give_back.html")]
struct GiveBackPage {
    page: Page,
    line: Line,
    given: Given,
    wrong: Wrong,
}

/// What a form says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Given {
    /// A verdict, or a consent.
    #[serde(default)]
    says: String,
    #[serde(default)]
    why: String,
}

/// Which form an order is shown with.
#[derive(Debug, Clone, Copy)]
enum Form {
    Decide,
    GiveBack,
}

/// What is wrong with it, at its fields.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wrong {
    says: String,
    why: String,
    /// What is wrong with all of it: the order has gone on, or somebody was first.
    whole: String,
}

impl DecidePage {
    /// What the supplier said last.
    fn says(&self) -> String {
        said(&self.page, self.last.as_ref())
    }

    /// Whether who looks has proposed it: they can only take it back.
    fn is_mine(&self, proposal: &Proposal) -> bool {
        self.page.user.as_ref().is_some_and(|user| user.login == proposal.by)
    }
}

impl Wrong {
    fn of(page: &Page, error: DecideError) -> Result<Self, PageError> {
        let whole = match error {
            DecideError::Unknown => return Err(PageError::NotFound),
            DecideError::Internal(error) => return Err(error.into()),
            DecideError::Missing(_) => {
                return Ok(Self {
                    why: page.t("decide.why_missing").to_owned(),
                    ..Self::default()
                });
            }
            DecideError::NotOpen(state) | DecideError::NotDue(state) | DecideError::NotWaiting(state) => {
                page.fill("decide.changed", &[("state", &page.word("stage", state))])
            }
            DecideError::Forgotten => page.t("decide.forgotten").to_owned(),
            DecideError::NoAttemptLeft(attempts) => page.fill("decide.no_attempt_left", &[("n", &attempts)]),
            DecideError::AlreadyProposed(by) => page.fill("decide.already_proposed", &[("by", &by)]),
            DecideError::NothingProposed => page.t("decide.nothing_proposed").to_owned(),
            DecideError::SamePerson(_) => page.t("decide.same_person").to_owned(),
        };
        Ok(Self {
            whole,
            ..Self::default()
        })
    }
}

/// Does something to an order in one transaction, with what the audit log is told of it.
async fn act(
    web: &Shared,
    signed_in: &SignedIn,
    order: &str,
    act: impl Fn(&mut Tx<'_>, &Context, OrderKey, Timestamp) -> Result<deeds::Told, DecideError> + Send + 'static,
) -> Result<Result<Response, DecideError>, PageError> {
    let id: OrderId = order.parse().map_err(|_| PageError::NotFound)?;
    let (user, context) = (Arc::clone(&signed_in.user), Arc::clone(&web.app.context));
    let now = web.app.clock.now();
    let write = move |tx: &mut Tx<'_>| {
        let key = orders::find_any(tx, id)?.ok_or(DecideError::Unknown)?.key();
        let told = act(tx, &context, key, now)?;
        Ok::<_, DecideError>(told.by_user(tx, &user, now)?)
    };
    let done = web.app.db.write_with(write).await;
    Ok(done.map(|()| Redirect::to(&format!("/console/orders/{id}")).into_response()))
}

pub(super) async fn ask(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::AskSupplier)?;
    let ask = |tx: &mut Tx<'_>, context: &Context, key, now| {
        orders::ask_now(tx, context, key, now)?;
        Ok(deeds::asked(key))
    };
    match act(&web, &signed_in, &order, ask).await? {
        Ok(answer) => Ok(answer),
        // It has gone on by itself: its page shows how it stands.
        Err(DecideError::NotDue(_)) => Ok(Redirect::to(&format!("/console/orders/{order}")).into_response()),
        Err(error) => Err(Wrong::of(&signed_in.page, error).err().unwrap_or(PageError::Internal)),
    }
}

/// Shows an order with a form: again, if something was wrong with it.
async fn shown(
    web: &Shared,
    signed_in: &SignedIn,
    (order, form): (&str, Form),
    (given, wrong): (Given, Wrong),
) -> Result<Response, PageError> {
    let status = if wrong == Wrong::default() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = match form {
        Form::Decide => html(&deciding(web, signed_in, order, (given, wrong)).await?)?,
        Form::GiveBack => html(&giving_back(web, signed_in, order, (given, wrong)).await?)?,
    };
    Ok((status, page).into_response())
}

/// Shows an order with the forms that decide on it.
async fn deciding(
    web: &Shared,
    signed_in: &SignedIn,
    order: &str,
    (given, wrong): (Given, Wrong),
) -> Result<DecidePage, PageError> {
    let id: OrderId = order.parse().map_err(|_| PageError::NotFound)?;
    let read = move |tx: &mut Tx<'_>| {
        let Some(order) = orders::find_any(tx, id)? else {
            return Ok(None);
        };
        let last = orders::attempts(tx, order.key())?.pop();
        let proposals = orders::proposals(tx, order.key())?;
        let open = proposals.into_iter().find(Proposal::is_open);
        Ok::<_, engine::Error>(Some((order, last, open)))
    };
    let (order, last, open) = web.app.db.read(read).await?.ok_or(PageError::NotFound)?;
    let settings = &web.app.context.settings;
    Ok(DecidePage {
        page: signed_in.page.clone(),
        attempts_left: order.attempts < settings.attempts_max,
        two_person: settings.two_person,
        // The supplier's own word overtakes what was proposed.
        proposal: open.filter(|_| order.is_confirming()),
        line: named(web, vec![order]).pop().ok_or(PageError::Internal)?,
        last,
        given,
        wrong,
    })
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::DecideOrder)?;
    shown(&web, &signed_in, (&order, Form::Decide), Default::default()).await
}

pub(super) async fn propose(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::DecideOrder)?;
    let Ok(verdict) = given.says.parse::<Verdict>() else {
        let wrong = Wrong {
            says: signed_in.page.t("decide.choose").to_owned(),
            ..Wrong::default()
        };
        return shown(&web, &signed_in, (&order, Form::Decide), (given, wrong)).await;
    };
    let (why, by) = (given.why.clone(), signed_in.user.login.clone());
    let propose = move |tx: &mut Tx<'_>, context: &Context, key, now| {
        let word = Word {
            verdict,
            why: &why,
            by: &by,
        };
        let proposed = orders::propose(tx, context, key, word, now)?;
        Ok(deeds::proposed(key, word, &proposed))
    };
    decided(&web, &signed_in, (&order, Form::Decide), given, propose).await
}

pub(super) async fn answer(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::DecideOrder)?;
    let consent = match given.says.as_str() {
        "confirm" => Consent::Confirm,
        "reject" => Consent::Reject,
        _ => return Err(PageError::BadRequest),
    };
    let (why, by) = (given.why.clone(), signed_in.user.login.clone());
    let consent = move |tx: &mut Tx<'_>, context: &Context, key, now| {
        let proposal = orders::consent(tx, context, key, (consent, &why, &by), now)?;
        Ok(deeds::answered(&proposal, (consent, &why, &by)))
    };
    decided(&web, &signed_in, (&order, Form::Decide), given, consent).await
}

async fn decided(
    web: &Shared,
    signed_in: &SignedIn,
    (order, form): (&str, Form),
    given: Given,
    decide: impl Fn(&mut Tx<'_>, &Context, OrderKey, Timestamp) -> Result<deeds::Told, DecideError> + Send + 'static,
) -> Result<Response, PageError> {
    match act(web, signed_in, order, decide).await? {
        Ok(answer) => Ok(answer),
        Err(error) => {
            let wrong = Wrong::of(&signed_in.page, error)?;
            shown(web, signed_in, (order, form), (given, wrong)).await
        }
    }
}

/// Shows an order with the form that gives its money back.
async fn giving_back(
    web: &Shared,
    signed_in: &SignedIn,
    order: &str,
    (given, wrong): (Given, Wrong),
) -> Result<GiveBackPage, PageError> {
    let id: OrderId = order.parse().map_err(|_| PageError::NotFound)?;
    let order = web.app.db.read(move |tx| orders::find_any(tx, id)).await?;
    Ok(GiveBackPage {
        page: signed_in.page.clone(),
        line: named(web, vec![order.ok_or(PageError::NotFound)?])
            .pop()
            .ok_or(PageError::Internal)?,
        given,
        wrong,
    })
}

pub(super) async fn show_give_back(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
) -> Result<Response, PageError> {
    signed_in.require(Action::RefundOrder)?;
    shown(&web, &signed_in, (&order, Form::GiveBack), Default::default()).await
}

pub(super) async fn give_back(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(order): Path<String>,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::RefundOrder)?;
    let (why, by) = (given.why.clone(), signed_in.user.login.clone());
    let back = move |tx: &mut Tx<'_>, context: &Context, key, now| {
        orders::give_back(tx, context, key, (&why, &by), now)?;
        Ok(deeds::given_back(key, (&why, &by)))
    };
    decided(&web, &signed_in, (&order, Form::GiveBack), given, back).await
}
