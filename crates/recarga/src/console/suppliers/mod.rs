//! `/console/suppliers`: whether each is asked, what it delivers and how fast, and our money there.

mod overview;

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    Error,
    catalog::Snapshot,
    db::Tx,
    figures::{self, Figure},
    floats::{self, Known, Thresholds},
    health::{self, BreakerState, Force, Standing, Switch},
    people::Action,
};
use model::{Absence, Capabilities, Currency, Money, OperatorId, Supplier, SupplierName};
use serde::Deserialize;

use self::overview::Stored;
pub(super) use self::overview::{Overview, overviews};
use super::{
    chart::HOURS,
    shown_again,
    today::{Within, p95},
};
use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, html},
};

#[derive(Template)]
#[template(path = "console/suppliers.html")]
struct SuppliersPage {
    page: Page,
    suppliers: Vec<Overview>,
}

#[derive(Template)]
#[template(path = "console/supplier.html")]
struct SupplierPage {
    page: Page,
    overview: Overview,
    day: Day,
    operators: Vec<OperatorLine>,
    /// What a person has decided for all operators.
    whole: Option<Switch>,
    sold: Vec<(String, String)>,
    facts: Capabilities,
    callback_url: String,
    given: Given,
    wrong: Wrong,
}

/// What a supplier did in the last 24 hours.
struct Day {
    delivered: i64,
    reversed: i64,
    p95: Option<Within>,
}

/// How a supplier does for an operator.
struct OperatorLine {
    id: OperatorId,
    name: String,
    standing: Option<Standing>,
    forced: Option<Switch>,
}

/// What a form says; those of the page have different fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    state: String,
    operator: String,
    why: String,
    low: String,
    stop: String,
}

/// What is wrong, at its fields.
#[derive(Debug, Default)]
struct Wrong {
    operator: String,
    why: String,
    low: String,
    stop: String,
}

impl SupplierPage {
    /// What the breaker of an operator lets through, and until when it lets nothing.
    fn breaker(line: &OperatorLine) -> (&'static str, &'static str) {
        if let Some(switch) = &line.forced {
            return match switch.force {
                Force::Open => ("forced_open", "bad"),
                Force::Closed => ("forced_closed", "warn"),
            };
        }
        match line.standing.map(|standing| standing.breaker) {
            Some(BreakerState::Open { .. }) => ("open", "bad"),
            Some(BreakerState::HalfOpen { .. }) => ("half_open", "warn"),
            Some(BreakerState::Closed) | None => ("closed", "good"),
        }
    }

    /// What share of an operator's orders it delivered.
    fn share(&self, standing: &Standing) -> String {
        let bps = standing.delivered_bps.map(u64::from);
        bps.map_or_else(|| "–".to_owned(), |bps| self.page.percent(&bps))
    }

    /// How long half of the deliveries took at most.
    fn median(&self, standing: &Standing) -> String {
        self.took(standing.median_ms)
    }

    /// How long nearly all of them took at most.
    fn p95(&self, standing: &Standing) -> String {
        self.took(standing.p95_ms)
    }

    fn took(&self, ms: Option<u32>) -> String {
        match ms {
            None => "–".to_owned(),
            Some(ms) if ms < 10_000 => format!("{}\u{a0}ms", self.page.number(&ms)),
            Some(ms) => format!("{}\u{a0}s", self.page.number(&(ms / 1_000))),
        }
    }

    /// What its having no record of an attempt proves.
    fn absence(&self) -> String {
        match self.facts.absence {
            Absence::NeverProof => self.page.t("suppliers.never_proof").to_owned(),
            Absence::Proof { after, queries } => {
                let seconds = after.as_secs();
                (self.page).fill("suppliers.proof", &[("seconds", &seconds), ("n", &queries)])
            }
        }
    }

    /// How long the float lasts, where that is known.
    fn lasts_note(&self) -> String {
        if self.overview.money.lasts().is_none() {
            return String::new();
        }
        let lasts = self.overview.lasts(&self.page);
        self.page.fill("suppliers.lasts_for", &[("time", &lasts)])
    }

