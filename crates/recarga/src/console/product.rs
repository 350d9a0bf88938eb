//! `/console/catalog/{product}`: who would deliver each amount of it, in which order and at what margin, and what is
//! off sale and why.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use engine::{
    accounts::Account,
    catalog::{self, Choice, OffSale, PriceError, Snapshot, WhyOff},
    db::Tx,
    invoices::draft,
    people::Action,
    routing::{self, Bar, Candidate, Conditions, Note, Trial},
};
use model::{Money, Product, Timestamp};
use serde::Deserialize;

use super::catalog::ProductLine;
use crate::web::{Page, PageError, Shared, SignedIn, html};

/// So many packages of a product are shown; more than any operator has.
const PACKAGES_MAX: usize = 100;

/// Whose prices a product is shown at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct For {
    account: String,
}

#[derive(Template)]
#[template(path = "console/product.html")]
struct ProductPage {
    page: Page,
    line: ProductLine,
    accounts: Vec<(String, String)>,
    account: Option<Account>,
    amounts: Vec<Amount>,
    off: Vec<OffSale>,
}

impl ProductPage {
    fn is_chosen(&self, account: &str) -> bool {
        self.account
            .as_ref()
            .is_some_and(|chosen| chosen.id.to_string() == account)
    }
}

/// An amount or a package of a product, and who would deliver it.
struct Amount {
    /// What it is called.
    name: String,
    /// Whether it stands for all free amounts.
    is_range: bool,
    /// What the account pays; else why it has no price.
    price: Result<Money, Option<PriceError>>,
    sellers: Vec<Seller>,
}

/// An offer for an amount.
struct Seller {
    supplier: String,
    sku: String,
    cost: Money,
    /// What is left of the price, in its currency.
    margin: Option<Money>,
    /// What the score is made of; nothing without a price.
    score: Option<Note>,
    /// Why it isn't used.
    bar: Option<Bar>,
}

impl From<&Candidate> for Seller {
    fn from(candidate: &Candidate) -> Self {
        Self {
            supplier: candidate.route.supplier.to_string(),
            sku: candidate.route.sku.to_string(),
            cost: candidate.route.cost,
            margin: None,
            score: Some(Note::Score(candidate.score)),
            bar: candidate.bar.clone(),
        }
    }
}

/// Everything that can be bought of a product: its packages, and the smallest of its free amounts for all of them.
fn choices(page: &Page, product: &Product) -> Vec<(String, bool, Choice)> {
    let range = product.range.map(|range| {
        let choice = Choice {
            package_value: None,
            value: range.min,
            title: None,
        };
        let plain = |money: Money| page.short(&money);
        (
            format!("{}–{}\u{a0}{}", plain(range.min), plain(range.max), product.currency),
            true,
            choice,
        )
    });
    let packages = product.packages.iter().take(PACKAGES_MAX).map(|package| {
        let choice = Choice {
            package_value: Some(package.value.clone()),
            value: package.amount,
            title: package.title.clone(),
        };
        let plain = || format!("{}\u{a0}{}", page.short(&package.amount), product.currency);
        (package.title.clone().unwrap_or_else(plain), false, choice)
    });
    range.into_iter().chain(packages).collect()
}

/// Who would deliver an amount for an account now, in which order.
fn sellers(
    (catalog, conditions): (&Snapshot, &Conditions),
    (product, choice): (&Product, &Choice),
    account: Option<&Account>,
    now: Timestamp,
) -> (Result<Money, Option<PriceError>>, Vec<Seller>) {
    let priced = account.map(|account| (account, catalog.price(product, choice, &draft::terms(account))));
    let (account, price) = match priced {
        Some((account, Ok(price))) => (account, price),
        other => {
            let why = other.and_then(|(_, price)| price.err());
            let costs = catalog.costs(product, choice).into_iter().map(|cost| Seller {
                supplier: cost.supplier.to_string(),
                sku: cost.sku.to_string(),
                cost: cost.cost,
                margin: None,
                score: None,
                bar: None,
            });
            return (Err(why), costs.collect());
        }
    };
    let trial = Trial {
        account,
        product,
        choice,
        price,
    };
    let candidates = routing::would_go(catalog, conditions, trial, now);
    let seller = |candidate: &Candidate| Seller {
        margin: price.checked_sub(candidate.score.cost).ok(),
        ..Seller::from(candidate)
    };
    (Ok(price), candidates.iter().map(seller).collect())
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<For>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    let catalog = web.app.catalog();
    let product = catalog.product(&id).ok_or(PageError::NotFound)?;
    let of = product.id.clone();
    let off = web
        .app
        .db
        .read(move |tx: &mut Tx<'_>| catalog::off_sale(tx, &of))
        .await?;
    let directory = web.app.directory();
    let mut accounts: Vec<&Account> = directory.accounts().collect();
    accounts.sort_by(|one, other| one.name.cmp(&other.name));
    let asked_for = accounts.iter().find(|account| account.id.to_string() == asked.account);
    let account = asked_for.or(accounts.first()).copied();
    let conditions = web.app.routes.conditions();
    let amount = |(name, is_range, choice): (String, bool, Choice)| {
        let both = (product, &choice);
        let (price, sellers) = sellers((&catalog, &conditions), both, account, signed_in.page.now);
        Amount {
            name,
            is_range,
            price,
            sellers,
        }
    };
    html(&ProductPage {
        amounts: choices(&signed_in.page, product).into_iter().map(amount).collect(),
        accounts: accounts
            .iter()
            .map(|one| (one.id.to_string(), one.name.clone()))
            .collect(),
        account: account.cloned(),
        line: ProductLine::new(&signed_in.page, &catalog, product),
        page: signed_in.page,
        off,
    })
}
