//! `/console/catalog/mapping`: which of our operators and products a supplier means, to be accepted, refused or put
//! right.

use std::{cmp::Reverse, sync::Arc};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    Error,
    catalog::mapping::{
        self, DecidedBy, Mapped, MappedListing, MappingStatus, OperatorMapping, SayError, Saying, Standing,
    },
    db::Tx,
    people::Action,
};
use model::{Country, ListingTerms, SupplierName};
use serde::Deserialize;

use super::shown_again;
use crate::{
    deeds,
    web::{Fields, Page, PageError, Shared, SignedIn, html, list},
};

/// So many are shown at once.
const PAGE: usize = 50;
/// The filters of the list, in the order in which they are shown; the first one where nothing is said.
const STATUSES: [MappingStatus; 4] = [
    MappingStatus::Suggested,
    MappingStatus::Open,
    MappingStatus::Applied,
    MappingStatus::Rejected,
];

/// What stands in the address, and comes along with every form so that one stays where one is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    supplier: String,
    status: String,
    /// `operators` or `skus`; both where nothing is said.
    of: String,
    q: String,
    start: String,
}

/// A word on one of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    #[serde(flatten)]
    asked: Asked,
    /// `operator` or `sku`.
    kind: String,
    key: String,
    /// `accept`, `reject`, `set` or `clear`.
    says: String,
    ours: String,
    package: String,
}

#[derive(Template)]
#[template(path = "console/mapping.html")]
struct MappingPage {
    page: Page,
    asked: Asked,
    suppliers: Vec<SupplierName>,
    total: usize,
    rows: Vec<Row>,
    previous: String,
    next: String,
    given: Given,
    wrong: String,
}

/// What a supplier has, and what it is taken for.
struct Row {
    kind: &'static str,
    key: String,
    name: String,
    country: Option<Country>,
    terms: Option<ListingTerms>,
    ours: Option<String>,
    standing: Standing,
    is_gone: bool,
}

impl Row {
    fn operator(mapping: OperatorMapping) -> Self {
        Self {
            kind: "operator",
            key: mapping.sold_as,
            name: mapping.name,
            country: Some(mapping.country),
            terms: None,
            ours: mapping.operator.map(|operator| operator.to_string()),
            standing: mapping.standing,
            is_gone: false,
        }
    }

    fn listing(mapped: MappedListing) -> Self {
        let MappedListing { mapping, listing, gone } = mapped;
        let title = listing.as_ref().map(|listing| {
            let title = listing.title.clone();
            title.unwrap_or_else(|| listing.sold_as.name.to_string())
        });
        Self {
            kind: "sku",
            key: mapping.sku,
            name: title.unwrap_or_default(),
            country: listing.as_ref().map(|listing| listing.country),
            terms: listing.map(|listing| listing.terms),
            ours: mapping.product.map(|product| match mapping.package {
                Some(package) => format!("{product}<&>{package}"),
                None => product.to_string(),
            }),
            standing: mapping.standing,
            is_gone: gone,
        }
    }

    fn has(&self, text: &str) -> bool {
        let ours = self.ours.as_deref().unwrap_or_default();
        [&self.key, &self.name, ours]
            .iter()
            .any(|own| own.to_lowercase().contains(text))
    }

    fn is_of_person(&self) -> bool {
        self.standing.decided_by == DecidedBy::Person
    }

    /// How its status looks.
    const fn look(&self) -> &'static str {
        match self.standing.status {
            MappingStatus::Applied => "good",
            MappingStatus::Suggested => "warn",
            MappingStatus::Rejected | MappingStatus::Open => "",
        }
    }

    /// Our product or operator, without a package.
    fn target(&self) -> &str {
        let ours = self.ours.as_deref().unwrap_or_default();
        ours.split_once("<&>").map_or(ours, |(product, _)| product)
    }

    /// The package, if there is one.
    fn package(&self) -> &str {
        let ours = self.ours.as_deref().unwrap_or_default();
        ours.split_once("<&>").map_or("", |(_, package)| package)
    }
}

impl Asked {
    fn status(&self) -> MappingStatus {
        self.status.parse().unwrap_or(MappingStatus::Suggested)
    }

    /// The address of this list, from some place on.
    fn at(&self, start: &str) -> String {
        let status = self.status();
        let fields = [
            ("supplier", self.supplier.as_str()),
            ("status", status.as_str()),
            ("of", &self.of),
            ("q", &self.q),
            ("start", start),
        ];
        list::path("/console/catalog/mapping", &fields)
    }
}

impl MappingPage {
    fn count(&self) -> u64 {
        u64::try_from(self.total).unwrap_or(u64::MAX)
    }