    /// What thresholds are counted in, where that is known.
    fn currency(&self) -> Option<Currency> {
        currency_of(&self.overview.money)
    }

    /// A threshold as it stands in its field.
    fn threshold(&self, typed: &str, of: fn(&Thresholds) -> Option<Money>) -> String {
        if !typed.is_empty() {
            return typed.to_owned();
        }
        let money = self.overview.money.thresholds.as_ref().and_then(of);
        money.map_or_else(String::new, |money| model::decimal_text(money.major()))
    }

    fn unit(&self) -> &'static str {
        self.currency().map_or("–", |currency| currency.code())
    }

    fn low(&self) -> String {
        self.threshold(&self.given.low, |set| set.low)
    }

    fn stop(&self) -> String {
        self.threshold(&self.given.stop, |set| set.stop)
    }
}

fn currency_of(money: &Known) -> Option<Currency> {
    let told = money.sample.map(|sample| sample.float.currency());
    told.or_else(|| money.thresholds.map(|set| set.currency))
}

pub(super) async fn list(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    html(&SuppliersPage {
        suppliers: overviews(&web, signed_in.page.now).await?,
        page: signed_in.page,
    })
}

/// The operators that a supplier sells for, or was heard of lately, or was forced for.
fn operator_lines(web: &Shared, catalog: &Snapshot, name: &SupplierName) -> Vec<OperatorLine> {
    let conditions = web.app.routes.conditions();
    let mut lines: BTreeMap<OperatorId, OperatorLine> = BTreeMap::new();
    let line = |id: &OperatorId| OperatorLine {
        id: id.clone(),
        name: (catalog.operator(id.as_str())).map_or_else(|| id.to_string(), |operator| operator.name.clone()),
        standing: None,
        forced: None,
    };
    for (supplier, operator, standing) in conditions.standings.list() {
        if supplier == name {
            lines.entry(operator.clone()).or_insert_with(|| line(operator)).standing = Some(*standing);
        }
    }
    for switch in conditions.switches.iter().filter(|switch| switch.supplier == *name) {
        if let Some(operator) = &switch.operator {
            lines.entry(operator.clone()).or_insert_with(|| line(operator)).forced = Some(switch.clone());
        }
    }
    lines.into_values().collect()
}

/// The operators that a supplier sells for, with their names.
fn sold_by(catalog: &Snapshot, name: &SupplierName) -> Vec<(String, String)> {
    let sells = |operator: &&model::Operator| {
        let mut products = catalog.products_of(&operator.id);
        products.any(|product| catalog.offers(&product.id).iter().any(|one| one.supplier == *name))
    };
    let named = |operator: &model::Operator| (operator.id.to_string(), operator.name.clone());
    let mut sold: Vec<_> = catalog.operators().filter(sells).map(named).collect();
    sold.sort();
    sold
}

fn find<'a>(web: &'a Shared, name: &str) -> Result<(SupplierName, &'a Arc<dyn Supplier>), PageError> {
    let name: SupplierName = name.parse().map_err(|_| PageError::NotFound)?;
    let supplier = web.app.suppliers.get(&name).ok_or(PageError::NotFound)?;
    Ok((name, supplier))
}

async fn page(
    web: &Shared,
    signed_in: &SignedIn,
    name: &str,
    (given, wrong): (Given, Wrong),
) -> Result<SupplierPage, PageError> {
    let (name, supplier) = find(web, name)?;
    let (of, now) = (name.clone(), signed_in.page.now);
    let hour = figures::hour_of(now);
    let read = move |tx: &mut Tx<'_>| {
        let figures = figures::list(tx, hour - HOURS + 1, hour + 1)?;
        Ok::<_, Error>((Stored::read(tx, &of, now)?, figures))
    };
    let (stored, figures) = web.app.db.read(read).await?;
    let own = || figures.iter().filter(|figure| figure.supplier == name.as_str());
    let sum = |of: fn(&Figure) -> i64| own().map(of).sum::<i64>();
    let conditions = web.app.routes.conditions();
    let whole = |switch: &&Switch| switch.supplier == name && switch.operator.is_none();
    let catalog = web.app.catalog();
    Ok(SupplierPage {
        page: signed_in.page.clone(),
        day: Day {
            delivered: sum(|one| one.delivered),
            reversed: sum(|one| one.reversed),
            p95: p95(own()),
        },
        operators: operator_lines(web, &catalog, &name),
        whole: conditions.switches.iter().find(whole).cloned(),
        sold: sold_by(&catalog, &name),
        facts: supplier.capabilities(),
        callback_url: format!("{}/callbacks/{name}", web.address(signed_in)),
        overview: Overview::of(name, &conditions, stored),
        given,
        wrong,
    })
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Query(given): Query<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    html(&page(&web, &signed_in, &name, (given, Wrong::default())).await?)
}

