//! `/v2/invoices`: buying.

mod in_progress;
mod wanted;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Response},
};
use engine::{
    idempotency::{self, IdempotencyKey, Known},
    invoices::{
        self, AnswerWith, InvoiceFilter, Paid, PayError, Payment, Place, PlaceError, Placed,
        draft::{self, DraftError, Market},
    },
};
use model::{AccountId, InvoiceId};
use serde_json::value::RawValue;

pub(super) use in_progress::InProgress;
use in_progress::idempotency_key;
pub(super) use wanted::NewInvoice;
use wanted::Wanted;

use super::{
    Api,
    answer::{self, ErrorBody, Meta},
    asked::Asked,
    body,
    caller::{Buyer, Caller, Reader},
    documents::{Data, IdempotencyParams, List, PageParams, SpanParams},
    error::ApiError,
    wire::Invoice,
};

/// Buy
///
/// All lines are checked before anything is written: an invoice is created whole or not at all.
/// With `auto_pay` it is paid at once.
#[utoipa::path(post, path = "/v2/invoices", operation_id = "create_invoice", tag = "Invoices", params(IdempotencyParams),
    request_body(content = NewInvoice, description = "What to buy."),
    responses((status = 200, description = "The invoice.", body = Data<Invoice>),
        (status = 404, description = "`not_found`: there is no such product.", body = ErrorBody),
        (status = 409, description = "`duplicate_topup`, `price_changed` or `idempotency_in_progress`.",
            body = ErrorBody),
        (status = 422, description = "`idempotency_key_reused`.", body = ErrorBody)))]
pub(super) async fn create(
    State(api): State<Arc<Api>>,
    Buyer(caller): Buyer,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, ApiError> {
    let key = idempotency_key(&headers)?;
    body::check_type(&headers)?;
    let bytes = body::read(&headers, body, api.body_bytes_max).await?;
    let key = key.map(|key| IdempotencyKey::new(key, asked.endpoint(), &bytes));
    let _running = key
        .as_ref()
        .map(|key| api.in_progress.begin(caller.account, &key.key))
        .transpose()?;
    let wanted = Wanted::read(&bytes, api.webhook_targets)?;
    let lines = match lines(&api, &caller, &wanted) {
        Ok(lines) => lines,
        Err(error) => return again_after(&api, caller.account, key, error.into()).await,
    };
    let answer = answer_created(&asked, &wanted)?;
    let place = Place {
        account: caller.account,
        lines,
        payment: wanted.payment,
        repeats: wanted.repeats,
        reference: wanted.reference.clone(),
        webhook_url: wanted.webhook_url.clone(),
        idempotency: key,
        answer: Arc::clone(&answer),
        now: api.app.clock.now(),
        context: Arc::clone(&api.app.context),
    };
    match api.app.place(place).await? {
        Ok(Placed::New(invoice)) => Ok(answer::json_text(answer(&invoice))),
        Ok(Placed::Again(first)) => Ok(again(first)),
        Err(error) => Err(named(error, &wanted)),
    }
}

/// Checks what is wanted against numbers, catalogue and prices.
fn lines(api: &Api, caller: &Caller, wanted: &Wanted<'_>) -> Result<Vec<invoices::Line>, DraftError> {
    let catalog = api.app.catalog();
    let market = Market {
        catalog: &catalog,
        lookup: &api.app.lookup,
        account: caller.account(),
        now: api.app.clock.now(),
    };
    draft::draft(market, &wanted.wishes, wanted.max_price.as_deref())
}

/// How the request will be answered, now and whenever its key is used again.
fn answer_created(asked: &Asked, wanted: &Wanted<'_>) -> Result<AnswerWith, ApiError> {
    let (endpoint, base_url) = (asked.endpoint().to_owned(), asked.base_url.clone());
    let products = wanted.products.to_owned();
    let flag = |value: bool| RawValue::from_string(value.to_string()).map_err(|_| ApiError::missing("auto_pay"));
    let auto_pay = flag(wanted.payment == Payment::Now)?;
    Ok(Arc::new(move |invoice| {
        let meta = Meta::of(&endpoint)
            .echo_json("products", &products)
            .echo("payment_method", "balance")
            .echo_json("auto_pay", &auto_pay);
        answer::text(&meta, Invoice::of(invoice, &base_url))
    }))
}

/// The first answer once more.
fn again(first: String) -> Response<Body> {
    let mut response = answer::json_text(first);
    response
        .headers_mut()
        .insert("idempotent-replayed", HeaderValue::from_static("true"));
    response
}

/// A request that can't be fulfilled any more may have been, the first time.
async fn again_after(
    api: &Api,
    account: AccountId,
    key: Option<IdempotencyKey>,
    error: ApiError,
) -> Result<Response<Body>, ApiError> {
    let Some(key) = key else { return Err(error) };
    match api.app.db.read(move |tx| idempotency::known(tx, account, &key)).await? {
        Some(Known::Answered(first)) => Ok(again(first)),
        Some(Known::Reused) => Err(PlaceError::IdempotencyKeyReused.into()),
        None => Err(error),
    }
}

/// Names the line of an error as the request counted them.
fn named(error: PlaceError, wanted: &Wanted<'_>) -> ApiError {
    let line = match error {
        PlaceError::DuplicateTopup { line, .. } => wanted.wish_of(line),
        _ => None,
    };
    let error = ApiError::from(error);
    match line {
        Some(index) => error.at(format!("products[{index}].phone_number")),
        None => error,
    }
}

/// List invoices, newest first
#[utoipa::path(get, path = "/v2/invoices", operation_id = "list_invoices", tag = "Invoices", params(SpanParams, PageParams),
    responses((status = 200, description = "Invoices with their orders.", body = List<Invoice>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let query = asked.query();
    let filter = InvoiceFilter {
        after: query.moment("after")?,
        before: query.moment("before")?,
    };
    let page = query.page()?;
    let account = caller.account;
    let found = api
        .app
        .db
        .read(move |tx| invoices::list(tx, account, filter, page))
        .await?;
    let given = [("after", query.get("after")?), ("before", query.get("before")?)];
    let next = found.more.then(|| asked.next_page(&given, page));
    let meta = Meta::of(asked.endpoint())
        .echo_given(&given)
        .page(page.start, page.limit, next);
    let data: Vec<_> = found
        .entries
        .iter()
        .map(|invoice| Invoice::of(invoice, &asked.base_url))
        .collect();
    Ok(answer::json(&meta, data))
}

/// Get an invoice
#[utoipa::path(get, path = "/v2/invoices/{id}", operation_id = "get_invoice", tag = "Invoices",
    params(("id" = String, Path, description = "The invoice's id.")),
    responses((status = 200, description = "The invoice.", body = Data<Invoice>)))]
