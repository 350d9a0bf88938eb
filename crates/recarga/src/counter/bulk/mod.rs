//! `/bulk`: many top-ups from a file: looked at first, then bought, then followed to the end.

mod file;
mod selling;

use askama::Template;
use axum::{
    extract::{Multipart, Path, State, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use engine::{
    batches::{self, Batch, BatchLine},
    db::Tx,
    invoices::draft::draft,
    orders::OrderStatus,
    people::Action,
};
use model::{BatchId, Money};

use self::file::FileError;
use super::{said, till::Till};
use crate::web::{Page, PageError, Shared, SignedIn, download, html};

/// So many earlier files are listed.
const LISTED_MAX: u32 = 20;

#[derive(Template)]
#[template(path = "counter/bulk.html")]
struct BulkPage {
    page: Page,
    till: Till,
    batches: Vec<Batch>,
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "counter/batch.html")]
struct BatchPage {
    page: Page,
    till: Till,
    batch: Batch,
    lines: Vec<LineView>,
    sums: Sums,
}

/// A line, and what it would cost now or has become.
struct LineView {
    line: BatchLine,
    price: Option<Money>,
}

impl LineView {
    /// How the state of its order looks.
    fn kind(&self) -> &'static str {
        match self.line.order.as_ref().map(|order| order.status.shown()) {
            Some("delivered") => "good",
            Some("refunded" | "reversed" | "cancelled") => "bad",
            _ => "info",
        }
    }
}

/// How many lines stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sums {
    /// Those that can be bought.
    ready: u64,
    /// What they cost together.
    price: Money,
    wrong: u64,
    under_way: u64,
    delivered: u64,
    refunded: u64,
}

impl BatchPage {
    /// What the button says that buys.
    fn action(&self) -> String {
        if self.sums.ready > 0 {
            self.page.count("bulk.buy", &self.sums.ready)
        } else {
            self.page.count("bulk.retry", &self.sums.wrong)
        }
    }
}

impl Sums {
    const fn wrong_kind(&self) -> &'static str {
        if self.wrong > 0 { "bad" } else { "" }
    }

    fn of(lines: &[LineView], till: &Till) -> Self {
        let mut sums = Self {
            ready: 0,
            price: Money::zero(till.account.currency),
            wrong: 0,
            under_way: 0,
            delivered: 0,
            refunded: 0,
        };
        for view in lines {
            let count = match view.line.order.as_ref().map(|order| &order.status) {
                None if view.line.problem.is_some() => &mut sums.wrong,
                None => {
                    let sum = view.price.and_then(|price| sums.price.checked_add(price).ok());
                    sums.price = sum.unwrap_or(sums.price);
                    &mut sums.ready
                }
                Some(OrderStatus::Delivered { .. }) => &mut sums.delivered,
                Some(OrderStatus::Refunded { .. } | OrderStatus::Reversed { .. } | OrderStatus::Cancelled { .. }) => {
                    &mut sums.refunded
                }
                Some(
                    OrderStatus::Created
                    | OrderStatus::Waiting { .. }
                    | OrderStatus::Delivering { .. }
                    | OrderStatus::Confirming { .. }
                    | OrderStatus::Stuck { .. },
                ) => &mut sums.under_way,
            };
            *count += 1;
        }
        sums
    }
}

pub(super) async fn show(State(web): State<Shared>, signed_in: SignedIn) -> Result<Response, PageError> {
    shown(&web, signed_in, None).await
}

async fn shown(web: &Shared, signed_in: SignedIn, wrong: Option<String>) -> Result<Response, PageError> {
    signed_in.require(Action::SellInBulk)?;
    let account = signed_in.account()?;
    let list = move |tx: &mut Tx<'_>| batches::list(tx, account, LISTED_MAX);
    let status = wrong
        .as_ref()
        .map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let shown = BulkPage {
        till: Till::open(web, &signed_in).await?,
        batches: web.app.db.read(list).await?,
        page: signed_in.page,
        wrong,
    };
    Ok((status, html(&shown)?).into_response())
}

