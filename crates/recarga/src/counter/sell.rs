//! `/`: a number, whose it is, and what can be added to it.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    catalog::{Choice, Snapshot},
    db::Tx,
    invoices::draft::terms,
    lookup::{Candidate, Confidence, Recognition},
    orders::{self, Order, OrderFilter},
    page::PageRequest,
    people::Action,
};
use model::{Benefits, Category, Country, Money, Package, PhoneNumber, Product, Range};
use serde::Deserialize;

use super::{
    said,
    till::{self, CountryChoice, Till},
};
use crate::web::{Page, PageError, Shared, SignedIn, html};

/// A longer text is no number.
const NUMBER_CHARS_MAX: usize = 64;
/// So many of the last orders are looked through for numbers.
const LATEST: u32 = 50;
/// So many numbers are shown again.
const RECENT_MAX: usize = 6;

/// What stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    number: String,
    home: String,
    operator: String,
}

#[derive(Template)]
#[template(path = "counter/sell.html")]
struct SellPage {
    page: Page,
    till: Till,
    number: String,
    home: Option<Country>,
    homes: Vec<CountryChoice>,
    wrong: Option<String>,
    found: Option<Found>,
    recent: Vec<Recent>,
}

/// A number that can be topped up.
struct Found {
    number: PhoneNumber,
    national: String,
    country: Country,
    country_name: &'static str,
    operator: OperatorChoice,
    others: Vec<OperatorChoice>,
    /// What is sold for the operator's phones.
    shelves: Vec<Shelf>,
}

/// An operator that may be the number's.
struct OperatorChoice {
    id: String,
    name: String,
    confidence: Confidence,
    /// Whether people there may have taken the number elsewhere.
    may_have_moved: bool,
}

/// A product with what can be bought of it.
struct Shelf {
    id: String,
    name: String,
    category: Category,
    packages: Vec<Item>,
    range: Option<FreeAmount>,
}

/// A package and what it costs here.
struct Item {
    value: String,
    amount: Money,
    title: Option<String>,
    /// What a bundle contains.
    contents: Vec<String>,
    price: Money,
}

/// Any amount of a range, with the price of its ends.
struct FreeAmount {
    range: Range,
    prices: (Money, Money),
}

/// A number that was topped up lately.
struct Recent {
    number: PhoneNumber,
    national: String,
    age: String,
    order: Order,
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    if signed_in.user.works_for.is_none() {
        return Ok(Redirect::to("/console").into_response());
    }
    signed_in.require(Action::Sell)?;
    let till = Till::open(&web, &signed_in).await?;
    let catalog = web.app.catalog();
    let home = asked.home.parse().ok().or(till.account.home_country);
    let number: String = asked.number.chars().take(NUMBER_CHARS_MAX).collect();
    let hint = (!asked.operator.is_empty()).then_some(asked.operator.as_str());
    let recognised = (!number.trim().is_empty())
        .then(|| (web.app.lookup).recognise_from(&catalog, (&number, home), hint, signed_in.page.now));
    let (found, wrong) = match recognised {
        None => (None, None),
        Some(Err(error)) => (None, Some(said::number(&signed_in.page, &error))),
        Some(Ok(known)) => (found(&web, &catalog, (&signed_in.page, &till), (&known, hint)), None),
    };
    html(&SellPage {
        recent: recent(&web, &signed_in.page, &till).await?,
        homes: till::countries(&signed_in.page, &catalog, home),
        page: signed_in.page,
        till,
        number,
        home,
        wrong,
        found,
    })
}

fn found(
    web: &Shared,
    catalog: &Snapshot,
    (page, till): (&Page, &Till),
    (known, hint): (&Recognition, Option<&str>),
) -> Option<Found> {
    let choice = |candidate: &Candidate| {
        let operator = catalog.operator(candidate.operator.as_str())?;
        Some(OperatorChoice {
            id: operator.id.to_string(),
            name: operator.name.clone(),
            confidence: candidate.confidence,
            may_have_moved: known.portable && candidate.confidence != Confidence::Confirmed,
        })
    };
    let mut others: Vec<_> = known.operators.iter().filter_map(choice).collect();
    let chosen = others.iter().position(|operator| hint == Some(operator.id.as_str()));
    let operator = others.remove(chosen.unwrap_or(0).min(others.len().checked_sub(1)?));
    let operator_id = operator.id.parse().ok()?;
    let shelves = catalog
        .products_of(&operator_id)
        .filter(|product| product.in_stock && !product.test)
        .map(|product| shelf(catalog, page, till, product))
        .filter(|shelf| !shelf.packages.is_empty() || shelf.range.is_some());
    Some(Found {
        number: known.number,
        national: web.app.lookup.national(known.number),
        country: known.country,
        country_name: page.country(known.country, catalog.country_name(known.country)),
        shelves: shelves.collect(),
        operator,
        others,
    })
}

fn shelf(catalog: &Snapshot, page: &Page, till: &Till, product: &Product) -> Shelf {
    let price = |value: Money, package_value: Option<String>, title: Option<String>| {
        let choice = Choice {
            package_value,
            value,
            title,
        };
        catalog.price(product, &choice, &terms(&till.account)).ok()
    };
    let item = |package: &Package| {
        Some(Item {
            value: package.value.clone(),
            amount: package.amount,
            title: package.title.clone(),
            contents: contents(page, &package.benefits),
            price: price(package.amount, Some(package.value.clone()), package.title.clone())?,
        })
    };
    let free = |range: Range| {
        let prices = (price(range.min, None, None)?, price(range.max, None, None)?);
        Some(FreeAmount { range, prices })
    };
    Shelf {
        id: product.id.to_string(),
        name: product.name.clone(),
        category: product.category,
        packages: product.packages.iter().filter_map(item).collect(),
        range: product.range.and_then(free),
    }
}

/// A bundle's contents, each in a few letters.
fn contents(page: &Page, benefits: &Benefits) -> Vec<String> {
    let data = |mb: u32| match (mb / 1_000, mb % 1_000) {
        (gb, 0) if gb > 0 => format!("{}\u{a0}GB", page.number(&gb)),
        _ => format!("{}\u{a0}MB", page.number(&mb)),
    };
    let parts = [
        benefits.data_mb.map(data),
        benefits
            .minutes
            .map(|minutes| format!("{}\u{a0}min", page.number(&minutes))),
        benefits.sms.map(|sms| format!("{}\u{a0}SMS", page.number(&sms))),
        benefits.validity_days.map(|days| page.count("sell.days", &days.into())),
    ];
    parts.into_iter().flatten().collect()
}

/// The numbers of the last orders, each once.
async fn recent(web: &Shared, page: &Page, till: &Till) -> Result<Vec<Recent>, PageError> {
    let account = till.account.id;
    let newest = PageRequest {
        start: 0,
        limit: LATEST,
    };
    let list = move |tx: &mut Tx<'_>| orders::list(tx, account, &OrderFilter::default(), newest);
    let mut recent: Vec<Recent> = Vec::new();
    for order in web.app.db.read(list).await?.entries {
        if recent.len() < RECENT_MAX && recent.iter().all(|one| one.number != order.phone_number) {
            recent.push(Recent {
                number: order.phone_number,
                national: web.app.lookup.national(order.phone_number),
                age: page.age(&order.created_at()),
                order,
            });
        }
    }
    Ok(recent)
}
