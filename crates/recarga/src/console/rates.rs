//! `/console/rates`: how much currencies are worth, since when, who says so, and changing it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    catalog::rates::{self, Rate, RateError},
    db::Tx,
    people::Action,
};
use model::{Currency, decimal_text};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::{
    deeds,
    web::{Faults, Fields, Page, PageError, Shared, SignedIn, format, html},
};

/// Who hasn't looked at a rate for so long should.
const OLD: Duration = Duration::from_hours(7 * 24);
/// A rate moves by less than this share from one time to the next, or somebody has mistyped it.
const JUMP: Decimal = Decimal::from_parts(25, 0, 0, false, 2);
/// Longer numbers are no rates.
const UNITS_CHARS_MAX: usize = 24;
const SOURCE_CHARS_MAX: usize = 100;

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    currency: String,
}

/// What somebody typed of a rate.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RateForm {
    currency: String,
    units_per_usd: String,
    source: String,
    sure: String,
}

#[derive(Template)]
#[template(path = "console/rates.html")]
struct RatesPage {
    page: Page,
    wanted: String,
    rows: Vec<Row>,
    given: RateForm,
    faults: Faults,
    /// Whether a jump was seen, which has to be meant.
    jumps: bool,
}

struct Row {
    rate: Rate,
    /// Whether an account is kept in it.
    is_used: bool,
    is_old: bool,
}

impl RatesPage {
    /// How many units are worth a dollar, as the language writes it.
    fn units(&self, row: &Row) -> String {
        format::decimal(self.page.language, &decimal_text(row.rate.units_per_usd))
    }
}

async fn page(
    web: &Shared,
    signed_in: SignedIn,
    wanted: String,
    (given, faults, jumps): (RateForm, Faults, bool),
) -> Result<Response, PageError> {
    let now = signed_in.page.now;
    let found = web.app.db.read(move |tx: &mut Tx<'_>| rates::list(tx, now)).await?;
    let used: BTreeSet<Currency> = web.app.directory().accounts().map(|account| account.currency).collect();
    let lower = wanted.to_lowercase();
    let mut rows: Vec<Row> = found
        .into_iter()
        .map(|rate| Row {
            is_used: used.contains(&rate.currency),
            is_old: now.since(rate.valid_from) > OLD,
            rate,
        })
        .filter(|row| {
            let currency = &row.rate.currency;
            let name = signed_in.page.currency(currency).to_lowercase();
            currency.code().to_lowercase().contains(&lower) || name.contains(&lower)
        })
        .collect();
    rows.sort_by_key(|row| (!row.is_used, row.rate.currency));
    html(&RatesPage {
        page: signed_in.page,
        wanted,
        rows,
        given,
        faults,
        jumps,
    })
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let given = RateForm {
        currency: asked.currency.chars().take(3).collect(),
        ..RateForm::default()
    };
    let wanted = asked.q.trim().chars().take(SOURCE_CHARS_MAX).collect();
    page(&web, signed_in, wanted, (given, Faults::default(), false)).await
}

/// Reads what was typed, or says by field what is wrong with it.
fn read(page: &Page, form: &RateForm, faults: &mut Faults) -> Option<(Currency, Decimal)> {
    let currency = form.currency.trim().parse::<Currency>();
    let currency = faults.take("currency", currency.map_err(|_| page.t("rates.currency_wrong")));
    if currency.is_some_and(|currency| currency.code() == "USD") {
        faults.add("currency", page.t("rates.dollar"));
    }
    let text = form.units_per_usd.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let units = Decimal::from_str_exact(text).ok();
    let units = units.filter(|units| plain && text.len() <= UNITS_CHARS_MAX && *units > Decimal::ZERO);
    let units = faults.take("units_per_usd", units.ok_or_else(|| page.t("rates.units_wrong")));
    if form.source.chars().count() > SOURCE_CHARS_MAX {
        faults.add(
            "source",
            page.fill("funding.reference_rule", &[("max", &SOURCE_CHARS_MAX)]),
        );
    }
    currency.zip(units).filter(|_| faults.is_empty())
}

/// Whether one rate is far from the other.
fn is_jump(before: Decimal, after: Decimal) -> bool {
    let (low, high) = (before.min(after), before.max(after));
    let bound = low.checked_mul(Decimal::ONE.saturating_add(JUMP));
    bound.is_some_and(|bound| high > bound)
}

/// Why a rate was not changed.
#[derive(Debug, thiserror::Error)]
enum ChangeError {
    #[error(transparent)]
    Rate(#[from] RateError),
    #[error("it was {0}")]
    Jump(Decimal),
}

impl From<engine::Error> for ChangeError {
    fn from(error: engine::Error) -> Self {
        Self::Rate(error.into())
    }
}

pub(super) async fn change(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(form): Fields<RateForm>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeRates)?;
    let mut faults = Faults::default();
    let mut jumps = false;
    if let Some((currency, units_per_usd)) = read(&signed_in.page, &form, &mut faults) {
        let (actor, now) = (Arc::clone(&signed_in.user), signed_in.page.now);
        let source = Some(form.source.trim()).filter(|source| !source.is_empty());
        let rate = Rate {
            currency,
            units_per_usd,
            valid_from: now,
            source: source.unwrap_or(&actor.name).to_owned(),
        };
        let is_sure = form.sure == "yes";
        let set = move |tx: &mut Tx<'_>| {
            let held = rates::list(tx, now)?;
            let before = held.into_iter().find(|rate| rate.currency == currency);
            let before = before.map(|rate| rate.units_per_usd);
            if let Some(before) = before.filter(|before| !is_sure && is_jump(*before, units_per_usd)) {
                return Err(ChangeError::Jump(before));
            }
            rates::set(tx, &rate)?;
            deeds::rate_set(before, &rate).by_user(tx, &actor, now)?;
            Ok(())
        };
        match web.app.db.write_with(set).await {
            Ok(()) => {
                web.app.refresh_catalog().await?;
                return Ok(Redirect::to("/console/rates").into_response());
            }
            Err(ChangeError::Jump(before)) => {
                jumps = true;
                let before = decimal_text(before);
                faults.add(
                    "units_per_usd",
                    signed_in.page.fill("rates.jump", &[("before", &before)]),
                );
            }
            Err(ChangeError::Rate(RateError::Internal(error))) => return Err(error.into()),
            Err(ChangeError::Rate(_)) => return Err(PageError::BadRequest),
        }
    }
    let shown = page(&web, signed_in, String::new(), (form, faults, jumps)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_is_far_from_the_one_before_is_noticed_in_both_directions() {
        let jump = |before: &str, after: &str| is_jump(before.parse().unwrap(), after.parse().unwrap());
        assert!(!jump("0.92", "0.95") && !jump("0.92", "0.80"));
        assert!(jump("0.92", "9.2") && jump("920", "92") && jump("1", "1.26"));
    }
}
