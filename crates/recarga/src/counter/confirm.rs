//! `/topups/new` and `/topups`: number and price once more, and then it is bought.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    idempotency::IdempotencyKey,
    invoices::{
        Line, Payment, Place, PlaceError, Placed, Repeats,
        draft::{Amount, Wish, draft},
    },
    ledger::InsufficientBalance,
    people::Action,
};
use model::{Country, Money, decimal_text};
use serde::Deserialize;

use super::{said, till::Till};
use crate::web::{Fields, Page, PageError, Shared, SignedIn, html};

/// What is to be bought, as the pages carry it along.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    number: String,
    operator: String,
    product: String,
    package: String,
    value: String,
    /// The key of this sale.
    sale: String,
    /// The price that was shown.
    price: String,
    /// Whether the same again is meant.
    again: String,
}

#[derive(Template)]
#[template(path = "counter/confirm.html")]
struct ConfirmPage {
    page: Page,
    till: Till,
    wanted: Wanted,
    line: Option<Shown>,
    wrong: Option<String>,
    /// Whether it was refused as a repetition, which may be meant.
    repeats: bool,
}

/// What is confirmed.
struct Shown {
    national: String,
    number: String,
    operator: String,
    country: Country,
    country_name: &'static str,
    product: String,
    title: Option<String>,
    value: Money,
    price: Money,
    after: Option<Money>,
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(mut wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    signed_in.require(Action::Sell)?;
    wanted.sale = web.app.context.ids.next(web.app.clock.now()).to_string();
    wanted.again.clear();
    let till = Till::open(&web, &signed_in).await?;
    shown(&web, signed_in.page, till, wanted, None)
}

/// Why it was not bought.
struct Refused {
    why: String,
    /// Whether it was refused as a repetition, which may be meant.
    repeats: bool,
}

/// Shows what is to be bought, and why it was not or can't be. The form that is shown has the price of now in it.
fn shown(
    web: &Shared,
    page: Page,
    till: Till,
    mut wanted: Wanted,
    refused: Option<Refused>,
) -> Result<Response, PageError> {
    let (line, unsold) = match wanted.line(web, &till, None) {
        Ok(line) => (Some(look(web, (&page, &till), line)), None),
        Err(error) => (None, Some(said::draft(&page, &error))),
    };
    let short = line.as_ref().filter(|line| !till.affords(&line.price));
    let short = short.map(|line| InsufficientBalance {
        needed: line.price,
        available: till.balance,
    });
    let repeats = refused.as_ref().is_some_and(|refused| refused.repeats);
    let wrong = refused.map(|refused| refused.why).or(unsold);
    let wrong = wrong.or_else(|| Some(said::too_low(&page, &short?)));
    if let Some(line) = &line {
        wanted.price = decimal_text(line.price.major());
    }
    let status = wrong
        .as_ref()
        .map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let shown = ConfirmPage {
        page,
        till,
        wanted,
        line,
        wrong,
        repeats,
    };
    Ok((status, html(&shown)?).into_response())
}

fn look(web: &Shared, (page, till): (&Page, &Till), line: Line) -> Shown {
    let catalog = web.app.catalog();
    let product = catalog.product(line.product.as_str());
    let operator = product.and_then(|product| catalog.operator(product.operator.as_str()));
    let package = product.and_then(|product| {
        let value = line.package_value.as_ref()?;
        product.packages.iter().find(|package| package.value == *value)
    });
    Shown {
        national: web.app.lookup.national(line.phone_number),
        number: line.phone_number.to_string(),
        operator: operator.map_or_else(|| line.product_name.clone(), |operator| operator.name.clone()),
        country: line.country,
        country_name: page.country(line.country, catalog.country_name(line.country)),
        title: package.and_then(|package| package.title.clone()),
        after: till.balance.checked_sub(line.price).ok(),
        product: line.product_name,
        value: line.value,
        price: line.price,
    }
}

pub(super) async fn buy(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(wanted): Fields<Wanted>,
) -> Result<Response, PageError> {
    signed_in.require(Action::Sell)?;
    let till = Till::open(&web, &signed_in).await?;
    if !(1..=IdempotencyKey::LENGTH_MAX).contains(&wanted.sale.len()) {
        return Err(PageError::BadRequest);
    }
    let line = match wanted.line(&web, &till, Some(&wanted.price)) {
        Ok(line) => line,
        Err(error) => {
            let refused = Refused {
                why: said::draft(&signed_in.page, &error),
                repeats: false,
            };
            return shown(&web, signed_in.page, till, wanted, Some(refused));
        }
    };
    let place = wanted.place(&web, &signed_in, line)?;
    match web.app.place(place).await? {
        Ok(Placed::New(invoice)) => {
            let order = invoice.orders.first().ok_or(PageError::Internal)?;
            Ok(Redirect::to(&format!("/topups/{}", order.id)).into_response())
        }
        Ok(Placed::Again(order)) => Ok(Redirect::to(&format!("/topups/{order}")).into_response()),
        Err(error) => {
            // A refused sale used its key for nothing; another try is another sale.
            let mut wanted = wanted;
            wanted.sale = web.app.context.ids.next(web.app.clock.now()).to_string();
            let refused = Refused {
                why: said::place(&signed_in.page, &error),
                repeats: matches!(error, PlaceError::DuplicateTopup { .. }),
            };
            shown(&web, signed_in.page, till, wanted, Some(refused))
        }
    }
}

impl Wanted {
    /// Checks and prices it; dearer than `price_max` is refused.
    fn line(
        &self,
        web: &Shared,
        till: &Till,
        price_max: Option<&str>,
    ) -> Result<Line, engine::invoices::draft::DraftError> {
        let catalog = web.app.catalog();
        let amount = if self.package.is_empty() {
            Amount::Value(self.value.trim().replace(',', "."))
        } else {
            Amount::Package(self.package.clone())
        };
        let wish = Wish {
            product_id: self.product.clone(),
            amount,
            phone_number: self.number.clone(),
            quantity: 1,
        };
        let mut lines = draft(till.market(web, &catalog), &[wish], price_max)?;
        Ok(lines.remove(0))
    }

    fn place(&self, web: &Shared, signed_in: &SignedIn, line: Line) -> Result<Place, PageError> {
        let what = format!("{} {} {}", line.product, line.value, line.phone_number);
        Ok(Place {
            account: signed_in.account()?,
            lines: vec![line],
            payment: Payment::Now,
            repeats: if self.again.is_empty() {
                Repeats::Refuse
            } else {
                Repeats::Allow
            },
            reference: Some(format!("counter:{}", signed_in.user.login)),
            webhook_url: None,
            idempotency: Some(IdempotencyKey::new(&self.sale, "/topups", what.as_bytes())),
            answer: Arc::new(|invoice| {
                let order = invoice.orders.first();
                order.map_or_else(String::new, |order| order.id.to_string())
            }),
            now: web.app.clock.now(),
            context: Arc::clone(&web.app.context),
        })
    }
}
