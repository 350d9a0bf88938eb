//! `/v2/products`: what is sold, at the caller's prices. Read from memory.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::Response,
};
use engine::{
    catalog::{ProductFilter, ProductPage, Snapshot, TestProducts},
    invoices::draft::terms,
    page::PageRequest,
};
use model::Category;

use super::{
    Api,
    answer::{self, Meta},
    asked::Asked,
    caller::{Caller, Reader},
    documents::{Data, List, PageParams, ProductParams, SearchParams},
    error::ApiError,
    query::Query,
    wire::Product,
};

/// A question is not longer than this.
const QUESTION_CHARS_MAX: usize = 100;

/// List products
#[utoipa::path(get, path = "/v2/products", operation_id = "list_products", tag = "Products", params(ProductParams, PageParams),
    responses((status = 200, description = "Products by country, category, and the operator's rank.",
        body = List<Product>)))]
pub(super) async fn list(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let query = asked.query();
    let filter = ProductFilter {
        countries: query.parsed_list("country")?,
        categories: query.parsed_list::<Category>("category")?,
        test_products: test_products(&query)?,
    };
    if query.get("type")?.is_some_and(|kind| kind != "phone_refill") {
        return Err(ApiError::invalid(
            "type",
            "has to be phone_refill: nothing else is sold here",
        ));
    }
    let page = query.page()?;
    let catalog = api.app.catalog();
    let found = catalog.list(&filter, page);
    let filters = ["country", "type", "category", "include_test_products"];
    page_of(&api, &caller, (&asked, &filters), page, (&catalog, &found))
}

/// Search products
#[utoipa::path(get, path = "/v2/products/search", operation_id = "search_products", tag = "Products", params(SearchParams, PageParams),
    responses((status = 200, description = "Products whose operator, country or country code has every word.",
        body = List<Product>)))]
pub(super) async fn search(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
) -> Result<Response<Body>, ApiError> {
    let query = asked.query();
    let question = query
        .short("q", QUESTION_CHARS_MAX)?
        .ok_or_else(|| ApiError::missing("q"))?;
    let test_products = test_products(&query)?;
    let page = query.page()?;
    let catalog = api.app.catalog();
    let found = catalog.search(question, test_products, page);
    page_of(
        &api,
        &caller,
        (&asked, &["q", "include_test_products"]),
        page,
        (&catalog, &found),
    )
}

/// Get a product
#[utoipa::path(get, path = "/v2/products/{id}", operation_id = "get_product", tag = "Products",
    params(("id" = String, Path, description = "The product's id.", example = "at-t-usa")),
    responses((status = 200, description = "The product.", body = Data<Product>)))]
pub(super) async fn find(
    State(api): State<Arc<Api>>,
    Reader(caller): Reader,
    asked: Asked,
    Path(id): Path<String>,
) -> Result<Response<Body>, ApiError> {
    let catalog = api.app.catalog();
    let product = catalog
        .product(&id)
        .ok_or_else(|| ApiError::not_found("product: /products lists them"))?;
    let written = api.shelf.product(&catalog, product, &terms(caller.account()));
    Ok(answer::json(&Meta::of(asked.endpoint()).echo("id", &id), &*written))
}

fn test_products(query: &Query<'_>) -> Result<TestProducts, ApiError> {
    let shown = query.flag("include_test_products")?;
    Ok(if shown {
        TestProducts::Shown
    } else {
        TestProducts::Hidden
    })
}

/// Writes a page of products.
fn page_of(
    api: &Api,
    caller: &Caller,
    (asked, filters): (&Asked, &[&'static str]),
    page: PageRequest,
    (catalog, found): (&Arc<Snapshot>, &ProductPage<'_>),
) -> Result<Response<Body>, ApiError> {
    let query = asked.query();
    let mut given = Vec::with_capacity(filters.len());
    for name in filters {
        given.push((*name, query.get(name)?));
    }
    let next = found.more.then(|| asked.next_page(&given, page));
    let meta = Meta::of(asked.endpoint())
        .echo_given(&given)
        .page(page.start, page.limit, next);
    let terms = terms(caller.account());
    let written: Vec<_> = found
        .products
        .iter()
        .map(|product| api.shelf.product(catalog, product, &terms))
        .collect();
    let data: Vec<_> = written.iter().map(|product| &**product).collect();
    Ok(answer::json(&meta, data))
}