/// Decides whether a supplier is asked, whatever its figures say, or leaves that to them again.
pub(super) async fn force(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeSuppliers)?;
    let (supplier, _) = find(&web, &name)?;
    let mut wrong = Wrong::default();
    let operator = match given.operator.trim() {
        "" => None,
        typed => {
            let known = web.app.catalog().operator(typed).map(|operator| operator.id.clone());
            if known.is_none() {
                wrong.operator = signed_in.page.t("suppliers.no_operator").to_owned();
            }
            known
        }
    };
    let force = match given.state.as_str() {
        "auto" => None,
        state => Some(state.parse::<Force>().map_err(|_| PageError::BadRequest)?),
    };
    let why = given.why.trim().to_owned();
    if force.is_some() && why.is_empty() {
        wrong.why = signed_in.page.t("suppliers.why_missing").to_owned();
    }
    if !wrong.operator.is_empty() || !wrong.why.is_empty() {
        return shown_again(&page(&web, &signed_in, &name, (given, wrong)).await?);
    }
    let (user, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
    let back = format!("/console/suppliers/{supplier}");
    let write = move |tx: &mut Tx<'_>| {
        let of = (&supplier, operator.as_ref());
        health::decide(tx, of, force, (&why, &user.login), now)?;
        let told = deeds::forced(&supplier, operator.as_ref(), (&given.state, &why, &user.login));
        told.by_user(tx, &user, now)
    };
    web.app.db.write_with(write).await?;
    web.app.refresh().await?;
    Ok(Redirect::to(&back).into_response())
}

/// Says when a supplier's float is low, and when nothing is sold from there.
pub(super) async fn set_thresholds(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeSuppliers)?;
    let (supplier, _) = find(&web, &name)?;
    let (of, now) = (supplier.clone(), signed_in.page.now);
    let money = web
        .app
        .db
        .read(move |tx: &mut Tx<'_>| floats::known(tx, &of, now))
        .await?;
    let Some(currency) = currency_of(&money) else {
        let low = signed_in.page.t("suppliers.no_float").to_owned();
        let wrong = Wrong {
            low,
            ..Wrong::default()
        };
        return shown_again(&page(&web, &signed_in, &name, (given, wrong)).await?);
    };
    let read = |text: &str| match text.trim() {
        "" => Ok(None),
        text => match Money::parse(text, currency) {
            Ok(money) if money.minor() >= 0 => Ok(Some(money)),
            _ => Err(signed_in.page.fill("suppliers.no_amount", &[("currency", &currency)])),
        },
    };
    let (low, stop) = match (read(&given.low), read(&given.stop)) {
        (Ok(low), Ok(stop)) => (low, stop),
        (low, stop) => {
            let wrong = Wrong {
                low: low.err().unwrap_or_default(),
                stop: stop.err().unwrap_or_default(),
                ..Wrong::default()
            };
            return shown_again(&page(&web, &signed_in, &name, (given, wrong)).await?);
        }
    };
    let thresholds = Thresholds { currency, low, stop };
    let user = Arc::clone(&signed_in.user);
    let back = format!("/console/suppliers/{supplier}");
    let write = move |tx: &mut Tx<'_>| {
        floats::set_thresholds(tx, &supplier, &thresholds)?;
        deeds::thresholds(&supplier, &thresholds).by_user(tx, &user, now)
    };
    web.app.db.write_with(write).await?;
    Ok(Redirect::to(&back).into_response())
}
