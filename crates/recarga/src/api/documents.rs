//! What only the documentation needs: parameters and envelopes as clients write and read them.

use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// One thing.
#[derive(Serialize, ToSchema)]
pub(super) struct Data<T> {
    /// What was asked: the parameters, and `_endpoint`.
    #[schema(value_type = Object, additional_properties)]
    meta: Value,
    data: T,
}

/// A page of things.
#[derive(Serialize, ToSchema)]
pub(super) struct List<T> {
    meta: ListMeta,
    data: Vec<T>,
}

/// What was asked, and where the next page is.
#[derive(Serialize, ToSchema)]
pub(super) struct ListMeta {
    /// Entries passed over.
    #[schema(minimum = 0)]
    start: u64,
    /// Entries of a page.
    #[schema(minimum = 1, maximum = 50)]
    limit: u32,
    /// The path behind `/v2`.
    #[serde(rename = "_endpoint")]
    endpoint: String,
    /// The URL of the next page; absent on the last one.
    #[serde(rename = "_next")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// What `check_phone_number` answers.
#[derive(Serialize, ToSchema)]
pub(super) struct Checked<T> {
    #[schema(value_type = Object, additional_properties)]
    meta: Value,
    /// Whether one operator is sure enough; then `data` also has the fields of its product.
    operator_found: bool,
    data: T,
}

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the parameters are read by name")]
pub(super) struct PageParams {
    /// Entries to pass over.
    #[param(nullable = false, minimum = 0, default = 0)]
    start: Option<u64>,
    /// Entries to give.
    #[param(nullable = false, minimum = 1, maximum = 50, default = 50)]
    limit: Option<u32>,
}

/// Which products.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the parameters are read by name")]
pub(super) struct ProductParams {
    /// Countries of two letters, separated by commas.
    #[param(nullable = false, pattern = "^([A-Za-z]{2}(,[A-Za-z]{2})*)?$", example = "US")]
    country: Option<String>,
    /// Only `phone_refill` is sold.
    #[param(nullable = false, pattern = "^(phone_refill)?$", example = "phone_refill")]
    r#type: Option<String>,
    /// `airtime`, `data` or `bundle`, or several separated by commas.
    #[param(nullable = false, pattern = "^((airtime|data|bundle)(,(airtime|data|bundle))*)?$")]
    category: Option<String>,
    /// Whether test products are shown.
    #[param(nullable = false, default = false)]
    include_test_products: Option<bool>,
}

/// What to search for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the parameters are read by name")]
pub(super) struct SearchParams {
    /// Words of an operator's name, a country's, or its code.
    #[param(min_length = 1, max_length = 100, example = "vodafone germany")]
    q: String,
    /// Whether test products are shown.
    #[param(nullable = false, default = false)]
    include_test_products: Option<bool>,
}

/// Which number.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the parameters are read by name")]
pub(super) struct CheckParams {
    /// The number, best in E.164 form with the plus encoded as `%2B`.
    #[param(min_length = 1, max_length = 64, example = "+15551234567")]
    phone_number: String,
    /// An operator that is more likely than others of which as little is known.
    #[param(nullable = false, max_length = 100, example = "verizon")]
    operator: Option<String>,
}

/// Which span of time.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the parameters are read by name")]
pub(super) struct SpanParams {
    /// Made at or after: `YYYY-MM-DD HH:MM:SS` in UTC, or ISO 8601.
    #[param(nullable = false, format = DateTime, example = "2026-11-23T00:00:00Z")]
    after: Option<String>,
    /// Made before.
    #[param(nullable = false, format = DateTime, example = "2026-11-24T00:00:00Z")]
    before: Option<String>,
}

/// Which orders.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the parameters are read by name")]
pub(super) struct OrderParams {
    /// `created`, `pending`, `delivered`, `refunded`, `reversed` or `cancelled`.
    #[param(
        nullable = false,
        pattern = "^(created|pending|delivered|refunded|reversed|cancelled)?$"
    )]
    status: Option<String>,
    /// For this phone.
    #[param(nullable = false, pattern = r"^(\+[1-9][0-9]{6,14})?$", example = "+15551234567")]
    phone_number: Option<String>,
    /// With this reference.
    #[param(nullable = false, max_length = 128)]
    reference: Option<String>,
}

/// Which deliveries.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the parameters are read by name")]
pub(super) struct DeliveryParams {
    /// Deliveries before this one.
    #[param(nullable = false, pattern = "^(whd_[0-7][0-9a-hjkmnp-tv-z]{25})?$")]
    before_id: Option<String>,
    /// Entries to pass over, 10,000 at most.
    #[param(nullable = false, minimum = 0, maximum = 10_000, default = 0)]
    start: Option<u64>,
    /// Entries to give.
    #[param(nullable = false, minimum = 1, maximum = 50, default = 50)]
    limit: Option<u32>,
}

/// What goes with a request that moves money.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the header is read by name")]
pub(super) struct IdempotencyParams {
    /// Names this request, so that repeating it gives the first answer again.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]{1,255}$"
    )]
    idempotency_key: Option<String>,
}
