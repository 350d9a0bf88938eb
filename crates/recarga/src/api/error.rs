//! What can go wrong, with its HTTP status and its sentence. The only file that knows HTTP statuses.
//!
//! A handler answers an [`ApiError`]; the front turns it into the body that clients read, with the
//! endpoint and the request's id. What the framework refuses by itself takes the same way.

use std::fmt;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use engine::{
    accounts::AccountError,
    catalog::{ChooseError, PriceError},
    invoices::{
        EndError, PayError, PlaceError,
        draft::{DraftError, Fault},
    },
    lookup::LookupError,
};

use super::answer;

macro_rules! codes {
    ($($name:ident $status:literal $code:literal $sentence:literal)*) => {
        /// Every code of an error, with its status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Code {
            $(#[doc = $sentence] $name,)*
        }

        impl Code {
            /// All of them, in the order of their statuses.
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            /// The HTTP status.
            pub(super) const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The word that a client decides by.
            pub(super) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it means, for the documentation.
            pub(super) const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

codes! {
    ParseError 400 "parse_error" "The body is not a JSON object."
    MissingParam 400 "missing_param" "A parameter is missing: `param` names it."
    InvalidParam 400 "invalid_param" "A parameter has the wrong type or value: `param` names it."
    InvalidPhoneNumber 400 "invalid_phone_number" "Not a number that can be topped up; the message says why."
    UnsupportedOperator 400 "unsupported_operator" "The number and the product do not go together."
    InvalidPackageId 400 "invalid_package_id" "The product has no such package."
    InvalidValue 400 "invalid_value" "The product has no such value."
    OutOfStock 400 "out_of_stock" "It exists and can't be had now."
    TooManyItems 400 "too_many_items" "An invoice has 20 orders at most, lines times quantity."
    UnsupportedPaymentMethod 400 "unsupported_payment_method" "Only `balance` is taken."
    BalanceTooLow 400 "balance_too_low" "The balance does not cover the invoice; nothing was created."
    Unauthorized 401 "unauthorized" "The key is missing, unknown, wrong or revoked."
    Forbidden 403 "forbidden" "The key lacks the scope that this needs."
    BalanceTooLowToPay 403 "balance_too_low" "The balance does not cover the invoice, which stays unpaid."
    AccountSuspended 403 "account_suspended" "The account may look, not buy."
    LimitExceeded 403 "limit_exceeded" "A limit of the account does not allow it."
    NotFound 404 "not_found" "There is no such thing."
    NobodyServes 404 "unsupported_operator" "The number is valid, but nothing is sold for it."
    MethodNotAllowed 405 "method_not_allowed" "The path has other methods: `Allow` names them."
    IdempotencyInProgress 409 "idempotency_in_progress" "The first request with this key is still running."
    DuplicateTopup 409 "duplicate_topup" "The same number and value were ordered a moment ago."
    PriceChanged 409 "price_changed" "The price is more than `max_price`."
    InvoiceNotPayable 409 "invoice_not_payable" "The invoice has expired, was cancelled or is paid for."
    TooLarge 413 "too_large" "The body is too large."
    UnsupportedMediaType 415 "unsupported_media_type" "The body has to be `application/json`."
    IdempotencyKeyReused 422 "idempotency_key_reused" "The key was used for another request."
    RateLimited 429 "rate_limited" "Too many requests: wait as long as `Retry-After` says."
    InternalError 500 "internal_error" "Something is wrong with us; the log has the request's id."
    Unavailable 503 "unavailable" "It can't be done at the moment: try again, with the same `Idempotency-Key`."
}

/// Something that went wrong with a request.
#[derive(Debug, Clone)]
pub(super) struct ApiError {
    code: Code,
    message: String,
    param: Option<String>,
    retry_after_s: Option<u64>,
}

impl ApiError {
    pub(super) fn new(code: Code, message: impl fmt::Display) -> Self {
        Self {
            code,
            message: message.to_string(),
            param: None,
            retry_after_s: None,
        }
    }

    /// Names the parameter that is wrong.
    pub(super) fn at(self, param: impl Into<String>) -> Self {
        Self {
            param: Some(param.into()),
            ..self
        }
    }

    /// Says when to come again.
    pub(super) fn after(self, seconds: u64) -> Self {
        Self {
            retry_after_s: Some(seconds),
            ..self
        }
    }

    pub(super) fn missing(param: &str) -> Self {
        Self::new(Code::MissingParam, format_args!("Missing required parameter: {param}")).at(param)
    }

    /// `rule` says what the parameter has to be.
    pub(super) fn invalid(param: &str, rule: impl fmt::Display) -> Self {
        Self::new(Code::InvalidParam, format_args!("{param} {rule}")).at(param)
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format_args!("there is no such {what}"))
    }

    /// What the framework refused by itself.
    fn of_framework(status: StatusCode) -> Self {
        match status.as_u16() {
            404 => Self::new(Code::NotFound, "there is no such path: /docs has them all"),
            405 => Self::new(
                Code::MethodNotAllowed,
                "this path has other methods: see the Allow header",
            ),
            413 => Self::new(Code::TooLarge, "the body is too large"),
            400..=499 => Self::new(Code::InvalidParam, "the request can't be read"),
            _ => Self::new(Code::InternalError, INTERNAL),
        }
    }

    /// Writes the body that a client reads.
    fn render(&self, endpoint: &str, request_id: &str) -> Response {
        let body = answer::error_body(&answer::ErrorText {
            endpoint,
            request_id,
            message: &self.message,
            error_code: self.code.as_str(),
            param: self.param.as_deref(),
        });
        let mut response = (status(self.code), [(header::CONTENT_TYPE, answer::JSON)], body).into_response();
        if self.code == Code::Unauthorized {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Also where nobody can tell whether something was committed.
const AWAY: &str = "the database is not there at the moment: what was asked may still be done, so repeat it with the \
                    same Idempotency-Key";
const INTERNAL: &str = "something is wrong with us: tell the operator the request id";

fn status(code: Code) -> StatusCode {
    StatusCode::from_u16(code.status()).expect("every code has a status")
}

/// Gives an answer that is an error its body; any other answer stays as it is.
pub(super) fn finish(mut response: Response, endpoint: &str, request_id: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let error = response.extensions_mut().remove::<ApiError>();
    let mut rendered = error
        .unwrap_or_else(|| ApiError::of_framework(status))
        .render(endpoint, request_id);
    if let Some(allow) = response.headers().get(header::ALLOW) {
        rendered.headers_mut().insert(header::ALLOW, allow.clone());
    }
    rendered
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = status(self.code).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<engine::Error> for ApiError {
    fn from(error: engine::Error) -> Self {
        tracing::error!("A request failed: {error:?}");
        if error.passes() {
            return Self::new(Code::Unavailable, AWAY).after(1);
        }
        Self::new(Code::InternalError, INTERNAL)
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        if let AccountError::Internal(error) = error {
            return error.into();
        }
        tracing::error!("A request failed: {error:?}");
        Self::new(Code::InternalError, INTERNAL)
    }
}

impl From<LookupError> for ApiError {
    fn from(error: LookupError) -> Self {
        let code = match error {
            LookupError::InvalidNumber(_) | LookupError::NotMobile { .. } => Code::InvalidPhoneNumber,
            LookupError::UnsupportedOperator { .. } => Code::NobodyServes,
        };
        Self::new(code, error).at("phone_number")
    }
}

impl From<DraftError> for ApiError {
    fn from(DraftError { param, fault }: DraftError) -> Self {
        let code = match &fault {
            Fault::UnknownProduct(_) => Code::NotFound,
            Fault::Choice(ChooseError::InvalidPackageId { .. }) => Code::InvalidPackageId,
            Fault::Choice(ChooseError::InvalidValue { .. }) | Fault::Price(PriceError::TooLarge) => Code::InvalidValue,
            Fault::Choice(ChooseError::OutOfStock { .. }) | Fault::Price(PriceError::NoOffer) => Code::OutOfStock,
            Fault::InvalidPhoneNumber(_) | Fault::FictionalNumber => Code::InvalidPhoneNumber,
            Fault::UnsupportedOperator(_) => Code::UnsupportedOperator,
            Fault::TooManyItems => Code::TooManyItems,
            Fault::NoItems | Fault::InvalidAmount(_) => Code::InvalidParam,
            Fault::PriceChanged { .. } => Code::PriceChanged,
            Fault::Price(PriceError::NoRate { .. }) => Code::Unavailable,
        };
        Self::new(code, fault).at(param)
    }
}

impl From<PlaceError> for ApiError {
    fn from(error: PlaceError) -> Self {
        let code = match &error {
            PlaceError::AccountSuspended => Code::AccountSuspended,
            PlaceError::BalanceTooLow(_) => Code::BalanceTooLow,
            PlaceError::LimitExceeded(_) => Code::LimitExceeded,
            PlaceError::DuplicateTopup { .. } => Code::DuplicateTopup,
            PlaceError::IdempotencyKeyReused => Code::IdempotencyKeyReused,
        };
        Self::new(code, error)
    }
}

impl From<PayError> for ApiError {
    fn from(error: PayError) -> Self {
        let code = match error {
            PayError::Internal(error) => return error.into(),
            PayError::Unknown => Code::NotFound,
            PayError::NotPayable(_) => Code::InvoiceNotPayable,
            PayError::AccountSuspended => Code::AccountSuspended,
            PayError::BalanceTooLow(_) => Code::BalanceTooLowToPay,
            PayError::LimitExceeded(_) => Code::LimitExceeded,
            PayError::IdempotencyKeyReused => Code::IdempotencyKeyReused,
        };
        Self::new(code, error)
    }
}

impl From<EndError> for ApiError {
    fn from(error: EndError) -> Self {
        match error {
            EndError::Internal(error) => error.into(),
            EndError::Unknown => Self::new(Code::NotFound, error),
            EndError::NotPossible(_) => Self::new(Code::InvoiceNotPayable, error),
        }
    }
}