/// Takes a file in. Every line is checked, and nothing is bought.
pub(super) async fn read(
    State(web): State<Shared>,
    signed_in: SignedIn,
    mut form: Multipart,
) -> Result<Response, PageError> {
    signed_in.require(Action::SellInBulk)?;
    let read = match received(&mut form).await {
        Ok((name, text)) => file::read(&text).map(|rows| (name, rows)),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(FileError::TooLarge),
        Err(_) => return Err(PageError::BadRequest),
    };
    let (name, rows) = match read {
        Ok(read) => read,
        Err(error) => {
            let wrong = error.said(&signed_in.page);
            return shown(&web, signed_in, Some(wrong)).await;
        }
    };
    let till = Till::open(&web, &signed_in).await?;
    let lines = checked(&web, &signed_in.page, &till, rows);
    let (account, login) = (signed_in.account()?, signed_in.user.login.clone());
    let (context, now) = (web.app.context.clone(), web.app.clock.now());
    let create = move |tx: &mut Tx<'_>| batches::create(tx, &context.ids, account, (&name, &login), (&lines, now));
    let batch = web.app.db.write_with(create).await?;
    Ok(Redirect::to(&format!("/bulk/{}", batch.id)).into_response())
}

/// The file of a form: its name, and its letters.
async fn received(form: &mut Multipart) -> Result<(String, String), MultipartError> {
    let (mut name, mut text) = (String::new(), String::new());
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            name = field.file_name().unwrap_or_default().chars().take(100).collect();
            text = file::text_of(&field.bytes().await?);
        }
    }
    Ok((name, text))
}

/// Fills in what a line leaves open, and says what is wrong with it.
fn checked(web: &Shared, page: &Page, till: &Till, rows: Vec<BatchLine>) -> Vec<BatchLine> {
    let catalog = web.app.catalog();
    let check = |mut line: BatchLine| {
        let known = (web.app.lookup).recognise_from(
            &catalog,
            (&line.phone_number, till.account.home_country),
            None,
            page.now,
        );
        match known {
            Err(error) => line.problem = Some(said::number(page, &error)),
            Ok(known) => {
                line.phone_number = known.number.to_string();
                if line.product.is_empty() {
                    let likeliest = known.operators.first();
                    let mut products = likeliest
                        .into_iter()
                        .flat_map(|first| catalog.products_of(&first.operator));
                    let product = products.find(|product| product.in_stock && !product.test);
                    line.product = product.map_or_else(String::new, |product| product.id.to_string());
                }
                // What was wrong before may be right by now.
                let drafted = draft(till.market(web, &catalog), &[selling::wish(&line)], None);
                line.problem = drafted.err().map(|error| said::draft(page, &error));
            }
        }
        line
    };
    rows.into_iter().map(check).collect()
}

async fn found(web: &Shared, signed_in: &SignedIn, batch: &str) -> Result<(Batch, Vec<BatchLine>), PageError> {
    signed_in.require(Action::SellInBulk)?;
    let account = signed_in.account()?;
    let id: BatchId = batch.parse().map_err(|_| PageError::NotFound)?;
    let find = move |tx: &mut Tx<'_>| batches::find(tx, account, id);
    web.app.db.read(find).await?.ok_or(PageError::NotFound)
}

pub(super) async fn follow(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
) -> Result<Response, PageError> {
    let (batch, lines) = found(&web, &signed_in, &batch).await?;
    let till = Till::open(&web, &signed_in).await?;
    let catalog = web.app.catalog();
    let view = |line: BatchLine| {
        let price = || {
            draft(till.market(&web, &catalog), &[selling::wish(&line)], None)
                .ok()?
                .pop()
        };
        let price = match &line.order {
            Some(order) => Some(order.price),
            None => price().map(|drafted| drafted.price),
        };
        LineView { line, price }
    };
    let lines: Vec<_> = lines.into_iter().map(view).collect();
    html(&BatchPage {
        sums: Sums::of(&lines, &till),
        page: signed_in.page,
        till,
        batch,
        lines,
    })
}

/// Buys what can be bought. Sent again, it goes on with what is left.
pub(super) async fn submit(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
) -> Result<Response, PageError> {
    let (batch, lines) = found(&web, &signed_in, &batch).await?;
    let till = Till::open(&web, &signed_in).await?;
    let open = lines.into_iter().filter(|line| line.order.is_none());
    let open = checked(&web, &signed_in.page, &till, open.collect());
    selling::sell(&web, &signed_in, &till, &batch, &open).await?;
    Ok(Redirect::to(&format!("/bulk/{}", batch.id)).into_response())
}

/// What became of each line, as a file.
pub(super) async fn results(
    State(web): State<Shared>,
    signed_in: SignedIn,
    Path(batch): Path<String>,
) -> Result<Response, PageError> {
    let (batch, lines) = found(&web, &signed_in, &batch).await?;
    let text = file::write(&lines).map_err(|error| {
        tracing::error!("The results of {} can't be written: {error}", batch.id);
        PageError::Internal
    })?;
    Ok(download::attachment(&format!("{}.csv", batch.id), download::CSV, text))
}