    /// The filters by status, with whether each is chosen.
    fn statuses(&self) -> [(&'static str, bool); 4] {
        STATUSES.map(|status| (status.as_str(), status == self.asked.status()))
    }

    /// Why it is taken for that.
    fn reasons(&self, row: &Row) -> String {
        let said: Vec<_> = row.standing.reasons.iter().map(|one| self.page.say(one)).collect();
        said.join("; ")
    }

    /// For how much a listing is.
    fn amount(&self, row: &Row) -> String {
        match &row.terms {
            Some(ListingTerms::Fixed {
                amount: Some(amount), ..
            }) => self.page.money(amount),
            Some(ListingTerms::Fixed { amount: None, cost }) if self.page.may(Action::SeeMoney) => {
                let cost = self.page.money(cost);
                self.page.fill("mapping.costs", &[("cost", &cost)])
            }
            Some(ListingTerms::Ranged { range, .. }) => {
                format!("{}–{}", self.page.amount(&range.min), self.page.money(&range.max))
            }
            Some(ListingTerms::Fixed { .. }) | None => String::new(),
        }
    }

    /// What is wrong with a form whose row is not among those that are shown.
    fn wrong_elsewhere(&self) -> String {
        if self.wrong.is_empty() || self.rows.iter().any(|row| !self.wrong_of(row).is_empty()) {
            return String::new();
        }
        format!("{}: {}", self.given.key, self.wrong)
    }

    /// What is wrong with a row's form, if it was that one.
    fn wrong_of(&self, row: &Row) -> &str {
        if self.given.kind == row.kind && self.given.key == row.key {
            &self.wrong
        } else {
            ""
        }
    }
}

async fn page(
    web: &Shared,
    signed_in: &SignedIn,
    mut asked: Asked,
    (given, wrong): (Given, String),
) -> Result<MappingPage, PageError> {
    let suppliers = web.app.db.read(mapping::suppliers).await?;
    let chosen = suppliers.iter().find(|name| name.as_str() == asked.supplier);
    let chosen = chosen.or(suppliers.first()).cloned();
    let mut rows = Vec::new();
    if let Some(supplier) = chosen {
        asked.supplier = supplier.to_string();
        let read = move |tx: &mut Tx<'_>| {
            let operators = mapping::operators(tx, &supplier)?;
            Ok::<_, Error>((operators, mapping::listings(tx, &supplier)?))
        };
        let (operators, listings) = web.app.db.read(read).await?;
        let operators = operators.into_iter().filter(|_| asked.of != "skus").map(Row::operator);
        let listings = listings
            .into_iter()
            .filter(|_| asked.of != "operators")
            .map(Row::listing);
        let (status, text) = (asked.status(), asked.q.trim().to_lowercase());
        rows = operators
            .chain(listings)
            .filter(|row| row.standing.status == status && row.has(&text))
            .collect();
        // Those that are surest come first: they are decided on at a glance.
        rows.sort_by_key(|row| Reverse(row.standing.score));
    }
    let total = rows.len();
    let start = asked.start.parse().unwrap_or(0).min(total);
    let rows: Vec<_> = rows.into_iter().skip(start).take(PAGE).collect();
    let (before, end) = (start.saturating_sub(PAGE), start + PAGE);
    let begin = [(start > 0).then_some(before), (end < total).then_some(end)];
    let [previous, next] = list::around(begin, |start: usize| asked.at(&start.to_string()));
    Ok(MappingPage {
        page: signed_in.page.clone(),
        previous,
        next,
        asked,
        suppliers,
        total,
        rows,
        given,
        wrong,
    })
}

pub(super) async fn show(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    signed_in.require(Action::SeeConsole)?;
    html(&page(&web, &signed_in, asked, (Given::default(), String::new())).await?)
}

/// Reads what a form says; else what is wrong with it.
fn said(page: &Page, given: &Given) -> Result<Result<(Mapped, Saying), String>, PageError> {
    let of = match given.kind.as_str() {
        "operator" => Mapped::Operator(given.key.clone()),
        "sku" => Mapped::Listing(given.key.clone()),
        _ => return Err(PageError::BadRequest),
    };
    let ours = given.ours.trim();
    let saying = match (given.says.as_str(), &of) {
        ("accept", _) => Saying::Accept,
        ("reject", _) => Saying::Reject,
        ("clear", _) => Saying::Clear,
        ("set", Mapped::Operator(_)) => match ours.parse() {
            Ok(operator) => Saying::IsOperator(operator),
            Err(_) => return Ok(Err(page.t("mapping.no_operator").to_owned())),
        },
        ("set", Mapped::Listing(_)) => match ours.parse() {
            Ok(product) => {
                let package = Some(given.package.trim()).filter(|package| !package.is_empty());
                Saying::IsProduct(product, package.map(str::to_owned))
            }
            Err(_) => return Ok(Err(page.t("mapping.no_product").to_owned())),
        },
        _ => return Err(PageError::BadRequest),
    };
    Ok(Ok((of, saying)))
}

/// Takes a person's word and makes of the supplier's offers what follows.
pub(super) async fn say(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Fields(given): Fields<Given>,
) -> Result<Response, PageError> {
    signed_in.require(Action::ChangeCatalog)?;
    let asked = given.asked.clone();
    let (of, saying) = match said(&signed_in.page, &given)? {
        Ok(said) => said,
        Err(wrong) => return shown_again(&page(&web, &signed_in, asked, (given, wrong)).await?),
    };
    let supplier: SupplierName = asked.supplier.parse().map_err(|_| PageError::BadRequest)?;
    let (user, now, name) = (Arc::clone(&signed_in.user), signed_in.page.now, supplier.clone());
    let write = move |tx: &mut Tx<'_>| {
        mapping::say(tx, &name, &of, &saying, now)?;
        Ok::<_, SayError>(deeds::mapped(&name, &of, &saying).by_user(tx, &user, now)?)
    };
    let wrong = match web.app.db.write_with(write).await {
        Ok(()) => {
            crate::catalog::map_again(&web.app.db, &supplier, web.settings.mapping, now).await?;
            web.app.refresh_catalog().await?;
            return Ok(Redirect::to(&asked.at(&asked.start)).into_response());
        }
        Err(SayError::Internal(error)) => return Err(error.into()),
        Err(SayError::NotListed { .. } | SayError::NothingSuggested(_)) => signed_in.page.t("mapping.changed"),
        Err(SayError::NotOurs(_)) => signed_in.page.t("mapping.not_ours"),
        Err(SayError::Unfit(_) | SayError::File { .. }) => return Err(PageError::BadRequest),
    };
    let wrong = wrong.to_owned();
    shown_again(&page(&web, &signed_in, asked, (given, wrong)).await?)
}