pub(super) async fn find(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
    Path(text): Path<String>,
) -> Result<Response<Body>, ApiError> {
    let (account, id) = (caller.account, invoice_id(&text)?);
    let found = api.app.db.read(move |tx| invoices::find(tx, account, id)).await?;
    let invoice = found.ok_or_else(|| ApiError::not_found("invoice"))?;
    Ok(answer::json(
        &Meta::of(asked.endpoint()).echo("id", &text),
        Invoice::of(&invoice, &asked.base_url),
    ))
}

/// Pay an unpaid invoice from the balance
///
/// Paying a paid one changes nothing and answers the invoice as it stands.
#[utoipa::path(post, path = "/v2/invoices/{id}/pay", operation_id = "pay_invoice", tag = "Invoices",
    params(("id" = String, Path, description = "The invoice's id."), IdempotencyParams),
    responses((status = 200, description = "The invoice.", body = Data<Invoice>),
        (status = 409, description = "`invoice_not_payable` or `idempotency_in_progress`.", body = ErrorBody),
        (status = 422, description = "`idempotency_key_reused`.", body = ErrorBody)))]
pub(super) async fn pay(
    State(api): State<Arc<Api>>,
    Buyer(caller): Buyer,
    asked: Asked,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, ApiError> {
    let key = idempotency_key(&headers)?;
    let bytes = body::read(&headers, body, api.body_bytes_max).await?;
    body::nothing(&bytes)?;
    let (account, id) = (caller.account, invoice_id(&text)?);
    let key = key.map(|key| IdempotencyKey::new(key, asked.endpoint(), &bytes));
    let _running = key
        .as_ref()
        .map(|key| api.in_progress.begin(account, &key.key))
        .transpose()?;
    let answer = answer_one(&asked, &text);
    let now = api.app.clock.now();
    let kept = Arc::clone(&answer);
    let paid = api
        .app
        .db
        .write_with(move |tx| invoices::pay(tx, (account, id), key.as_ref().map(|key| (key, &kept)), now));
    match paid.await.map_err(|error: PayError| ApiError::from(error))? {
        Paid::Now(invoice) => {
            api.app.set_out(&invoice);
            Ok(answer::json_text(answer(&invoice)))
        }
        Paid::Before(invoice) => Ok(answer::json_text(answer(&invoice))),
        Paid::Again(first) => Ok(again(first)),
    }
}

/// Cancel an unpaid invoice
#[utoipa::path(post, path = "/v2/invoices/{id}/cancel", operation_id = "cancel_invoice", tag = "Invoices",
    params(("id" = String, Path, description = "The invoice's id.")),
    responses((status = 200, description = "The invoice.", body = Data<Invoice>),
        (status = 409, description = "`invoice_not_payable`: it is paid for, or over.", body = ErrorBody)))]
pub(super) async fn cancel(
    State(api): State<Arc<Api>>,
    Buyer(caller): Buyer,
    asked: Asked,
    Path(text): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response<Body>, ApiError> {
    body::nothing(&body::read(&headers, body, api.body_bytes_max).await?)?;
    let key = (caller.account, invoice_id(&text)?);
    let (context, now) = (Arc::clone(&api.app.context), api.app.clock.now());
    let cancelled = api
        .app
        .db
        .write_with(move |tx| invoices::cancel(tx, &context, key, now))
        .await?;
    Ok(answer::json_text(answer_one(&asked, &text)(&cancelled)))
}

/// Writes one invoice that was named in the path.
fn answer_one(asked: &Asked, id: &str) -> AnswerWith {
    let (endpoint, base_url, id) = (asked.endpoint().to_owned(), asked.base_url.clone(), id.to_owned());
    Arc::new(move |invoice| answer::text(&Meta::of(&endpoint).echo("id", &id), Invoice::of(invoice, &base_url)))
}

fn invoice_id(text: &str) -> Result<InvoiceId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("invoice"))
}
